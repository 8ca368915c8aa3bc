/** This package, as the manifest names it. A test holds it against package.json. */
export const PACKAGE = { name: '@syncline/functions', version: '0.1.0' };

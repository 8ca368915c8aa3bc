/** The two of the web, as values that can be exported. */

const { URL, URLSearchParams } = globalThis;
type URL = InstanceType<typeof globalThis.URL>;
type URLSearchParams = InstanceType<typeof globalThis.URLSearchParams>;

export { URL, URLSearchParams };

/** `buffer`. */

import * as feross from 'buffer/index.js';

export const { Buffer, SlowBuffer, kMaxLength, INSPECT_MAX_BYTES, constants } = feross as unknown as typeof import('node:buffer');
const { atob, btoa, Blob, File } = globalThis;
export { atob, Blob, btoa, File };
export default { Buffer, SlowBuffer, kMaxLength, INSPECT_MAX_BYTES, constants, atob, btoa, Blob, File };

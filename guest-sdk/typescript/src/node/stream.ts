/** `stream`, of Node's own package for other platforms. */

import stream from 'readable-stream/lib/ours/browser.js';

export const { addAbortSignal, Duplex, finished, PassThrough, pipeline, promises, Readable, Stream, Transform, Writable } =
    stream as unknown as typeof import('node:stream');
export default stream;

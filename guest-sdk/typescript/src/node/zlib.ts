/** `zlib`: gzip, zlib and raw deflate. What is decompressed lies in memory. */

import { deflateSync as rawDeflate, gunzipSync as gunzip, gzipSync as gzip, inflateSync as rawInflate, unzlibSync, zlibSync } from 'fflate';
import { type Data, dataBytes, output } from '../crypto/bytes.js';
import { later } from '../crypto/kdf.js';
import { Transform } from './stream.js';

type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
interface Options {
    level?: number;
}
type Codec = (data: Data, options?: Options) => Buffer;
type Callback = (error: Error | null, result?: Buffer) => void;

const settings = (options?: Options) => ({ level: Math.min(9, Math.max(0, options?.level ?? 6)) as Level });

/** As Node's: corrupt data is an error with a code. */
function decoding(decode: (bytes: Uint8Array) => Uint8Array): Codec {
    return (data) => {
        try {
            return output(decode(dataBytes(data)));
        } catch (error) {
            throw Object.assign(new Error(`incorrect data: ${(error as Error).message}`), { code: 'Z_DATA_ERROR', errno: -3 });
        }
    };
}

export const gzipSync: Codec = (data, options) => output(gzip(dataBytes(data), settings(options)));
export const deflateSync: Codec = (data, options) => output(zlibSync(dataBytes(data), settings(options)));
export const deflateRawSync: Codec = (data, options) => output(rawDeflate(dataBytes(data), settings(options)));
export const gunzipSync = decoding((bytes) => gunzip(bytes));
export const inflateSync = decoding((bytes) => unzlibSync(bytes));
export const inflateRawSync = decoding((bytes) => rawInflate(bytes));
export const unzipSync = decoding((bytes) => (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes) : unzlibSync(bytes)));

function asynchronous(codec: Codec) {
    return (data: Data, options: Options | Callback, callback?: Callback) => {
        const [chosen, done] = typeof options === 'function' ? [undefined, options] : [options, callback!];
        later(() => codec(data, chosen), done);
    };
}

/** A stream that gives everything at its end. */
function streaming(codec: Codec) {
    return (options?: Options) => {
        const parts: Buffer[] = [];
        return new Transform({
            transform(chunk: Buffer, _encoding: string, done: () => void) {
                parts.push(chunk);
                done();
            },
            flush(done: (error?: Error | null, data?: Buffer) => void) {
                try {
                    done(null, codec(Buffer.concat(parts), options));
                } catch (error) {
                    done(error as Error);
                }
            }
        });
    };
}

export const [gzip_, gunzip_, deflate, inflate, deflateRaw, inflateRaw, unzip] = [
    gzipSync,
    gunzipSync,
    deflateSync,
    inflateSync,
    deflateRawSync,
    inflateRawSync,
    unzipSync
].map(asynchronous) as [ReturnType<typeof asynchronous>, ...ReturnType<typeof asynchronous>[]];
export { gunzip_ as gunzip, gzip_ as gzip };
export const createGzip = streaming(gzipSync);
export const createGunzip = streaming(gunzipSync);
export const createDeflate = streaming(deflateSync);
export const createInflate = streaming(inflateSync);
export const createDeflateRaw = streaming(deflateRawSync);
export const createInflateRaw = streaming(inflateRawSync);
export const createUnzip = streaming(unzipSync);
export const constants = { Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1, Z_SYNC_FLUSH: 2, Z_FINISH: 4 };

export default {
    constants,
    createDeflate,
    createDeflateRaw,
    createGunzip,
    createGzip,
    createInflate,
    createInflateRaw,
    createUnzip,
    deflate,
    deflateRaw,
    deflateRawSync,
    deflateSync,
    gunzip: gunzip_,
    gunzipSync,
    gzip: gzip_,
    gzipSync,
    inflate,
    inflateRaw,
    inflateRawSync,
    inflateSync,
    unzip,
    unzipSync
};

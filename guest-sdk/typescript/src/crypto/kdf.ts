/** Keys from passwords. Slow by design, and slower here: a hundred thousand rounds of PBKDF2 take seconds of CPU time. */

import { hkdf } from '@noble/hashes/hkdf.js';
import { pbkdf2 as derive } from '@noble/hashes/pbkdf2.js';
import { scrypt as deriveMemoryHard } from '@noble/hashes/scrypt.js';
import { type Data, dataBytes, output } from './bytes.js';
import { hashFunction } from './hash.js';

type Callback = (error: Error | null, key?: any) => void;

export function pbkdf2Sync(password: Data, salt: Data, iterations: number, length: number, digest: string): Buffer {
    return output(derive(hashFunction(digest), dataBytes(password), dataBytes(salt), { c: iterations, dkLen: length }));
}

export function pbkdf2(password: Data, salt: Data, iterations: number, length: number, digest: string, callback: Callback): void {
    later(() => pbkdf2Sync(password, salt, iterations, length, digest), callback);
}

interface ScryptOptions {
    N?: number;
    r?: number;
    p?: number;
    cost?: number;
    blockSize?: number;
    parallelization?: number;
    maxmem?: number;
}

export function scryptSync(password: Data, salt: Data, length: number, options: ScryptOptions = {}): Buffer {
    const N = options.N ?? options.cost ?? 16_384;
    const r = options.r ?? options.blockSize ?? 8;
    const p = options.p ?? options.parallelization ?? 1;
    const maxmem = (options.maxmem ?? 32 * 1024 * 1024) + 4096;
    return output(deriveMemoryHard(dataBytes(password), dataBytes(salt), { N, r, p, dkLen: length, maxmem }));
}

export function scrypt(password: Data, salt: Data, length: number, options: ScryptOptions | Callback, callback?: Callback): void {
    const [settings, done] = typeof options === 'function' ? [{}, options] : [options, callback!];
    later(() => scryptSync(password, salt, length, settings), done);
}

export function hkdfSync(digest: string, key: Data, salt: Data, info: Data, length: number): ArrayBuffer {
    return hkdf(hashFunction(digest), dataBytes(key), dataBytes(salt), dataBytes(info), length).slice().buffer as ArrayBuffer;
}

export function later<T>(compute: () => T, callback: (error: Error | null, value?: T) => void): void {
    queueMicrotask(() => {
        let value: T;
        try {
            value = compute();
        } catch (error) {
            callback(error as Error);
            return;
        }
        callback(null, value);
    });
}

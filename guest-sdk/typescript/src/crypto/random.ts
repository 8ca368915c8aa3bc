/** Randomness, of the host. */

import { randomBytes as draw, randomUUID, webcrypto } from '../prelude/webcrypto.js';
import { output } from './bytes.js';

type Callback<T> = (error: Error | null, value: T) => void;

export { randomUUID, webcrypto };
export const { getRandomValues, subtle } = webcrypto;

export function randomBytes(size: number, callback?: Callback<Buffer>): any {
    const bytes = output(draw(size, 'crypto.randomBytes')) as Buffer;
    if (callback) {
        queueMicrotask(() => callback(null, bytes));
        return undefined;
    }
    return bytes;
}

export function randomFillSync<T extends ArrayBufferView>(target: T, offset = 0, size = target.byteLength - offset): T {
    new Uint8Array(target.buffer, target.byteOffset + offset, size).set(draw(size, 'crypto.randomFillSync'));
    return target;
}

/** Without bias: what does not divide evenly is drawn again. */
export function randomInt(min: number, max?: number | Callback<number>, callback?: Callback<number>): any {
    const [low, high] = typeof max === 'number' ? [min, max] : [0, min];
    const done = typeof max === 'function' ? max : callback;
    const range = high - low;
    if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && range > 0 && range <= 2 ** 48)) {
        throw new RangeError('randomInt takes two safe integers, the first below the second and at most 2^48 apart');
    }
    const limit = 2 ** 48 - (2 ** 48 % range);
    let value: number;
    do {
        value = draw(6, 'crypto.randomInt').reduce((sum, byte) => sum * 256 + byte, 0);
    } while (value >= limit);
    const result = low + (value % range);
    if (done) {
        queueMicrotask(() => done(null, result));
        return undefined;
    }
    return result;
}

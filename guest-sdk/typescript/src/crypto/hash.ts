/** createHash, createHmac and their names. */

import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, ripemd160, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from '@noble/hashes/sha2.js';
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import { type Data, dataBytes, type Encoding, output } from './bytes.js';

const HASHES = {
    md5,
    ripemd160,
    sha1,
    sha224,
    sha256,
    sha384,
    sha512,
    'sha512-224': sha512_224,
    'sha512-256': sha512_256,
    'sha3-224': sha3_224,
    'sha3-256': sha3_256,
    'sha3-384': sha3_384,
    'sha3-512': sha3_512,
    blake2b512: blake2b,
    blake2s256: blake2s
};
export type HashName = keyof typeof HASHES;
export type HashFunction = (typeof HASHES)['sha256'];

/** `RSA-SHA256`, `sha-256` and `SHA256` are the same, as in Node. */
export function hashName(name: string): HashName {
    const plain = String(name).toLowerCase().replace(/^rsa-/, '');
    const found = plain in HASHES ? plain : plain.replace(/^sha-/, 'sha').replace('/', '-');
    if (!(found in HASHES)) {
        throw Object.assign(new Error(`Digest method not supported: ${name} is not one of ${Object.keys(HASHES).join(', ')}`), {
            code: 'ERR_CRYPTO_INVALID_DIGEST'
        });
    }
    return found as HashName;
}

export function hashFunction(name: string): HashFunction {
    return HASHES[hashName(name)] as unknown as HashFunction;
}

export function getHashes(): string[] {
    return Object.keys(HASHES);
}

/** What the two have in common: fed by `update`, read once by `digest`. */
interface State {
    update(bytes: Uint8Array): unknown;
    digest(): Uint8Array;
    clone(): State;
}

class Digest {
    #state: State;
    #done = false;

    constructor(state: State) {
        this.#state = state;
    }
    update(data: Data, encoding?: Encoding): this {
        this.#live();
        this.#state.update(dataBytes(data, encoding));
        return this;
    }
    digest(encoding?: Encoding): any {
        this.#live();
        this.#done = true;
        return output(this.#state.digest(), encoding);
    }
    copy(): Digest {
        this.#live();
        return new Digest(this.#state.clone());
    }
    /** A stream's names for the same. */
    write(data: Data, encoding?: Encoding): boolean {
        this.update(data, encoding);
        return true;
    }
    end(data?: Data): this {
        return data === undefined ? this : this.update(data);
    }
    read(): any {
        return this.digest();
    }
    #live(): void {
        if (this.#done) {
            throw Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
        }
    }
}

export { Digest as Hash, Digest as Hmac };

export function createHash(algorithm: string): Digest {
    return new Digest(hashFunction(algorithm).create() as unknown as State);
}

export function createHmac(algorithm: string, key: Data | { export(): any }): Digest {
    const secret = typeof key === 'object' && 'export' in key ? (key.export() as Uint8Array) : dataBytes(key as Data);
    return new Digest(hmac.create(hashFunction(algorithm), secret) as unknown as State);
}

/** Node's shorthand of version 21. */
export function hash(algorithm: string, data: Data, encoding: Encoding = 'hex'): any {
    return createHash(algorithm).update(data).digest(encoding);
}

export function timingSafeEqual(one: ArrayBufferView | ArrayBuffer, other: ArrayBufferView | ArrayBuffer): boolean {
    const [left, right] = [dataBytes(one), dataBytes(other)];
    if (left.length !== right.length) {
        throw Object.assign(new RangeError('Input buffers must have the same byte length'), { code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH' });
    }
    let difference = 0;
    for (let index = 0; index < left.length; index++) {
        difference |= left[index]! ^ right[index]!;
    }
    return difference === 0;
}

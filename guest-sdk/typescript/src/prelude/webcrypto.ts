/** `crypto` of the web, with the host's randomness. */

import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { getRandom } from 'syncline:host/run@1.1.0';
import { needsCall } from './phase.js';
import { bytesOf } from './text.js';

/** What the host gives in one call. */
const MAX_BYTES = 65_536;

export function randomBytes(count: number, what: string): Uint8Array {
    needsCall(what);
    const bytes = new Uint8Array(count);
    for (let begin = 0; begin < count; begin += MAX_BYTES) {
        bytes.set(getRandom(Math.min(MAX_BYTES, count - begin)), begin);
    }
    return bytes;
}

function getRandomValues<T extends ArrayBufferView>(array: T): T {
    if (array.byteLength > MAX_BYTES) {
        throw new DOMException(`getRandomValues fills at most ${MAX_BYTES} bytes`, 'QuotaExceededError');
    }
    bytesOf(array).set(randomBytes(array.byteLength, 'crypto.getRandomValues'));
    return array;
}

export function randomUUID(): string {
    const bytes = randomBytes(16, 'crypto.randomUUID');
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const HASHES = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 };
type HashName = keyof typeof HASHES;
type Algorithm = string | { name: string; hash?: string | { name: string } };

function nameOf(algorithm: Algorithm): string {
    return (typeof algorithm === 'string' ? algorithm : algorithm.name).toUpperCase();
}

function hashOf(algorithm: Algorithm | undefined): (typeof HASHES)[HashName] {
    const name = algorithm === undefined ? '' : nameOf(algorithm);
    const hash = HASHES[name as HashName];
    if (!hash) {
        throw new DOMException(`the digest ${name} is not supported: ${Object.keys(HASHES).join(', ')} are`, 'NotSupportedError');
    }
    return hash;
}

export class CryptoKey {
    readonly #secret: Uint8Array;
    readonly type = 'secret';

    constructor(
        secret: Uint8Array,
        readonly algorithm: { name: 'HMAC'; hash: { name: string }; length: number },
        readonly extractable: boolean,
        readonly usages: string[]
    ) {
        this.#secret = secret;
    }
    static secretOf(key: CryptoKey): Uint8Array {
        return key.#secret;
    }
}

function onlyHmac(algorithm: Algorithm): void {
    if (nameOf(algorithm) !== 'HMAC') {
        throw new DOMException(
            `crypto.subtle knows digests and HMAC here, not ${nameOf(algorithm)}: import crypto from 'crypto' signs, verifies and encrypts`,
            'NotSupportedError'
        );
    }
}

function mac(key: CryptoKey, data: ArrayBuffer | ArrayBufferView): Uint8Array {
    return hmac(hashOf(key.algorithm.hash), CryptoKey.secretOf(key), bytesOf(data));
}

const subtle = {
    async digest(algorithm: Algorithm, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer> {
        return hashOf(algorithm)(bytesOf(data)).buffer as ArrayBuffer;
    },
    async importKey(format: string, data: any, algorithm: Algorithm, extractable: boolean, usages: string[]): Promise<CryptoKey> {
        onlyHmac(algorithm);
        if (format !== 'raw' && format !== 'jwk') {
            throw new DOMException(`the key format ${format} is not supported: raw and jwk are`, 'NotSupportedError');
        }
        const secret = format === 'raw' ? new Uint8Array(bytesOf(data)) : new Uint8Array(Buffer.from(data.k, 'base64'));
        const hash = nameOf((algorithm as { hash?: Algorithm }).hash ?? '');
        hashOf(hash);
        return new CryptoKey(secret, { name: 'HMAC', hash: { name: hash }, length: secret.length * 8 }, extractable, usages);
    },
    async generateKey(algorithm: Algorithm, extractable: boolean, usages: string[]): Promise<CryptoKey> {
        onlyHmac(algorithm);
        const hash = nameOf((algorithm as { hash?: Algorithm }).hash ?? '');
        const { blockLen } = hashOf(hash);
        return subtle.importKey('raw', randomBytes(blockLen, 'crypto.subtle.generateKey'), algorithm, extractable, usages);
    },
    async exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer | object> {
        if (!key.extractable) {
            throw new DOMException('the key is not extractable', 'InvalidAccessError');
        }
        const secret = CryptoKey.secretOf(key).slice();
        return format === 'jwk' ? { kty: 'oct', k: Buffer.from(secret).toString('base64url') } : (secret.buffer as ArrayBuffer);
    },
    async sign(algorithm: Algorithm, key: CryptoKey, data: ArrayBuffer | ArrayBufferView): Promise<ArrayBuffer> {
        onlyHmac(algorithm);
        return mac(key, data).buffer as ArrayBuffer;
    },
    async verify(algorithm: Algorithm, key: CryptoKey, signature: ArrayBuffer | ArrayBufferView, data: ArrayBuffer | ArrayBufferView) {
        onlyHmac(algorithm);
        const [right, given] = [mac(key, data), bytesOf(signature)];
        let difference = right.length ^ given.length;
        right.forEach((byte, index) => (difference |= byte ^ (given[index] ?? 0)));
        return difference === 0;
    }
};

export const webcrypto = { getRandomValues, randomUUID, subtle };

/** RSA (RFC 8017) on big integers: signatures of PKCS#1 v1.5 and PSS, encryption of PKCS#1 v1.5 and OAEP. */

import { mgf1, OAEP, PKCS1_KEM, PSS } from 'micro-rsa-dsa-dh/rsa.js';
import { bigintToBytes, bytesToBigint } from './der.js';
import { type HashName, hashFunction } from './hash.js';
import type { RsaPrivate, RsaPublic } from './key.js';

/** RFC 8017, 9.2, note 1. */
const DIGEST_INFO: Partial<Record<HashName, string>> = {
    md5: '3020300c06082a864886f70d020505000410',
    sha1: '3021300906052b0e03021a05000414',
    sha224: '302d300d06096086480165030402040500041c',
    sha256: '3031300d060960864801650304020105000420',
    sha384: '3041300d060960864801650304020205000430',
    sha512: '3051300d060960864801650304020305000440'
};

function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
    // Four bits at a time: a quarter of the multiplications of the plain method.
    const table = [1n, base % modulus];
    for (let index = 2; index < 16; index++) {
        table.push((table[index - 1]! * table[1]!) % modulus);
    }
    let result = 1n;
    for (const digit of exponent.toString(16)) {
        for (let round = 0; round < 4; round++) {
            result = (result * result) % modulus;
        }
        const value = parseInt(digit, 16);
        if (value > 0) {
            result = (result * table[value]!) % modulus;
        }
    }
    return result;
}

/** By the Chinese remainder theorem, which halves the numbers and so is four times as fast. */
function decryptRaw(key: RsaPrivate, value: bigint): bigint {
    if (!key.p || !key.q || !key.dp || !key.dq || !key.qi) {
        return modPow(value, key.d, key.n);
    }
    const one = modPow(value % key.p, key.dp, key.p);
    const two = modPow(value % key.q, key.dq, key.q);
    const step = (((one - two) * key.qi) % key.p + key.p) % key.p;
    return two + step * key.q;
}

export function size(key: RsaPublic): number {
    return (key.n.toString(2).length + 7) >> 3;
}

function padded(hash: HashName, digest: Uint8Array, length: number): Uint8Array {
    const info = DIGEST_INFO[hash];
    if (!info) {
        throw new Error(`RSA signatures with ${hash} are not supported here: ${Object.keys(DIGEST_INFO).join(', ')} are`);
    }
    const prefix = Buffer.from(info, 'hex');
    const fill = length - 3 - prefix.length - digest.length;
    if (fill < 8) {
        throw new Error('the RSA key is too short for this digest');
    }
    return new Uint8Array([0, 1, ...new Uint8Array(fill).fill(0xff), 0, ...prefix, ...digest]);
}

export function isPrivate(key: RsaPublic | RsaPrivate): key is RsaPrivate {
    return 'd' in key && key.d !== 0n;
}

export function signPkcs1(hash: HashName, key: RsaPrivate, message: Uint8Array): Uint8Array {
    const length = size(key);
    const block = padded(hash, hashFunction(hash)(message), length);
    return bigintToBytes(decryptRaw(key, bytesToBigint(block)), length);
}

export function verifyPkcs1(hash: HashName, key: RsaPublic, message: Uint8Array, signature: Uint8Array): boolean {
    const length = size(key);
    const value = bytesToBigint(signature);
    if (signature.length !== length || value >= key.n) {
        return false;
    }
    const right = bytesToBigint(padded(hash, hashFunction(hash)(message), length));
    return modPow(value, key.e, key.n) === right;
}

function pss(hash: HashName, salt: number) {
    const digest = hashFunction(hash) as any;
    return PSS(digest, mgf1(digest), salt);
}

/** The largest salt that fits is Node's default for signing. */
export function signPss(hash: HashName, key: RsaPrivate, message: Uint8Array, salt?: number): Uint8Array {
    const fits = size(key) - hashFunction(hash).outputLen - 2;
    const length = salt === undefined || salt === -2 ? fits : salt === -1 ? hashFunction(hash).outputLen : salt;
    return pss(hash, length).sign(key, message);
}

export function verifyPss(hash: HashName, key: RsaPublic, message: Uint8Array, signature: Uint8Array, salt?: number): boolean {
    const digest = hashFunction(hash).outputLen;
    const fits = size(key) - digest - 2;
    // Node finds the length out by itself; these are the ones in use.
    const lengths = salt === undefined || salt === -2 ? [digest, fits] : [salt === -1 ? digest : salt];
    return lengths.some((length) => {
        try {
            return pss(hash, length).verify(key, message, signature);
        } catch {
            return false;
        }
    });
}

export function encrypt(key: RsaPublic, text: Uint8Array, padding: number, hash: HashName, label?: Uint8Array): Uint8Array {
    return scheme(padding, hash, label).encrypt(key, text);
}

export function decrypt(key: RsaPrivate, text: Uint8Array, padding: number, hash: HashName, label?: Uint8Array): Uint8Array {
    return scheme(padding, hash, label).decrypt(key, text);
}

export const PADDING = { RSA_PKCS1_PADDING: 1, RSA_PKCS1_OAEP_PADDING: 4, RSA_PKCS1_PSS_PADDING: 6 };

function scheme(padding: number, hash: HashName, label: Uint8Array | undefined) {
    if (padding === PADDING.RSA_PKCS1_PADDING) {
        return PKCS1_KEM;
    }
    const digest = hashFunction(hash) as any;
    return OAEP(digest, mgf1(digest), label);
}

/** createSign, createVerify, sign, verify, publicEncrypt and privateDecrypt. */

import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { type Data, dataBytes, type Encoding, output } from './bytes.js';
import { type HashName, hashFunction, hashName } from './hash.js';
import { type EcKey, type KeyInput, material } from './key.js';
import { decrypt, encrypt, isPrivate, PADDING, signPkcs1, signPss, verifyPkcs1, verifyPss } from './rsa.js';

const CURVES = { 'P-256': p256, 'P-384': p384, 'P-521': p521, secp256k1 };

interface Options {
    padding?: number;
    saltLength?: number;
    dsaEncoding?: 'der' | 'ieee-p1363';
    oaepHash?: string;
    oaepLabel?: Uint8Array;
}

function optionsOf(key: KeyInput): Options {
    return typeof key === 'object' && 'key' in key ? (key as Options) : {};
}

function ecFormat(options: Options): 'der' | 'compact' {
    return options.dsaEncoding === 'ieee-p1363' ? 'compact' : 'der';
}

function curveOf(key: EcKey) {
    const curve = CURVES[key.curve];
    if (!curve) {
        throw new Error(`the curve ${key.curve} is not supported here: ${Object.keys(CURVES).join(', ')} are`);
    }
    return curve;
}

function notPrivate(): Error {
    return new Error('signing needs a private key; this one is public');
}

function signBytes(hash: HashName | undefined, message: Uint8Array, key: KeyInput): Uint8Array {
    const secret = material(key);
    const options = optionsOf(key);
    switch (secret.type) {
        case 'rsa':
            if (!isPrivate(secret)) {
                throw notPrivate();
            }
            return options.padding === PADDING.RSA_PKCS1_PSS_PADDING
                ? signPss(hash ?? 'sha256', secret, message, options.saltLength)
                : signPkcs1(hash ?? 'sha256', secret, message);
        case 'ec':
            if (!secret.secret) {
                throw notPrivate();
            }
            return curveOf(secret).sign(hashFunction(hash ?? 'sha256')(message), secret.secret, {
                prehash: false,
                lowS: false,
                format: ecFormat(options)
            });
        case 'ed25519':
            if (!secret.secret) {
                throw notPrivate();
            }
            return ed25519.sign(message, secret.secret);
        case 'secret':
            throw new Error('a secret key does not sign: use createHmac');
    }
}

function verifyBytes(hash: HashName | undefined, message: Uint8Array, key: KeyInput, signature: Uint8Array): boolean {
    const known = material(key);
    const options = optionsOf(key);
    switch (known.type) {
        case 'rsa':
            return options.padding === PADDING.RSA_PKCS1_PSS_PADDING
                ? verifyPss(hash ?? 'sha256', known, message, signature, options.saltLength)
                : verifyPkcs1(hash ?? 'sha256', known, message, signature);
        case 'ec': {
            const curve = curveOf(known);
            const point = known.publicKey ?? curve.getPublicKey(known.secret!, false);
            try {
                const digest = hashFunction(hash ?? 'sha256')(message);
                return curve.verify(signature, digest, point, { prehash: false, lowS: false, format: ecFormat(options) });
            } catch {
                return false;
            }
        }
        case 'ed25519':
            try {
                return ed25519.verify(signature, message, known.publicKey ?? ed25519.getPublicKey(known.secret!));
            } catch {
                return false;
            }
        case 'secret':
            throw new Error('a secret key does not verify: compare with createHmac and timingSafeEqual');
    }
}

/** Collects what is signed, as a stream does. */
class Signer {
    protected readonly hash: HashName;
    readonly #parts: Uint8Array[] = [];

    constructor(algorithm: string) {
        this.hash = hashName(algorithm);
    }
    update(data: Data, encoding?: Encoding): this {
        this.#parts.push(dataBytes(data, encoding).slice());
        return this;
    }
    write(data: Data, encoding?: Encoding): boolean {
        this.update(data, encoding);
        return true;
    }
    end(data?: Data): this {
        return data === undefined ? this : this.update(data);
    }
    protected message(): Uint8Array {
        return new Uint8Array(Buffer.concat(this.#parts));
    }
}

export class Sign extends Signer {
    sign(key: KeyInput, encoding?: Encoding): any {
        return output(signBytes(this.hash, this.message(), key), encoding);
    }
}

export class Verify extends Signer {
    verify(key: KeyInput, signature: Data, encoding?: Encoding): boolean {
        return verifyBytes(this.hash, this.message(), key, dataBytes(signature, encoding));
    }
}

export function createSign(algorithm: string): Sign {
    return new Sign(algorithm);
}

export function createVerify(algorithm: string): Verify {
    return new Verify(algorithm);
}

/** Ed25519 takes no algorithm: `null` or undefined. */
export function sign(algorithm: string | null | undefined, data: Data, key: KeyInput): Buffer {
    return output(signBytes(algorithm ? hashName(algorithm) : undefined, dataBytes(data), key));
}

export function verify(algorithm: string | null | undefined, data: Data, key: KeyInput, signature: Data): boolean {
    return verifyBytes(algorithm ? hashName(algorithm) : undefined, dataBytes(data), key, dataBytes(signature));
}

export function publicEncrypt(key: KeyInput, data: Data): Buffer {
    const known = material(key);
    if (known.type !== 'rsa') {
        throw new Error('publicEncrypt needs an RSA key');
    }
    const { padding = PADDING.RSA_PKCS1_OAEP_PADDING, oaepHash = 'sha1', oaepLabel } = optionsOf(key);
    return output(encrypt(known, dataBytes(data), padding, hashName(oaepHash), oaepLabel));
}

export function privateDecrypt(key: KeyInput, data: Data): Buffer {
    const known = material(key);
    if (known.type !== 'rsa' || !isPrivate(known)) {
        throw new Error('privateDecrypt needs a private RSA key');
    }
    const { padding = PADDING.RSA_PKCS1_OAEP_PADDING, oaepHash = 'sha1', oaepLabel } = optionsOf(key);
    return output(decrypt(known, dataBytes(data), padding, hashName(oaepHash), oaepLabel));
}

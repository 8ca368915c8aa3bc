/** Keys: PKCS#1, PKCS#8, SEC 1, SPKI, X.509 certificates and JWK, of RSA, the NIST curves and Ed25519. */

import { type Data, dataBytes } from './bytes.js';
import { bytesToBigint, bigintToBytes, type Element, elements, encode, encodeInteger, integer, pem, sequence, TAG, toPem } from './der.js';

export interface RsaPublic {
    type: 'rsa';
    n: bigint;
    e: bigint;
}
export interface RsaPrivate extends RsaPublic {
    d: bigint;
    p: bigint;
    q: bigint;
    dp: bigint;
    dq: bigint;
    qi: bigint;
}
export type CurveName = 'P-256' | 'P-384' | 'P-521' | 'secp256k1';
/** A point on a curve, and the secret where it is there. */
export interface EcKey {
    type: 'ec';
    curve: CurveName;
    publicKey: Uint8Array | undefined;
    secret: Uint8Array | undefined;
}
export interface Ed25519Key {
    type: 'ed25519';
    publicKey: Uint8Array | undefined;
    secret: Uint8Array | undefined;
}
export type Material = RsaPublic | RsaPrivate | EcKey | Ed25519Key | { type: 'secret'; bytes: Uint8Array };

const RSA = '2a864886f70d010101';
const RSA_PSS = '2a864886f70d01010a';
const EC = '2a8648ce3d0201';
const ED25519 = '2b6570';
const CURVES: Record<string, CurveName> = {
    '2a8648ce3d030107': 'P-256',
    '2b81040022': 'P-384',
    '2b81040023': 'P-521',
    '2b8104000a': 'secp256k1'
};

function hex(element: Element | undefined): string {
    return Buffer.from(element?.content ?? []).toString('hex');
}

function unsupported(oid: string): Error {
    return new Error(`keys of the kind ${oid} are not supported here: RSA, P-256, P-384, P-521, secp256k1 and Ed25519 are`);
}

export function fromDer(label: string, bytes: Uint8Array): Material {
    switch (label) {
        case 'RSA PRIVATE KEY':
            return rsaPrivate(bytes);
        case 'RSA PUBLIC KEY':
            return rsaPublic(bytes);
        case 'EC PRIVATE KEY':
            return ecPrivate(bytes, undefined);
        case 'PRIVATE KEY': {
            const [, algorithm, key] = sequence(bytes);
            return pkcs8(algorithm!, key!.content);
        }
        case 'PUBLIC KEY':
            return spki(sequence(bytes));
        case 'CERTIFICATE':
            return certificate(bytes);
        case 'ENCRYPTED PRIVATE KEY':
            throw new Error('the key is encrypted: store it decrypted, as "BEGIN PRIVATE KEY"');
        default:
            throw new Error(`a PEM block of the kind ${label} holds no key that is supported here`);
    }
}

function rsaPrivate(bytes: Uint8Array): RsaPrivate {
    const [, n, e, d, p, q, dp, dq, qi] = sequence(bytes).map((element) => (element.tag === TAG.integer ? integer(element) : 0n));
    return { type: 'rsa', n: n!, e: e!, d: d!, p: p!, q: q!, dp: dp!, dq: dq!, qi: qi! };
}

function rsaPublic(bytes: Uint8Array): RsaPublic {
    const [n, e] = sequence(bytes);
    return { type: 'rsa', n: integer(n), e: integer(e) };
}

function pkcs8(algorithm: Element, key: Uint8Array): Material {
    const [oid, parameters] = elements(algorithm.content);
    switch (hex(oid)) {
        case RSA:
        case RSA_PSS:
            return rsaPrivate(key);
        case EC:
            return ecPrivate(key, CURVES[hex(parameters)]);
        case ED25519:
            return { type: 'ed25519', publicKey: undefined, secret: elements(key)[0]!.content };
        default:
            throw unsupported(hex(oid));
    }
}

function ecPrivate(bytes: Uint8Array, known: CurveName | undefined): EcKey {
    const parts = sequence(bytes);
    const parameters = parts.find((part) => part.tag === TAG.context0);
    const point = parts.find((part) => part.tag === TAG.context1);
    const curve = known ?? CURVES[hex(parameters && elements(parameters.content)[0])];
    if (!curve) {
        throw unsupported('EC with another curve');
    }
    return { type: 'ec', curve, secret: parts[1]!.content, publicKey: point && elements(point.content)[0]!.content.subarray(1) };
}

function spki([algorithm, bits]: Element[]): Material {
    const [oid, parameters] = elements(algorithm!.content);
    // The first octet counts unused bits, of which keys have none.
    const key = bits!.content.subarray(1);
    switch (hex(oid)) {
        case RSA:
        case RSA_PSS:
            return rsaPublic(key);
        case EC: {
            const curve = CURVES[hex(parameters)];
            if (!curve) {
                throw unsupported('EC with another curve');
            }
            return { type: 'ec', curve, publicKey: key, secret: undefined };
        }
        case ED25519:
            return { type: 'ed25519', publicKey: key, secret: undefined };
        default:
            throw unsupported(hex(oid));
    }
}

/** The key that a certificate speaks of: version?, serial, algorithm, issuer, validity, subject, key. Its signature is not checked. */
function certificate(bytes: Uint8Array): Material {
    const fields = elements(sequence(bytes)[0]!.content).filter((field) => field.tag !== TAG.context0);
    return spki(elements(fields[5]!.content));
}

export function fromJwk(jwk: Record<string, string>): Material {
    const bytes = (name: string) => new Uint8Array(Buffer.from(jwk[name] ?? '', 'base64url'));
    const number = (name: string) => bytesToBigint(bytes(name));
    switch (jwk['kty']) {
        case 'RSA': {
            const open: RsaPublic = { type: 'rsa', n: number('n'), e: number('e') };
            return 'd' in jwk
                ? { ...open, d: number('d'), p: number('p'), q: number('q'), dp: number('dp'), dq: number('dq'), qi: number('qi') }
                : open;
        }
        case 'EC': {
            const publicKey = new Uint8Array([4, ...bytes('x'), ...bytes('y')]);
            return { type: 'ec', curve: jwk['crv'] as CurveName, publicKey, secret: 'd' in jwk ? bytes('d') : undefined };
        }
        case 'OKP':
            return { type: 'ed25519', publicKey: bytes('x'), secret: 'd' in jwk ? bytes('d') : undefined };
        case 'oct':
            return { type: 'secret', bytes: bytes('k') };
        default:
            throw new Error(`a JWK of the kind ${jwk['kty']} is not supported here: RSA, EC, OKP and oct are`);
    }
}

/** What Node's functions take as a key. */
export type KeyInput =
    | Data
    | KeyObject
    | { key: Data | KeyObject | Record<string, string>; format?: 'pem' | 'der' | 'jwk'; type?: string; [option: string]: unknown };

export function material(input: KeyInput): Material {
    if (input instanceof KeyObject) {
        return input.material;
    }
    if (typeof input === 'object' && 'key' in input) {
        if (input.key instanceof KeyObject) {
            return input.key.material;
        }
        if (input.format === 'jwk') {
            return fromJwk(input.key as Record<string, string>);
        }
        if (input.format === 'der') {
            const labels: Record<string, string> = { pkcs1: 'RSA PRIVATE KEY', pkcs8: 'PRIVATE KEY', sec1: 'EC PRIVATE KEY', spki: 'PUBLIC KEY' };
            return fromDer(labels[input.type ?? 'pkcs8'] ?? '', dataBytes(input.key as Data));
        }
        return material(input.key as Data);
    }
    const { label, bytes } = pem(typeof input === 'string' ? input : Buffer.from(dataBytes(input as Data)).toString('latin1'));
    return fromDer(label, bytes);
}

/** Node's handle for a key. */
export class KeyObject {
    constructor(
        readonly type: 'secret' | 'public' | 'private',
        readonly material: Material
    ) {}

    get asymmetricKeyType(): string | undefined {
        return this.material.type === 'secret' ? undefined : this.material.type;
    }
    get symmetricKeySize(): number | undefined {
        return this.material.type === 'secret' ? this.material.bytes.length : undefined;
    }
    export(options: { type?: string; format?: 'pem' | 'der' | 'jwk' } = {}): any {
        const key = this.material;
        if (key.type === 'secret') {
            return options.format === 'jwk' ? { kty: 'oct', k: Buffer.from(key.bytes).toString('base64url') } : Buffer.from(key.bytes);
        }
        if (key.type === 'rsa' && options.format === 'jwk') {
            const shown = (value: bigint) => Buffer.from(bigintToBytes(value)).toString('base64url');
            const names = this.type === 'private' ? (['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const) : (['n', 'e'] as const);
            return { kty: 'RSA', ...Object.fromEntries(names.map((name) => [name, shown((key as RsaPrivate)[name])])) };
        }
        if (key.type === 'rsa' && this.type === 'public') {
            const der = encode(TAG.sequence, encodeInteger(key.n), encodeInteger(key.e));
            const algorithm = encode(TAG.sequence, encode(TAG.oid, Buffer.from(RSA, 'hex')), encode(TAG.null));
            const [label, whole] =
                options.type === 'pkcs1' ? ['RSA PUBLIC KEY', der] : ['PUBLIC KEY', encode(TAG.sequence, algorithm, encode(TAG.bits, new Uint8Array(1), der))];
            return options.format === 'der' ? Buffer.from(whole as Uint8Array) : toPem(label as string, whole as Uint8Array);
        }
        throw new Error('exporting this kind of key is not supported here: keep the text that it was made of');
    }
}

export function createPrivateKey(input: KeyInput): KeyObject {
    return new KeyObject('private', material(input));
}

/** The public half, where a private key is given. */
export function createPublicKey(input: KeyInput): KeyObject {
    return new KeyObject('public', material(input));
}

export function createSecretKey(key: Data, encoding?: BufferEncoding): KeyObject {
    return new KeyObject('secret', { type: 'secret', bytes: new Uint8Array(dataBytes(key, encoding)) });
}

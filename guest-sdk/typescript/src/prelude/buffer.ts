/**
 * Node's Buffer, of the package that bundlers have always used for it, and what Node has added since: `base64url`, and other byte arrays
 * where the package insists on its own. Text goes by the engine's own functions, which are many times faster than loops.
 */

import { Buffer as Feross } from 'buffer/index.js';
import { define } from './define.js';
import { latin1Decode, utf8Decode, utf8Encode } from './text.js';

type From = (value: any, encodingOrOffset?: any, length?: number) => Buffer;
type Shown = (this: Buffer, encoding?: string, start?: number, end?: number) => string;

const Buffer = Feross as unknown as typeof globalThis.Buffer;
const original = {
    from: Buffer.from as From,
    isEncoding: Buffer.isEncoding,
    byteLength: Buffer.byteLength as (value: any, encoding?: string) => number,
    toString: Buffer.prototype.toString as Shown,
    write: Buffer.prototype.write as (this: Buffer, ...values: any[]) => number,
    equals: Buffer.prototype.equals as (this: Buffer, other: Uint8Array) => boolean
};

function nameOf(encoding: unknown): string {
    return typeof encoding === 'string' ? encoding.toLowerCase() : 'utf8';
}

function wrapped(bytes: Uint8Array): Buffer {
    return original.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Both alphabets, with whatever else there is left out, as Node reads it. */
function fromBase64(text: string): Buffer {
    const plain = text.replace(/-/g, '+').replace(/_/g, '/').split('=')[0]!.replace(/[^A-Za-z0-9+/]/g, '');
    // One character alone carries no byte.
    return fromLatin1(atob(plain.length % 4 === 1 ? plain.slice(0, -1) : plain));
}

function fromLatin1(text: string): Buffer {
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index++) {
        bytes[index] = text.charCodeAt(index);
    }
    return wrapped(bytes);
}

/** Node knows the encodings in any case of letters. */
function fromText(text: string, encoding: unknown): Buffer {
    switch (nameOf(encoding)) {
        case 'utf8':
        case 'utf-8':
            return wrapped(utf8Encode(text));
        case 'base64':
        case 'base64url':
            return fromBase64(text);
        case 'latin1':
        case 'binary':
            return fromLatin1(text);
        default:
            return original.from(text, encoding);
    }
}

function asText(bytes: Buffer, encoding: string): string | undefined {
    switch (encoding) {
        case 'utf8':
        case 'utf-8':
            return utf8Decode(bytes, false);
        case 'latin1':
        case 'binary':
            return latin1Decode(bytes);
        case 'base64':
            return btoa(latin1Decode(bytes));
        case 'base64url':
            return btoa(latin1Decode(bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
        default:
            return undefined;
    }
}

const from: From = (value, encodingOrOffset, length) =>
    typeof value === 'string' ? fromText(value, encodingOrOffset) : original.from(value, encodingOrOffset, length);

const toString: Shown = function (encoding, start, end) {
    const bytes = start === undefined && end === undefined ? this : this.subarray(start ?? 0, end);
    return asText(bytes, nameOf(encoding)) ?? original.toString.call(bytes, encoding);
};

/** Of all the shapes that `write` is called in, those that name this encoding end with it. */
function write(this: Buffer, text: string, ...rest: any[]): number {
    if (nameOf(rest[rest.length - 1]) !== 'base64url') {
        return original.write.call(this, text, ...rest);
    }
    const [offset = 0, length = this.length - offset] = rest.slice(0, -1) as number[];
    return fromBase64(text).copy(this, offset, 0, length);
}

Object.assign(Buffer, {
    from,
    isEncoding: (encoding: string) => nameOf(encoding) === 'base64url' || original.isEncoding(encoding),
    byteLength: (value: any, encoding?: string) =>
        typeof value === 'string' && nameOf(encoding) !== 'utf8' ? from(value, encoding).length : original.byteLength(value, encoding)
});
for (const [name, value] of Object.entries({
    toString,
    toLocaleString: toString,
    write,
    equals(this: Buffer, other: Uint8Array) {
        return original.equals.call(this, other instanceof Buffer ? other : original.from(other));
    }
})) {
    Object.defineProperty(Buffer.prototype, name, { value, writable: true, configurable: true });
}

define({ Buffer });

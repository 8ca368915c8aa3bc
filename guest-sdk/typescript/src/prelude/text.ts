/** TextEncoder and TextDecoder: UTF-8, UTF-16LE and Latin-1. QuickJS' own URI functions do the work, because a loop would be ten times slower. */

import { define } from './define.js';

declare function escape(text: string): string;
declare function unescape(text: string): string;

/** Text as a string of bytes, and as bytes. */
export function utf8Encode(text: string): Uint8Array {
    const ascii = isAscii(text);
    const binary = ascii ? text : unescape(encodeURIComponent(text.toWellFormed()));
    const bytes = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index++) {
        bytes[index] = binary.charCodeAt(index);
    }
    return bytes;
}

function isAscii(text: string): boolean {
    return !/[^\x00-\x7f]/.test(text);
}

/** As many as a call can have arguments without trouble. */
const CHUNK = 4_096;

export function latin1Decode(bytes: Uint8Array): string {
    let text = '';
    for (let begin = 0; begin < bytes.length; begin += CHUNK) {
        text += String.fromCharCode.apply(null, bytes.subarray(begin, begin + CHUNK) as unknown as number[]);
    }
    return text;
}

/** Replaces what is not UTF-8 as the web does, or throws. */
export function utf8Decode(bytes: Uint8Array, fatal: boolean): string {
    const binary = latin1Decode(bytes);
    if (isAscii(binary)) {
        return binary;
    }
    try {
        return decodeURIComponent(escape(binary));
    } catch {
        if (fatal) {
            throw new TypeError('The encoded data was not valid for encoding utf-8');
        }
        return utf8DecodeLossy(bytes);
    }
}

/** The web's algorithm: each maximal part of a sequence that breaks off becomes one U+FFFD. */
function utf8DecodeLossy(bytes: Uint8Array): string {
    let text = '';
    let index = 0;
    while (index < bytes.length) {
        const first = bytes[index++]!;
        if (first < 0x80) {
            text += String.fromCharCode(first);
            continue;
        }
        let needed = first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
        if (needed === 0) {
            text += '\ufffd';
            continue;
        }
        let lower = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
        let upper = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
        let point = first & (0x3f >> needed);
        while (needed > 0 && index < bytes.length && bytes[index]! >= lower && bytes[index]! <= upper) {
            point = (point << 6) | (bytes[index++]! & 0x3f);
            lower = 0x80;
            upper = 0xbf;
            needed--;
        }
        text += needed === 0 ? String.fromCodePoint(point) : '\ufffd';
    }
    return text;
}

class TextEncoder {
    get encoding() {
        return 'utf-8';
    }
    encode(text = ''): Uint8Array {
        return utf8Encode(String(text));
    }
    encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
        let read = 0;
        let written = 0;
        for (const character of String(text)) {
            const bytes = utf8Encode(character);
            if (written + bytes.length > target.length) {
                break;
            }
            target.set(bytes, written);
            written += bytes.length;
            read += character.length;
        }
        return { read, written };
    }
}

const ENCODINGS: Record<string, 'utf-8' | 'utf-16le' | 'windows-1252'> = {
    'utf-8': 'utf-8',
    utf8: 'utf-8',
    'unicode-1-1-utf-8': 'utf-8',
    'utf-16': 'utf-16le',
    'utf-16le': 'utf-16le',
    'iso-8859-1': 'windows-1252',
    latin1: 'windows-1252',
    ascii: 'windows-1252',
    'us-ascii': 'windows-1252',
    'windows-1252': 'windows-1252'
};
/** What windows-1252 has at 0x80 to 0x9f. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

class TextDecoder {
    readonly encoding: string;
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    #rest: Uint8Array = new Uint8Array(0);
    #began = false;

    constructor(label = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
        const encoding = ENCODINGS[String(label).trim().toLowerCase()];
        if (!encoding) {
            throw new RangeError(`The encoding label ${label} is not supported: utf-8, utf-16le and latin1 are`);
        }
        this.encoding = encoding;
        this.fatal = Boolean(options.fatal);
        this.ignoreBOM = Boolean(options.ignoreBOM);
    }

    decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
        let bytes = bytesOf(input);
        if (this.#rest.length > 0) {
            const both = new Uint8Array(this.#rest.length + bytes.length);
            both.set(this.#rest);
            both.set(bytes, this.#rest.length);
            bytes = both;
        }
        const whole = options.stream ? bytes.length - this.#incomplete(bytes) : bytes.length;
        this.#rest = bytes.slice(whole);
        let text = this.#text(bytes.subarray(0, whole));
        if (!this.#began && !this.ignoreBOM && text.charCodeAt(0) === 0xfeff) {
            text = text.slice(1);
        }
        this.#began = Boolean(options.stream) && (this.#began || whole > 0);
        return text;
    }

    #text(bytes: Uint8Array): string {
        switch (this.encoding) {
            case 'utf-8':
                return utf8Decode(bytes, this.fatal);
            case 'utf-16le': {
                const units = new Uint16Array((bytes.length + 1) >> 1);
                new Uint8Array(units.buffer).set(bytes);
                let text = '';
                for (let begin = 0; begin < units.length; begin += CHUNK) {
                    text += String.fromCharCode.apply(null, units.subarray(begin, begin + CHUNK) as unknown as number[]);
                }
                return text.toWellFormed();
            }
            default:
                return latin1Decode(bytes).replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!);
        }
    }

    /** Bytes at the end that begin a character which the next chunk may end. */
    #incomplete(bytes: Uint8Array): number {
        if (this.encoding === 'utf-16le') {
            return bytes.length % 2;
        }
        if (this.encoding !== 'utf-8') {
            return 0;
        }
        for (let back = 1; back <= Math.min(3, bytes.length); back++) {
            const byte = bytes[bytes.length - back]!;
            if (byte >= 0xc0) {
                const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
                return length > back ? back : 0;
            }
            if (byte < 0x80) {
                return 0;
            }
        }
        return 0;
    }
}

export function bytesOf(input: ArrayBuffer | ArrayBufferView | undefined): Uint8Array {
    if (input === undefined) {
        return new Uint8Array(0);
    }
    return ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
}

define({ TextEncoder, TextDecoder });

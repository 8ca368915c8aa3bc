/** Percent-encoding (URL standard, 1.3) and `application/x-www-form-urlencoded` (5). */

import { utf8Decode, utf8Encode } from './text.js';

/** The sets of characters that each part of a URL may not hold; besides them everything outside of printable ASCII. */
export const SETS = {
    control: /[^\x20-\x7e]/gu,
    fragment: /[^\x21-\x7e]|["<>`]/gu,
    query: /[^\x21-\x7e]|["#<>]/gu,
    specialQuery: /[^\x21-\x7e]|["#<>']/gu,
    path: /[^\x21-\x7e]|["#<>?`{}]/gu,
    userinfo: /[^\x21-\x7e]|["#<>?`{}/:;=@[\\\]^|]/gu
};

export function percentEncode(text: string, set: RegExp): string {
    return text.toWellFormed().replace(set, (character) => {
        let encoded = '';
        for (const byte of utf8Encode(character)) {
            encoded += byte < 16 ? `%0${byte.toString(16).toUpperCase()}` : `%${byte.toString(16).toUpperCase()}`;
        }
        return encoded;
    });
}

export function percentDecode(text: string): string {
    if (!text.includes('%')) {
        return text.toWellFormed();
    }
    try {
        return decodeURIComponent(text);
    } catch {
        // A `%` that begins nothing, or bytes that are no text.
        const bytes = utf8Encode(text);
        const decoded: number[] = [];
        for (let index = 0; index < bytes.length; index++) {
            const hex = bytes[index] === 0x25 ? String.fromCharCode(bytes[index + 1] ?? 0, bytes[index + 2] ?? 0) : '';
            if (/^[0-9a-f]{2}$/i.test(hex)) {
                decoded.push(parseInt(hex, 16));
                index += 2;
            } else {
                decoded.push(bytes[index]!);
            }
        }
        return utf8Decode(new Uint8Array(decoded), false);
    }
}

export type Pair = [name: string, value: string];

export function parseForm(text: string): Pair[] {
    const plain = (part: string) => percentDecode(part.replace(/\+/g, ' '));
    return text
        .split('&')
        .filter((part) => part !== '')
        .map((part) => {
            const at = part.indexOf('=');
            return at === -1 ? [plain(part), ''] : [plain(part.slice(0, at)), plain(part.slice(at + 1))];
        });
}

export function formatForm(pairs: Pair[]): string {
    return pairs.map(([name, value]) => `${formPart(name)}=${formPart(value)}`).join('&');
}

function formPart(text: string): string {
    return encodeURIComponent(text.toWellFormed())
        .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
        .replace(/%20/g, '+');
}

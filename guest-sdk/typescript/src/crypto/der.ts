/** The part of ASN.1 DER (X.690) in which keys are written, and PEM (RFC 7468) around it. */

/** One value: its tag, its content, and the whole of it. */
export interface Element {
    tag: number;
    content: Uint8Array;
    whole: Uint8Array;
}

export const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, null: 0x05, oid: 0x06, sequence: 0x30, context0: 0xa0, context1: 0xa1 };

export function elements(bytes: Uint8Array): Element[] {
    const found: Element[] = [];
    let at = 0;
    while (at < bytes.length) {
        const begin = at;
        const tag = bytes[at++]!;
        let length = bytes[at++] ?? 0;
        if (length & 0x80) {
            const octets = length & 0x7f;
            length = 0;
            for (let index = 0; index < octets; index++) {
                length = length * 256 + (bytes[at++] ?? 0);
            }
        }
        if (at + length > bytes.length) {
            throw new Error('the key is cut off: its DER is longer than what is there');
        }
        found.push({ tag, content: bytes.subarray(at, at + length), whole: bytes.subarray(begin, at + length) });
        at += length;
    }
    return found;
}

/** The parts of the one sequence that the bytes are. */
export function sequence(bytes: Uint8Array): Element[] {
    const [outer] = elements(bytes);
    if (outer?.tag !== TAG.sequence) {
        throw new Error('the key is not DER: a sequence was expected');
    }
    return elements(outer.content);
}

export function integer(element: Element | undefined): bigint {
    if (element?.tag !== TAG.integer) {
        throw new Error('the key is not what its label says: a number was expected');
    }
    return bytesToBigint(element.content);
}

export function bytesToBigint(bytes: Uint8Array): bigint {
    const hex = Buffer.from(bytes).toString('hex');
    return hex === '' ? 0n : BigInt(`0x${hex}`);
}

export function bigintToBytes(value: bigint, length?: number): Uint8Array {
    const hex = value.toString(16);
    const even = hex.length % 2 === 0 ? hex : `0${hex}`;
    return new Uint8Array(Buffer.from(length === undefined ? even : even.padStart(length * 2, '0'), 'hex'));
}

export function encode(tag: number, ...contents: Uint8Array[]): Uint8Array {
    const length = contents.reduce((sum, content) => sum + content.length, 0);
    const octets = length < 0x80 ? [] : [...bigintToBytes(BigInt(length))];
    const head = length < 0x80 ? [tag, length] : [tag, 0x80 | octets.length, ...octets];
    const whole = new Uint8Array(head.length + length);
    whole.set(head);
    let at = head.length;
    for (const content of contents) {
        whole.set(content, at);
        at += content.length;
    }
    return whole;
}

export function encodeInteger(value: bigint): Uint8Array {
    const bytes = bigintToBytes(value);
    return encode(TAG.integer, ...(bytes[0]! & 0x80 ? [new Uint8Array(1), bytes] : [bytes]));
}

export interface Pem {
    label: string;
    bytes: Uint8Array;
}

export function pem(text: string): Pem {
    const match = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/.exec(text);
    if (!match) {
        throw new Error('the key is not PEM: -----BEGIN ...----- and -----END ...----- were expected. Where it came through an environment variable, replace \\n by line breaks');
    }
    if (/Proc-Type:.*ENCRYPTED/.test(match[2]!)) {
        throw new Error('the key is encrypted: store it decrypted, as "BEGIN PRIVATE KEY"');
    }
    return { label: match[1]!, bytes: new Uint8Array(Buffer.from(match[2]!.replace(/\s+/g, ''), 'base64')) };
}

export function toPem(label: string, bytes: Uint8Array): string {
    const lines = Buffer.from(bytes).toString('base64').match(/.{1,64}/g) ?? [];
    return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

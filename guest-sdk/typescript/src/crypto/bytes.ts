/** Bytes and text in Node's encodings. */

/** Whatever Node's functions take as data. */
export type Data = string | ArrayBufferView | ArrayBuffer;
export type Encoding = BufferEncoding | 'binary' | 'buffer';

export function dataBytes(data: Data, encoding?: Encoding | null): Uint8Array {
    if (typeof data === 'string') {
        return Buffer.from(data, encoding && encoding !== 'buffer' ? (encoding as BufferEncoding) : 'utf8');
    }
    if (ArrayBuffer.isView(data)) {
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
    if (data instanceof ArrayBuffer) {
        return new Uint8Array(data);
    }
    throw new TypeError('the data must be a string, a Buffer, a typed array or a DataView');
}

/** A Buffer, or text where an encoding was named. */
export function output(bytes: Uint8Array, encoding?: Encoding | null): any {
    const buffer = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
    return encoding && encoding !== 'buffer' ? buffer.toString(encoding as BufferEncoding) : buffer;
}

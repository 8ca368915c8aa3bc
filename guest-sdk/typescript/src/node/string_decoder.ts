/** `string_decoder`: characters that two chunks share come with the second. */

const STREAMED: Record<string, string> = { utf8: 'utf-8', 'utf-8': 'utf-8', utf16le: 'utf-16le', 'utf-16le': 'utf-16le', ucs2: 'utf-16le', 'ucs-2': 'utf-16le' };

export class StringDecoder {
    readonly encoding: string;
    readonly #decoder: InstanceType<typeof TextDecoder> | undefined;
    #rest: Buffer = Buffer.alloc(0);

    constructor(encoding = 'utf8') {
        this.encoding = encoding.toLowerCase();
        const streamed = STREAMED[this.encoding];
        this.#decoder = streamed === undefined ? undefined : new TextDecoder(streamed, { ignoreBOM: true });
    }
    write(chunk: Buffer | string): string {
        if (typeof chunk === 'string') {
            return chunk;
        }
        if (this.#decoder) {
            return this.#decoder.decode(chunk, { stream: true });
        }
        // Three bytes are four characters of base64; every byte of the others stands alone.
        const whole = Buffer.concat([this.#rest, chunk]);
        const keep = this.encoding.startsWith('base64') ? whole.length % 3 : 0;
        this.#rest = whole.subarray(whole.length - keep);
        return whole.subarray(0, whole.length - keep).toString(this.encoding as BufferEncoding);
    }
    end(chunk?: Buffer | string): string {
        const text = chunk === undefined ? '' : this.write(chunk);
        const rest = this.#decoder ? this.#decoder.decode() : this.#rest.toString(this.encoding as BufferEncoding);
        this.#rest = Buffer.alloc(0);
        return text + rest;
    }
}

export default { StringDecoder };

/** createCipheriv and createDecipheriv: AES in CBC, CTR, ECB and GCM. The text is kept until `final`, because it is small. */

import { cbc, ctr, ecb, gcm } from '@noble/ciphers/aes.js';
import { type Data, dataBytes, type Encoding, output } from './bytes.js';
import { KeyObject } from './key.js';

const NAME = /^(?:id-)?aes-?(128|192|256)-(cbc|ctr|ecb|gcm)$/i;
const TAG_BYTES = 16;

type Mode = 'cbc' | 'ctr' | 'ecb' | 'gcm';

/** Both directions: Node's streams of bytes, in one piece. */
class Cipher {
    readonly #mode: Mode;
    readonly #key: Uint8Array;
    readonly #iv: Uint8Array;
    readonly #encrypts: boolean;
    readonly #parts: Uint8Array[] = [];
    #additional: Uint8Array | undefined;
    #tag: Uint8Array | undefined;
    #pads = true;
    #done = false;

    constructor(algorithm: string, key: Data | KeyObject, iv: Data | null, encrypts: boolean) {
        const match = NAME.exec(algorithm);
        if (!match) {
            throw Object.assign(new Error(`Unknown cipher: ${algorithm} is not one of aes-128, aes-192 and aes-256 with cbc, ctr, ecb or gcm`), {
                code: 'ERR_CRYPTO_UNKNOWN_CIPHER'
            });
        }
        this.#mode = match[2]!.toLowerCase() as Mode;
        this.#key = key instanceof KeyObject ? key.export() : dataBytes(key as Data);
        this.#iv = iv === null ? new Uint8Array(0) : dataBytes(iv);
        this.#encrypts = encrypts;
        if (this.#key.length * 8 !== Number(match[1])) {
            throw Object.assign(new RangeError(`Invalid key length: ${algorithm} takes ${Number(match[1]) / 8} bytes, not ${this.#key.length}`), {
                code: 'ERR_CRYPTO_INVALID_KEYLEN'
            });
        }
    }

    /** Gives nothing yet: everything comes with `final`. */
    update(data: Data, input?: Encoding | null, encoding?: Encoding): any {
        this.#parts.push(dataBytes(data, input).slice());
        return output(new Uint8Array(0), encoding);
    }
    final(encoding?: Encoding): any {
        if (this.#done) {
            throw Object.assign(new Error('Unsupported state: final was called before'), { code: 'ERR_CRYPTO_INVALID_STATE' });
        }
        this.#done = true;
        const text = new Uint8Array(Buffer.concat(this.#parts));
        return output(this.#mode === 'gcm' ? this.#gcm(text) : this.#block(text), encoding);
    }
    setAAD(data: Data): this {
        this.#additional = dataBytes(data).slice();
        return this;
    }
    getAuthTag(): Buffer {
        if (!this.#tag || !this.#encrypts) {
            throw Object.assign(new Error('Invalid state for operation getAuthTag: call final first'), { code: 'ERR_CRYPTO_INVALID_STATE' });
        }
        return output(this.#tag);
    }
    setAuthTag(tag: Data, encoding?: Encoding): this {
        this.#tag = dataBytes(tag, encoding).slice();
        return this;
    }
    setAutoPadding(pads = true): this {
        this.#pads = pads;
        return this;
    }

    #gcm(text: Uint8Array): Uint8Array {
        const cipher = gcm(this.#key, this.#iv, this.#additional);
        if (this.#encrypts) {
            const sealed = cipher.encrypt(text);
            this.#tag = sealed.slice(-TAG_BYTES);
            return sealed.slice(0, -TAG_BYTES);
        }
        if (this.#tag?.length !== TAG_BYTES) {
            throw new Error(`decrypting needs the tag of ${TAG_BYTES} bytes: setAuthTag(tag) before final`);
        }
        try {
            return cipher.decrypt(new Uint8Array(Buffer.concat([text, this.#tag])));
        } catch {
            throw new Error('Unsupported state or unable to authenticate data');
        }
    }

    #block(text: Uint8Array): Uint8Array {
        const options = { disablePadding: !this.#pads };
        const cipher =
            this.#mode === 'ctr' ? ctr(this.#key, this.#iv) : this.#mode === 'cbc' ? cbc(this.#key, this.#iv, options) : ecb(this.#key, options);
        return this.#encrypts ? cipher.encrypt(text) : cipher.decrypt(text);
    }
}

export { Cipher };

export function createCipheriv(algorithm: string, key: Data | KeyObject, iv: Data | null): Cipher {
    return new Cipher(algorithm, key, iv, true);
}

export function createDecipheriv(algorithm: string, key: Data | KeyObject, iv: Data | null): Cipher {
    return new Cipher(algorithm, key, iv, false);
}

export function getCiphers(): string[] {
    return ['128', '192', '256'].flatMap((bits) => ['cbc', 'ctr', 'ecb', 'gcm'].map((mode) => `aes-${bits}-${mode}`));
}

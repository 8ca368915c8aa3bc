/** Blob, File and FormData, in memory. */

import { define } from './define.js';
import { bytesOf, utf8Decode, utf8Encode } from './text.js';

type Part = string | ArrayBuffer | ArrayBufferView | Blob;

class Blob {
    readonly #bytes: Uint8Array;
    readonly type: string;

    constructor(parts: Iterable<Part> = [], options: { type?: string } = {}) {
        const pieces = Array.from(parts, (part) =>
            part instanceof Blob ? part.#bytes : typeof part === 'object' ? bytesOf(part) : utf8Encode(String(part))
        );
        this.#bytes = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
        let offset = 0;
        for (const piece of pieces) {
            this.#bytes.set(piece, offset);
            offset += piece.length;
        }
        this.type = /^[\x20-\x7e]*$/.test(options.type ?? '') ? (options.type ?? '').toLowerCase() : '';
    }
    get size(): number {
        return this.#bytes.length;
    }
    async arrayBuffer(): Promise<ArrayBuffer> {
        return this.#bytes.slice().buffer as ArrayBuffer;
    }
    async bytes(): Promise<Uint8Array> {
        return this.#bytes.slice();
    }
    async text(): Promise<string> {
        return utf8Decode(this.#bytes, false);
    }
    slice(begin?: number, end?: number, type = ''): Blob {
        return new Blob([this.#bytes.slice(begin, end)], { type });
    }
    get [Symbol.toStringTag](): string {
        return 'Blob';
    }
}

class File extends Blob {
    readonly lastModified: number;
    constructor(
        parts: Iterable<Part>,
        readonly name: string,
        options: { type?: string; lastModified?: number } = {}
    ) {
        super(parts, options);
        this.lastModified = options.lastModified ?? Date.now();
    }
    override get [Symbol.toStringTag](): string {
        return 'File';
    }
}

type Value = string | File;

class FormData {
    #entries: [string, Value][] = [];

    append(name: string, value: unknown, filename?: string): void {
        this.#entries.push([String(name), entry(value, filename)]);
    }
    set(name: string, value: unknown, filename?: string): void {
        const index = this.#entries.findIndex(([key]) => key === String(name));
        if (index === -1) {
            this.append(name, value, filename);
            return;
        }
        this.#entries[index] = [String(name), entry(value, filename)];
        this.#entries = this.#entries.filter(([key], at) => key !== String(name) || at === index);
    }
    get(name: string): Value | null {
        return this.#entries.find(([key]) => key === name)?.[1] ?? null;
    }
    getAll(name: string): Value[] {
        return this.#entries.filter(([key]) => key === name).map(([, value]) => value);
    }
    has(name: string): boolean {
        return this.#entries.some(([key]) => key === name);
    }
    delete(name: string): void {
        this.#entries = this.#entries.filter(([key]) => key !== name);
    }
    forEach(visit: (value: Value, name: string, form: FormData) => void): void {
        this.#entries.forEach(([name, value]) => visit(value, name, this));
    }
    *entries(): IterableIterator<[string, Value]> {
        yield* this.#entries;
    }
    *keys(): IterableIterator<string> {
        yield* this.#entries.map(([name]) => name);
    }
    *values(): IterableIterator<Value> {
        yield* this.#entries.map(([, value]) => value);
    }
    [Symbol.iterator](): IterableIterator<[string, Value]> {
        return this.entries();
    }
    get [Symbol.toStringTag](): string {
        return 'FormData';
    }
}

function entry(value: unknown, filename: string | undefined): Value {
    if (!(value instanceof Blob)) {
        return String(value);
    }
    if (value instanceof File && filename === undefined) {
        return value;
    }
    return new File([value], filename ?? (value instanceof File ? value.name : 'blob'), { type: value.type });
}

define({ Blob, File, FormData });

/** Headers: names in lower case and in order, several values of one name joined. */

import { define } from './define.js';

class Headers {
    #values = new Map<string, string>();
    #cookies: string[] = [];

    constructor(init?: Headers | Iterable<[string, string]> | Record<string, string>) {
        const entries = init === undefined || init === null ? [] : Symbol.iterator in init ? init : Object.entries(init);
        for (const [name, value] of entries as Iterable<[string, string]>) {
            this.append(name, value);
        }
    }
    append(name: string, value: string): void {
        const key = nameOf(name);
        const text = String(value).trim();
        if (key === 'set-cookie') {
            this.#cookies.push(text);
        }
        const before = this.#values.get(key);
        this.#values.set(key, before === undefined ? text : `${before}, ${text}`);
    }
    set(name: string, value: string): void {
        this.delete(name);
        this.append(name, value);
    }
    get(name: string): string | null {
        return this.#values.get(nameOf(name)) ?? null;
    }
    getSetCookie(): string[] {
        return [...this.#cookies];
    }
    has(name: string): boolean {
        return this.#values.has(nameOf(name));
    }
    delete(name: string): void {
        const key = nameOf(name);
        this.#values.delete(key);
        if (key === 'set-cookie') {
            this.#cookies = [];
        }
    }
    forEach(visit: (value: string, name: string, headers: Headers) => void): void {
        for (const [name, value] of this) {
            visit(value, name, this);
        }
    }
    *entries(): IterableIterator<[string, string]> {
        yield* [...this.#values].sort(([one], [other]) => (one < other ? -1 : 1));
    }
    *keys(): IterableIterator<string> {
        for (const [name] of this) {
            yield name;
        }
    }
    *values(): IterableIterator<string> {
        for (const [, value] of this) {
            yield value;
        }
    }
    [Symbol.iterator](): IterableIterator<[string, string]> {
        return this.entries();
    }
    get [Symbol.toStringTag](): string {
        return 'Headers';
    }
}

function nameOf(name: string): string {
    const key = String(name).toLowerCase();
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(key)) {
        throw new TypeError(`${JSON.stringify(name)} is not a header's name`);
    }
    return key;
}

define({ Headers });

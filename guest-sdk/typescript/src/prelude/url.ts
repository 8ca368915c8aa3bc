/**
 * URL and URLSearchParams. Not from a package: those that there are bring ten times as much code, and pages of memory that a fresh
 * instance touches cost more than anything else in a small function's call.
 */

import { define } from './define.js';
import { parseHost } from './host-name.js';
import { formatForm, type Pair, parseForm, percentEncode, SETS } from './percent.js';
import { encodeQuery, formatUrl, host, isSpecial, parsePath, parsePort, parseUrl, pathname, type UrlRecord } from './url-record.js';

/** Tells a URL that its parameters changed. */
const CHANGED = Symbol('changed');

type Init = string | Iterable<Iterable<unknown>> | Record<string, unknown> | undefined | null;

class URLSearchParams {
    #pairs: Pair[];
    [CHANGED]: (() => void) | undefined;

    constructor(init: Init = '') {
        if (typeof init === 'object' && init !== null) {
            const entries = Symbol.iterator in init ? Array.from(init as Iterable<Iterable<unknown>>, (pair) => [...pair]) : Object.entries(init);
            this.#pairs = entries.map((pair) => {
                if (pair.length !== 2) {
                    throw new TypeError('each pair of parameters needs a name and a value');
                }
                return [text(pair[0]), text(pair[1])];
            });
        } else {
            this.#pairs = parseForm(String(init ?? '').replace(/^\?/, ''));
        }
    }
    static replace(params: URLSearchParams, query: string): void {
        params.#pairs = parseForm(query);
    }
    #changed(pairs: Pair[]): void {
        this.#pairs = pairs;
        this[CHANGED]?.();
    }
    get size(): number {
        return this.#pairs.length;
    }
    append(name: string, value: string): void {
        this.#changed([...this.#pairs, [text(name), text(value)]]);
    }
    delete(name: string, value?: string): void {
        this.#changed(this.#pairs.filter(([key, item]) => key !== text(name) || (value !== undefined && item !== text(value))));
    }
    get(name: string): string | null {
        return this.#pairs.find(([key]) => key === text(name))?.[1] ?? null;
    }
    getAll(name: string): string[] {
        return this.#pairs.filter(([key]) => key === text(name)).map(([, value]) => value);
    }
    has(name: string, value?: string): boolean {
        return this.#pairs.some(([key, item]) => key === text(name) && (value === undefined || item === text(value)));
    }
    set(name: string, value: string): void {
        const first = this.#pairs.findIndex(([key]) => key === text(name));
        if (first === -1) {
            this.append(name, value);
            return;
        }
        const kept = this.#pairs.filter(([key], index) => key !== text(name) || index === first);
        this.#changed(kept.map((pair) => (pair[0] === text(name) ? [pair[0], text(value)] : pair)));
    }
    sort(): void {
        this.#changed([...this.#pairs].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)));
    }
    forEach(visit: (value: string, name: string, params: URLSearchParams) => void, self?: unknown): void {
        for (const [name, value] of this) {
            visit.call(self, value, name, this);
        }
    }
    *entries(): IterableIterator<Pair> {
        // By index, because one may change them on the way.
        for (let index = 0; index < this.#pairs.length; index++) {
            yield [...this.#pairs[index]!];
        }
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
    [Symbol.iterator](): IterableIterator<Pair> {
        return this.entries();
    }
    toString(): string {
        return formatForm(this.#pairs);
    }
    get [Symbol.toStringTag](): string {
        return 'URLSearchParams';
    }
}

function text(value: unknown): string {
    return String(value).toWellFormed();
}

function invalid(input: unknown): TypeError {
    return Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input: String(input) });
}

class URL {
    #url: UrlRecord;
    readonly #params = new URLSearchParams();

    constructor(input: unknown, base?: unknown) {
        const known = base === undefined ? undefined : parseUrl(String(base));
        const url = base !== undefined && !known ? undefined : parseUrl(String(input), known);
        if (!url) {
            throw invalid(input);
        }
        this.#url = url;
        URLSearchParams.replace(this.#params, url.query ?? '');
        this.#params[CHANGED] = () => {
            const query = this.#params.toString();
            this.#url.query = query === '' ? null : query;
        };
    }
    static canParse(input: unknown, base?: unknown): boolean {
        return URL.parse(input, base) !== null;
    }
    static parse(input: unknown, base?: unknown): URL | null {
        try {
            return new URL(input, base);
        } catch {
            return null;
        }
    }

    get href(): string {
        return formatUrl(this.#url);
    }
    set href(value: string) {
        const url = parseUrl(String(value));
        if (!url) {
            throw invalid(value);
        }
        this.#url = url;
        URLSearchParams.replace(this.#params, url.query ?? '');
    }
    get origin(): string {
        const { scheme } = this.#url;
        if (scheme === 'blob') {
            const inner = URL.parse(pathname(this.#url));
            return inner && /^https?:$/.test(inner.protocol) ? inner.origin : 'null';
        }
        return isSpecial(scheme) && scheme !== 'file' ? `${scheme}://${host(this.#url)}` : 'null';
    }
    get protocol(): string {
        return `${this.#url.scheme}:`;
    }
    set protocol(value: string) {
        const [, name] = /^([a-z][a-z0-9+.-]*)(?::|$)/i.exec(String(value)) ?? [];
        const scheme = name?.toLowerCase();
        const url = this.#url;
        if (scheme === undefined || isSpecial(scheme) !== isSpecial(url.scheme)) {
            return;
        }
        if ((scheme === 'file' && (url.username !== '' || url.password !== '' || url.port !== null)) || (url.scheme === 'file' && url.host === '')) {
            return;
        }
        url.scheme = scheme;
        url.port = url.port === null ? null : (parsePort(String(url.port), scheme) ?? null);
    }
    get #hasNoCredentials(): boolean {
        return this.#url.host === null || this.#url.host === '' || this.#url.scheme === 'file';
    }
    get username(): string {
        return this.#url.username;
    }
    set username(value: string) {
        if (!this.#hasNoCredentials) {
            this.#url.username = percentEncode(String(value), SETS.userinfo);
        }
    }
    get password(): string {
        return this.#url.password;
    }
    set password(value: string) {
        if (!this.#hasNoCredentials) {
            this.#url.password = percentEncode(String(value), SETS.userinfo);
        }
    }
    get host(): string {
        return host(this.#url);
    }
    set host(value: string) {
        const [whole] = this.#authority.exec(String(value))!;
        const [, name, port] = this.#url.scheme === 'file' ? [whole, whole] : /^(\[[^\]]*\]|[^:]*)(?::([0-9]*))?/.exec(whole)!;
        if (this.#setHost(name!) && port) {
            this.port = port;
        }
    }
    get hostname(): string {
        return this.#url.host ?? '';
    }
    set hostname(value: string) {
        const [name] = this.#authority.exec(String(value))!;
        if (!name.replace(/^\[[^\]]*\]/, '').includes(':')) {
            this.#setHost(name);
        }
    }
    /** What of a value can be a host and a port. */
    get #authority(): RegExp {
        return isSpecial(this.#url.scheme) ? /^[^/?#\\]*/ : /^[^/?#]*/;
    }
    #setHost(name: string): boolean {
        const special = isSpecial(this.#url.scheme);
        const parsed = typeof this.#url.path === 'string' || (name === '' && special) ? undefined : parseHost(name, special);
        if (parsed !== undefined) {
            this.#url.host = parsed;
        }
        return parsed !== undefined;
    }
    get port(): string {
        return this.#url.port === null ? '' : String(this.#url.port);
    }
    set port(value: string) {
        const [digits] = /^[0-9]*/.exec(String(value))!;
        const port = parsePort(digits, this.#url.scheme);
        if (!this.#hasNoCredentials && port !== undefined && (digits !== '' || String(value) === '')) {
            this.#url.port = port;
        }
    }
    get pathname(): string {
        return pathname(this.#url);
    }
    set pathname(value: string) {
        if (typeof this.#url.path !== 'string') {
            this.#url.path = parsePath(String(value).replace(/[\t\n\r]/g, ''), this.#url.scheme);
        }
    }
    get search(): string {
        return this.#url.query ? `?${this.#url.query}` : '';
    }
    set search(value: string) {
        const query = String(value).replace(/^\?/, '').replace(/[\t\n\r]/g, '');
        this.#url.query = String(value) === '' ? null : encodeQuery(query, this.#url.scheme);
        URLSearchParams.replace(this.#params, query);
    }
    get searchParams(): URLSearchParams {
        return this.#params;
    }
    get hash(): string {
        return this.#url.fragment ? `#${this.#url.fragment}` : '';
    }
    set hash(value: string) {
        this.#url.fragment = String(value) === '' ? null : percentEncode(String(value).replace(/^#/, '').replace(/[\t\n\r]/g, ''), SETS.fragment);
    }
    toString(): string {
        return this.href;
    }
    toJSON(): string {
        return this.href;
    }
    get [Symbol.toStringTag](): string {
        return 'URL';
    }
}

define({ URL, URLSearchParams });

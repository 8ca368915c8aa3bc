/** `querystring`. */

type Parsed = Record<string, string | string[]>;

export function escape(text: unknown): string {
    return encodeURIComponent(String(text));
}

export function unescape(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

interface ParseOptions {
    maxKeys?: number;
    decodeURIComponent?: (text: string) => string;
}

export function parse(text: string, separator = '&', equals = '=', options: ParseOptions = {}): Parsed {
    const found: Parsed = Object.create(null);
    const decode = options.decodeURIComponent ?? unescape;
    const plain = (part: string) => decode(part.replace(/\+/g, ' '));
    const most = options.maxKeys ?? 1000;
    const pairs = String(text ?? '').split(separator).filter((pair) => pair !== '');
    for (const pair of most > 0 ? pairs.slice(0, most) : pairs) {
        const at = pair.indexOf(equals);
        const name = plain(at === -1 ? pair : pair.slice(0, at));
        const value = at === -1 ? '' : plain(pair.slice(at + equals.length));
        const before = found[name];
        found[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
    }
    return found;
}

interface StringifyOptions {
    encodeURIComponent?: (text: string) => string;
}

export function stringify(values: Record<string, unknown> | null | undefined, separator = '&', equals = '=', options: StringifyOptions = {}): string {
    const encode = options.encodeURIComponent ?? escape;
    const one = (value: unknown) =>
        typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) || typeof value === 'bigint' || typeof value === 'boolean'
            ? encode(String(value))
            : '';
    return Object.entries(values ?? {})
        .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => `${encode(name)}${equals}${one(item)}`))
        .join(separator);
}

export const [decode, encode] = [parse, stringify];
export default { decode, encode, escape, parse, stringify, unescape };

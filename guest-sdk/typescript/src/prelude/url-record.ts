/** The URL standard's parser (4.4) and serializer (4.5), by cutting the text instead of by its state machine. */

import { parseHost } from './host-name.js';
import { percentEncode, SETS } from './percent.js';

export interface UrlRecord {
    scheme: string;
    username: string;
    password: string;
    host: string | null;
    port: number | null;
    /** Text where it is opaque: `mailto:a@b.c`. */
    path: string[] | string;
    query: string | null;
    fragment: string | null;
}

const PORTS: Record<string, number | null> = { ftp: 21, file: null, http: 80, https: 443, ws: 80, wss: 443 };

export function isSpecial(scheme: string): boolean {
    return Object.hasOwn(PORTS, scheme);
}

/** Undefined where it is no URL. */
export function parseUrl(input: string, base?: UrlRecord): UrlRecord | undefined {
    let text = input.replace(/^[\0-\x20]+|[\0-\x20]+$/g, '').replace(/[\t\n\r]/g, '');
    let fragment: string | null = null;
    const hash = text.indexOf('#');
    if (hash !== -1) {
        fragment = percentEncode(text.slice(hash + 1), SETS.fragment);
        text = text.slice(0, hash);
    }
    const [prefix, name] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? [];
    const url = name === undefined ? withoutScheme(text, base, fragment !== null) : withScheme(name.toLowerCase(), text.slice(prefix!.length), base);
    return url && { ...url, fragment };
}

function blank(scheme: string): UrlRecord {
    return { scheme, username: '', password: '', host: null, port: null, path: [], query: null, fragment: null };
}

function withScheme(scheme: string, rest: string, base: UrlRecord | undefined): UrlRecord | undefined {
    const special = isSpecial(scheme);
    if (special && scheme !== 'file') {
        const slashes = /^[/\\]*/.exec(rest)![0];
        return base?.scheme === scheme && slashes.length < 2 ? relative(rest, base) : authority(blank(scheme), rest.slice(slashes.length));
    }
    if (scheme === 'file') {
        return file(rest, base?.scheme === 'file' ? base : undefined);
    }
    if (rest.startsWith('//')) {
        return authority(blank(scheme), rest.slice(2));
    }
    if (rest.startsWith('/')) {
        return finish(blank(scheme), rest);
    }
    const [path, query] = cutQuery(rest);
    return { ...blank(scheme), path: percentEncode(path, SETS.control), query: query === null ? null : percentEncode(query, SETS.query) };
}

function withoutScheme(text: string, base: UrlRecord | undefined, hasFragment: boolean): UrlRecord | undefined {
    if (!base || (typeof base.path === 'string' && (text !== '' || !hasFragment))) {
        return undefined;
    }
    if (typeof base.path === 'string') {
        return { ...base };
    }
    return base.scheme === 'file' ? file(text, base) : relative(text, base);
}

function relative(text: string, base: UrlRecord): UrlRecord | undefined {
    const special = isSpecial(base.scheme);
    const slashes = (special ? /^[/\\]*/ : /^\/{0,2}/).exec(text)![0].length;
    if (slashes >= 2) {
        return authority(blank(base.scheme), text.slice(slashes));
    }
    const url = { ...base, query: null as string | null };
    if (slashes === 1) {
        return finish({ ...url, path: [] }, text);
    }
    return onto(url, text, base);
}

/** A path that does not begin at the root, on the path of the base. */
function onto(url: UrlRecord, text: string, base: UrlRecord): UrlRecord {
    const path = [...(base.path as string[])];
    if (text === '' || text.startsWith('?')) {
        return { ...finish({ ...url, path: [] }, text), path, ...(text === '' ? { query: base.query } : {}) };
    }
    return finish({ ...url, path: path.slice(0, -1) }, text);
}

function file(text: string, base: UrlRecord | undefined): UrlRecord | undefined {
    const slashes = /^[/\\]{0,2}/.exec(text)![0].length;
    if (slashes === 2) {
        const url = authority(blank('file'), text.slice(2));
        return url?.host === 'localhost' ? { ...url, host: '' } : url;
    }
    const url = { ...blank('file'), host: base?.host ?? '' };
    return slashes === 1 || !base ? finish(url, text) : onto({ ...url }, text, base);
}

function authority(url: UrlRecord, rest: string): UrlRecord | undefined {
    const special = isSpecial(url.scheme);
    const end = rest.search(special ? /[/\\?]/ : /[/?]/);
    const whole = end === -1 ? rest : rest.slice(0, end);
    const at = whole.lastIndexOf('@');
    if (at !== -1) {
        const credentials = whole.slice(0, at);
        const colon = credentials.indexOf(':');
        url.username = percentEncode(colon === -1 ? credentials : credentials.slice(0, colon), SETS.userinfo);
        url.password = colon === -1 ? '' : percentEncode(credentials.slice(colon + 1), SETS.userinfo);
    }
    const [, name, , port] = /^(\[[^\]]*\]|[^:]*)(:(.*))?$/s.exec(whole.slice(at + 1)) ?? [];
    if (name === undefined || (name === '' && (at !== -1 || port !== undefined || (special && url.scheme !== 'file')))) {
        return undefined;
    }
    const host = name === '' ? '' : parseHost(name, special);
    const number = parsePort(port ?? '', url.scheme);
    if (host === undefined || number === undefined || (url.scheme === 'file' && (at !== -1 || port !== undefined))) {
        return undefined;
    }
    return finish({ ...url, host, port: number }, end === -1 ? '' : rest.slice(end));
}

/** `null` where it is the scheme's own. */
export function parsePort(text: string, scheme: string): number | null | undefined {
    if (!/^[0-9]*$/.test(text) || Number(text) > 65_535) {
        return undefined;
    }
    return text === '' || Number(text) === PORTS[scheme] ? null : Number(text);
}

function cutQuery(text: string): [string, string | null] {
    const at = text.indexOf('?');
    return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

export function encodeQuery(query: string, scheme: string): string {
    return percentEncode(query, isSpecial(scheme) ? SETS.specialQuery : SETS.query);
}

/** Path and query, behind what the URL's path has already. */
function finish(url: UrlRecord, text: string): UrlRecord {
    const [path, query] = cutQuery(text);
    return { ...url, path: parsePath(path, url.scheme, url.path as string[]), query: query === null ? null : encodeQuery(query, url.scheme) };
}

export function parsePath(text: string, scheme: string, before: string[] = []): string[] {
    const special = isSpecial(scheme);
    const path = [...before];
    if (text === '') {
        return special && path.length === 0 ? [''] : path;
    }
    const parts = text.replace(special ? /^[/\\]/ : /^\//, '').split(special ? /[/\\]/ : '/');
    parts.forEach((part, index) => {
        const last = index === parts.length - 1;
        if (/^(?:\.|%2e){2}$/i.test(part)) {
            path.pop();
            if (last) {
                path.push('');
            }
        } else if (/^(?:\.|%2e)$/i.test(part)) {
            if (last) {
                path.push('');
            }
        } else {
            path.push(percentEncode(part, SETS.path));
        }
    });
    return path;
}

export function pathname({ path }: UrlRecord): string {
    return typeof path === 'string' ? path : path.map((part) => `/${part}`).join('');
}

export function host({ host: name, port }: UrlRecord): string {
    return (name ?? '') + (port === null ? '' : `:${port}`);
}

export function formatUrl(url: UrlRecord): string {
    const password = url.password === '' ? '' : `:${url.password}`;
    const credentials = url.username === '' && password === '' ? '' : `${url.username}${password}@`;
    // A path that begins with two slashes would be taken for a host.
    const guard = typeof url.path !== 'string' && url.path.length > 1 && url.path[0] === '' ? '/.' : '';
    const place = url.host === null ? guard : `//${credentials}${host(url)}`;
    const query = url.query === null ? '' : `?${url.query}`;
    return `${url.scheme}:${place}${pathname(url)}${query}${url.fragment === null ? '' : `#${url.fragment}`}`;
}

/**
 * Node's own parser, which libraries of before 2018 use: absolute URLs by the web's, the rest by a pattern.
 * What has no `//`, such as `mailto:`, is not taken apart further.
 */

import * as querystring from '../node/querystring.js';
import { URL } from './web.js';

const RELATIVE = /^([^?#]*)(\?[^#]*)?(#.*)?$/s;

/** What `parse` gives: fields that are null where the URL has nothing. */
export class Url {
    protocol: string | null = null;
    slashes: boolean | null = null;
    auth: string | null = null;
    host: string | null = null;
    port: string | null = null;
    hostname: string | null = null;
    hash: string | null = null;
    search: string | null = null;
    query: string | Record<string, unknown> | null = null;
    pathname: string | null = null;
    path: string | null = null;
    href = '';

    format(): string {
        return format(this);
    }
}

export function parse(text: string, parseQuery = false, slashesDenoteHost = false): Url {
    const trimmed = String(text).trim();
    const parts = new Url();
    const withHost = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : slashesDenoteHost && trimmed.startsWith('//') ? `x:${trimmed}` : undefined;
    if (withHost === undefined) {
        const [scheme] = /^[a-z][a-z0-9+.-]*:/i.exec(trimmed) ?? [];
        parts.protocol = scheme?.toLowerCase() ?? null;
        const [, path, search, hash] = RELATIVE.exec(trimmed.slice(scheme?.length ?? 0))!;
        parts.pathname = path || null;
        parts.search = search ?? null;
        parts.hash = hash ?? null;
    } else {
        // A base that every scheme may have: for the web's parser only some have hosts.
        const [, scheme, rest] = /^([^:]+:)(.*)$/s.exec(withHost)!;
        const url = new URL(`http:${rest}`);
        parts.protocol = scheme === 'x:' ? null : scheme!.toLowerCase();
        parts.slashes = true;
        parts.auth = url.username ? decodeURIComponent(url.username + (url.password ? `:${url.password}` : '')) : null;
        // The web's drops a port that is the scheme's own; here it is kept.
        parts.port = /^\/\/(?:[^@/?#]*@)?(?:\[[^\]]*\]|[^:/?#]*):(\d+)/.exec(rest!)?.[1] ?? null;
        parts.hostname = url.hostname.replace(/^\[|\]$/g, '');
        parts.host = url.hostname + (parts.port ? `:${parts.port}` : '');
        parts.pathname = url.pathname;
        parts.search = url.search || null;
        parts.hash = url.hash || null;
    }
    const query = parts.search?.slice(1) ?? null;
    parts.query = parseQuery ? querystring.parse(query ?? '') : query;
    if (parseQuery) {
        parts.search ??= '';
    }
    parts.path = parts.pathname === null && !parts.search ? null : (parts.pathname ?? '') + (parts.search ?? '');
    parts.href = format(parts);
    return parts;
}

export function format(url: Partial<Url> | URL | string, options?: { fragment?: boolean; search?: boolean; auth?: boolean }): string {
    if (typeof url === 'string') {
        return format(parse(url));
    }
    if (url instanceof URL) {
        const copy = new URL(url.href);
        if (options?.fragment === false) {
            copy.hash = '';
        }
        if (options?.search === false) {
            copy.search = '';
        }
        if (options?.auth === false) {
            copy.username = copy.password = '';
        }
        return copy.href;
    }
    const scheme = url.protocol ? (url.protocol.endsWith(':') ? url.protocol : `${url.protocol}:`) : '';
    const auth = url.auth ? `${encodeURIComponent(url.auth).replace(/%3A/i, ':')}@` : '';
    const name = url.hostname?.includes(':') ? `[${url.hostname}]` : url.hostname;
    const host = url.host ? auth + url.host : name ? auth + name + (url.port ? `:${url.port}` : '') : '';
    const query = typeof url.query === 'object' && url.query !== null ? querystring.stringify(url.query) : '';
    const search = (url.search ?? (query ? `?${query}` : '')).replace(/#/g, '%23');
    const hash = url.hash ? (url.hash.startsWith('#') ? url.hash : `#${url.hash}`) : '';
    const slashes = url.slashes || (host !== '' && /^(https?|ftp|file|wss?):$/.test(scheme)) ? '//' : '';
    const path = (url.pathname ?? '').replace(/[?#]/g, encodeURIComponent);
    return scheme + slashes + host + (slashes && path && !path.startsWith('/') ? `/${path}` : path) + (search && !search.startsWith('?') ? `?${search}` : search) + hash;
}

/** Of two URLs, either of which may be relative. */
export function resolve(from: string, to: string): string {
    const base = new URL(from, 'resolve://relative');
    const url = new URL(to, base);
    return url.protocol === 'resolve:' ? url.pathname + url.search + url.hash : url.href;
}

/** `url`. */

import { URL, URLSearchParams } from '../node-url/web.js';
import { format, parse, resolve, Url } from '../node-url/legacy.js';

export { format, parse, resolve, Url, URL, URLSearchParams };

export function fileURLToPath(url: string | URL): string {
    const { protocol, pathname } = new URL(url);
    if (protocol !== 'file:') {
        throw Object.assign(new TypeError('The URL must be of scheme file'), { code: 'ERR_INVALID_URL_SCHEME' });
    }
    return decodeURIComponent(pathname);
}

export function pathToFileURL(path: string): URL {
    return new URL(`file://${path.split('/').map(encodeURIComponent).join('/')}`);
}

export function domainToASCII(domain: string): string {
    try {
        return new URL(`http://${domain}`).hostname;
    } catch {
        return '';
    }
}

export function urlToHttpOptions(url: URL): Record<string, unknown> {
    const { protocol, hostname, hash, search, pathname, href, port, username, password } = url;
    return {
        protocol,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        hash,
        search,
        pathname,
        path: pathname + search,
        href,
        ...(port === '' ? {} : { port: Number(port) }),
        ...(username || password ? { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` } : {})
    };
}

export default { domainToASCII, fileURLToPath, format, parse, pathToFileURL, resolve, Url, URL, URLSearchParams, urlToHttpOptions };

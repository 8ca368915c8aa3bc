/** `path`, of POSIX: there are no files, but names of attachments and keys are joined by it. */

export const sep = '/';
export const delimiter = ':';

export function normalize(path: string): string {
    const absolute = path.startsWith('/');
    const parts: string[] = [];
    for (const part of path.split('/')) {
        if (part === '' || part === '.') {
            continue;
        }
        if (part !== '..') {
            parts.push(part);
        } else if (parts.length > 0 && parts[parts.length - 1] !== '..') {
            parts.pop();
        } else if (!absolute) {
            parts.push('..');
        }
    }
    const joined = parts.join('/');
    const trailing = joined !== '' && path.endsWith('/') ? '/' : '';
    return absolute ? `/${joined}${trailing}` : joined + trailing || '.';
}

export function join(...paths: string[]): string {
    return normalize(paths.filter((path) => path !== '').join('/') || '.');
}

export function resolve(...paths: string[]): string {
    const last = paths.findLastIndex((path) => path.startsWith('/'));
    const path = normalize(`/${paths.slice(Math.max(0, last)).join('/')}`);
    return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

export function isAbsolute(path: string): boolean {
    return path.startsWith('/');
}

export function basename(path: string, suffix = ''): string {
    const base = path.replace(/\/+$/, '').split('/').pop() ?? '';
    return suffix !== '' && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base;
}

export function dirname(path: string): string {
    const trimmed = path.replace(/\/+$/, '');
    const at = trimmed.lastIndexOf('/');
    if (at === -1) {
        return path.startsWith('/') ? '/' : '.';
    }
    return trimmed.slice(0, at).replace(/\/+$/, '') || '/';
}

export function extname(path: string): string {
    const base = basename(path);
    const at = base.lastIndexOf('.');
    return at <= 0 || base === '..' ? '' : base.slice(at);
}

interface Parsed {
    root: string;
    dir: string;
    base: string;
    ext: string;
    name: string;
}

export function parse(path: string): Parsed {
    const base = basename(path);
    const ext = extname(base);
    const dir = base === '' || !path.includes('/') ? (path.startsWith('/') ? '/' : '') : dirname(path);
    return { root: path.startsWith('/') ? '/' : '', dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
}

export function format({ root = '', dir, base, name = '', ext = '' }: Partial<Parsed>): string {
    const file = base ?? name + ext;
    return dir ? (dir === root ? dir + file : `${dir}/${file}`) : root + file;
}

export function relative(from: string, to: string): string {
    const [one, other] = [resolve(from), resolve(to)].map((path) => path.split('/').filter(Boolean));
    let shared = 0;
    while (shared < one!.length && one![shared] === other![shared]) {
        shared++;
    }
    return [...one!.slice(shared).map(() => '..'), ...other!.slice(shared)].join('/');
}

const all = { basename, delimiter, dirname, extname, format, isAbsolute, join, normalize, parse, relative, resolve, sep };
export const posix: typeof all & { posix?: unknown } = all;
export default { ...all, posix };

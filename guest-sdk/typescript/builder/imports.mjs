// What an import of the author's, or of a package of his, becomes: ours, bundled, or an error that names it.
import fs from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { AUTHORING, INDEX, NODE_MODULES, PRELUDE, ROOT, RUNTIME } from './package.mjs';
import { instrument } from './instrument.mjs';

/** What has a place of its own in this package, whoever imports it. */
const OURS = new Map([...AUTHORING.map((name) => [name, INDEX]), ['@syncline/functions/prelude', PRELUDE], ['@syncline/functions/runtime', RUNTIME]]);
const BUILTINS = new Set(builtinModules);

/** What needs sockets, files or processes. Some packages import these without need, so there may be a counterpart for packages alone. */
const HTTP = 'use nango.get, nango.post, ... for the provider, or nango.uncontrolledFetch for others: the host makes the requests';
const FILES = 'a function has no files: keep state with nango.saveCheckpoint or nango.updateMetadata, and constants in a .ts or .json file';
const REMEDIES = new Map([
    ...['http', 'https', 'http2', 'net', 'tls', 'dns', 'dns/promises', 'dgram', 'undici'].map((name) => [name, HTTP]),
    ...['fs', 'fs/promises'].map((name) => [name, FILES]),
    ...['child_process', 'cluster', 'worker_threads'].map((name) => [name, 'a function is one thread in a sandbox: call another function with nango.triggerAction']),
    ['os', 'a function is not told about the machine; leave it out'],
    ['vm', 'code made at run time is not run; import it'],
]);
const HTTP_CLIENTS = new Set(['axios', 'node-fetch', 'got', 'undici', 'superagent', 'request', 'cross-fetch', 'isomorphic-fetch', 'ky', 'needle']);

/** Whether a file is the author's, and not a package's or ours. */
export function isAuthors(file) {
    if (file.split(path.sep).includes('node_modules')) return false;
    return !file.startsWith(path.join(ROOT, 'src') + path.sep) && !file.startsWith(path.join(ROOT, 'builder') + path.sep);
}

export function packageOf(file) {
    const parts = file.split(path.sep);
    const at = parts.lastIndexOf('node_modules');
    if (at === -1) return null;
    return parts[at + 1].startsWith('@') ? `${parts[at + 1]}/${parts[at + 2]}` : parts[at + 1];
}

export function packageName(specifier) {
    const parts = specifier.split('/');
    return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

export function isBuiltin(specifier) {
    return specifier.startsWith('node:') || BUILTINS.has(specifier);
}

export function builtinName(specifier) {
    return specifier.replace(/^node:/, '');
}

/** Why an author's import of it cannot work; `null` where it can. */
export function refusal(specifier) {
    const name = builtinName(specifier);
    if (isBuiltin(specifier)) {
        if (REMEDIES.has(name)) return { message: `\`${specifier}\` cannot be used: a function reaches the outside through the host only`, remedy: REMEDIES.get(name) };
        if (NODE_MODULES.has(name)) return null;
        return { message: `\`${specifier}\` of Node.js is not there in a function`, remedy: `these are: ${[...NODE_MODULES.keys()].filter((one) => !REMEDIES.has(one)).join(', ')}` };
    }
    if (HTTP_CLIENTS.has(packageName(specifier))) return { message: `\`${specifier}\` cannot be used: a function makes no connections itself`, remedy: HTTP };
    if (specifier.endsWith('.node')) return { message: `\`${specifier}\` is native code, which cannot run in a sandbox`, remedy: 'use a package written in JavaScript' };
    return null;
}

/**
 * @param {{ read: (file: string) => import('./source.mjs').Source, refused: object[], edges: Map<string, Set<string>> }} build
 *   `refused` receives imports that cannot work; `edges` which package imports which, `''` standing for the author.
 */
export function plugin({ read, refused, edges }) {
    return {
        name: 'syncline',
        setup(esbuild) {
            esbuild.onStart(() => {
                refused.length = 0;
                edges.clear();
            });
            esbuild.onResolve({ filter: /^syncline:/ }, ({ path }) => ({ path, external: true }));
            esbuild.onResolve({ filter: /^[^./\\]/ }, (args) => resolve(args));
            // A package's `require` expects what Node calls `module.exports`.
            esbuild.onLoad({ filter: /.*/, namespace: 'syncline-require' }, ({ path: file }) => ({
                contents: `const all = require(${JSON.stringify(file)});\nmodule.exports = 'default' in all ? all.default : all;`,
                resolveDir: path.dirname(file),
                loader: 'js',
            }));
            esbuild.onLoad({ filter: /\.[mc]?[jt]sx?$/, namespace: 'file' }, ({ path: file }) => {
                if (!isAuthors(file)) return null;
                const source = read(file);
                const loader = /\.[mc]?ts$/.test(file) ? 'ts' : file.endsWith('.tsx') ? 'tsx' : file.endsWith('.jsx') ? 'jsx' : 'js';
                return { contents: source.errors.length > 0 ? source.text : instrument(source), loader, resolveDir: path.dirname(file) };
            });
        },
    };

    function resolve({ path: specifier, importer, kind, namespace, }) {
        if (kind === 'entry-point') return null;
        if (namespace === 'syncline-require') return { path: specifier };
        if (OURS.has(specifier)) return { path: OURS.get(specifier) };
        // Only its names of kinds are used; the whole of zod 3 would come with them.
        if (specifier === 'zod/v3' && packageOf(importer) === 'zod-to-json-schema') return { path: path.join(ROOT, 'builder/zod3.mjs') };
        const authors = isAuthors(importer) && path.isAbsolute(importer);
        if (authors && refusal(specifier)) {
            refused.push({ importer, specifier });
            return { path: specifier, external: true };
        }
        note(authors ? '' : (packageOf(importer) ?? '@syncline/functions'), packageName(specifier));
        if (!isBuiltin(specifier)) return null;
        const file = NODE_MODULES.get(builtinName(specifier));
        // Our own counterparts are made of npm packages of the same names, which lie beside them.
        const inside = importer.startsWith(ROOT + path.sep) && !authors && !specifier.startsWith('node:');
        if (!file || (inside && fs.existsSync(path.join(ROOT, 'node_modules', packageName(specifier))))) return null;
        return kind === 'require-call' ? { path: file, namespace: 'syncline-require' } : { path: file };
    }

    function note(from, to) {
        if (!edges.has(to)) edges.set(to, new Set());
        edges.get(to).add(from);
    }
}


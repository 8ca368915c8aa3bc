// Which functions a folder has: those that `index.ts` imports, or every file in a `syncs`, `actions` or `on-events` folder.
import fs from 'node:fs';
import path from 'node:path';
import { BuildError, diagnostic, relative } from './diagnostics.mjs';
import { Source } from './source.mjs';

/** @typedef {{ integration: string, name: string, folder: string, path: string, file: string, importedAt?: object }} Entry */

/** What a folder is for, by its name. */
export const KINDS = { syncs: 'sync', actions: 'action', 'on-events': 'event' };

const LAYOUT = 'a function lies in INTEGRATION/syncs, INTEGRATION/actions or INTEGRATION/on-events, one file each';
const IGNORED = new Set(['node_modules', 'target', 'dist', 'build', 'tests']);

/**
 * @param {string} root
 * @returns {Entry[]}
 */
export function discover(root) {
    const index = path.join(root, 'index.ts');
    const entries = fs.existsSync(index) ? imported(root, index) : found(root);
    if (entries.length === 0) throw new BuildError([nothing(root, index)]);
    const errors = duplicates(entries);
    if (errors.length > 0) throw new BuildError(errors);
    return entries;
}

function nothing(root, index) {
    if (fs.existsSync(path.join(root, 'nango.yaml'))) {
        const remedy = 'describe each function with createSync, createAction or createOnEvent in its own file; `nango migrate-to-zero-yaml` does so';
        return diagnostic('legacy_project', 'the project describes its functions in nango.yaml, which is not read any more', remedy, { file: 'nango.yaml' });
    }
    if (fs.existsSync(index)) {
        const remedy = "import each function there for its effect, such as `import './github/syncs/issues.js';`";
        return diagnostic('no_functions', 'index.ts imports no functions', remedy, { file: 'index.ts', line: 1, column: 1 });
    }
    return diagnostic('no_functions', `there are no functions in ${root}`, LAYOUT);
}

function imported(root, index) {
    const source = new Source(root, index);
    if (source.errors.length > 0) throw new BuildError(source.errors);
    const entries = [];
    const errors = [];
    for (const node of source.program.body) {
        if (node.importKind === 'type' || node.exportKind === 'type') continue;
        const specifier = node.source?.value;
        if (!specifier?.startsWith('.')) continue;
        const file = sourceFile(path.resolve(root, specifier));
        const entry = file && entryOf(root, file);
        if (entry) {
            entries.push({ ...entry, importedAt: source.place(node.source) });
        } else if (node.type === 'ImportDeclaration' && node.specifiers.length === 0) {
            errors.push(
                file
                    ? source.diagnostic('misplaced_function', `${relative(root, file)} is not in a folder of functions`, LAYOUT, node.source)
                    : source.diagnostic('unresolved_import', `${specifier} does not exist`, 'correct the path, or remove the import', node.source),
            );
        }
    }
    if (errors.length > 0) throw new BuildError(errors);
    return entries;
}

/** `./x.js` is how ESM TypeScript names `x.ts`. */
export function sourceFile(file) {
    const stem = file.replace(/\.(js|mjs)$/, '');
    return [`${stem}.ts`, `${stem}.tsx`, `${stem}.mts`, file, path.join(file, 'index.ts')].find((one) => fs.statSync(one, { throwIfNoEntry: false })?.isFile());
}

function entryOf(root, file) {
    const folder = path.basename(path.dirname(file));
    if (!Object.hasOwn(KINDS, folder)) return null;
    // A folder of one integration may itself be what is built.
    const integration = path.basename(path.dirname(path.dirname(file)));
    return { integration, name: path.basename(file).replace(/\.[a-z]+$/, ''), folder, path: file, file: relative(root, file) };
}

function found(root) {
    const own = inIntegration(root, root);
    return own.length > 0 ? own : subfolders(root).flatMap((folder) => inIntegration(root, folder));
}

function inIntegration(root, folder) {
    return Object.keys(KINDS).flatMap((kind) => {
        const inside = path.join(folder, kind);
        const names = fs.existsSync(inside) ? fs.readdirSync(inside).sort() : [];
        return names.filter((name) => /(?<!\.(d|test|spec))\.ts$/.test(name)).map((name) => entryOf(root, path.join(inside, name)));
    });
}

function subfolders(folder) {
    return fs
        .readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !IGNORED.has(entry.name))
        .map((entry) => path.join(folder, entry.name))
        .sort();
}

function duplicates(entries) {
    const first = new Map();
    return entries.flatMap((entry) => {
        const key = `${entry.integration}/${entry.folder}/${entry.name}`;
        const earlier = first.get(key);
        if (!earlier) {
            first.set(key, entry);
            return [];
        }
        const message = earlier.file === entry.file ? `${entry.file} is imported twice` : `${earlier.file} and ${entry.file} are one function: both are ${key}`;
        return [diagnostic('duplicate_function', message, 'give one of them another name, or remove one', entry.importedAt ?? { file: entry.file })];
    });
}

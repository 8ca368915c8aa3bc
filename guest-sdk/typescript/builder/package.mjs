// Where this package lies, and what of it goes into a component.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const INDEX = path.join(ROOT, 'src/index.ts');
export const PRELUDE = path.join(ROOT, 'src/prelude/index.ts');
export const RUNTIME = path.join(ROOT, 'src/runtime/index.ts');
export const VERSION = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version;

/** The host's contract: packed beside `src`, or in the repository where it has its one place. */
export const WIT = [path.join(ROOT, 'wit/syncline.wit'), path.join(ROOT, '../../host-api/wit/syncline.wit')].find((file) => fs.existsSync(file));

/** Names that a project may import the authoring API by. */
export const AUTHORING = ['nango', 'nango/test', 'nango/experimental', '@nangohq/runner-sdk', '@syncline/functions'];

/** Node's modules that have a counterpart in `src/node`. */
export const NODE_MODULES = new Map(
    files(path.join(ROOT, 'src/node')).filter((file) => file.endsWith('.ts')).map((file) => [
        path.relative(path.join(ROOT, 'src/node'), file).split(path.sep).join('/').replace(/(\/index)?\.ts$/, ''),
        file,
    ]),
);

/** Changes with anything of the package, so that no cache outlives an update of it. */
export const FINGERPRINT = hash(
    [path.join(ROOT, 'package-lock.json'), path.join(ROOT, 'package.json'), WIT, ...files(path.join(ROOT, 'src')), ...files(path.join(ROOT, 'builder'))]
        .filter((file) => file && fs.existsSync(file))
        .flatMap((file) => [path.relative(ROOT, file), fs.readFileSync(file)]),
);

/** @param {Iterable<string | Uint8Array>} parts */
export function hash(parts) {
    const sum = crypto.createHash('sha256');
    for (const part of parts) {
        const bytes = Buffer.from(part);
        // Lengths between, so that no two lists of parts look alike.
        sum.update(`${bytes.length}:`).update(bytes);
    }
    return sum.digest('hex');
}

function files(folder) {
    if (!fs.existsSync(folder)) return [];
    const entries = fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) => {
        const file = path.join(folder, entry.name);
        return entry.isDirectory() ? files(file) : [file];
    });
}

// The type check: TypeScript's native compiler as a child process, beside bundling and snapshots.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { diagnostic, relative } from './diagnostics.mjs';
import { isAuthors } from './imports.mjs';
import { FINGERPRINT, hash } from './package.mjs';
import { tsconfig } from './tsconfig.mjs';

/** What to do about the errors that authors meet most. */
const REMEDIES = {
    2304: 'declare or import it; of the globals of Node.js and browsers a function has those that need no network and no files',
    2305: 'correct the name; the package exports no such thing',
    2307: 'correct the path, or install the package with `npm install`',
    2322: 'make the value fit the type, or change the schema that the type comes from',
    2339: 'correct the name, or declare it in the schema or type',
    2345: 'make the argument fit the type, or change the schema that the type comes from',
    2353: 'remove the property, or declare it in the schema or type',
    2551: 'correct the name',
    2741: 'add the property, or make it optional in the schema',
    7006: 'give the parameter a type',
    7016: 'install its types: `npm install --save-dev @types/...`',
    18046: 'check what it is first, for example with `instanceof Error`',
    18047: 'check for null first',
    18048: 'check for undefined first',
};

/**
 * @param {{ root: string, folder: string, files: string[], sources: Iterable<import('./source.mjs').Source>, signal?: AbortSignal }} options
 *   `folder` is for what is kept from one check to the next.
 * @returns {Promise<import('./diagnostics.mjs').Diagnostic[]>}
 */
export async function typecheck({ root, folder, files, sources, signal }) {
    const passed = path.join(folder, 'types.passed');
    const config = path.join(folder, 'tsconfig.json');
    const text = JSON.stringify(tsconfig(root, files, path.join(folder, 'types.tsbuildinfo')), null, 4);
    const key = hash([FINGERPRINT, text, ...[...sources].flatMap((source) => [source.file, source.text]), installed(root)]);
    if (fs.existsSync(passed) && fs.readFileSync(passed, 'utf8') === key) return [];
    fs.writeFileSync(config, text);
    const { status, output } = await run(await compiler(), ['-p', config, '--pretty', 'false'], root, signal);
    const errors = parse(root, output);
    if (status !== 0 && errors.length === 0) throw new Error(`the type checker ended with ${status} and said: ${output}`);
    if (errors.length === 0) fs.writeFileSync(passed, key);
    return errors;
}

/** Changes when npm changes the project's packages. */
function installed(root) {
    for (let at = root; ; at = path.dirname(at)) {
        const stat = fs.statSync(path.join(at, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
        if (stat) return `${at}:${stat.mtimeMs}:${stat.size}`;
        if (at === path.dirname(at)) return '';
    }
}

/** The executable itself: node would only start it. */
async function compiler() {
    const typescript = path.dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
    return (await import(pathToFileURL(path.join(typescript, 'lib/getExePath.js')).href)).default();
}

function run(command, args, cwd, signal) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], signal });
        let output = '';
        for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
        child.on('error', reject);
        child.on('close', (status) => resolve({ status, output }));
    });
}

/** `file(line,column): error TS1234: message`, and indented lines that go on with it. */
function parse(root, output) {
    const errors = [];
    for (const line of output.split('\n')) {
        const [, file, row, column, code, message] = /^(?:(.+?)\((\d+),(\d+)\): )?error TS(\d+): (.*)$/.exec(line.trimEnd()) ?? [];
        if (code !== undefined) {
            const at = file ? { file: relative(root, path.resolve(root, file)), line: Number(row), column: Number(column) } : {};
            const remedy = REMEDIES[code] ?? 'make the code and its types agree';
            errors.push(diagnostic('type_error', `${message} (TS${code})`, remedy, at));
        } else if (/^\s+\S/.test(line) && errors.length > 0) {
            errors.at(-1).message += `\n${line.trimEnd()}`;
        }
    }
    // Types of ours that do not fit an unusual configuration of the author's are not the author's fault.
    const authors = errors.filter((error) => error.file === null || isAuthors(path.resolve(root, error.file)));
    return authors.length > 0 ? authors : errors;
}

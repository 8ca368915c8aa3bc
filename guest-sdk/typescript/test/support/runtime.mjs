/** The runtime in Node, on fakes of the host's modules: what a test passes as `host` answers its imports. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

export const PACKAGE = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The functions of each interface; a test's host may lack any of them. */
const INTERFACES = {
    provider: ['get', 'post', 'send', 'start', 'paginate'],
    records: ['batchSave', 'batchUpdate', 'batchDelete', 'getByIds', 'listPage', 'trackDeletesStart', 'trackDeletesEnd', 'setMergingStrategy'],
    run: ['getInfo', 'input', 'log', 'getCheckpoint', 'saveCheckpoint', 'clearCheckpoint', 'getDetails', 'getBudget', 'getStack', 'sleep', 'getRandom'],
    connection: ['get', 'refresh', 'getMetadata', 'setMetadata', 'updateMetadata', 'getIntegration'],
    locks: ['tryAcquire', 'release', 'releaseAll'],
    environment: ['variables'],
    functions: ['triggerAction', 'triggerSync', 'startSync'],
    fetch: ['fetch']
};

const hostModules = {
    name: 'host-modules',
    setup(build) {
        build.onResolve({ filter: /^syncline:host\// }, ({ path }) => ({ path, namespace: 'host' }));
        build.onLoad({ filter: /.*/, namespace: 'host' }, ({ path }) => {
            const name = /host\/(.+)@/.exec(path)[1];
            const lines = INTERFACES[name].map(
                (member) => `export const ${/^(delete)$/.test(member) ? `_${member}` : member} = (...args) => globalThis.__host(${JSON.stringify(name)}, ${JSON.stringify(member)}, args);`
            );
            return { contents: lines.join('\n') };
        });
    }
};

/** Bundles a module of the package, as the builder does, and imports it. */
export async function load(contents, resolveDir = PACKAGE) {
    const bundle = await esbuild.build({
        stdin: { contents, resolveDir, loader: 'ts' },
        bundle: true,
        format: 'esm',
        target: 'es2022',
        write: false,
        plugins: [hostModules],
        alias: { nango: join(PACKAGE, 'src/index.ts') },
        logLevel: 'silent'
    });
    const folder = await mkdtemp(join(tmpdir(), 'functions-'));
    try {
        const file = join(folder, 'bundle.mjs');
        await writeFile(file, bundle.outputFiles[0].text);
        return await import(pathToFileURL(file).href);
    } finally {
        await rm(folder, { recursive: true });
    }
}

/** A host that fails: what an import throws in the engine. */
export function failure(code, message, more = {}) {
    const payload = { code, message, status: null, details: null, ...more };
    return Object.assign(new Error(message), { payload });
}

export const INFO = {
    id: 'run_1',
    function: 'f',
    kind: 'sync',
    variant: 'base',
    environment: 'dev',
    provider: 'github',
    providerConfigKey: 'github',
    connectionId: 'c1',
    attempt: 1,
    lastSuccessAt: null
};

/** Puts a host in place, and remembers what was asked of it. */
export function fakeHost(answers = {}) {
    const calls = [];
    const lines = [];
    const defaults = {
        'run.getInfo': () => INFO,
        'run.getDetails': () => '{"trigger":"schedule","environment_id":3,"connection_row_id":7,"sync_id":"s1"}',
        'run.input': () => 'null',
        'run.log': (level, message, fields) => lines.push({ level, message, fields: fields === null ? null : JSON.parse(fields) })
    };
    globalThis.__host = (name, member, args) => {
        const key = `${name}.${member}`;
        const answer = answers[key] ?? defaults[key];
        if (key !== 'run.log') {
            calls.push([key, ...args]);
        }
        if (!answer) {
            throw new Error(`the test's host has no ${key}`);
        }
        return answer(...args);
    };
    return { calls, lines, of: (key) => calls.filter(([name]) => name === key).map(([, ...args]) => args) };
}

/** What `provider.start` gives. */
export function future(value) {
    return { read: () => Promise.resolve(value) };
}

export function ok(data, { status = 200, headers = [['content-type', 'application/json']] } = {}) {
    const body = typeof data === 'string' ? { tag: 'text', val: data } : data instanceof Uint8Array ? { tag: 'bytes', val: data } : { tag: 'text', val: JSON.stringify(data) };
    return future({ tag: 'ok', val: { status, headers, body } });
}

export function err(code, message, more = {}) {
    return future({ tag: 'err', val: { code, message, status: null, details: null, ...more } });
}

const USES = { credentials: false, fetch: false, previousExecutions: false };
let runtime;

/** A component of one function. */
export async function component(definition, { kind = 'sync', name = 'f', uses = {}, toJsonSchema = {}, lines, module } = {}) {
    runtime ??= await load(`export { component } from './src/runtime/index.ts'; export * from './src/index.ts';`);
    const entry = { name, kind, module: module ?? { default: definition }, file: `github/${kind}s/${name}.ts`, uses: { ...USES, ...uses } };
    return runtime.component({ integration: 'github', build: 'b', functions: [entry], toJsonSchema, lines });
}

const anything = { safeParse: (data) => ({ success: true, data }) };

/** Runs `exec` as a sync and gives what `call` gives, or throws. */
export async function runSync(exec, host = {}, definition = {}, options = {}) {
    const fake = fakeHost(host);
    const made = await component({ type: 'sync', description: '', models: {}, exec, ...definition }, { kind: 'sync', ...options });
    const output = await made.call('f').then(JSON.parse, (failed) => ({ failed }));
    return { output, ...fake };
}

export async function runAction(exec, host = {}, options = {}) {
    const answers = { 'run.getInfo': () => ({ ...INFO, kind: 'action' }), ...host };
    const fake = fakeHost(answers);
    const made = await component({ type: 'action', description: '', input: anything, output: anything, exec }, { kind: 'action', ...options });
    const output = await made.call('f').then(JSON.parse, (failed) => ({ failed }));
    return { output, ...fake };
}

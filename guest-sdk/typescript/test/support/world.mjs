/** The prelude in a world like QuickJS': JavaScript and nothing else. */

import { createContext, runInContext } from 'node:vm';
import * as esbuild from 'esbuild';
import { PACKAGE } from './runtime.mjs';

/** Time passes as soon as nobody has anything else to do. */
class Clock {
    now = 0;
    waiting = [];

    sleep(ms) {
        return new Promise((resolve) => {
            this.waiting.push({ at: this.now + ms, resolve });
            setImmediate(() => {
                this.waiting.sort((one, other) => one.at - other.at);
                const { at, resolve: wake } = this.waiting.shift();
                this.now = at;
                wake(true);
            });
        });
    }
}

/** A world with nothing but JavaScript's own, as QuickJS is, in which the prelude has been evaluated. */
export async function world() {
    const bundle = await esbuild.build({
        stdin: { contents: `import './src/prelude/index.ts'; export { phase } from './src/prelude/phase.ts';`, resolveDir: PACKAGE },
        bundle: true,
        format: 'iife',
        globalName: 'prelude',
        target: 'es2022',
        write: false,
        logLevel: 'silent',
        plugins: [
            {
                name: 'host',
                setup(build) {
                    build.onResolve({ filter: /^syncline:/ }, ({ path }) => ({ path, namespace: 'host' }));
                    build.onLoad({ filter: /.*/, namespace: 'host' }, () => ({
                        contents: 'export const { getRandom, sleep, log, getBudget } = globalThis.__host;'
                    }));
                }
            }
        ]
    });
    const lines = [];
    const clock = new Clock();
    const context = createContext({});
    context.__host = {
        getRandom: (count) => runInContext(`new Uint8Array(${count}).map(() => Math.floor(Date.now() * 7919) % 251)`, context).map((_, index) => (count * 31 + index * 17 + (seed += 7)) & 255),
        sleep: (ms) => ({ read: () => clock.sleep(ms) }),
        log: (level, message, fields) => lines.push([level, message, fields])
    };
    let seed = 1;
    // What QuickJS has beyond the language.
    context.queueMicrotask = queueMicrotask;
    context.performance = { now: () => performance.now() };
    context.atob = atob;
    context.btoa = btoa;
    for (const name of ['console', 'WebAssembly', 'Intl', 'structuredClone', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'Buffer', 'crypto', 'setTimeout']) {
        runInContext(`delete globalThis.${name}`, context);
    }
    runInContext(bundle.outputFiles[0].text, context);
    runInContext('prelude.phase.running = true', context);
    const run = (code) => runInContext(`(async () => JSON.stringify(await (async () => { ${code} })()))()`, context).then((json) => (json === undefined ? undefined : JSON.parse(json)));
    return { run, lines, context };
}

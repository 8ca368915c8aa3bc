// Guards and line tables: what makes a run-time error say the author's line.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import { instrument } from '../../builder/instrument.mjs';
import { lineTable, places } from '../../builder/lines.mjs';
import { Source } from '../../builder/source.mjs';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** A file of the package, as Node runs it. */
async function load(file) {
    const { outputFiles } = await esbuild.build({ entryPoints: [path.join(SRC, file)], bundle: true, format: 'esm', write: false, external: ['syncline:*'] });
    return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}

test('every kind of loop is guarded, on its line, and does what it did', () => {
    const code = `let n = 0;
for (let i = 0; i < 2; i++) n++;
for (const x of [1, 2]) { n += x; }
for (const k in { a: 1, b: 2 }) if (k) n += 1; else n -= 1;
while (n < 10)
    n++;
do n++; while (n < 12)
do { n++ } while (n < 14)
outer: for (const a of [1, 2]) for (const b of [1, 2]) { if (b === 2) continue outer; n += a; }
for (; n < 20; n++);
result = n;
`;
    const text = instrument(new Source('/', '/x.ts', code));
    assert.equal(text.split('\n').length, code.split('\n').length);
    assert.equal(text.match(/__sl_guard\(\);/g).length, 9);
    const value = (body) => new Function('count', `let result; const __sl_guard = () => { count.n++; }; ${body}; return result;`);
    const count = { n: 0 };
    assert.equal(value(text)(count), value(code)({ n: 0 }));
    assert.equal(count.n, 2 + 2 + 2 + 3 + 2 + 2 + (2 + 4) + 3);
});

test('what a statement drops and what is thrown is wrapped where it stands', () => {
    const wrapped = (code) => instrument(new Source('/', '/x.ts', code));
    assert.equal(wrapped('f(1);\nvoid g?.(2);'), '__sl_float(f(1));\nvoid __sl_float(g?.(2));');
    assert.equal(wrapped('while (a) f()'), 'while (a) {__sl_guard();__sl_float(f())}');
    assert.equal(wrapped("const h = () => { throw 'x' };"), "const h = () => { throw __sl_throw('x') };");
    for (const code of ['await f();', 'a = f();', 'const b = f();', 'class C extends B { constructor() { super(); } }', "throw new Error('x');", 'f() + 2;']) {
        assert.equal(wrapped(code), code);
    }
});

test('the table says of every line of a bundle which line of which file it was', async (t) => {
    const { Lines } = await load('runtime/lines.ts');
    const root = fs.mkdtempSync('/tmp/syncline-lines-');
    t.after(() => fs.rmSync(root, { recursive: true }));
    const files = {
        'a.ts': "import { b } from './b.js';\n// a comment\ntype T = number;\n\nexport function a(x: T) {\n    const y = b(x);\n\n    return {\n        first: y,\n        then: () => { throw new Error('one') },\n    };\n}\n",
        'b.ts': "/* many\nlines */\nexport const b = (x: number) => {\n    if (x > 1) return x;\n    throw new Error('two');\n};\n",
        'c.ts': 'export const c = (): number[] => {\n    // so that\n    // it does not\n    // begin with the file\n    return [1, 2]\n        .map((x) => x * 2)\n        .filter((x) => x > 1);\n};\n',
        'lib.js': "export const lib = () => {\n    throw new Error('three');\n};\n",
        'entry.js': "export { a } from './a.ts';\nexport { c } from './c.ts';\nexport { lib } from './lib.js';\n",
    };
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(root, name), text);
    const { outputFiles } = await esbuild.build({
        entryPoints: [path.join(root, 'entry.js')], bundle: true, format: 'esm', write: false, sourcemap: 'external', outfile: path.join(root, 'out.js'),
    });
    const text = (end) => outputFiles.find((file) => file.path.endsWith(end)).text;
    const lines = new Lines(lineTable(places(JSON.parse(text('.map')), text('out.js'), root, (file) => file.endsWith('.ts'))));
    const bundle = text('out.js').split('\n');
    const told = (part) => lines.find(bundle.findIndex((line) => line.includes(part)) + 1);
    assert.deepEqual(told('"one"'), { file: 'a.ts', line: 10 });
    assert.deepEqual(told('"two"'), { file: 'b.ts', line: 5 });
    assert.deepEqual(told('first: y'), { file: 'a.ts', line: 9 });
    assert.equal(told('"three"'), undefined, 'a library has no place');
    const chain = bundle.findIndex((line) => line.includes('.filter('));
    const at = (part) => lines.find(chain + 1, bundle[chain].indexOf(part) + 1);
    assert.deepEqual([at('[1, 2]'), at('x * 2'), at('x > 1')].map(({ line }) => line), [5, 6, 7], bundle[chain]);
});

test('the guard ends a loop before its limits do, and again if that is caught', async () => {
    const { beginRun } = await load('runtime/guard.ts');
    let [cpuMs, memoryBytes] = [2000, 100 << 20];
    let asked = 0;
    beginRun(() => (asked++, { cpuMs, memoryBytes }));
    const spin = (perRound) => {
        for (let round = 0; round < 1_000_000; round++) {
            perRound();
            globalThis.__sl_guard();
        }
    };
    assert.throws(() => spin(() => (cpuMs -= 0.01)), { limit: 'cpu_time_exceeded', message: /limit of 2\.0 s of CPU time/ });
    assert.ok(cpuMs > 0 && asked < 2000, `${cpuMs} ms left after ${asked} questions`);
    assert.throws(() => globalThis.__sl_guard(), { limit: 'cpu_time_exceeded' });

    cpuMs = 2000;
    beginRun(() => ({ cpuMs, memoryBytes }));
    assert.throws(() => spin(() => (memoryBytes -= 1000)), { limit: 'out_of_memory', message: /100 MiB/ });
    assert.ok(memoryBytes > 1 << 20, `${memoryBytes} bytes left`);
});

test('endless recursion ends in an error that can be caught, and deep recursion goes on', async () => {
    const { beginRun } = await load('runtime/guard.ts');
    let [depth, asked] = [0, 0];
    beginRun(() => ({ cpuMs: 2000, memoryBytes: 100 << 20 }), () => (asked++, (2 << 20) - depth * 700));
    const recurse = (end) => {
        globalThis.__sl_enter();
        depth++;
        try {
            return depth < end ? recurse(end) : depth;
        } finally {
            depth--;
        }
    };
    assert.equal(recurse(2000), 2000);
    assert.ok(asked < 2000 / 32, `${asked} questions`);
    assert.throws(() => recurse(Infinity), { name: 'RangeError', message: /Maximum call stack size exceeded/ });
    assert.equal(recurse(10), 10, 'what was caught is over');
});

test('only functions that may call themselves are asked how deep they are', () => {
    const source = (text) => instrument(new Source('/project', '/project/a.ts', text)).split('\n').map((line) => line.includes('__sl_enter'));
    assert.deepEqual(
        source(`const f = (n: number): number => f(n + 1) + 1;
            function even(n: number): boolean { return n === 0 || odd(n - 1); }
            const odd = (n: number) => n !== 0 && even(n - 1);
            class Tree { walk(node: any) { for (const child of node.children) this.walk(child); } }
            const tree = { visit(node: any): any { return node.map((child: any) => tree.visit(child)); } };
            const list = (n: any): any => ({ next: list(n) });
            class Node { child: Node; constructor() { this.child = new Node(); } }`),
        [true, true, true, true, true, true, true]
    );
    assert.deepEqual(
        source(`const plain = (n: number) => n + 1;
            export const twice = (n: number) => plain(plain(n));
            const shadow = { plain: 1 };
            export default { exec: async (nango: any) => { await nango.get(twice(shadow.plain)); } };`),
        [false, false, false, false]
    );
    const one = instrument(new Source('/project', '/project/a.ts', 'const f = (n: any): any => n ? f(n.next) : { last: 1 };'));
    assert.equal(new Source('/project', '/project/a.ts', one).errors.length, 0, one);
});

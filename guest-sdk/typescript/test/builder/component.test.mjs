// From a project to a component, and what is said where its files cannot be loaded.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { Project } from '../../builder/build.mjs';
import { watch } from '../../builder/watch.mjs';
import { action, build, folder, places, sync, write } from './project.mjs';

const MAIN = fileURLToPath(new URL('../../builder/main.mjs', import.meta.url));
const SAVE = "        await nango.batchSave([{ id: '1', title: 'x' }], 'Issue');";
const FILES = {
    'github/syncs/issues.ts': sync(SAVE),
    'github/actions/act.ts': action('        const { data } = await nango.get({ endpoint: input.id, baseUrlOverride: "https://x.example" }); return { ok: Boolean(data) };'),
    'slack/actions/send.ts': action('        await nango.log((await nango.getConnection()).connection_id + input.id); return { ok: true };'),
};
const run = (...args) => JSON.parse(execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' }));

test('a project becomes a component for each integration, and an unchanged one is not built again', (t) => {
    const root = folder(t, FILES);
    const out = path.join(root, 'out');
    const first = run('build', root, '--out', out);
    assert.deepEqual(first.components.map(({ integration, cached, functions }) => [integration, cached, functions.map(({ name, kind }) => `${kind} ${name}`)]), [
        ['github', false, ['sync issues', 'action act']],
        ['slack', false, ['action send']],
    ]);
    const [github] = first.components;
    assert.equal(github.path, path.join(out, 'github.wasm'));
    assert.equal(fs.readFileSync(github.path).subarray(0, 4).toString('latin1'), '\0asm');
    assert.equal(fs.statSync(github.path).size, github.bytes);
    assert.deepEqual(github.sources, ['github/syncs/issues.ts', 'github/actions/act.ts'].map((file) => ({ file, code: FILES[file] })));

    fs.appendFileSync(path.join(root, 'slack/actions/send.ts'), '\nexport const more = 1;\n');
    const second = run('build', root);
    assert.deepEqual(second.components.map(({ integration, cached }) => [integration, cached]), [['github', true], ['slack', false]]);
    assert.equal(second.components[0].build, github.build);
    const one = run('build', root, '--integration', 'slack');
    assert.deepEqual(one.components.map(({ integration, cached }) => [integration, cached]), [['slack', true]]);
    const none = run('build', root, '--integration', 'slak');
    assert.deepEqual([none.ok, places(none.errors)], [false, ['unknown_integration null:null:null']]);
    assert.match(none.errors[0].remedy, /slack/);
});

test('the same project in another place is the same build', async (t) => {
    const builds = [];
    for (const name of ['a', 'deeper/b']) {
        const root = path.join(folder(t, {}), name);
        write(root, FILES);
        fs.mkdirSync(path.join(root, 'node_modules'));
        fs.symlinkSync(fileURLToPath(new URL('../../node_modules/zod', import.meta.url)), path.join(root, 'node_modules/zod'));
        builds.push(run('build', root, '--integration', 'slack').components[0].build);
    }
    assert.equal(builds[0], builds[1]);
});

const LOADING = {
    'an error thrown': ["const config = JSON.parse('{');", /JSON|expect|unexpected/i, 5],
    'something that is no error': ['throw { a: 1 };', /no Error/, null],
    'an endless loop': ['let n = 0;\nwhile (n >= 0) n++;', /did not end within 10 s/, 6],
};
for (const [name, [code, message, line]] of Object.entries(LOADING)) {
    test(`${name} while the file is loaded is told with its place`, async (t) => {
        const text = `// 1\n// 2\n// 3\n// 4\n${code}\n${action('        await nango.log(input.id); return { ok: true };')}`;
        const { ok, errors } = await build(t, { 'github/actions/act.ts': text, 'tsconfig.json': '{ "compilerOptions": { "allowUnreachableCode": true } }' });
        assert.deepEqual([ok, errors.map((error) => error.code)], [false, ['evaluation_error']]);
        assert.match(errors[0].message, message);
        if (line !== null) assert.deepEqual([errors[0].file, errors[0].line], ['github/actions/act.ts', line]);
        assert.match(errors[0].remedy, /exec/);
    });
}

test("both zods of a project give JSON Schemas, by what each function's models are made of", async (t) => {
    const files = { 'a/actions/four.ts': action('        await nango.log(input.id); return { ok: true };'), 'a/actions/three.ts': action('        await nango.log(input.id); return { ok: true };').replace("'zod'", "'zod/v3'") };
    const both = await build(t, files);
    assert.deepEqual([both.errors, both.ok], [undefined, true]);
    const old = await build(t, { 'a/actions/three.ts': files['a/actions/four.ts'] }, { zod: 'zod3' });
    assert.deepEqual([old.errors, old.ok], [undefined, true]);
});

test("the author's strictness counts, and nothing else of his tsconfig", async (t) => {
    const lines = '        const f = (x) => x; await nango.log(f(input.id)); return { ok: true };';
    const files = { 'a/actions/act.ts': action(lines) };
    assert.deepEqual(places((await build(t, files)).errors), ['type_error a/actions/act.ts:8:20']);
    const loose = `{
        // as editors write it
        "extends": "./base.json",
        "compilerOptions": { "baseUrl": ".", "module": "commonjs", "outDir": "dist", "noImplicitAny": false, },
    }`;
    const { ok, errors } = await build(t, { ...files, 'tsconfig.json': loose, 'base.json': '{ "compilerOptions": { "strict": true, "target": "es5" } }' });
    assert.deepEqual([errors, ok], [undefined, true]);
});

test('a companion builds what changed, and tells of types afterwards', async (t) => {
    const root = folder(t, FILES);
    const [input, output] = [new PassThrough(), new PassThrough()];
    const lines = output.setEncoding('utf8')[Symbol.asyncIterator]();
    let rest = '';
    const next = async () => {
        while (!rest.includes('\n')) rest += (await lines.next()).value;
        const [line, ...others] = rest.split('\n');
        rest = others.join('\n');
        return JSON.parse(line);
    };
    const ended = watch(new Project(root), input, output);
    input.write('{"build":null}\n');
    assert.deepEqual((await next()).components.map(({ integration }) => integration), ['github', 'slack']);
    assert.deepEqual(await next(), { types: { ok: true, errors: [] } });

    write(root, { 'slack/actions/send.ts': FILES['slack/actions/send.ts'].replace("nango.log(", 'nango.log(1 as string + ') });
    input.write('{"build":["slack"]}\n');
    assert.deepEqual((await next()).components.map(({ integration, cached }) => [integration, cached]), [['slack', false]]);
    const { types } = await next();
    assert.deepEqual([types.ok, places(types.errors)], [false, ['type_error slack/actions/send.ts:8:25']]);

    write(root, { 'slack/actions/send.ts': 'export default (' });
    input.write('{"build":["slack"]}\n');
    assert.deepEqual((await next()).errors.map((error) => error.code), ['syntax_error']);
    input.end();
    await ended;
});

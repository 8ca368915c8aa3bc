// What a function can import, and what it is told where it cannot.
import assert from 'node:assert/strict';
import test from 'node:test';
import { action, build, places } from './project.mjs';

const FILE = 'github/actions/act.ts';
const using = (line) => `${line}\n${action('        await nango.log(input.id); return { ok: Boolean(x) };')}`;
const pkg = (name, files) => Object.fromEntries(
    Object.entries({ 'package.json': JSON.stringify({ name, version: '1.0.0', main: 'index.js' }), ...files }).map(([file, text]) => [`node_modules/${name}/${file}`, text]),
);

for (const [name, word] of [['fs', /files/], ['node:fs/promises', /files/], ['net', /nango.get/], ['child_process', /sandbox/], ['node:https', /nango.get/], ['inspector', /not there/]]) {
    test(`${name} is refused where it is imported`, async (t) => {
        const { errors } = await build(t, { [FILE]: using(`import x from '${name}';`) });
        assert.deepEqual(places(errors), [`unusable_import ${FILE}:1:15`]);
        assert.match(`${errors[0].message} ${errors[0].remedy}`, word);
        assert.ok(errors[0].message.includes(name));
    });
}

test('a client for HTTP is refused with what to use instead, but its types are not', async (t) => {
    const axios = pkg('axios', { 'index.js': 'module.exports = {};', 'index.d.ts': 'declare const axios: { a: 1 }; export default axios; export interface AxiosResponse { b: 2 }' });
    const { errors } = await build(t, { ...axios, [FILE]: using("import x from 'axios';") });
    assert.deepEqual(places(errors), [`unusable_import ${FILE}:1:15`]);
    assert.match(errors[0].remedy, /nango\.get/);
    const types = "import { AxiosResponse } from 'axios'; const x = null as unknown as AxiosResponse;";
    assert.equal((await build(t, { ...axios, [FILE]: using(types) })).ok, true);
});

test('a package that needs the network is told where the author imports it, with the way to it', async (t) => {
    const files = {
        ...pkg('outer', { 'index.js': "module.exports = require('inner');", 'index.d.ts': 'declare const x: unknown; export default x;' }),
        ...pkg('inner', { 'index.js': "module.exports = require('net');" }),
        [FILE]: using("import x from 'outer';"),
    };
    const { errors } = await build(t, files);
    assert.deepEqual(places(errors), [`unusable_import ${FILE}:1:15`]);
    assert.match(errors[0].message, /`outer`, by way of `inner`, needs `net`/);
});

test('native code is refused', async (t) => {
    const files = { ...pkg('native', { 'index.js': "module.exports = require('./it.node');", 'it.node': '\x7fELF', 'index.d.ts': 'declare const x: unknown; export default x;' }), [FILE]: using("import x from 'native';") };
    const { errors } = await build(t, files);
    assert.deepEqual(places(errors), [`unusable_import ${FILE}:1:15`]);
    assert.match(errors[0].message, /native/);
});

test('a package that is not installed, and a file that is not there', async (t) => {
    const missing = await build(t, { [FILE]: using("import x from 'left-pad';") });
    assert.deepEqual(places(missing.errors), [`dependency_missing ${FILE}:1:15`]);
    assert.match(missing.errors[0].remedy, /npm install left-pad/);
    const zod = await build(t, { [FILE]: using('const x = 1;') }, { zod: null });
    assert.deepEqual(places(zod.errors).slice(0, 1), [`dependency_missing ${FILE}:3:20`]);
    const file = await build(t, { [FILE]: using("import x from './gone.js';") });
    assert.deepEqual(places(file.errors), [`unresolved_import ${FILE}:1:15`]);
});

test('a package gets what Node calls module.exports of a module that has a counterpart', async (t) => {
    const files = {
        ...pkg('uses-buffer', { 'index.js': "module.exports = require('buffer').Buffer.from('x').toString('hex');", 'index.d.ts': 'declare const x: string; export default x;' }),
        [FILE]: using("import x from 'uses-buffer';"),
    };
    assert.equal((await build(t, files)).ok, true);
});

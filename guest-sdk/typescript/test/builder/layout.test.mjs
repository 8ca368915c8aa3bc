// Where functions lie in a project.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { discover } from '../../builder/project.mjs';
import { folder, places } from './project.mjs';

const FILES = {
    'github/syncs/issues.ts': '',
    'github/syncs/issues.test.ts': '',
    'github/actions/create-issue.ts': '',
    'github/on-events/setup.ts': '',
    'github/models.ts': '',
    'slack/actions/send.ts': '',
    'notes/readme.md': '',
};
const found = (root) => discover(root).map((entry) => `${entry.integration} ${entry.folder} ${entry.name} ${entry.file}`);

test('without an index, every file in a folder of a kind is a function', (t) => {
    assert.deepEqual(found(folder(t, FILES)), [
        'github syncs issues github/syncs/issues.ts',
        'github actions create-issue github/actions/create-issue.ts',
        'github on-events setup github/on-events/setup.ts',
        'slack actions send slack/actions/send.ts',
    ]);
});

test('with an index, those that it imports are', (t) => {
    const index = "import './github/syncs/issues.js';\nimport type { X } from './github/models.js';\nexport * from './slack/actions/send';\n";
    assert.deepEqual(found(folder(t, { ...FILES, 'index.ts': index })), ['github syncs issues github/syncs/issues.ts', 'slack actions send slack/actions/send.ts']);
});

test('the folder of one integration is a project too', (t) => {
    const root = path.join(folder(t, FILES), 'slack');
    assert.deepEqual(found(root), ['slack actions send actions/send.ts']);
});

test('what is wrong with a layout is told', (t) => {
    const told = (files) => {
        try {
            return found(folder(t, files));
        } catch (error) {
            return places(error.diagnostics);
        }
    };
    assert.deepEqual(told({ 'nango.yaml': '' }), ['legacy_project nango.yaml:null:null']);
    assert.deepEqual(told({}), ['no_functions null:null:null']);
    assert.deepEqual(told({ 'index.ts': 'export {};' }), ['no_functions index.ts:1:1']);
    assert.deepEqual(told({ 'index.ts': "import './github/syncs/issue.js';" }), ['unresolved_import index.ts:1:8']);
    assert.deepEqual(told({ ...FILES, 'index.ts': "import './github/models.js';" }), ['misplaced_function index.ts:1:8']);
    assert.deepEqual(told({ 'index.ts': 'import { from ;' }), ['syntax_error index.ts:1:15']);
    const twice = "import './a/github/syncs/x.js';\nimport './b/github/syncs/x.js';\n";
    assert.deepEqual(told({ 'index.ts': twice, 'a/github/syncs/x.ts': '', 'b/github/syncs/x.ts': '' }), ['duplicate_function index.ts:2:8']);
});

test('a cache is not for git', async (t) => {
    const { Cache } = await import('../../builder/cache.mjs');
    const root = folder(t, {});
    const cache = new Cache(root);
    assert.equal(fs.readFileSync(path.join(root, '.syncline/.gitignore'), 'utf8').includes('*'), true);
    for (const [index, build] of ['a', 'b', 'c', 'd', 'e'].entries()) {
        cache.insert('github', build.repeat(64), Buffer.from(build));
        fs.utimesSync(cache.path('github', build.repeat(64)), index, index);
    }
    assert.equal(cache.lookup('github', 'e'.repeat(64)), 1);
    assert.equal(cache.lookup('github', 'a'.repeat(64)), null, 'the oldest are forgotten');
});

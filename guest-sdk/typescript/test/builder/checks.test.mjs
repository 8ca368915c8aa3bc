// Every mistake that an author can be told of before anything runs: what it is called, and where.
import assert from 'node:assert/strict';
import test from 'node:test';
import { action, build, places, sync } from './project.mjs';

const FILE = 'github/syncs/issues.ts';
const SAVE = "        await nango.batchSave([{ id: '1', title: 'x' }], 'Issue');";

const MISTAKES = {
    'a syntax error': [sync('        const x = ;'), ['syntax_error 9:19'], 'Unexpected token'],
    'a type error': [sync("        const x: number = 'one'; await nango.log(String(x));"), ['type_error 9:15'], "'string' is not assignable"],
    'a record of another shape': [sync("        await nango.batchSave([{ id: '1', titel: 'x' }], 'Issue');"), ['type_error 9:43'], 'titel'],
    'a model that is not declared': [sync("        await nango.batchSave([{ id: '1', title: 'x' }], 'Isue');"), ['unknown_model 9:58'], 'declares no model Isue'],
    'a model without an id': [sync(SAVE, { models: 'Issue, Bare: z.object({ name: z.string() })' }), ['model_without_id 7:22'], 'Bare'],
    'a model with a small letter': [sync(SAVE, { models: 'Issue, issue: Issue' }), ['invalid_model_name 7:22'], 'issue'],
    'a frequency of no grammar': [sync(SAVE).replace('every hour', 'every blue moon'), ['invalid_frequency 6:16'], 'blue moon'],
    'a frequency out of range': [sync(SAVE).replace('every hour', 'every 40 days'), ['invalid_frequency 6:16'], 'out of range'],
    'a promise that nobody waits for': [sync(SAVE.replace('await ', '')), ['missing_await 9:9'], 'nango.batchSave'],
    'a promise asked for its truth': [sync(['        if (nango.tryAcquireLock({ key: "x", ttlMs: 1 })) return;', SAVE]), ['missing_await 9:13'], 'tryAcquireLock'],
    'retryOn without retries': [sync(["        await nango.get({ endpoint: '/x', retryOn: [500] });", SAVE]), ['retry_on_without_retries 9:43'], 'without retries'],
    'a merging strategy too late': [
        sync([SAVE, "        await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Issue');"]),
        ['merging_strategy_too_late 10:15'],
        'line 9',
    ],
    'fetch': [sync(["        await fetch('https://x.example');", SAVE]), ['no_fetch 9:15'], 'fetch'],
    'require': [sync(["        const x = require('x'); await nango.log(x);", SAVE]), ['no_require 9:19', 'dependency_missing 9:27'], 'require'],
    'no definition': ['export default { exec() {} };\n', ['no_definition 1:16'], 'not made by createSync'],
    'no default export': ["import { createSync } from 'nango';\nexport const x = createSync;\n", ['no_definition 1:1'], 'no default export'],
    'a definition without exec': [sync(SAVE).replace('exec:', 'run:'), ['no_exec 4:16'], 'no exec'],
};

for (const [name, [text, expected, word]] of Object.entries(MISTAKES)) {
    test(`${name} is told with its place and a remedy`, async (t) => {
        const result = await build(t, { [FILE]: text });
        assert.equal(result.ok, false);
        const told = places(result.errors).map((place) => place.replace(`${FILE}:`, ''));
        assert.deepEqual(told, expected);
        assert.match(result.errors[0].message, new RegExp(word));
        assert.ok(result.errors[0].remedy.length > 10);
    });
}

test('an action in the folder of syncs is told where it belongs', async (t) => {
    const { errors } = await build(t, { [FILE]: action('        await nango.log(input.id); return { ok: true };') });
    assert.deepEqual(places(errors), [`wrong_folder ${FILE}:3:16`]);
    assert.match(errors[0].remedy, /github\/actions/);
});

test('console, process.env and trackDeletes are warnings, and the project builds', async (t) => {
    const lines = ['        console.log(process.env.HOME);', SAVE];
    const { ok, warnings } = await build(t, { [FILE]: sync(lines, { fields: ' trackDeletes: true,' }) });
    assert.equal(ok, true);
    assert.deepEqual(places(warnings), [`deprecated ${FILE}:6:30`, `console_use ${FILE}:9:9`, `no_process_env ${FILE}:9:21`]);
});

test('a mistake in a file that functions share is told there, once', async (t) => {
    const shared = "import type { NangoSync } from 'nango';\nexport async function note(nango: NangoSync): Promise<void> {\n    nango.saveCheckpoint({ a: 1 });\n}\n";
    const use = (name) => sync(['        await note(nango as never);', SAVE]).replace('const Issue', `import { note } from '../note.js'; const Issue`) + `// ${name}\n`;
    const { errors } = await build(t, { 'github/note.ts': shared, [FILE]: use('a'), 'github/syncs/others.ts': use('b') });
    assert.deepEqual(places(errors), ['missing_await github/note.ts:3:5']);
});

test('what is right is not reported', async (t) => {
    const lines = [
        "        await nango.setMergingStrategy({ strategy: 'override' }, 'Issue');",
        "        const [a] = await Promise.all([nango.get({ endpoint: '/a' }), nango.get({ endpoint: '/b' })]);",
        "        const later = nango.get({ endpoint: '/c' });",
        '        await later.then((answer) => nango.log(String(answer.status)));',
        '        nango.log(String(a.status));',
        '        const held = (await nango.tryAcquireLock({ key: "x", ttlMs: 1000 })) ? 1 : 2;',
        '        void nango.releaseLock({ key: String(held) });',
        "        const shared = { retries: 3 };",
        "        await nango.get({ endpoint: '/d', ...shared, retryOn: [500] });",
        '        const fetch = async () => 1; await fetch();',
        "        const name: 'Issue' = 'Issue';",
        "        await nango.batchSave([{ id: '1', title: 'x' }], name);",
    ];
    const models = "Issue, 'Other-1': Issue.extend({ more: z.string() }), Third: z.object({ ...Issue.shape })";
    const { ok, errors, warnings } = await build(t, { [FILE]: sync(lines, { models }).replace('every hour', '*/5 * * * *') });
    assert.deepEqual([errors, warnings], [undefined, []]);
    assert.ok(ok);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { instrument } from '../builder/instrument.mjs';
import { lineTable } from '../builder/lines.mjs';
import { Source } from '../builder/source.mjs';
import { err, failure, load, ok, runAction, runSync } from './support/runtime.mjs';

const { Lines, frames } = await load(`
    export { Lines } from './src/runtime/lines.ts';
    export { frames } from './src/runtime/stack.ts';
`);

const failed = async (exec, host, options) => (await runAction(exec, host, options)).output.failed;

test('an_actions_own_error_reaches_its_caller_with_its_payload', async () => {
    const one = await failed((nango) => { throw new nango.ActionError({ message: 'no', code: 3 }); });
    assert.deepEqual(one, { code: 'action_error', message: 'no', status: null, details: '{"message":"no","code":3}' });
    const text = await failed((nango) => { throw new nango.ActionError('plain'); });
    assert.deepEqual(JSON.parse(text.details), { message: 'plain' });
    const empty = await failed((nango) => { throw new nango.ActionError(); });
    assert.deepEqual(JSON.parse(empty.details), {});
});

test('an_error_names_its_kind_and_keeps_its_cause', async () => {
    const one = await failed(() => { throw new TypeError('bad', { cause: { why: 'because' } }); });
    assert.equal(one.code, 'function_error');
    assert.match(one.message, /^TypeError: bad/);
    assert.deepEqual(JSON.parse(one.details), { name: 'TypeError', message: 'bad', stacktrace: [], cause: { why: 'because' } });
});

test('what_is_no_error_is_shown_and_the_remedy_with_it', async () => {
    const circle = { a: 1 };
    circle.self = circle;
    for (const [value, shown] of [['text', '"text"'], [undefined, 'undefined'], [null, 'null'], [7, '7'], [circle, '{"a":1,"self":"[circular]"}'], [10n, '"10"'], [Symbol('s'), '"Symbol(s)"'], [{ payload: { code: 'x' } }, '{"payload":{"code":"x"}}']]) {
        const one = await failed(() => { throw value; });
        assert.equal(one.code, 'function_error');
        assert.ok(one.message.startsWith(`threw ${shown}, which is not an Error`), one.message);
        assert.match(one.message, /throw new Error/);
        JSON.parse(one.details);
    }
    const hostile = await failed(() => { throw new Proxy({}, { get() { throw new Error('trap'); }, getPrototypeOf() { throw new Error('trap'); } }); });
    assert.equal(hostile.code, 'function_error');
});

test('an_output_that_is_not_json_says_what_to_do', async () => {
    const circle = {};
    circle.self = circle;
    for (const output of [circle, 1n, () => 1]) {
        assert.match((await failed(() => output)).message, /the output(, at self,)? cannot be written as JSON: .* Pass plain objects/s);
    }
});

test('a_failure_that_nobody_awaited_fails_the_run', async () => {
    const one = await failed((nango) => void nango.saveCheckpoint({ a: 1 }), { 'run.saveCheckpoint': () => { throw failure('checkpoint_conflict', 'changed'); } });
    assert.equal(one.code, 'function_error');
    assert.match(one.message, /nango\.saveCheckpoint\(\) failed and was not awaited.*add `await`: NangoError: changed/);
    const late = await failed((nango) => void nango.post({ endpoint: '/' }), { 'provider.start': () => err('network_error', 'refused', { details: '{"code":"ECONNREFUSED"}' }) });
    assert.match(late.message, /nango\.post\(\) failed and was not awaited/);
});

test('an_answer_that_nobody_awaited_is_waited_for_and_warned_of', async () => {
    let answered = false;
    const slow = () => ({ read: () => new Promise((resolve) => setImmediate(() => { answered = true; resolve({ tag: 'ok', val: { status: 200, headers: [], body: { tag: 'text', val: '' } } }); })) });
    const { output, lines } = await runAction((nango) => void nango.post({ endpoint: '/' }), { 'provider.start': slow });
    assert.deepEqual([output, answered], [null, true]);
    assert.match(lines[0].message, /nango\.post\(\) was not awaited.*Add `await`/);
    // Somebody listens, in whatever way.
    const listened = await runAction(
        async (nango) => {
            await Promise.all([nango.get({ endpoint: '/' })]);
            await nango.get({ endpoint: '/' }).then(() => 1);
            nango.saveCheckpoint({}).catch(() => {});
            const kept = nango.get({ endpoint: '/' });
            await Promise.race([kept, null]);
            await Promise.allSettled([nango.saveCheckpoint({})]);
        },
        { 'provider.start': () => ok({}), 'run.saveCheckpoint': () => { throw failure('x', 'y'); } }
    );
    assert.deepEqual([listened.output, listened.lines], [null, []]);
});

test('a_call_of_the_authors_own_that_nobody_awaited_fails_the_run_when_it_fails', async () => {
    const float = (value) => globalThis.__sl_float(value);
    const one = await failed(async () => void float((async () => { throw new RangeError('nobody'); })()));
    assert.deepEqual([one.code, /^UnhandledRejection: a call failed and was not awaited; add `await`: RangeError: nobody/.test(one.message)], ['function_error', true]);
    // While it waits for the provider, too.
    const host = { 'provider.start': () => err('network_error', 'refused', { details: '{"code":"ECONNREFUSED"}' }) };
    const late = await failed(async (nango) => void float((async () => { await null; await nango.get({ endpoint: '/' }); })()), host);
    assert.match(late.message, /a call failed and was not awaited.*AxiosError: refused/);
    const plain = await failed(async () => void float(Promise.reject({ a: 1 })));
    assert.match(plain.message, /was not awaited.*\{"a":1\}/);
});

test('calls_that_stand_alone_are_seen_wherever_they_stand', () => {
    const code = [
        'const seen = []; const note = (x) => (seen.push(x), x)',
        'note(1)',
        '(() => note(2))()',
        'for (const x of [3, 4]) note(x)',
        'if (seen.length) note(5); else note(6)',
        'while (seen.length < 12) { note(7); seen.push(8) }',
        'seen.at?.(0)',
        'class A { constructor() { note(9) } } class B extends A { constructor() { super() } }',
        'new B()',
        'return seen'
    ].join('\n').replace('(() => note(2))()', ';(() => note(2))()');
    const module = `export default () => {\n${code}\n}`;
    const text = instrument(new Source('/', '/x.ts', module));
    assert.equal(text.split('\n').length, module.split('\n').length);
    const counted = { floats: 0 };
    const run = (body) => new Function('__sl_float', '__sl_guard', body.replace('export default () =>', 'return (() =>') + ')()');
    const expected = run(module)();
    assert.deepEqual(run(text)((value) => (counted.floats++, value), () => {}), expected);
    assert.equal(counted.floats, 11);
});

test('a_call_of_the_authors_own_that_nobody_awaited_is_seen_to_its_end_where_it_has_one', async () => {
    const float = (value) => globalThis.__sl_float(value);
    let done = false;
    const { output, lines } = await runAction(
        async (nango) => void float((async () => { await nango.get({ endpoint: '/' }); await nango.saveCheckpoint({ a: 1 }); done = true; })()),
        { 'provider.start': () => ({ read: () => new Promise((resolve) => setImmediate(() => resolve({ tag: 'ok', val: { status: 200, headers: [], body: { tag: 'text', val: '' } } }))) }), 'run.saveCheckpoint': () => {} }
    );
    assert.deepEqual([output, done, lines], [null, true, []]);
    const stuck = await runAction(async () => void float(new Promise(() => {})));
    assert.equal(stuck.output, null);
    assert.match(stuck.lines[0].message, /a call was not awaited: it had not come to its end when the function did/);
    assert.equal(float(3), 3);
});

test('the_engines_lack_of_memory_has_the_hosts_code', async () => {
    const one = await failed(() => { throw Object.assign(new Error('out of memory'), { name: 'InternalError' }); });
    assert.equal(one.code, 'out_of_memory');
    assert.match(one.message, /page by page/);
});

test('a_mistake_of_the_call_keeps_the_hosts_code_and_an_answer_keeps_its_status', async () => {
    const host = { 'provider.start': () => err('egress_denied', 'example.com is not allowed') };
    const denied = await failed((nango) => nango.get({ endpoint: '/' }), host);
    assert.deepEqual([denied.code, denied.message], ['egress_denied', 'example.com is not allowed']);
    const { output } = await runSync((nango) => nango.batchSave([{ id: 'a' }], 'Nope'), { 'records.batchSave': () => { throw failure('unknown_model', 'no `Nope`', { details: '{"a":1}' }); } });
    assert.deepEqual([output.failed.code, output.failed.details], ['unknown_model', '{"a":1}']);
});

test('a_line_of_the_bundle_is_found_in_the_authors_file', () => {
    const places = new Map([
        [10, { file: 'a.ts', line: 5 }],
        [11, { file: 'a.ts', line: 6 }],
        [12, { file: 'a.ts', line: 6 }],
        [20, { file: 'b.ts', line: 1 }],
        [21, { file: 'a.ts', line: 9 }],
        [22, { file: 'a.ts', line: 3 }]
    ]);
    const lines = new Lines(lineTable(places));
    for (let line = 1; line < 30; line++) {
        assert.deepEqual(lines.find(line), places.get(line), String(line));
    }
    assert.equal(new Lines(undefined).find(1), undefined);
});

test('a_stack_shows_the_authors_frames_only', () => {
    const lines = new Lines({ files: ['github/syncs/issues.ts'], runs: '59,0,0,20' });
    const stack = [
        '    at helper (componentize-qjs:user.js:61:10)',
        '    at <anonymous> (componentize-qjs:user.js:65:3)',
        '    at map (native)',
        '    at exec (componentize-qjs:user.js:63:10)',
        '    at call (componentize-qjs:user.js:9000:1)',
        ''
    ].join('\n');
    assert.deepEqual(frames(stack, lines), [
        { name: 'helper', file: 'github/syncs/issues.ts', line: 2 },
        { name: 'anonymous', file: 'github/syncs/issues.ts', line: 6 },
        { name: 'exec', file: 'github/syncs/issues.ts', line: 4 }
    ]);
});

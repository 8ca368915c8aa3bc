import assert from 'node:assert/strict';
import test from 'node:test';
import * as z from 'zod';
import * as z3 from 'zod3';
import { failure, INFO, ok, runAction, runSync } from './support/runtime.mjs';

const nothing = () => undefined;

test('the_context_is_there_to_read', async () => {
    const { output } = await runSync(async (nango) => {
        assert.deepEqual(
            [nango.connectionId, nango.providerConfigKey, nango.provider, nango.environmentId, nango.environmentName, nango.activityLogId, nango.syncId, nango.nangoConnectionId, nango.isCLI, nango.accountId],
            ['c1', 'github', 'github', 3, 'dev', 'run_1', 's1', 7, false, 0]
        );
        assert.equal(nango.getFlowAttributes(), null);
    });
    assert.equal(output, null);
    for (const details of ['{"trigger":"dryrun"}', '{"trigger":"api","connection_row_id":0}']) {
        const { output: dry } = await runAction((nango) => nango.isCLI, { 'run.getDetails': () => details });
        assert.equal(dry, true);
    }
});

const CONNECTION = { connection_id: 'c1', metadata: { a: 1 }, credentials: { type: 'OAUTH2', access_token: 'secret' } };

test('a_connection_is_remembered_until_its_metadata_changes_or_it_is_asked_for_anew', async () => {
    const { calls } = await runAction(
        async (nango) => {
            await nango.getConnection();
            await nango.getConnection('github', 'c1');
            await nango.getConnection(undefined, 'c2');
            await nango.getConnection(undefined, 'c2', { refreshToken: true });
            await nango.getConnection(undefined, undefined, { forceRefresh: true });
            await nango.updateMetadata({ b: 2 });
            return (await nango.getConnection()).credentials.access_token;
        },
        { 'connection.get': () => JSON.stringify(CONNECTION), 'connection.refresh': () => JSON.stringify(CONNECTION), 'connection.updateMetadata': nothing }
    );
    const other = { providerConfigKey: 'github', connectionId: 'c2' };
    assert.deepEqual(
        calls.filter(([name]) => name.startsWith('connection')),
        [['connection.get', null], ['connection.get', other], ['connection.get', other], ['connection.refresh', null], ['connection.updateMetadata', '{"b":2}'], ['connection.get', null]]
    );
});

test('a_token_is_text_where_the_credential_is_one', async () => {
    const token = async (credentials) => (await runAction((nango) => nango.getToken(), { 'connection.get': () => JSON.stringify({ credentials }) })).output;
    assert.equal(await token({ type: 'OAUTH2', access_token: 't' }), 't');
    assert.deepEqual(await token({ type: 'OAUTH1', oauth_token: 'a', oauth_token_secret: 'b' }), { oAuthToken: 'a', oAuthTokenSecret: 'b' });
    assert.deepEqual(await token({ type: 'API_KEY', apiKey: 'k' }), { type: 'API_KEY', apiKey: 'k' });
});

test('metadata_is_read_replaced_and_merged', async () => {
    const { output, calls } = await runAction(
        async (nango) => {
            const before = await nango.getMetadata();
            const answer = await nango.setMetadata({ x: 1 });
            await nango.updateMetadata({ y: 2 });
            await nango.setFieldMapping({ f: 'g' });
            return [before, answer.status, answer.data, await nango.getFieldMapping()];
        },
        { 'connection.getMetadata': () => '{"fieldMapping":{"f":"g"}}', 'connection.setMetadata': nothing, 'connection.updateMetadata': nothing }
    );
    assert.deepEqual(output, [{ fieldMapping: { f: 'g' } }, 201, { metadata: { x: 1 }, provider_config_key: 'github', connection_id: 'c1' }, { f: 'g' }]);
    assert.deepEqual(calls.filter(([name]) => /set|update/.test(name)), [
        ['connection.setMetadata', '{"x":1}'],
        ['connection.updateMetadata', '{"y":2}'],
        ['connection.updateMetadata', '{"fieldMapping":{"f":"g"}}']
    ]);
});

test('the_integration_is_asked_for_once', async () => {
    const { output, of } = await runAction(
        async (nango) => [(await nango.getIntegration({ include: ['credentials'] })).unique_key, await nango.getWebhookURL()],
        { 'connection.getIntegration': () => '{"unique_key":"github","webhook_url":"https://x/hook"}' }
    );
    assert.deepEqual(output, ['github', 'https://x/hook']);
    assert.equal(of('connection.getIntegration').length, 1);
});

test('variables_of_the_environment_have_names_and_values', async () => {
    const { output } = await runAction((nango) => nango.getEnvironmentVariables(), { 'environment.variables': () => [['A', '1']] });
    assert.deepEqual(output, [{ name: 'A', value: '1' }]);
});

test('log_takes_all_the_shapes_that_functions_call_it_in', async () => {
    const circle = { name: 'c' };
    circle.self = circle;
    const { lines } = await runAction(async (nango) => {
        await nango.log('plain');
        await nango.log('payload', { a: 1 });
        await nango.log('level', { level: 'error' });
        await nango.log('both', { a: 1 }, { level: 'warn' });
        await nango.log('old', { level: 'verbose' });
        await nango.log('a field called level', { level: 'high' });
        await nango.log('list', [1, 2]);
        await nango.log({ only: 'object' });
        await nango.log('circle', circle);
        await nango.log('error', new TypeError('bad'), { level: 'error' });
        await nango.log('x'.repeat(20_000));
        nango.setLogger({ level: 'warn' });
        await nango.log('dropped');
        await nango.log('kept', { level: 'warn' });
        nango.setLogger({ level: 'off' });
        await nango.log('dropped', { level: 'error' });
        assert.throws(() => nango.setLogger({ level: 'loud' }), /loud/);
    });
    assert.deepEqual(
        lines.map(({ level, message, fields }) => [level, message.slice(0, 40), fields]),
        [
            ['info', 'plain', null],
            ['info', 'payload', { a: 1 }],
            ['error', 'level', null],
            ['warn', 'both', { a: 1 }],
            ['debug', 'old', null],
            ['info', 'a field called level', { level: 'high' }],
            ['info', 'list', { payload: [1, 2] }],
            ['info', '{"only":"object"}', null],
            ['info', 'circle', { name: 'c', self: '[circular]' }],
            ['error', 'error', { name: 'TypeError', message: 'bad' }],
            ['info', 'x'.repeat(40), null],
            ['warn', 'kept', null]
        ]
    );
    assert.equal(lines[10].message.length, 10_000);
});

test('other_functions_are_called_on_other_connections', async () => {
    const { output, calls } = await runAction(
        async (nango) => {
            const answer = await nango.triggerAction('github', 'c1', 'echo', { a: 1 });
            await nango.triggerAction('slack', 'c9', 'ping');
            await nango.triggerSync('github', 'c1', 'issues');
            await nango.triggerSync('github', 'c1', { name: 'issues', variant: 'eu' }, { reset: true, emptyCache: true });
            await nango.triggerSync('github', 'c1', 'issues', 'full_refresh');
            await nango.startSync('github', ['one', 'two'], 'c1');
            return answer;
        },
        { 'functions.triggerAction': () => '{"ok":true}', 'functions.triggerSync': nothing, 'functions.startSync': nothing }
    );
    assert.deepEqual(output, { ok: true });
    assert.deepEqual(calls.filter(([name]) => name.startsWith('functions')), [
        ['functions.triggerAction', null, 'echo', '{"a":1}'],
        ['functions.triggerAction', { providerConfigKey: 'slack', connectionId: 'c9' }, 'ping', 'null'],
        ['functions.triggerSync', null, 'issues', { reset: false, emptyCache: false }],
        ['functions.triggerSync', null, 'issues::eu', { reset: true, emptyCache: true }],
        ['functions.triggerSync', null, 'issues', { reset: true, emptyCache: false }],
        ['functions.startSync', null, 'one'],
        ['functions.startSync', null, 'two']
    ]);
});

test('locks_are_taken_and_given_back', async () => {
    const { output, calls } = await runAction(
        async (nango) => {
            await assert.rejects(nango.tryAcquireLock({ key: '', ttlMs: 1 }), /1 to 255/);
            await assert.rejects(nango.tryAcquireLock({ key: 'k', ttlMs: 0 }), /ttlMs/);
            const outcome = [await nango.tryAcquireLock({ key: 'k', ttlMs: 1.5 }), await nango.releaseLock({ key: 'k' })];
            await nango.releaseAllLocks();
            return outcome;
        },
        { 'locks.tryAcquire': () => true, 'locks.release': () => false, 'locks.releaseAll': nothing }
    );
    assert.deepEqual(output, [true, false]);
    assert.deepEqual(calls.filter(([name]) => name.startsWith('locks')), [['locks.tryAcquire', 'k', 2], ['locks.release', 'k'], ['locks.releaseAll']]);
});

test('checkpoints_are_kept_as_json', async () => {
    let kept;
    const { output } = await runAction(
        async (nango) => {
            const first = await nango.getCheckpoint();
            await nango.saveCheckpoint({ at: new Date(0), page: 3, done: false });
            const second = await nango.getCheckpoint();
            await nango.clearCheckpoint();
            return [first, second, await nango.getCheckpoint()];
        },
        { 'run.getCheckpoint': () => kept ?? null, 'run.saveCheckpoint': (json) => void (kept = json), 'run.clearCheckpoint': () => void (kept = undefined) }
    );
    assert.deepEqual(output, [null, { at: '1970-01-01T00:00:00.000Z', page: 3, done: false }, null]);
});

for (const [version, zod] of [['4', z], ['3', z3]]) {
    test(`input_is_validated_by_zod_${version}`, async () => {
        const zodSchema = zod.object({ id: zod.string(), page: zod.number().default(1), in: zod.object({ x: zod.number() }).optional() });
        const { output } = await runAction(async (nango) => (await nango.zodValidateInput({ zodSchema, input: { id: 'a' } })).data);
        assert.deepEqual(output, { id: 'a', page: 1 });
        const { output: refused, lines } = await runAction((nango) => nango.zodValidateInput({ zodSchema, input: { id: 1, in: { x: 'y' } } }));
        assert.equal(refused.failed.code, 'action_error');
        const payload = JSON.parse(refused.failed.details);
        assert.equal(payload.message, 'Invalid input provided');
        assert.deepEqual(payload.errors.map(({ path }) => path), [['id'], ['in', 'x']]);
        assert.deepEqual(lines.map(({ level, message }) => [level, /at path (.*)$/.exec(message)?.[1]]), [['error', 'id'], ['error', 'in.x']]);
    });
}

const page = (items, next, status = 200) => ({ items: JSON.stringify(items), next, response: { status, headers: [], body: { tag: 'text', val: JSON.stringify({ items }) } } });

test('a_list_is_walked_by_the_host_and_on_page_is_awaited_before_each_page', async () => {
    const pages = [page([1, 2], 'b'), page([3], null)];
    const seen = [];
    const { output, of } = await runAction(
        async (nango) => {
            const paginate = {
                type: 'cursor',
                cursor_path_in_response: 'next',
                async on_page({ nextPageParam, response }) {
                    await null;
                    seen.push(['page', nextPageParam, response.status, response.data]);
                }
            };
            for await (const items of nango.paginate({ endpoint: '/list', paginate, params: { q: 1 }, retries: 2 })) {
                seen.push(items);
            }
            return 'done';
        },
        { 'provider.paginate': () => ({ next: () => pages.shift() ?? null }) }
    );
    assert.equal(output, 'done');
    assert.deepEqual(seen, [['page', 'b', 200, { items: [1, 2] }], [1, 2], ['page', undefined, 200, { items: [3] }], [3]]);
    const [[method, request, options]] = of('provider.paginate');
    assert.deepEqual([method, request.query, request.retries, JSON.parse(options)], ['get', [['q', '1']], 2, { type: 'cursor', cursor_path_in_response: 'next' }]);
});

test('a_failing_page_is_thrown_like_a_failing_request', async () => {
    const { output } = await runAction(
        async (nango) => {
            try {
                for await (const _ of nango.paginate({ endpoint: '/list' }));
            } catch (error) {
                return [error.isAxiosError, error.response.status];
            }
        },
        { 'provider.paginate': () => ({ next: () => { throw failure('provider_status', 'x', { status: 503, details: '{"status":503,"headers":{},"body":null}' }); } }) }
    );
    assert.deepEqual(output, [true, 503]);
});

test('bodies_are_sent_in_the_form_that_they_have', async () => {
    const sent = async (data, headers) => {
        const { of, output } = await runAction((nango) => nango.post({ endpoint: '/', data, headers }).then(() => 1), { 'provider.start': () => ok({}) });
        assert.equal(output, 1);
        const [[, { body, headers: shown }]] = of('provider.start');
        return [shown.find(([name]) => name.toLowerCase() === 'content-type')?.[1], body?.tag === 'bytes' ? Buffer.from(body.val).toString() : body?.val];
    };
    assert.deepEqual(await sent({ a: [1] }), ['application/json', '{"a":[1]}']);
    assert.deepEqual(await sent(new URLSearchParams({ a: 'b c' })), ['application/x-www-form-urlencoded;charset=utf-8', 'a=b+c']);
    assert.deepEqual(await sent({ a: 'b c', l: [1, 2], o: { k: 'v' } }, { 'Content-Type': 'application/x-www-form-urlencoded' }), ['application/x-www-form-urlencoded', 'a=b+c&l%5B%5D=1&l%5B%5D=2&o%5Bk%5D=v']);
    assert.deepEqual(await sent('<x/>', { 'content-type': 'text/xml' }), ['text/xml', '<x/>']);
    assert.deepEqual(await sent(Buffer.from('bytes')), ['application/octet-stream', 'bytes']);
    assert.deepEqual(await sent(new Uint8Array([104, 105]).buffer), ['application/octet-stream', 'hi']);
    assert.deepEqual(await sent(undefined), [undefined, undefined]);
    assert.deepEqual(await sent(new Blob(['b'], { type: 'image/png' })), ['image/png', 'b']);
    const form = new FormData();
    form.append('na"me', 'va\nlue');
    form.append('file', new File(['inside'], 'f.txt', { type: 'text/plain' }));
    const [type, body] = await sent(form, { 'Content-Type': 'multipart/form-data' });
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(type)[1];
    assert.equal(
        body,
        `--${boundary}\r\nContent-Disposition: form-data; name="na%22me"\r\n\r\nva\r\nlue\r\n--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\ninside\r\n--${boundary}--\r\n`
    );
});

test('answers_come_in_the_form_that_was_asked_for', async () => {
    const got = async (responseType, body = '{"a":1}') => {
        let data;
        const { output } = await runAction(async (nango) => void ({ data } = await nango.get({ endpoint: '/', responseType })), { 'provider.start': () => ok(body) });
        assert.equal(output, null);
        return data;
    };
    assert.deepEqual(await got(undefined), { a: 1 });
    assert.deepEqual(await got(undefined, '<html>'), '<html>');
    assert.deepEqual(await got(undefined, '{broken'), '{broken');
    assert.deepEqual(await got(undefined, ''), '');
    assert.equal(await got('text'), '{"a":1}');
    const bytes = await got('arraybuffer', new Uint8Array([255, 0]));
    assert.ok(Buffer.isBuffer(bytes));
    assert.deepEqual([...bytes], [255, 0]);
    assert.deepEqual([...(await got('arraybuffer', 'ü'))], [195, 188]);
    const parts = [];
    for await (const part of await got('stream')) {
        parts.push(part);
    }
    assert.equal(Buffer.concat(parts).toString(), '{"a":1}');
    const heard = await new Promise((resolve) => got('stream').then((stream) => {
        let text = '';
        stream.on('data', (chunk) => (text += chunk));
        stream.on('end', () => resolve(text));
    }));
    assert.equal(heard, '{"a":1}');
});

test('a_query_may_be_given_once', async () => {
    const query = async (config) => {
        const { of, output } = await runAction((nango) => nango.get(config).then(() => 1), { 'provider.start': () => ok({}) });
        return output?.failed?.message ?? of('provider.start')[0][1].query;
    };
    assert.deepEqual(await query({ endpoint: '/', params: 'a=1&b=x%20y' }), [['a', '1'], ['b', 'x y']]);
    assert.deepEqual(await query({ endpoint: '/', params: new URLSearchParams([['a', '1'], ['a', '2']]) }), [['a', '1'], ['a', '2']]);
    assert.match(await query({ endpoint: '/?a=1', params: 'b=2' }), /twice/);
    assert.match(await query({ params: 'b=2' }), /needs an `endpoint`/);
});

test('proxy_takes_the_method_from_its_configuration', async () => {
    const { of, output } = await runAction(
        async (nango) => {
            await nango.proxy({ endpoint: '/a' });
            await nango.proxy({ endpoint: '/a', method: 'patch', connectionId: 'c2' });
            await nango.proxy({ endpoint: '/a', method: 'REPORT' }).catch((error) => assert.match(error.message, /REPORT is not supported/));
        },
        { 'provider.start': () => ok({}) }
    );
    assert.equal(output, null);
    assert.deepEqual(of('provider.start').map(([method, { connection }]) => [method, connection]), [['get', null], ['patch', { providerConfigKey: 'github', connectionId: 'c2' }]]);
});

test('a_plain_fetch_answers_in_the_webs_shape', async () => {
    const { output, of } = await runAction(
        async (nango) => {
            const answer = await nango.uncontrolledFetch({ url: new URL('https://example.com/x'), method: 'POST', headers: { a: 'b' }, body: '{"x":1}' });
            const copy = answer.clone();
            const first = [answer.ok, answer.status, answer.headers.get('Content-Type'), await answer.json()];
            await assert.rejects(answer.text(), /was read before/);
            return [...first, await copy.text(), (await copy.clone().arrayBuffer()).byteLength];
        },
        { 'fetch.fetch': () => ({ status: 404, headers: [['content-type', 'application/json']], body: { tag: 'text', val: '{"no":1}' } }) }
    );
    assert.deepEqual(output, [false, 404, 'application/json', { no: 1 }, '{"no":1}', 8]);
    assert.deepEqual(of('fetch.fetch')[0][0].url, 'https://example.com/x');
});

test('a_webhook_runs_on_webhook_with_its_payload', async () => {
    const seen = [];
    const definition = { onWebhook: (nango, payload) => void seen.push([nango.variant, payload]) };
    const host = { 'run.getDetails': () => '{"trigger":"webhook"}', 'run.input': () => '{"type":"x"}' };
    await runSync(() => seen.push('exec'), host, definition);
    await runSync(() => seen.push('exec'), {}, definition);
    assert.deepEqual(seen, [['base', { type: 'x' }], 'exec']);
});

test('an_action_without_a_result_answers_null', async () => {
    const { output } = await runAction(() => undefined, { 'run.getInfo': () => INFO });
    assert.equal(output, null);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { err, ok, runAction } from './support/runtime.mjs';

test('a_request_reaches_the_host_as_the_author_wrote_it', async () => {
    const { output, of } = await runAction(
        async (nango) => {
            const { data, status, statusText, headers } = await nango.post({
                endpoint: '/repos',
                params: { page: 2, tags: ['a', 'b'], none: undefined },
                data: { name: 'x' },
                headers: { 'X-One': 1 },
                retries: 3,
                retryOn: [418],
                baseUrlOverride: 'https://other.example'
            });
            return { data, status, statusText, headers };
        },
        { 'provider.start': () => ok({ id: 1 }, { status: 201, headers: [['Content-Type', 'application/json'], ['Set-Cookie', 'a'], ['Set-Cookie', 'b']] }) }
    );
    assert.deepEqual(of('provider.start'), [
        [
            'post',
            {
                endpoint: '/repos',
                query: [['page', '2'], ['tags', 'a,b']],
                headers: [['X-One', '1'], ['content-type', 'application/json']],
                body: { tag: 'text', val: '{"name":"x"}' },
                retries: 3,
                retryOn: [418],
                baseUrl: 'https://other.example',
                connection: null
            }
        ]
    ]);
    assert.deepEqual(output, {
        data: { id: 1 },
        status: 201,
        statusText: 'Created',
        headers: { 'content-type': 'application/json', 'set-cookie': ['a', 'b'] }
    });
});

test('requests_of_one_function_are_under_way_at_the_same_time', async () => {
    let open = 0;
    let most = 0;
    const start = () => {
        most = Math.max(most, ++open);
        return { read: () => new Promise((resolve) => setImmediate(() => (open--, resolve({ tag: 'ok', val: { status: 200, headers: [], body: { tag: 'text', val: '1' } } })))) };
    };
    const { output } = await runAction(
        async (nango) => (await Promise.all([1, 2, 3].map(() => nango.get({ endpoint: '/' })))).map(({ data }) => data),
        { 'provider.start': start }
    );
    assert.deepEqual(output, [1, 1, 1]);
    assert.equal(most, 3);
});

test('a_status_outside_200_to_299_is_thrown_in_the_shape_of_axios', async () => {
    const details = JSON.stringify({ status: 404, headers: { 'x-a': '1' }, body: { message: 'gone' } });
    const { output } = await runAction(
        async (nango) => {
            try {
                await nango.get({ endpoint: '/x' });
            } catch (error) {
                return [error instanceof Error, error.name, error.isAxiosError, error.code, error.status, error.message, error.response.status, error.response.data, error.response.headers, error.config.url, error.toJSON().status];
            }
        },
        { 'provider.start': () => err('provider_status', 'the provider answered GET /x with 404', { status: 404, details }) }
    );
    assert.deepEqual(output, [true, 'AxiosError', true, 'ERR_BAD_REQUEST', 404, 'Request failed with status code 404', 404, { message: 'gone' }, { 'x-a': '1' }, '/x', 404]);
});

test('a_network_failure_has_the_networks_own_code_and_no_response', async () => {
    const { output } = await runAction(
        async (nango) => nango.get({ endpoint: '/x' }).catch((error) => [error.isAxiosError, error.code, 'response' in error]),
        { 'provider.start': () => err('network_error', 'refused', { details: '{"code":"ECONNREFUSED"}' }) }
    );
    assert.deepEqual(output, [true, 'ECONNREFUSED', false]);
});

test('an_uncaught_answer_leaves_the_function_as_the_host_gave_it', async () => {
    const failed = { code: 'provider_status', message: 'the provider answered GET /x with 500', status: 500, details: '{"status":500,"headers":{},"body":"no"}' };
    const { output } = await runAction((nango) => nango.get({ endpoint: '/x' }), {
        'provider.start': () => err(failed.code, failed.message, failed)
    });
    assert.deepEqual(output, { failed });
});

// Actions, and what becomes of their failures.

import assert from 'node:assert/strict';
import { refused } from '../world.mjs';

const FIXTURE = 'fixture';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export default {
  async 'an action returns what it returns'(world) {
    const connection = await world.settled('acting');
    const echo = (input) => world.nango.triggerAction(FIXTURE, connection, 'echo', input);
    for (const input of [{ a: { b: [1, 'ü', null, true] } }, [1, 2], 'text', 7, false]) assert.deepEqual(await echo(input), input);
    for (const none of [undefined, null]) assert.deepEqual(await echo(none), {});
  },

  async 'an error of its own reaches the caller with its payload'(world) {
    const connection = await world.settled('acting');
    const response = await refused(world.nango.triggerAction(FIXTURE, connection, 'fail', { reason: 'sold out' }), 500, 'action_script_runtime_error');
    assert.deepEqual(response.data.error.payload, { reason: 'sold out' });
  },

  async 'a refusal of the provider is 424 with what the provider said'(world) {
    const connection = await world.settled('acting');
    for (const status of [404, 403, 500]) {
      const call = world.nango.triggerAction(FIXTURE, connection, 'fetch-status', { path: `/status/${status}`, throw: true });
      const { error } = (await refused(call, 424, 'script_http_error')).data;
      assert.deepEqual([error.upstream.status, error.upstream.body, error.payload], [status, { message: `status ${status}` }, { message: `status ${status}` }]);
      assert.equal(error.upstream.headers['content-type'], 'application/json');
    }
  },

  async 'what breaks inside is told'(world) {
    const connection = await world.settled('acting');
    const call = (action, input) => world.nango.triggerAction(FIXTURE, connection, action, input);
    const { error } = (await refused(call('panic', { message: 'oops' }), 500, 'script_internal_error')).data;
    assert.equal(typeof error.payload.message, 'string');
    await refused(call('fetch-status', { path: 1 }), 400, 'invalid_action_input');
    const network = { path: 'http://127.0.0.1:1/', throw: true };
    await refused(call('fetch-status', network), 500, 'script_network_error');
  },

  async 'an asynchronous action is accepted, and its result is asked for'(world) {
    const connection = await world.settled('acting');
    const { nango } = world;
    const accept = (action, input) => nango.triggerActionAsync(FIXTURE, connection, action, input);
    const result = (of) => world.eventually('a result', () => nango.getAsyncActionResult(of).then((value) => ({ value }), pending));
    // While the action has not ended, it is as good as unknown.
    const pending = (error) => {
      if (error.response?.status === 404) return undefined;
      throw error;
    };
    const accepted = await accept('echo', { a: [1, 'ü'] });
    assert.match(accepted.id, UUID);
    assert.deepEqual(accepted, { id: accepted.id, statusUrl: `/action/${accepted.id}` });
    assert.deepEqual((await result(accepted)).value, { a: [1, 'ü'] });
    assert.deepEqual((await result({ id: accepted.id })).value, { a: [1, 'ü'] });
    const none = await accept('echo');
    assert.deepEqual((await result({ id: none.id })).value, {});

    const own = await refused(result(await accept('fail', { reason: 'sold out' })), 500, 'action_script_runtime_error');
    assert.deepEqual(own.data.error.payload, { reason: 'sold out' });
    const theirs = await refused(result(await accept('fetch-status', { path: '/status/404', throw: true })), 424, 'script_http_error');
    assert.equal(theirs.data.error.upstream.status, 404);

    const headers = { 'connection-id': connection, 'provider-config-key': FIXTURE, 'x-async': 'true' };
    const plain = await world.call('POST', '/action/trigger', { headers, body: { action_name: 'echo', input: 1 } });
    assert.deepEqual([plain.status, plain.headers.get('location')], [202, plain.json().statusUrl]);
  },

  async 'an asynchronous action that cannot be is refused at once'(world) {
    const connection = await world.settled('acting');
    const { nango } = world;
    await refused(nango.triggerActionAsync(FIXTURE, connection, 'no-action', {}), 404, 'not_found');
    await refused(nango.triggerActionAsync(FIXTURE, 'nobody', 'echo', {}), 400, 'unknown_connection');
    await refused(nango.getAsyncActionResult({ id: '00000000-0000-4000-8000-000000000000' }), 404, 'not_found');
    await refused(nango.getAsyncActionResult({ id: 'nothing' }), 400, 'invalid_uri_params');
    await assert.rejects(nango.getAsyncActionResult({}), /id or statusUrl/);
  },

  async 'what is not there is refused'(world) {
    const connection = await world.settled('acting');
    const { nango } = world;
    await refused(nango.triggerAction(FIXTURE, connection, 'no-action', {}), 404, 'not_found');
    await refused(nango.triggerAction(FIXTURE, 'nobody', 'echo', {}), 400, 'unknown_connection');
    await refused(nango.triggerAction('no-integration', connection, 'echo', {}), 400, 'unknown_connection');
    await refused(nango.triggerAction(FIXTURE, connection, 'a b', {}), 400, 'invalid_body');
  },
};

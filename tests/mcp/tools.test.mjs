// The official client against a real server. `tests/it/mcp.rs` starts the server and passes on what the cases need to know as JSON in `MCP_TEST`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** What the server is, and whom it knows. */
const world = JSON.parse(process.env.MCP_TEST);
/** For one case, which takes less than a second: what hangs fails. */
const timeout = 60_000;

const headers = ({ key = world.key, connection = 'ada', integration = 'fixture' } = {}) => ({
  Authorization: `Bearer ${key}`,
  'Connection-Id': connection,
  'Provider-Config-Key': integration,
});

async function connect(as) {
  const client = new Client({ name: 'syncline-mcp-tests', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', world.server), { requestInit: { headers: headers(as) } }));
  return client;
}

const api = async (path) => (await fetch(new URL(path, world.server), { headers: headers() })).json();

/** How a run ended. Its caller is answered before that is written. */
async function endOf(id) {
  for (;;) {
    const { data: run } = await api(`/runs/${id}`);
    if (run && run.state !== 'running') return [run.function, run.trigger, run.state];
    await pause(20);
  }
}

/** The JSON-RPC error of a call, which must fail. */
async function failure(promise) {
  const error = await promise.then(
    (result) => assert.fail(`it answered ${JSON.stringify(result)}`),
    (error) => error,
  );
  return error;
}

async function refusal(as, status, code) {
  const error = await failure(connect(as));
  assert.equal(error.code, status, String(error));
  assert.match(error.message, new RegExp(code));
}

test('connects and learns who answers', { timeout }, async () => {
  const client = await connect();
  assert.equal(client.getServerVersion().name, 'syncline');
  assert.deepEqual(client.getServerCapabilities(), { tools: {} });
  await client.ping();
  await client.close();
});

test('lists the tools with the schemas that were deployed', { timeout }, async () => {
  const client = await connect();
  const { tools, nextCursor } = await client.listTools();
  assert.equal(nextCursor, undefined);
  // `echo` takes any JSON, the others no named arguments; syncs and event functions are no actions.
  assert.deepEqual(tools.map(({ name }) => name).sort(), ['count', 'fail', 'fetch-status', 'granted', 'log-flood', 'panic', 'parallel', 'relay', 'secrets', 'spin', 'walk']);
  for (const tool of tools) {
    const { data } = await api(`/integrations/fixture/functions/${tool.name}?type=action`);
    assert.equal(tool.description, data.description);
    const deployed = data.json_schema?.definitions ?? {};
    const input = deployed[`ActionInput_${tool.name}`];
    assert.deepEqual(tool.inputSchema, input ?? { type: 'object', properties: {} }, tool.name);
    const output = deployed[`ActionOutput_${tool.name}`];
    assert.deepEqual(tool.outputSchema, output?.type === 'object' ? output : undefined, tool.name);
  }
  const fetches = tools.find(({ name }) => name === 'fetch-status');
  assert.deepEqual(fetches.inputSchema.required, ['path']);
  assert.equal(fetches.outputSchema.type, 'object');
  await client.close();
});

test('calls a tool, whose answer is text and, if it is an object, structured', { timeout }, async () => {
  const client = await connect();
  // With the schemas at hand, the client itself holds every structured answer against its own.
  await client.listTools();
  const answer = await client.callTool({ name: 'fetch-status', arguments: { path: '/echo' } });
  assert.equal(answer.structuredContent.status, 200);
  assert.deepEqual(JSON.parse(answer.content[0].text), answer.structuredContent);
  const several = await client.callTool({ name: 'parallel', arguments: { path: '/echo', count: 3 } });
  assert.deepEqual(several.content, [{ type: 'text', text: '[200,200,200]' }]);
  assert.equal(several.structuredContent, undefined);
  const none = await client.callTool({ name: 'secrets' });
  assert.equal(none.structuredContent.connection.id, 'ada');
  await client.close();
});

test('says what is wrong with the input', { timeout }, async () => {
  const client = await connect();
  for (const input of [{ path: 7 }, {}, undefined]) {
    const error = await failure(client.callTool({ name: 'fetch-status', arguments: input }));
    assert.deepEqual([error.code, error.data.code], [-32603, 'invalid_action_input']);
    assert.match(error.message, /path|string/);
  }
  const error = await failure(client.callTool({ name: 'fetch-status', arguments: ['/echo'] }));
  assert.equal(error.code, -32602);
  await client.close();
});

test('tells of an action that fails, with the run that failed', { timeout }, async () => {
  const client = await connect();
  const error = await failure(client.callTool({ name: 'fail', arguments: { reason: world.reason } }));
  assert.deepEqual([error.code, error.data.code], [-32603, 'action_script_runtime_error']);
  assert.deepEqual(error.data.payload, { reason: world.reason });
  assert.deepEqual(await endOf(error.data.additional_properties.run_id), ['fail', 'api', 'failed']);
  const upstream = await failure(client.callTool({ name: 'fetch-status', arguments: { path: '/status/404', throw: true } }));
  assert.deepEqual([upstream.code, upstream.data.code, upstream.data.upstream.status], [-32603, 'script_http_error', 404]);
  const panic = await failure(client.callTool({ name: 'panic', arguments: { message: 'oh' } }));
  assert.deepEqual([panic.code, panic.data.code], [-32603, 'script_internal_error']);
  await client.close();
});

test('knows no other tools', { timeout }, async () => {
  const client = await connect();
  for (const name of ['nope', 'echo', 'full', 'no such name', '']) {
    const error = await failure(client.callTool({ name, arguments: {} }));
    assert.deepEqual([error.code, error.data.code], [-32603, 'not_found'], name);
  }
  await client.close();
});

test('answers nobody without the right key, scope and connection', { timeout }, async () => {
  await refusal({ key: 'not-a-key' }, 401, 'invalid_secret_key_format');
  await refusal({ key: world.narrowKey }, 403, 'environment:mcp');
  await refusal({ key: world.otherKey }, 400, 'unknown_connection');
  await refusal({ connection: 'nobody' }, 400, 'unknown_connection');
  await refusal({ integration: 'nothing' }, 400, 'unknown_connection');
  const client = await connect({ key: world.toolsKey });
  assert.equal((await client.callTool({ name: 'parallel', arguments: { path: '/echo', count: 1 } })).content[0].text, '[200]');
  await client.close();
});

test('keeps two clients apart', { timeout }, async () => {
  const clients = await Promise.all([connect(), connect({ connection: 'eve' })]);
  const calls = Array.from({ length: 20 }, (_, number) => clients[number % 2].callTool({ name: 'secrets' }));
  const seen = (await Promise.all(calls)).map((answer) => answer.structuredContent.connection.id);
  assert.deepEqual(seen, Array.from({ length: 20 }, (_, number) => ['ada', 'eve'][number % 2]));
  await Promise.all(clients.map((client) => client.close()));
});

test('has no stream of its own and no session to end', { timeout }, async () => {
  for (const method of ['GET', 'DELETE']) {
    const answer = await fetch(new URL('/mcp', world.server), { method, headers: { ...headers(), Accept: 'text/event-stream' } });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
    await answer.text();
  }
});

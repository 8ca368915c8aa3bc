// What the client does not call: imports, sessions as a browser sees them, deployments, webhook settings, old names.

import assert from 'node:assert/strict';
import { client } from '../coverage.mjs';
import { ISO_Z, refused } from '../world.mjs';

const IMPORTABLE = ['fixture', 'acme', 'machine', 'oauth1', 'basic-auth', 'tba', 'app', 'app-with-user', 'none'];

export default {
  async 'credentials of every type are imported, and imported again'(world) {
    for (const integration of IMPORTABLE) {
      const connection = world.unique('imported');
      const connection_config = integration === 'tba' ? { accountId: '1234567_SB1' } : {};
      const made = await world.connect(integration, connection, { connection_config });
      assert.deepEqual([made.connection_id, made.provider_config_key, made.errors], [connection, integration, []]);
      const { type } = world.credentials[integration];
      assert.ok(made.credentials.type === type || (type === 'NONE' && Object.keys(made.credentials).length === 0), integration);
      assert.ok(!JSON.stringify(made).includes('brought-refresh'), 'the refresh token is shown');
      const again = await world.connect(integration, connection, { connection_config, tags: { again: 'yes' } });
      assert.deepEqual([again.id, again.tags], [made.id, { again: 'yes' }]);
    }
  },

  async 'an import without an id makes one'(world) {
    const made = await world.connect(await world.integrate('unnamed'), undefined);
    assert.match(made.connection_id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  },

  async 'an import that cannot be is refused by its field'(world) {
    const post = (body) => world.call('POST', '/connections', { body: { provider_config_key: 'fixture', ...body } });
    for (const [body, path] of [
      [{ credentials: { type: 'OAUTH2', access_token: 'x' } }, 'credentials'],
      [{ credentials: { type: 'TWO_STEP' } }, 'credentials.type'],
      [{ credentials: { type: 'API_KEY' } }, 'credentials.apiKey'],
      [{ credentials: {} }, 'credentials.type'],
      [{ connection_id: '', credentials: world.credentials.fixture }, 'connection_id'],
      [{ connection_id: 'a<b>', credentials: world.credentials.fixture }, 'connection_id'],
      [{ metadata: [], credentials: world.credentials.fixture }, 'metadata'],
      [{ tags: { a: 1 }, credentials: world.credentials.fixture }, 'tags'],
    ]) {
      const answer = await post(body);
      assert.deepEqual([answer.status, answer.code()], [400, 'invalid_body'], answer.text);
      assert.ok(answer.json().error.errors[0].path.join('.').startsWith(path), answer.text);
    }
    const nowhere = await post({ provider_config_key: 'no-integration', credentials: world.credentials.fixture });
    assert.deepEqual([nowhere.status, nowhere.code()], [404, 'not_found']);
  },

  async 'a session is seen and ended by who has its token'(world) {
    const { data } = await world.nango.createConnectSession({ end_user: { id: 'u' } });
    const key = `Bearer ${data.token}`;
    const telemetry = (body) => world.call('POST', '/connect/telemetry', { body: { token: data.token, ...body }, key: null });
    const now = Date.now();
    assert.equal((await telemetry({ event: 'open', timestamp: now })).status, 204);
    assert.equal((await telemetry({ event: 'click:integration', timestamp: new Date(now), dimensions: { integration: 'fixture' } })).status, 204);
    for (const body of [{ event: 'nonsense', timestamp: now }, { event: 'open' }, { event: 'open', timestamp: now - 3 * 3_600_000 }]) {
      const answer = await telemetry(body);
      assert.deepEqual([answer.status, answer.code()], [400, 'invalid_body'], answer.text);
    }
    assert.equal((await world.call('GET', '/connect/session', { key })).status, 200);
    for (const path of ['/providers', '/providers/stand-in', '/integrations']) assert.equal((await world.call('GET', path, { key })).status, 200, path);
    for (const path of ['/connections', '/records?model=Item', '/scripts/config', '/environment-variables']) {
      assert.equal((await world.call('GET', path, { key })).status, 401, path);
    }
    assert.equal((await world.call('DELETE', '/connect/session', { key })).status, 204);
    const gone = await world.call('GET', '/connect/session', { key });
    assert.equal(gone.status, 401);
    assert.equal(typeof gone.code(), 'string');
  },

  async 'a deployment says what it changed'(world) {
    const key = await world.integrate('deployed');
    const first = (await world.deploy(key)).json().data;
    const echo = first.functions.find(({ name }) => name === 'echo');
    const known = { integration: key, type: 'action', name: 'echo', version: 1, change: 'created' };
    assert.deepEqual(echo, { ...known, connections: 0, details: [], lost_models: [] });
    const second = (await world.deploy(key)).json().data;
    assert.deepEqual([second.functions.every(({ change }) => change === 'unchanged'), second.deleted], [true, []]);
    const broken = await world.call('POST', '/deployments', { body: { components: [{ integration: key, wasm: 'AGFzbQ==' }] } });
    assert.equal(broken.status, 400);
    const nowhere = await world.deploy('no-integration');
    assert.deepEqual([nowhere.status, nowhere.code()], [400, 'unknown_integration']);
  },

  async 'webhook settings are read and changed'(world) {
    const read = async () => (await world.call('GET', '/environment/webhooks', { key: `Bearer ${world.otherKey}` })).json().data;
    const change = (body) => world.call('PATCH', '/environment/webhooks', { key: `Bearer ${world.otherKey}`, body });
    const before = await read();
    const primary_url = 'https://example.com/hooks';
    assert.deepEqual((await change({ primary_url, on_auth_creation: false })).json().data, { ...before, primary_url, on_auth_creation: false });
    assert.equal((await read()).primary_url, primary_url);
    assert.deepEqual((await change({ primary_url: null, on_auth_creation: true })).json().data.primary_url, null);
    assert.deepEqual((await change({ primary_url: 'nowhere' })).code(), 'invalid_body');
  },

  async 'names that old clients use'(world) {
    const key = await world.integrate('old');
    await world.connect(key, 'ada', { metadata: { a: 1 } });
    const at = `?provider_config_key=${key}`;
    const shown = await world.call('GET', `/connection/ada${at}`);
    assert.deepEqual([shown.status, shown.json().connection_id], [200, 'ada']);
    const listed = await world.call('GET', '/connection?connectionId=ada');
    assert.ok(listed.json().connections.some((connection) => connection.provider_config_key === key));
    const metadata = { connection_id: 'ada', provider_config_key: key, metadata: { b: 2 } };
    assert.equal((await world.call('POST', '/connection/metadata', { body: metadata })).status, 201);
    assert.equal((await world.call('PATCH', '/connection/metadata', { body: metadata })).status, 200);
    assert.deepEqual((await world.call('GET', `/connection/ada${at}`)).json().metadata, { b: 2 });
    for (const [method, status] of [['POST', 201], ['PATCH', 200]]) {
      const answer = await world.call(method, `/connection/ada/metadata${at}`, { body: { c: method } });
      assert.equal(answer.status, status, answer.text);
      assert.equal((await world.nango.getMetadata(key, 'ada')).c, method);
    }
    const made = await world.call('POST', '/connection', { body: { provider_config_key: key, connection_id: 'eve', api_key: world.token } });
    assert.equal(made.status, 201, made.text);
    assert.equal((await world.nango.getConnection(key, 'eve')).credentials.apiKey, world.token);
    const config = await world.call('GET', `/config/${key}`);
    assert.deepEqual([config.json().config.unique_key, config.json().config.provider], [key, 'stand-in']);
    assert.equal((await world.call('GET', '/config/no-integration')).status, 404);
    assert.equal((await world.call('DELETE', `/connection/ada${at}`)).status, 200);
    assert.equal((await world.call('DELETE', `/connection/ada${at}`)).code(), 'unknown_connection');
  },

  async 'endpoints of functions are nowhere'(world) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await world.call(method, '/v1/nope', { headers: { 'connection-id': 'a', 'provider-config-key': 'fixture' } });
      assert.equal(answer.status, 404, method);
      assert.equal(typeof answer.json().message, 'string', answer.text);
    }
  },

  async 'functions are built elsewhere, and dry runs say so'(world) {
    const compiled = await world.call('POST', '/functions/compile', { body: { code: 'export default 1' } });
    assert.deepEqual([compiled.status, compiled.code()], [400, 'execution_environment_unavailable']);
    const template = { type: 'template', integration_id: 'no-integration', template: 'x' };
    assert.equal((await world.call('POST', '/functions/deployments', { body: template })).status, 404);
    const connection = await world.settled('invoked');
    const body = { connection_id: connection, integration_id: 'fixture', name: 'echo', input: { a: 1 }, invocation_type: 'wait' };
    assert.equal((await world.call('POST', '/functions/invocations', { body })).status, 200);
  },

  async 'an account makes environments and their keys'(world) {
    const account = (method, path, body) => world.call(method, path, { body, key: `Bearer ${world.accountKey}` });
    const name = world.unique('env');
    const made = await account('POST', '/environments', { name });
    assert.deepEqual([made.status, made.json().data.name], [200, name]);
    const { id } = made.json().data;
    const taken = await account('POST', '/environments', { name });
    assert.deepEqual([taken.status, taken.code()], [409, 'conflict']);
    const key = await account('POST', '/environment/api-keys', { environment_id: id, display_name: 'reads', scopes: ['environment:connections:list'] });
    assert.equal(key.status, 200, key.text);
    const { secret, id: keyId, scopes } = key.json().data;
    assert.deepEqual(scopes, ['environment:connections:list']);
    const nango = client({ host: world.server, apiKey: secret });
    assert.deepEqual(await nango.listConnections(), { connections: [] });
    await refused(nango.listIntegrations(), 403, 'forbidden');
    const gone = await account('DELETE', '/environment/api-keys', { environment_id: id, key_id: keyId });
    assert.deepEqual(gone.json(), { success: true });
    assert.equal((await account('DELETE', `/environments/${id}`)).status, 204);
    // The key of an environment is not the account's, and the other way round.
    for (const path of ['/environments', '/environment/api-keys']) {
      const answer = await world.call('POST', path, { body: { name: 'more', environment_id: id, display_name: 'x' } });
      assert.ok([401, 403].includes(answer.status), `${path}: ${answer.text}`);
    }
    assert.equal((await account('GET', '/connections')).status, 403);
  },

  async 'runs and their logs'(world) {
    const connection = await world.settled('logged');
    const runs = (await world.call('GET', `/runs?connection_id=${connection}&integration_id=fixture&function=full`)).json().data;
    assert.equal(runs[0].state, 'succeeded');
    const one = await world.call('GET', `/runs/${runs[0].id}`);
    assert.deepEqual(one.json().data.id, runs[0].id);
    const logs = await world.call('GET', `/runs/${runs[0].id}/logs`);
    assert.ok(logs.text.includes('read all items'), logs.text);
    assert.match(runs[0].started_at, ISO_Z);
    assert.equal((await world.call('GET', `/runs/${connection}`)).status, 404);
  },
};

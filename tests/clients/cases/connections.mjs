// Connections and their metadata.

import assert from 'node:assert/strict';
import { ISO_OFFSET, paths, refused } from '../world.mjs';

const END_USER = { id: 'u', display_name: 'Ada L', email: 'ada@example.com' };

export default {
  async 'one is shown with everything that is known of it'(world) {
    const key = await world.integrate('shown');
    await world.connect(key, 'ada', { metadata: { a: 1 }, end_user: END_USER, tags: { plan: 'gold' }, connection_config: { region: 'eu' } });
    const { id, created_at, updated_at, last_fetched_at, ...rest } = await world.nango.getConnection(key, 'ada');
    assert.equal(typeof id, 'number');
    for (const time of [created_at, updated_at]) assert.match(time, ISO_OFFSET);
    // Nobody had read the credentials before.
    assert.equal(last_fetched_at, null);
    assert.match((await world.nango.getConnection(key, 'ada')).last_fetched_at, ISO_OFFSET);
    const { tags, end_user, ...others } = rest;
    assert.deepEqual(others, {
      connection_id: 'ada',
      provider_config_key: key,
      provider: 'stand-in',
      errors: [],
      metadata: { a: 1 },
      connection_config: { region: 'eu' },
      webhook_url_override: null,
      credentials: { type: 'API_KEY', apiKey: world.token },
    });
    assert.equal(tags.plan, 'gold');
    assert.deepEqual([end_user.id, end_user.display_name, end_user.email, end_user.organization], ['u', 'Ada L', 'ada@example.com', null]);

    const { connections } = await world.nango.listConnections({ integrationId: key });
    const { created, ...summary } = connections[0];
    assert.match(created, ISO_OFFSET);
    const { connection_config, webhook_url_override, credentials, ...head } = others;
    assert.deepEqual(summary, { id, tags, end_user, ...head });
  },

  async 'what is not there is refused'({ nango }) {
    await refused(nango.getConnection('fixture', 'nobody'), 404, 'not_found');
    await refused(nango.getConnection('no-integration', 'nobody'), 400, 'unknown_provider_config');
    await refused(nango.getMetadata('fixture', 'nobody'), 404, 'not_found');
    await refused(nango.getToken('fixture', 'nobody'), 404, 'not_found');
    await refused(nango.getRawTokenResponse('fixture', 'nobody'), 404, 'not_found');
    await refused(nango.deleteConnection('fixture', 'nobody'), 400, 'unknown_connection');
    await refused(nango.deleteConnection('no-integration', 'nobody'), 400, 'unknown_connection');
    await refused(nango.patchConnection({ connectionId: 'nobody', provider_config_key: 'fixture' }, { tags: {} }), 404, 'not_found');
    await refused(nango.patchConnection({ connectionId: 'nobody', provider_config_key: 'nope' }, { tags: {} }), 400, 'unknown_provider_config');
  },

  async 'the list is filtered by each of its questions'(world) {
    const { nango } = world;
    const [one, two] = [await world.integrate('listed'), await world.integrate('listed')];
    const user = world.unique('user');
    await world.connect(one, 'a', { end_user: { ...END_USER, id: user }, tags: { plan: 'Gold' } });
    await world.connect(one, 'b', { tags: { plan: 'silver' } });
    await world.connect(two, 'c', { tags: { plan: 'Gold', team: 'x' } });
    const ids = (answer) => answer.connections.map(({ connection_id }) => connection_id);
    const mine = [one, two];
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine })), ['c', 'b', 'a']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: one })), ['b', 'a']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine, connectionId: 'b' })), ['b']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine, userId: user })), ['a']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine, tags: { PLAN: 'Gold' } })), ['c', 'a']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine, tags: { plan: 'Gold', team: 'x' } })), ['c']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine, tags: { displayName: 'Ada L' } })), ['a']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine, tags: { email: 'ada@example.com' } })), ['a']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine, limit: 2 })), ['c', 'b']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: mine, limit: 2, page: 1 })), ['a']);
    assert.deepEqual(ids(await nango.listConnections({ integrationId: 'no-integration' })), []);
  },

  async 'the list takes its questions one by one, too'(world) {
    const { nango } = world;
    const key = await world.integrate('listed');
    const [one, two, user] = [world.unique('searched'), world.unique('searched'), world.unique('user')];
    await world.connect(key, one, { end_user: { id: user, display_name: `Ada of ${user}` } });
    await world.connect(key, two);
    const ids = (answer) => answer.connections.map(({ connection_id }) => connection_id);
    assert.deepEqual(ids(await nango.listConnections(one)), [one]);
    assert.deepEqual(ids(await nango.listConnections(undefined, one)), [one]);
    assert.deepEqual(ids(await nango.listConnections(undefined, `ADA OF ${user}`)), [one]);
    assert.deepEqual(ids(await nango.listConnections(undefined, undefined, { endUserId: user })), [one]);
    assert.deepEqual(ids(await nango.listConnections(two, undefined, { limit: 1, page: 1 })), []);
    assert.deepEqual(ids(await nango.listConnections(undefined, undefined, { endUserOrganizationId: 'none' })), []);
    assert.ok(ids(await nango.listConnections()).includes(two));
    await refused(nango.listConnections({ limit: 2_001 }), 400, 'invalid_query_params');
    await refused(nango.listConnections({ page: -1 }), 400, 'invalid_query_params');
  },

  async 'a patch changes what it names'(world) {
    const { nango } = world;
    const key = await world.integrate('patched');
    await world.connect(key, 'ada', { tags: { plan: 'gold', old: 'x' } });
    const where = { connectionId: 'ada', provider_config_key: key };
    assert.deepEqual(await nango.patchConnection(where, { tags: { Plan: 'silver' } }), { success: true });
    assert.deepEqual((await nango.getConnection(key, 'ada')).tags, { plan: 'silver' });
    assert.deepEqual(await nango.patchConnection(where, { end_user: END_USER }), { success: true });
    assert.equal((await nango.getConnection(key, 'ada')).end_user.email, END_USER.email);
    const url = `${world.listener.url}/hooks/patched`;
    await nango.patchConnection(where, { webhook_url_override: url });
    assert.equal((await nango.getConnection(key, 'ada')).webhook_url_override, url);
    await nango.patchConnection(where, { webhook_url_override: '' });
    assert.equal((await nango.getConnection(key, 'ada')).webhook_url_override, null);
    const wrong = async (body, path) => {
      const found = paths(await refused(nango.patchConnection(where, body), 400, 'invalid_body'));
      assert.ok(found[0].startsWith(path), `${found}`);
    };
    await wrong({ tags: { '1x': 'a' } }, 'tags');
    await wrong({ tags: { a: '' } }, 'tags');
    await wrong({ tags: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, 'v'])) }, 'tags');
    await wrong({ end_user: { id: '' } }, 'end_user');
    await wrong({ end_user: { id: 'a', email: 'nowhere' } }, 'end_user');
    await wrong({ webhook_url_override: 'nowhere' }, 'webhook_url_override');
    await refused(nango.patchConnection(where, { credentials: {} }), 400, 'invalid_body');
  },

  async 'metadata is set, merged and read'(world) {
    const { nango } = world;
    const key = await world.integrate('metadata');
    await world.connect(key, 'ada');
    assert.deepEqual(await nango.getMetadata(key, 'ada'), {});
    const set = await nango.setMetadata(key, 'ada', { a: { deep: 1 }, b: 2 });
    assert.equal(set.status, 201);
    assert.deepEqual(set.data, { metadata: { a: { deep: 1 }, b: 2 }, connection_id: 'ada', provider_config_key: key });
    const merged = await nango.updateMetadata(key, 'ada', { a: { other: 1 }, c: null });
    assert.equal(merged.status, 200);
    assert.deepEqual(merged.data, { metadata: { a: { other: 1 }, c: null }, connection_id: 'ada', provider_config_key: key });
    assert.deepEqual(await nango.getMetadata(key, 'ada'), { a: { other: 1 }, b: 2, c: null });
    await nango.setMetadata(key, 'ada', {});
    assert.deepEqual(await nango.getMetadata(key, 'ada'), {});
    await assert.rejects(nango.setMetadata(key, 'ada'), /Metadata is required/);
  },

  async 'metadata of several is written for all or for none'(world) {
    const { nango } = world;
    const key = await world.integrate('metadata');
    await world.connect(key, 'ada');
    await world.connect(key, 'eve');
    const set = await nango.setMetadata(key, ['ada', 'eve'], { n: 1 });
    assert.deepEqual([set.status, set.data.connection_id], [201, ['ada', 'eve']]);
    assert.equal((await nango.updateMetadata(key, ['ada', 'eve'], { m: 2 })).status, 200);
    await refused(nango.setMetadata(key, ['ada', 'nobody'], { n: 9 }), 404, 'unknown_connection');
    await refused(nango.updateMetadata(key, ['nobody', 'eve'], { n: 9 }), 404, 'unknown_connection');
    await refused(nango.setMetadata('no-integration', 'ada', { n: 9 }), 404, 'unknown_connection');
    await refused(nango.setMetadata(key, 'ada', ['a list']), 400, 'invalid_body');
    for (const name of ['ada', 'eve']) assert.deepEqual(await nango.getMetadata(key, name), { n: 1, m: 2 });
    assert.equal((await nango.setMetadata(key, [], { n: 3 })).status, 201);
  },

  async 'a connection is deleted once'(world) {
    const key = await world.integrate('deleted');
    await world.connect(key, 'ada');
    const deleted = await world.nango.deleteConnection(key, 'ada');
    assert.deepEqual([deleted.status, deleted.data], [200, { success: true }]);
    await refused(world.nango.getConnection(key, 'ada'), 404, 'not_found');
    await refused(world.nango.deleteConnection(key, 'ada'), 400, 'unknown_connection');
  },
};

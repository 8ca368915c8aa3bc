// Names with letters that mean something in a URL: wire contract, trap 31.

import assert from 'node:assert/strict';

/** Every character that a connection's id may have; a client writes it into a path with `encodeURIComponent`. */
const EVERY = 'a,.;:=+~[]|@${}"\'\\/_ -Z9';
const IDS = ['a/b', '/a', 'a/', '../a', '..', '.', 'a//b', 'metadata/x', '"quoted"', "it's", '{a}', '${apiKey}', '[0]', 'a b', ' a ', 'a+b', 'a\\b', 'a|b', 'a@b.c', 'a=b;c', EVERY, 'x'.repeat(255)];

export default {
  async 'a connection with any name is found, changed and deleted by it'(world) {
    const key = await world.integrate('names');
    for (const id of IDS) {
      const made = await world.connect(key, id);
      assert.equal(made.connection_id, id);
      const path = `/connections/${encodeURIComponent(id)}?provider_config_key=${key}`;
      // A path of dots alone means another path, wherever it is written.
      if (!/^\.+$/.test(id)) {
        const shown = await world.call('GET', path);
        assert.deepEqual([shown.status, shown.json().connection_id, shown.json().id], [200, id, made.id], id);
        assert.equal((await world.call('PATCH', path, { body: { tags: { seen: 'yes' } } })).status, 200, id);
      }
      const set = await world.nango.setMetadata(key, id, { id });
      assert.equal(set.data.connection_id, id);
      const listed = await world.nango.listConnections({ connectionId: id, integrationId: key });
      assert.deepEqual(listed.connections.map((connection) => [connection.connection_id, connection.metadata]), [[id, { id }]], id);
      if (id === id.trim()) {
        const proxied = await world.nango.get({ providerConfigKey: key, connectionId: id, endpoint: '/echo' });
        assert.equal(proxied.status, 200, id);
        const records = await world.nango.listRecords({ providerConfigKey: key, connectionId: id, model: 'Item' });
        assert.deepEqual(records.records, [], id);
      }
      if (!/^\.+$/.test(id)) assert.equal((await world.call('DELETE', path)).status, 200, id);
    }
  },

  async 'what no name may hold is refused wherever it is said'(world) {
    const key = await world.integrate('names');
    for (const id of ['', 'x'.repeat(256), 'a%b', 'a<b', 'a?b', 'a#b', 'ü', '\0', 'a\nb', 'a\tb']) {
      const body = { provider_config_key: key, connection_id: id, credentials: world.credentials[key] };
      const made = await world.call('POST', '/connections', { body });
      assert.deepEqual([made.status, made.code()], [400, 'invalid_body'], JSON.stringify(id));
      if (id === '') continue;
      const path = `/connections/${encodeURIComponent(id)}?provider_config_key=${key}`;
      const shown = await world.call('GET', path);
      assert.deepEqual([shown.status, shown.code()], [404, 'not_found'], JSON.stringify(id));
      const gone = await world.call('DELETE', path);
      assert.deepEqual([gone.status, gone.code()], [400, 'unknown_connection'], JSON.stringify(id));
      const listed = await world.call('GET', `/connections?connectionId=${encodeURIComponent(id)}`);
      assert.deepEqual([listed.status, listed.json().connections], [200, []], JSON.stringify(id));
      const set = { connection_id: id, provider_config_key: key, metadata: {} };
      assert.equal((await world.call('POST', '/connections/metadata', { body: set })).status, 400, JSON.stringify(id));
    }
  },

  async 'a path that is not UTF-8 or not encoded well is nobody'(world) {
    for (const path of ['/connections/%ff?provider_config_key=fixture', '/connections/%zz?provider_config_key=fixture', '/integrations/%ff', '/providers/%ff', '/runs/%00']) {
      const answer = await world.call('GET', path);
      assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
      assert.equal(typeof answer.code(), 'string', path);
    }
  },
};

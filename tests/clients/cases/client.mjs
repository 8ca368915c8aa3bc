// The client itself: what its constructor takes.

import assert from 'node:assert/strict';
import { client } from '../coverage.mjs';
import { refused } from '../world.mjs';

export default {
  async 'a host with a trailing slash is the same host'({ server, key }) {
    const { configs } = await client({ host: `${server}/`, apiKey: key }).listIntegrations();
    assert.ok(configs.some((config) => config.unique_key === 'fixture'));
  },

  async 'the old name of the key works, both or neither do not'({ server, key }) {
    assert.ok((await client({ host: server, secretKey: key }).listIntegrations()).configs.length > 0);
    assert.throws(() => client({ host: server, apiKey: key, secretKey: key }));
    assert.throws(() => client({ host: server }));
  },

  async 'a client of a function says so in its headers'({ server, key }) {
    const nango = client({ host: server, apiKey: key, isSync: true, isScript: true, dryRun: true, activityLogId: 'a' });
    assert.ok((await nango.listIntegrations()).configs.length > 0);
  },

  async 'a key that is none is refused'({ server, stranger }) {
    await refused(client({ host: server, apiKey: 'not-a-key' }).listIntegrations(), 401, 'invalid_secret_key_format');
    await refused(stranger.listIntegrations(), 401, 'unknown_account');
    await refused(stranger.getEnvironmentVariables(), 401, 'unknown_account');
  },

  async 'the key of another environment sees nothing'({ server, otherKey }) {
    const nango = client({ host: server, apiKey: otherKey });
    assert.deepEqual(await nango.listIntegrations(), { configs: [] });
    assert.deepEqual(await nango.listConnections(), { connections: [] });
    await refused(nango.getIntegration({ uniqueKey: 'fixture' }), 404, 'not_found');
  },

  async 'variables are names and values'({ nango }) {
    const variables = await nango.getEnvironmentVariables();
    assert.ok(Array.isArray(variables));
    for (const variable of variables) assert.deepEqual(Object.keys(variable).sort(), ['name', 'value']);
  },
};

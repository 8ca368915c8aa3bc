// The catalogue.

import assert from 'node:assert/strict';
import { refused } from '../world.mjs';

export default {
  async 'a list of all providers'({ nango, stranger }) {
    const { data } = await nango.listProviders({});
    assert.ok(data.length > 100);
    for (const provider of data) {
      for (const field of ['name', 'display_name', 'auth_mode', 'docs', 'logo_url']) {
        assert.equal(typeof provider[field], 'string', `${provider.name}: ${field}`);
      }
      assert.ok(Array.isArray(provider.categories), provider.name);
    }
    await refused(stranger.listProviders({}), 401, 'unknown_account');
  },

  async 'those that a search finds'({ nango }) {
    const names = async (search) => (await nango.listProviders({ search })).data.map(({ name }) => name);
    assert.deepEqual(await names('stand-in'), (await names('STAND-IN')));
    assert.ok((await names('stand-in')).includes('stand-in'));
    assert.deepEqual(await names('no-provider-has-this-name'), []);
    await refused(nango.listProviders({ order: 'name' }), 400, 'invalid_query_params');
  },

  async 'templates are functions to deploy'({ nango, stranger }) {
    const { data } = await nango.getProviderTemplates({ provider: 'github' });
    assert.ok(data.length > 0);
    for (const template of data) {
      assert.ok(['sync', 'action', 'on-event'].includes(template.type), template.type);
      assert.ok(typeof template.name === 'string' && !('last_deployed' in template), template.name);
    }
    assert.deepEqual(await nango.getProviderTemplates({ provider: 'no-provider' }), { data: [] });
    await refused(stranger.getProviderTemplates({ provider: 'github' }), 401, 'unknown_account');
  },

  async 'one'({ nango, provider }) {
    const { data } = await nango.getProvider({ provider: 'stand-in' });
    assert.deepEqual([data.name, data.display_name, data.auth_mode, data.proxy.base_url], ['stand-in', 'Stand-in', 'API_KEY', provider]);
    const logo = await fetch(data.logo_url);
    assert.deepEqual([logo.status, logo.headers.get('content-type')], [200, 'image/svg+xml']);
    await refused(nango.getProvider({ provider: 'no-provider' }), 404, 'not_found');
  },
};

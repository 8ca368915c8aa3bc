// Integrations, from their creation to their end.

import assert from 'node:assert/strict';
import { ISO_Z, paths, refused } from '../world.mjs';

const OAUTH2 = { type: 'OAUTH2', client_id: 'id', client_secret: 'secret', scopes: 'a,b', webhook_secret: 'hook' };

export default {
  async 'one is made, shown, changed and deleted'(world) {
    const { nango } = world;
    const key = world.unique('integration');
    const { data } = await nango.createIntegration({ provider: 'acme', unique_key: key, display_name: 'Acme!', credentials: OAUTH2 });
    const { created_at, updated_at, logo, ...rest } = data;
    assert.deepEqual(rest, { unique_key: key, provider: 'acme', display_name: 'Acme!', forward_webhooks: true });
    assert.match(created_at, ISO_Z);
    assert.match(updated_at, ISO_Z);
    assert.ok(URL.canParse(logo));
    assert.deepEqual((await nango.getIntegration({ uniqueKey: key })).data, data);

    const changed = await nango.updateIntegration({ uniqueKey: key }, { display_name: 'Other', forward_webhooks: false });
    assert.deepEqual([changed.data.display_name, changed.data.forward_webhooks], ['Other', false]);
    const renamed = world.unique('integration');
    await nango.updateIntegration({ uniqueKey: key }, { unique_key: renamed });
    await refused(nango.getIntegration({ uniqueKey: key }), 404, 'not_found');

    const deleted = await nango.deleteIntegration(renamed);
    assert.deepEqual([deleted.status, deleted.data], [200, { success: true }]);
    await refused(nango.getIntegration({ uniqueKey: renamed }), 404, 'not_found');
    await refused(nango.deleteIntegration(renamed), 404, 'not_found');
  },

  async 'the list is under `configs`'({ nango }) {
    const { configs } = await nango.listIntegrations();
    const fixture = configs.find(({ unique_key }) => unique_key === 'fixture');
    assert.deepEqual([fixture.provider, fixture.display_name], ['stand-in', 'Stand-in']);
    assert.deepEqual((await nango.getIntegration({ uniqueKey: 'fixture' })).data, fixture);
  },

  async 'what is included is what was asked for last'(world) {
    const { nango } = world;
    const key = world.unique('integration');
    await nango.createIntegration({ provider: 'acme', unique_key: key, credentials: OAUTH2 });
    // The client sends the last value of an array only.
    const credentials = (await nango.getIntegration({ uniqueKey: key }, { include: ['webhook', 'credentials'] })).data;
    assert.deepEqual(credentials.credentials, OAUTH2);
    assert.ok(!('webhook_url' in credentials));
    const webhook = (await nango.getIntegration({ uniqueKey: key }, { include: ['credentials', 'webhook'] })).data;
    assert.ok('webhook_url' in webhook && !('credentials' in webhook));
    const both = await world.call('GET', `/integrations/${key}?include=webhook&include=credentials`);
    assert.ok('webhook_url' in both.json().data && 'credentials' in both.json().data);
    const none = (await nango.getIntegration({ uniqueKey: 'fixture' }, { include: ['credentials'] })).data;
    assert.equal(none.credentials, null);
    await refused(nango.getIntegration({ uniqueKey: key }, { include: ['everything'] }), 400, 'invalid_query_params');
  },

  async 'credentials change, and what is not named stays'(world) {
    const { nango } = world;
    const key = world.unique('integration');
    await nango.createIntegration({ provider: 'acme', unique_key: key, display_name: 'Acme', credentials: OAUTH2 });
    const credentials = { ...OAUTH2, client_secret: 'another', scopes: 'c' };
    await nango.updateIntegration({ uniqueKey: key }, { credentials });
    const { data } = await nango.getIntegration({ uniqueKey: key }, { include: ['credentials'] });
    assert.deepEqual([data.credentials, data.display_name], [credentials, 'Acme']);
  },

  async 'a key may hold spaces and signs'(world) {
    const { nango } = world;
    const key = `${world.unique('An integration')} ~:.@_-`;
    await nango.createIntegration({ provider: 'stand-in', unique_key: key });
    assert.equal((await nango.getIntegration({ uniqueKey: key })).data.unique_key, key);
    assert.equal((await nango.updateIntegration({ uniqueKey: key }, { display_name: 'x' })).data.unique_key, key);
    await world.connect(key, 'spaces', { credentials: world.credentials.fixture });
    assert.equal((await nango.getConnection(key, 'spaces')).provider_config_key, key);
    assert.equal((await nango.get({ providerConfigKey: key, connectionId: 'spaces', endpoint: '/echo' })).status, 200);
    assert.equal((await nango.deleteConnection(key, 'spaces')).status, 200);
    assert.equal((await nango.deleteIntegration(key)).status, 200);
  },

  async 'what cannot be is refused by its field'({ nango, stranger }) {
    const make = (body) => nango.createIntegration({ provider: 'acme', unique_key: 'never', ...body });
    const wrong = async (body, ...names) => assert.deepEqual(paths(await refused(make(body), 400, 'invalid_body')), names);
    await wrong({ provider: 'no-provider' }, 'provider');
    await wrong({ unique_key: 'fixture', credentials: OAUTH2 }, 'unique_key');
    await wrong({ unique_key: 'a/b' }, 'unique_key');
    await wrong({ credentials: { type: 'OAUTH2', client_id: 'id' } }, 'credentials.client_secret');
    await wrong({ credentials: { type: 'APP', app_id: '1' } }, 'credentials.type');
    await refused(make({ unknown: true }), 400, 'invalid_body');
    await refused(nango.updateIntegration({ uniqueKey: 'no-integration' }, { display_name: 'x' }), 404, 'not_found');
    await refused(nango.updateIntegration({ uniqueKey: 'fixture' }, { unique_key: 'a/b' }), 400, 'invalid_body');
    await refused(nango.updateIntegration({ uniqueKey: 'fixture' }, { provider: 'acme' }), 400, 'invalid_body');
    await refused(stranger.createIntegration({ provider: 'acme', unique_key: 'x' }), 401, 'unknown_account');
  },

  async 'no app is lent'({ nango }) {
    const quick = (provider) => nango.createQuickstartIntegration({ provider, unique_key: 'quick' });
    for (const provider of ['github', 'stand-in', 'no-provider']) await refused(quick(provider), 400, 'invalid_body');
    await refused(nango.getIntegration({ uniqueKey: 'quick' }), 404, 'not_found');
  },

  async 'the key of an integration with connections stays'(world) {
    const key = await world.integrate('used');
    await world.connect(key, 'ada');
    assert.deepEqual(paths(await refused(world.nango.updateIntegration({ uniqueKey: key }, { unique_key: `${key}-2` }), 400, 'invalid_body')), ['unique_key']);
  },
};

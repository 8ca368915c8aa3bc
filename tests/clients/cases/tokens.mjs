// Credentials of every type that can be imported, as `getToken` and its relatives give them.

import assert from 'node:assert/strict';
import { refused } from '../world.mjs';

/** Imports and reads; the connection's credentials. */
async function brought(world, integration, more) {
  const connection = world.unique('brought');
  await world.connect(integration, connection, more);
  return { connection, token: await world.nango.getToken(integration, connection) };
}

export default {
  async 'OAUTH2 is its access token'(world) {
    const { nango } = world;
    const { connection, token } = await brought(world, 'acme');
    assert.equal(token, 'brought-access');
    const shown = (await nango.getConnection('acme', connection)).credentials;
    assert.deepEqual([shown.type, shown.access_token, 'refresh_token' in shown, typeof shown.raw], ['OAUTH2', 'brought-access', false, 'object']);
    const whole = (await nango.getConnection('acme', connection, false, true)).credentials;
    assert.equal(whole.refresh_token, 'brought-refresh');
    const raw = await nango.getRawTokenResponse('acme', connection);
    assert.ok(!JSON.stringify(raw).includes('brought-refresh'), 'the raw answer holds the refresh token');
    // The provider knows nothing of a token that was never its own.
    const response = await refused(nango.getToken('acme', connection, true), 400, 'invalid_credentials');
    assert.equal(response.data.error.payload.connection.connection_id, connection);
  },

  async 'OAUTH1 is a pair'(world) {
    const { token } = await brought(world, 'oauth1');
    assert.deepEqual(token, { oAuthToken: 'brought-token', oAuthTokenSecret: 'brought-secret' });
  },

  async 'API_KEY, BASIC and NONE are what they are'(world) {
    assert.deepEqual((await brought(world, 'fixture')).token, { type: 'API_KEY', apiKey: world.token });
    assert.deepEqual((await brought(world, 'basic-auth')).token, world.credentials['basic-auth']);
    const none = (await brought(world, 'none')).token;
    assert.ok([undefined, 'NONE'].includes(none.type) && Object.keys(none).every((key) => key === 'type'), JSON.stringify(none));
  },

  async 'OAUTH2_CC has its client and its token'(world) {
    const { connection, token } = await brought(world, 'machine');
    const { client_id, client_secret } = world.credentials.machine;
    assert.deepEqual([token.type, token.client_id, token.client_secret, token.token], ['OAUTH2_CC', client_id, client_secret, 'brought-token']);
    const renewed = await world.nango.getToken('machine', connection, true);
    assert.notEqual(renewed.token, 'brought-token');
    assert.deepEqual(Object.keys(await world.nango.getRawTokenResponse('machine', connection)).includes('access_token'), true);
  },

  async 'TBA has its token'(world) {
    const { token } = await brought(world, 'tba', { connection_config: { accountId: '1234567_SB1' } });
    const { token_id, token_secret } = world.credentials.tba;
    assert.deepEqual([token.type, token.token_id, token.token_secret], ['TBA', token_id, token_secret]);
    const body = { provider_config_key: 'tba', credentials: world.credentials.tba };
    assert.equal((await world.call('POST', '/connections', { body })).status, 400);
  },

  async 'APP buys a token for its installation'(world) {
    const { token } = await brought(world, 'app');
    assert.deepEqual([token.type, typeof token.access_token, typeof token.raw], ['APP', 'string', 'object']);
    assert.ok(Number.isFinite(Date.parse(token.expires_at)));
  },

  async 'CUSTOM has the app, and no user yet'(world) {
    const { token } = await brought(world, 'app-with-user');
    assert.deepEqual([token.type, typeof token.app.access_token, token.user ?? null], ['CUSTOM', 'string', null]);
  },
};

// Connect sessions, as a backend opens them.

import assert from 'node:assert/strict';
import { paths, refused } from '../world.mjs';

const END_USER = { id: 'u-1', email: 'ada@example.com', display_name: 'Ada' };

function assertSession({ data }) {
  assert.deepEqual(Object.keys(data).sort(), ['connect_link', 'expires_at', 'token']);
  assert.match(data.token, /^nango_connect_session_[0-9a-f]{64}$/);
  assert.equal(new URL(data.connect_link).searchParams.get('session_token'), data.token);
  const minutes = (Date.parse(data.expires_at) - Date.now()) / 60_000;
  assert.ok(minutes > 28 && minutes < 31, data.expires_at);
  return data.token;
}

export default {
  async 'a session is opened for a person, or for tags'(world) {
    const token = assertSession(
      await world.nango.createConnectSession({
        end_user: END_USER,
        organization: { id: 'o-1', display_name: 'Org' },
        allowed_integrations: ['fixture'],
        integrations_config_defaults: { fixture: { connection_config: { region: 'eu' } } },
        tags: { plan: 'gold' },
      }),
    );
    const seen = await world.call('GET', '/connect/session', { key: `Bearer ${token}` });
    const { data } = seen.json();
    assert.deepEqual([data.endUser.id, data.allowed_integrations, data.isReconnecting, data.tags.plan], ['u-1', ['fixture'], false, 'gold']);
    assert.equal(data.endUser.organization.id, 'o-1');
    const listed = await world.call('GET', '/integrations', { key: `Bearer ${token}` });
    assert.deepEqual(listed.json().data.map(({ unique_key }) => unique_key), ['fixture']);
    assertSession(await world.nango.createConnectSession({ tags: { organization: 'o' } }));
  },

  async 'a session that cannot be is refused by its field'({ nango }) {
    const wrong = async (body, path) => {
      const found = paths(await refused(nango.createConnectSession(body), 400, 'invalid_body'));
      assert.ok(found[0].startsWith(path), `${found}`);
    };
    await wrong({}, 'end_user');
    await wrong({ end_user: { id: '' } }, 'end_user');
    await wrong({ end_user: END_USER, allowed_integrations: ['fixture', 'no-integration'] }, 'allowed_integrations.1');
    await wrong({ end_user: END_USER, integrations_config_defaults: { nope: {} } }, 'integrations_config_defaults.nope');
    await wrong({ end_user: END_USER, tags: { '?': 'x' } }, 'tags');
    await refused(nango.createConnectSession({ end_user: END_USER, unknown: 1 }), 400, 'invalid_body');
  },

  async 'a session for a connection that is there'(world) {
    const key = await world.integrate('again');
    await world.connect(key, 'ada', { end_user: END_USER });
    const token = assertSession(await world.nango.createReconnectSession({ connection_id: 'ada', integration_id: key }));
    const { data } = (await world.call('GET', '/connect/session', { key: `Bearer ${token}` })).json();
    assert.equal(data.isReconnecting, true);
    await refused(world.nango.createReconnectSession({ connection_id: 'nobody', integration_id: key }), 400, 'invalid_body');
    await refused(world.nango.createReconnectSession({ connection_id: 'ada', integration_id: 'no-integration' }), 400, 'invalid_body');
  },
};

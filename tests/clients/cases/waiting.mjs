// First, because the client waits for ten seconds between its first two questions.

import assert from 'node:assert/strict';
import { refused } from '../world.mjs';

export default {
  async 'waitForConnection returns the connection that comes meanwhile'(world) {
    const key = await world.integrate('awaited');
    const user = world.unique('user');
    const waiting = world.nango.waitForConnection(key, user);
    await world.connect(key, 'other', { end_user: { id: `${user}-other` } });
    const connection = world.unique('awaited');
    await world.connect(key, connection, { end_user: { id: user } });
    const found = await waiting;
    assert.deepEqual([found.connection_id, found.end_user.id, found.provider_config_key], [connection, user, key]);
  },

  async 'waitForConnection ends with its signal, or with the server'({ nango, stranger }) {
    const signal = AbortSignal.abort();
    await assert.rejects(nango.waitForConnection('fixture', 'nobody', { signal }));
    await refused(stranger.waitForConnection('fixture', 'nobody'), 401, 'unknown_account');
  },
};

// Syncs: run, pause, start, ask, set apart.

import assert from 'node:assert/strict';
import { ISO_Z, paths, refused } from '../world.mjs';

const FIXTURE = 'fixture';
const ids = ({ records }) => records.map(({ id, _nango_metadata }) => `${id} ${_nango_metadata.last_action}`);

export default {
  async 'the status says where each sync stands'(world) {
    const connection = await world.settled('status');
    const { syncs } = await world.nango.syncStatus(FIXTURE, '*', connection);
    assert.deepEqual(syncs.map(({ name }) => name).sort(), ['bulk', 'full', 'save', 'told', 'unknown-model']);
    const { id, finishedAt, nextScheduledSyncAt, ...full } = syncs.find(({ name }) => name === 'full');
    assert.ok(typeof id === 'string' && id.length > 0);
    assert.match(finishedAt, ISO_Z);
    assert.ok(Date.parse(nextScheduledSyncAt) > Date.now());
    assert.deepEqual(full, {
      connection_id: connection,
      name: 'full',
      variant: 'base',
      type: 'INCREMENTAL',
      status: 'SUCCESS',
      frequency: 'every 1h',
      latestResult: { Item: { added: 3, updated: 0, deleted: 0 } },
      latestExecutionStatus: 'SUCCESS',
      recordCount: { Item: 3 },
      checkpoint: null,
    });
    const bulk = syncs.find(({ name }) => name === 'bulk');
    assert.deepEqual([bulk.status, bulk.nextScheduledSyncAt, bulk.latestResult], ['PAUSED', null, {}]);
    const two = await world.nango.syncStatus(FIXTURE, ['full', { name: 'save', variant: 'base' }, 'no-sync'], connection);
    assert.deepEqual(two.syncs.map(({ name }) => name).sort(), ['full', 'save']);
    const all = await world.nango.syncStatus(FIXTURE, '*');
    assert.ok(all.syncs.some((sync) => sync.connection_id === connection));
  },

  async 'a status that cannot be told is refused'({ nango }) {
    assert.deepEqual(paths(await refused(nango.syncStatus(FIXTURE, '*', 'nobody'), 400, 'invalid_body')), ['connection_id']);
    await refused(nango.syncStatus('no-integration', '*'), 400, 'invalid_body');
    await refused(nango.syncStatus(FIXTURE, ['a::b::c']), 400, 'invalid_query_params');
  },

  async 'a trigger runs the sync, in every way that it can be said'(world) {
    const { nango } = world;
    const connection = await world.settled('triggered');
    const answer = await nango.triggerSync(FIXTURE, ['full'], connection);
    assert.deepEqual([answer.status, answer.data], [200, { success: true }]);
    for (const how of [{}, { reset: false }, 'incremental', false]) {
      const status = await world.sync(connection, 'full', how);
      assert.deepEqual(status.latestResult, { Item: { added: 0, updated: 0, deleted: 0 } }, JSON.stringify(how));
    }
    await nango.triggerSync(FIXTURE, [{ name: 'full', variant: 'base' }], connection);
  },

  async 'a reset begins anew, and with an empty cache everything is new'(world) {
    const { nango } = world;
    const connection = await world.settled('reset');
    const records = () => nango.listRecords({ providerConfigKey: FIXTURE, connectionId: connection, model: 'Item' });
    const first = await records();
    for (const how of [{ reset: true }, 'full_refresh', true]) {
      assert.deepEqual((await world.sync(connection, 'full', how)).latestResult.Item, { added: 0, updated: 0, deleted: 0 }, JSON.stringify(how));
    }
    for (const how of [{ reset: true, emptyCache: true }, 'full_refresh_and_clear_cache']) {
      assert.deepEqual((await world.sync(connection, 'full', how)).latestResult.Item, { added: 3, updated: 0, deleted: 0 }, JSON.stringify(how));
    }
    const last = await records();
    assert.deepEqual(ids(last), ids(first));
    assert.notEqual(last.records[0]._nango_metadata.first_seen_at, first.records[0]._nango_metadata.first_seen_at);
  },

  async 'a trigger for what is not there is refused'(world) {
    const { nango } = world;
    const connection = await world.settled('triggered');
    await refused(nango.triggerSync('no-integration', ['full'], connection), 400, 'unknown_provider_config');
    await refused(nango.triggerSync(FIXTURE, ['full'], 'nobody'), 404, 'unknown_connection');
    await refused(nango.triggerSync(FIXTURE, ['no-sync'], connection), 400, 'no_syncs_found');
    await refused(nango.triggerSync(FIXTURE, ['full'], connection, { unknown: true }), 400, 'invalid_body');
    await refused(nango.triggerSync(FIXTURE, ['full'], connection, 'sometimes'), 400, 'invalid_body');
    await refused(nango.triggerSync(await world.integrate('empty'), []), 400, 'no_syncs_found');
  },

  async 'a paused sync has no next run until it is started'(world) {
    const { nango } = world;
    const connection = await world.settled('paused');
    const paused = await nango.pauseSync(FIXTURE, ['full'], connection);
    assert.deepEqual([paused.status, paused.data], [200, { success: true }]);
    const status = await world.status(connection, 'full');
    assert.deepEqual([status.status, status.nextScheduledSyncAt, status.latestExecutionStatus], ['PAUSED', null, 'SUCCESS']);
    // Again is no mistake.
    await nango.pauseSync(FIXTURE, [{ name: 'full', variant: 'base' }], connection);
    const started = await nango.startSync(FIXTURE, ['full'], connection);
    assert.deepEqual([started.status, started.data], [200, { success: true }]);
    const after = await world.status(connection, 'full');
    assert.ok(after.status !== 'PAUSED' && Date.parse(after.nextScheduledSyncAt) > 0, JSON.stringify(after));
    for (const call of ['pauseSync', 'startSync']) {
      await refused(nango[call]('no-integration', ['full'], connection), 400, 'unknown_provider_config');
      await refused(nango[call](FIXTURE, ['full'], 'nobody'), 404, 'unknown_connection');
      await refused(nango[call](FIXTURE, ['no-sync'], connection), 400, 'no_syncs_found');
    }
  },

  async 'a frequency of its own, and back'(world) {
    const { nango } = world;
    const connection = await world.settled('frequency');
    const set = (frequency, sync = 'full') => nango.updateSyncConnectionFrequency(FIXTURE, sync, connection, frequency);
    const shown = async () => (await world.status(connection, 'full')).frequency;
    assert.deepEqual(await set('every 2 hours'), { frequency: '2 hours' });
    assert.equal(await shown(), 'every 2 hours');
    assert.deepEqual(await set('45m', { name: 'full', variant: 'base' }), { frequency: '45m' });
    assert.deepEqual(await set(null), { frequency: 'every 1h' });
    assert.equal(await shown(), 'every 1h');
    assert.deepEqual(paths(await refused(set('every 0s'), 400, 'invalid_body')), ['frequency']);
    await refused(set('now and then'), 400, 'invalid_body');
    await refused(set('every 1h', 'no-sync'), 400, 'unknown_sync');
    await refused(nango.updateSyncConnectionFrequency(FIXTURE, 'full', 'nobody', '1h'), 400, 'unknown_connection');
  },

  async 'a variant comes and goes'(world) {
    const { nango } = world;
    const connection = await world.settled('variant');
    const of = (more) => ({ provider_config_key: FIXTURE, connection_id: connection, name: 'full', variant: 'eu', ...more });
    const { id, ...made } = await nango.createSyncVariant(of());
    assert.deepEqual([typeof id, made], ['string', { name: 'full', variant: 'eu' }]);
    await world.eventually('its run', async () => (await world.status(connection, 'full::eu')).status === 'SUCCESS');
    assert.equal((await nango.syncStatus(FIXTURE, [{ name: 'full', variant: 'eu' }], connection)).syncs[0].id, id);
    await refused(nango.createSyncVariant(of()), 400, 'sync_variant_already_exists');
    assert.deepEqual(await nango.deleteSyncVariant(of()), { success: true });
    assert.equal(await world.status(connection, 'full::eu'), undefined);
    await refused(nango.deleteSyncVariant(of()), 404, 'not_found');
    for (const call of ['createSyncVariant', 'deleteSyncVariant']) {
      await refused(nango[call](of({ variant: 'base' })), 400, 'invalid_variant');
      await refused(nango[call](of({ connection_id: 'nobody' })), 400, 'unknown_connection');
      await refused(nango[call](of({ provider_config_key: 'no-integration' })), 400, 'unknown_provider_config');
      await refused(nango[call](of({ variant: 'a b' })), 400, 'invalid_uri_params');
    }
    await refused(nango.createSyncVariant(of({ name: 'no-sync' })), 400, 'unknown_sync');
  },
};

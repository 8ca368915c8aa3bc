// Records by cursor, filter, id and time.

import assert from 'node:assert/strict';
import { ISO_OFFSET, ISO_Z, paths, refused } from '../world.mjs';

const of = (connectionId, more = {}) => ({ providerConfigKey: 'fixture', connectionId, model: 'Item', ...more });
const ids = ({ records }) => records.map(({ id }) => id);

/** The connection has a, b, c and what the provider lists: 1, 2, 3. */
async function stage(world) {
  const connection = await world.settled('records');
  await world.save(connection, { records: [{ id: 'a', name: 'A' }, { id: 'b' }, { id: 'c', extra: { deep: [1] } }] });
  return connection;
}

export default {
  async 'a record has its fields and what is known of its changes'(world) {
    const connection = await stage(world);
    const { records, next_cursor } = await world.nango.listRecords(of(connection));
    assert.deepEqual([ids({ records }), next_cursor], [['1', '2', '3', 'a', 'b', 'c'], null]);
    const { _nango_metadata: metadata, ...fields } = records[5];
    assert.deepEqual(fields, { id: 'c', extra: { deep: [1] } });
    assert.deepEqual(Object.keys(metadata).sort(), ['cursor', 'deleted_at', 'first_seen_at', 'last_action', 'last_modified_at', 'pruned_at']);
    for (const time of [metadata.first_seen_at, metadata.last_modified_at]) assert.match(time, ISO_OFFSET);
    assert.deepEqual([metadata.last_action, metadata.deleted_at, metadata.pruned_at, typeof metadata.cursor], ['ADDED', null, null, 'string']);
  },

  async 'pages follow each other'(world) {
    const connection = await stage(world);
    const seen = [];
    let cursor = null;
    do {
      const page = await world.nango.listRecords(of(connection, { limit: 4, cursor }));
      assert.ok(page.records.length <= 4);
      seen.push(...ids(page));
      cursor = page.next_cursor;
    } while (cursor !== null);
    assert.deepEqual(seen, ['1', '2', '3', 'a', 'b', 'c']);
    // The last record's own cursor goes on behind it.
    const { records } = await world.nango.listRecords(of(connection));
    const last = records[5]._nango_metadata.cursor;
    assert.deepEqual(ids(await world.nango.listRecords(of(connection, { cursor: last }))), []);
    assert.deepEqual(ids(await world.nango.listRecords(of(connection, { cursor: records[3]._nango_metadata.cursor }))), ['b', 'c']);
    // The client leaves a limit of 0 away.
    assert.equal((await world.nango.listRecords(of(connection, { limit: 0 }))).records.length, 6);
  },

  async 'changes come behind the cursor, by every filter'(world) {
    const { nango } = world;
    const connection = await stage(world);
    const cursor = (await nango.listRecords(of(connection))).records[5]._nango_metadata.cursor;
    await world.save(connection, { records: [{ id: 'd' }], updates: [{ id: 'a', name: 'Z' }], deletes: ['b'] });
    const changed = await nango.listRecords(of(connection, { cursor }));
    const actions = Object.fromEntries(changed.records.map((record) => [record.id, record._nango_metadata.last_action]));
    assert.deepEqual(actions, { d: 'ADDED', a: 'UPDATED', b: 'DELETED' });
    const deleted = changed.records.find(({ id }) => id === 'b');
    assert.match(deleted._nango_metadata.deleted_at, ISO_OFFSET);
    const filtered = async (filter) => ids(await nango.listRecords(of(connection, { filter }))).sort();
    assert.deepEqual(await filtered('added'), ['1', '2', '3', 'c', 'd']);
    assert.deepEqual(await filtered('UPDATED'), ['a']);
    assert.deepEqual(await filtered('Deleted'), ['b']);
    assert.deepEqual(await filtered('added,updated'), ['1', '2', '3', 'a', 'c', 'd']);
    assert.deepEqual(await filtered('updated,deleted'), ['a', 'b']);
    assert.deepEqual(await filtered('DELETED,ADDED'), ['1', '2', '3', 'b', 'c', 'd']);
  },

  async 'records by id'(world) {
    const connection = await stage(world);
    assert.deepEqual(ids(await world.nango.listRecords(of(connection, { ids: ['c', '2'] }))), ['2', 'c']);
    assert.deepEqual(ids(await world.nango.listRecords(of(connection, { ids: ['nothing'] }))), []);
    assert.deepEqual(ids(await world.nango.listRecords(of(connection, { ids: [] }))), ['1', '2', '3', 'a', 'b', 'c']);
    const many = Array.from({ length: 101 }, (_, n) => `id-${n}`);
    assert.deepEqual(paths(await refused(world.nango.listRecords(of(connection, { ids: many })), 400, 'invalid_query_params')), ['ids']);
  },

  async 'a time that was given out can be given back'(world) {
    const { nango } = world;
    const connection = await stage(world);
    const { records } = await nango.listRecords(of(connection));
    const time = records[3]._nango_metadata.last_modified_at;
    // Inclusive: what was saved at once has one time.
    for (const asked of [{ modifiedAfter: time }, { delta: time }, { modifiedAfter: time.replace('+00:00', 'Z') }]) {
      assert.deepEqual(ids(await nango.listRecords(of(connection, asked))), ['a', 'b', 'c'], JSON.stringify(asked));
    }
    const later = new Date(Date.now() + 60_000).toISOString();
    assert.match(later, ISO_Z);
    assert.deepEqual(ids(await nango.listRecords(of(connection, { modifiedAfter: later }))), []);
    await refused(nango.listRecords(of(connection, { modifiedAfter: 'yesterday' })), 400, 'invalid_query_params');
  },

  async 'a variant is apart'(world) {
    const { nango } = world;
    const connection = await world.settled('records');
    await nango.createSyncVariant({ provider_config_key: 'fixture', connection_id: connection, name: 'full', variant: 'eu' });
    await world.eventually('the run of the variant', async () => (await world.status(connection, 'full::eu')).finishedAt);
    await world.save(connection, { records: [{ id: 'a' }] });
    assert.deepEqual(ids(await nango.listRecords(of(connection, { variant: 'eu' }))), ['1', '2', '3']);
    assert.deepEqual(ids(await nango.listRecords(of(connection, { variant: 'base' }))), ['1', '2', '3', 'a']);
    assert.deepEqual(await nango.listRecords(of(connection, { variant: 'nothing' })), { records: [], next_cursor: null });
    assert.deepEqual(await nango.listRecords(of(connection, { model: 'Nothing' })), { records: [], next_cursor: null });
  },

  async 'payloads are pruned up to a cursor'(world) {
    const { nango } = world;
    const connection = await stage(world);
    const before = (await nango.listRecords(of(connection))).records;
    const untilCursor = before[3]._nango_metadata.cursor;
    const prune = (more) => nango.pruneRecords({ ...of(connection), untilCursor, ...more });
    assert.deepEqual(await prune({ limit: 1 }), { count: 1, has_more: true });
    assert.deepEqual(await prune({ variant: 'base' }), { count: 3, has_more: false });
    assert.deepEqual(await prune(), { count: 0, has_more: false });
    const after = (await nango.listRecords(of(connection))).records;
    assert.deepEqual(after.map(({ id }) => id), before.map(({ id }) => id));
    assert.deepEqual(Object.keys(after[3]).sort(), ['_nango_metadata', 'id']);
    assert.match(after[3]._nango_metadata.pruned_at, ISO_OFFSET);
    assert.equal(after[3]._nango_metadata.last_modified_at, before[3]._nango_metadata.last_modified_at);
    assert.deepEqual(after[5], before[5]);
    await refused(nango.pruneRecords({ ...of(connection), untilCursor: 'nonsense' }), 400, 'invalid_cursor');
    await refused(nango.pruneRecords({ ...of('nobody'), untilCursor }), 400, 'unknown_connection');
  },

  async 'what cannot be asked is refused'(world) {
    const { nango } = world;
    const wrong = (more, code = 'invalid_query_params') => refused(nango.listRecords(of('nobody', more)), 400, code);
    await wrong({}, 'unknown_connection');
    await wrong({ limit: 10_001 });
    await wrong({ limit: -1 });
    await wrong({ filter: 'everything' });
    await wrong({ model: 'item' });
    const connection = await world.settled('records');
    await refused(nango.listRecords(of(connection, { cursor: 'nonsense' })), 400, 'invalid_cursor');
    await refused(nango.listRecords(of(connection, { cursor: 'x'.repeat(1_001) })), 400, 'invalid_cursor');
    await assert.rejects(nango.listRecords({ providerConfigKey: 'fixture', connectionId: connection }), /model is missing/);
  },
};

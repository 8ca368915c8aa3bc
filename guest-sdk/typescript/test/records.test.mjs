import assert from 'node:assert/strict';
import test from 'node:test';
import { failure, INFO, runAction, runSync } from './support/runtime.mjs';

const nothing = () => undefined;

test('batches_reach_the_host_whole_and_with_ids_as_text', async () => {
    const { output, of } = await runSync(
        async (nango) => {
            const saved = await nango.batchSave([{ id: 1, at: new Date(0), none: undefined }, { id: 'b' }], 'Issue');
            const sent = await nango.batchSend([{ id: 'c' }], 'Issue');
            const updated = await nango.batchUpdate([{ id: 2, title: 'x' }], 'Issue');
            const deleted = await nango.batchDelete([{ id: 3, title: 'gone' }], 'Issue');
            const empty = await nango.batchSave([], 'Issue');
            assert.deepEqual([saved, sent, updated, deleted, empty], [true, true, true, true, true]);
        },
        { 'records.batchSave': nothing, 'records.batchUpdate': nothing, 'records.batchDelete': nothing }
    );
    assert.equal(output, null);
    assert.deepEqual(of('records.batchSave'), [
        ['Issue', '[{"id":"1","at":"1970-01-01T00:00:00.000Z"},{"id":"b"}]'],
        ['Issue', '[{"id":"c"}]']
    ]);
    assert.deepEqual(of('records.batchUpdate'), [['Issue', '[{"id":"2","title":"x"}]']]);
    assert.deepEqual(of('records.batchDelete'), [['Issue', '[{"id":"3"}]']]);
});

test('records_are_found_under_the_ids_that_were_asked_for', async () => {
    const ids = Array.from({ length: 150 }, (_, index) => index);
    const { of } = await runSync(
        async (nango) => {
            const found = await nango.getRecordsByIds(ids, 'Issue');
            assert.ok(found instanceof Map);
            assert.deepEqual([found.size, found.get(3), found.get(149), found.has(4)], [3, { id: '3' }, { id: '149' }, false]);
        },
        { 'records.getByIds': (_, asked) => JSON.stringify(Object.fromEntries(asked.filter((id) => ['3', '77', '149'].includes(id)).map((id) => [id, { id }]))) }
    );
    assert.deepEqual(of('records.getByIds').map(([, asked]) => asked.length), [100, 50]);
});

test('records_are_listed_page_by_page', async () => {
    const pages = { null: ['[{"id":"a"},{"id":"b"}]', 'next'], next: ['[{"id":"c"}]', null] };
    const { of } = await runSync(
        async (nango) => {
            const ids = [];
            for await (const record of nango.listRecords('Issue')) {
                ids.push(record.id);
            }
            assert.deepEqual(ids, ['a', 'b', 'c']);
            for await (const record of nango.listRecords('Issue', { cursor: 'next' })) {
                assert.equal(record.id, 'c');
            }
        },
        { 'records.listPage': (_, cursor) => pages[cursor] }
    );
    assert.deepEqual(of('records.listPage').map(([, cursor]) => cursor), [null, 'next', 'next']);
});

test('the_first_merging_strategy_of_a_model_decides', async () => {
    const { of, lines } = await runSync(
        async (nango) => {
            await nango.setMergingStrategy({ strategy: 'ignore_if_modified_after' }, 'Issue');
            await nango.setMergingStrategy({ strategy: 'override' }, 'Issue');
            await assert.rejects(nango.setMergingStrategy({ strategy: 'mine' }, 'Issue'), /override/);
        },
        { 'records.setMergingStrategy': nothing }
    );
    assert.deepEqual(of('records.setMergingStrategy'), [['Issue', 'ignore-if-modified-after']]);
    assert.deepEqual(lines.map(({ level }) => level), ['warn']);
});

test('deletes_are_tracked_between_start_and_end', async () => {
    const { calls } = await runSync(
        async (nango) => {
            await nango.trackDeletesStart('Issue');
            assert.deepEqual(await nango.trackDeletesEnd('Issue'), { deletedKeys: ['x'] });
        },
        { 'records.trackDeletesStart': nothing, 'records.trackDeletesEnd': () => ['x'] }
    );
    assert.deepEqual(calls.map(([name]) => name), ['records.trackDeletesStart', 'records.trackDeletesEnd']);
});

const MODELS = { Issue: { safeParse: () => ({ success: true }) } };

test('a_sync_that_declares_track_deletes_is_watched_from_before_it_runs_until_after_its_success', async () => {
    const host = { 'records.trackDeletesStart': nothing, 'records.trackDeletesEnd': () => [], 'records.batchSave': nothing };
    const done = await runSync((nango) => nango.batchSave([{ id: 'a' }], 'Issue'), host, { trackDeletes: true, models: MODELS });
    assert.deepEqual(done.calls.map(([name]) => name).filter((name) => name.startsWith('records')), ['records.trackDeletesStart', 'records.batchSave', 'records.trackDeletesEnd']);
    const failed = await runSync(() => { throw new Error('no'); }, host, { trackDeletes: true, models: MODELS });
    assert.deepEqual(failed.of('records.trackDeletesEnd'), []);
});

test('records_of_previous_executions_are_what_this_run_has_not_saved', async () => {
    const host = { 'records.trackDeletesStart': nothing, 'records.trackDeletesEnd': () => ['old'] };
    const { calls, output } = await runSync(
        async (nango) => assert.deepEqual(await nango.deleteRecordsFromPreviousExecutions('Issue'), { deletedKeys: ['old'] }),
        host,
        { models: MODELS },
        { uses: { previousExecutions: true } }
    );
    assert.equal(output, null);
    assert.deepEqual(calls.map(([name]) => name), ['records.trackDeletesStart', 'records.trackDeletesEnd']);
    const unseen = await runSync((nango) => nango.deleteRecordsFromPreviousExecutions('Issue'), host, { models: MODELS });
    assert.match(unseen.output.failed.message, /trackDeletesStart/);
});

test('a_record_that_the_host_refuses_is_an_error_with_its_code', async () => {
    const { output } = await runSync(
        async (nango) => {
            const error = await nango.batchSave([{ id: 'a' }], 'Issue').catch((caught) => caught);
            assert.deepEqual([error instanceof Error, error.code, error.type, error.message], [true, 'invalid_record', 'invalid_record', 'record 0: no title']);
            await nango.batchSave([{ id: 'a' }], 'Issue');
        },
        { 'records.batchSave': () => { throw failure('invalid_record', 'record 0: no title'); } }
    );
    assert.equal(output.failed.code, 'invalid_record');
});

test('what_is_not_json_is_named_by_its_place_in_the_batch', async () => {
    const circle = { id: 'b' };
    circle.self = circle;
    for (const [bad, place] of [[circle, '[1].self'], [{ id: 'b', big: 1n }, '[1].big'], [{ id: 'b', list: [{ a: [1n] }] }, '[1].list[0].a[0]']]) {
        const { output } = await runSync((nango) => nango.batchSave([{ id: 'a' }, bad], 'Issue'));
        assert.ok(output.failed.message.includes(`the batch of Issue, at ${place}, cannot be written as JSON`), output.failed.message);
    }
});

test('members_of_syncs_say_so_elsewhere', async () => {
    for (const member of ['batchSave', 'batchSend', 'batchUpdate', 'batchDelete', 'getRecordsByIds', 'listRecords', 'setMergingStrategy', 'trackDeletesStart', 'trackDeletesEnd', 'deleteRecordsFromPreviousExecutions']) {
        const { output } = await runAction((nango) => nango[member]([], 'Issue'));
        assert.match(output.failed.message, new RegExp(`nango\\.${member} exists in syncs only`));
    }
    const { output } = await runAction((nango) => [nango.lastSyncDate, nango.variant]);
    assert.deepEqual(output, [null, null]);
});

test('a_sync_knows_when_it_last_succeeded', async () => {
    await runSync(async (nango) => assert.deepEqual([nango.lastSyncDate, nango.variant, nango.track_deletes], [undefined, 'base', false]));
    const info = { ...INFO, lastSuccessAt: '2026-01-02T03:04:05.000Z', variant: 'eu' };
    const { output } = await runSync(async (nango) => assert.deepEqual([nango.lastSyncDate, nango.variant], [new Date('2026-01-02T03:04:05Z'), 'eu']), { 'run.getInfo': () => info });
    assert.equal(output, null);
});

/** The records cache, for syncs. */

import * as host from 'syncline:host/records@1.1.0';
import { hostCall } from '../host-error.js';
import { exactJson } from '../json.js';
import { write } from '../log.js';
import type { Run } from '../run.js';

/** Wire contract 2.7. */
const MAX_IDS = 100;

type Batch = 'batchSave' | 'batchUpdate' | 'batchDelete';

/** The host validates and divides; an empty batch needs no call. */
export async function batch(member: Batch, records: any[], model: string): Promise<boolean> {
    if (!Array.isArray(records)) {
        throw new TypeError(`${member} takes an array of records and the model's name: nango.${member}(records, "Model")`);
    }
    if (records.length === 0) {
        return true;
    }
    const items = member === 'batchDelete' ? records.map((record) => ({ id: idText(record?.id) })) : records.map(withTextId);
    const json = exactJson(items, `the batch of ${String(model)}`);
    hostCall<unknown>(() => host[member](String(model), json));
    return true;
}

/** Ids are text; many providers number. */
function withTextId(record: any): any {
    return typeof record?.id === 'number' || typeof record?.id === 'bigint' ? { ...record, id: String(record.id) } : record;
}

function idText(id: unknown): unknown {
    return typeof id === 'number' || typeof id === 'bigint' ? String(id) : id;
}

/** Under the ids as they were asked for: a number stays one. */
export async function getRecordsByIds(ids: (string | number)[], model: string): Promise<Map<string | number, any>> {
    const found = new Map<string | number, any>();
    for (let begin = 0; begin < ids.length; begin += MAX_IDS) {
        const chunk = ids.slice(begin, begin + MAX_IDS);
        const records = JSON.parse(hostCall(() => host.getByIds(String(model), chunk.map(String)))) as Record<string, any>;
        for (const id of chunk) {
            const record = Object.hasOwn(records, String(id)) ? records[String(id)] : undefined;
            if (record !== undefined) {
                found.set(id, record);
            }
        }
    }
    return found;
}

export async function* listRecords(model: string, cursor: string | undefined): AsyncGenerator<any, undefined, void> {
    let next: string | null | undefined = cursor ?? null;
    do {
        const from: string | null = next ?? null;
        const [json, following]: [string, string | null | undefined] = hostCall(() => host.listPage(String(model), from));
        yield* JSON.parse(json) as any[];
        next = following;
    } while (next !== null && next !== undefined);
    return undefined;
}

export async function setMergingStrategy(run: Run, merging: { strategy?: unknown } | undefined, model: string): Promise<void> {
    const strategy = merging?.strategy;
    if (strategy !== 'override' && strategy !== 'ignore_if_modified_after') {
        throw new TypeError("setMergingStrategy takes { strategy: 'override' } or { strategy: 'ignore_if_modified_after' } and the model's name");
    }
    if (run.merging.has(model)) {
        write('warn', [`the merging strategy of ${model} was set before in this run: this call has no effect`], run.threshold);
        return;
    }
    hostCall(() => host.setMergingStrategy(String(model), strategy === 'override' ? 'override' : 'ignore-if-modified-after'));
    run.merging.add(model);
}

export async function trackDeletesStart(model: string): Promise<void> {
    hostCall(() => host.trackDeletesStart(String(model)));
}

export async function trackDeletesEnd(model: string): Promise<{ deletedKeys: string[] }> {
    return { deletedKeys: hostCall(() => host.trackDeletesEnd(String(model))) };
}

/** Everything that this run has not saved. The runtime began to watch before `exec`, because the build saw this call. */
export async function deleteRecordsFromPreviousExecutions(run: Run, model: string): Promise<{ deletedKeys: string[] }> {
    if (!run.tracksPrevious) {
        throw new Error(
            'deleteRecordsFromPreviousExecutions has to be called by that name, so that the build can see it: use trackDeletesStart and trackDeletesEnd'
        );
    }
    return trackDeletesEnd(model);
}

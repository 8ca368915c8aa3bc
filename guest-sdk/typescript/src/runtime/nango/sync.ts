/** The `nango` object of syncs and their webhooks. */

import type { Run } from '../run.js';
import { ActionNango } from './action.js';
import * as records from './records.js';

export class SyncNango extends ActionNango {
    readonly #run: Run;

    constructor(run: Run) {
        super(run);
        this.#run = run;
    }

    get variant() { return this.#run.info.variant; }
    get lastSyncDate() {
        const at = this.#run.info.lastSuccessAt;
        return at === null || at === undefined ? undefined : new Date(at);
    }
    get track_deletes() { return Boolean(this.#run.definition.trackDeletes); }

    batchSave(items: any, model: any) { return this.#call('batchSave', () => records.batch('batchSave', items, model)); }
    batchSend(items: any, model: any) { return this.#call('batchSend', () => records.batch('batchSave', items, model)); }
    batchUpdate(items: any, model: any) { return this.#call('batchUpdate', () => records.batch('batchUpdate', items, model)); }
    batchDelete(items: any, model: any) { return this.#call('batchDelete', () => records.batch('batchDelete', items, model)); }
    getRecordsByIds(ids: any, model: any) { return this.#call('getRecordsByIds', () => records.getRecordsByIds(ids, model)); }
    listRecords(model: any, options?: { cursor?: string }) { return records.listRecords(model, options?.cursor); }
    setMergingStrategy(merging: any, model: any) {
        return this.#call('setMergingStrategy', () => records.setMergingStrategy(this.#run, merging, model));
    }
    trackDeletesStart(model: any) { return this.#call('trackDeletesStart', () => records.trackDeletesStart(model)); }
    trackDeletesEnd(model: any) { return this.#call('trackDeletesEnd', () => records.trackDeletesEnd(model)); }
    deleteRecordsFromPreviousExecutions(model: any) {
        return this.#call('deleteRecordsFromPreviousExecutions', () => records.deleteRecordsFromPreviousExecutions(this.#run, model));
    }

    #call<T>(member: string, call: () => Promise<T>): Promise<T> {
        return this.#run.pending.track(member, call);
    }
}

/** Other functions, locks, checkpoints and validation. */

import * as functions from 'syncline:host/functions@1.1.0';
import * as locks from 'syncline:host/locks@1.1.0';
import * as host from 'syncline:host/run@1.1.0';
import { ActionError } from '../../index.js';
import type { SyncName, TriggerSyncOptions } from '../../api/nango.js';
import type { Checkpoint, ZodIssueLike } from '../../api/schema.js';
import { hostCall } from '../host-error.js';
import { exactJson, safeJson } from '../json.js';
import { write } from '../log.js';
import { connectionRef } from '../request.js';
import type { Run } from '../run.js';

export async function triggerAction(run: Run, key: string, connectionId: string, action: string, input: unknown): Promise<any> {
    const of = connectionRef(key, connectionId, run);
    const json = input === undefined ? 'null' : exactJson(input, `the input of ${String(action)}`);
    return JSON.parse(hostCall(() => functions.triggerAction(of, String(action), json)));
}

export async function triggerSync(run: Run, key: string, connectionId: string, sync: SyncName, options?: TriggerSyncOptions): Promise<void> {
    const of = connectionRef(key, connectionId, run);
    hostCall(() => functions.triggerSync(of, syncName(sync), syncOptions(options)));
}

export async function startSync(run: Run, key: string, syncs: SyncName[] | SyncName, connectionId?: string): Promise<void> {
    const of = connectionRef(key, connectionId, run);
    for (const sync of Array.isArray(syncs) ? syncs : [syncs]) {
        hostCall(() => functions.startSync(of, syncName(sync)));
    }
}

function syncName(sync: SyncName): string {
    return typeof sync === 'string' ? sync : `${sync.name}::${sync.variant}`;
}

/** `true` and the two words for it are how older functions said it. */
function syncOptions(options: TriggerSyncOptions | undefined): { reset: boolean; emptyCache: boolean } {
    if (typeof options === 'object' && options !== null) {
        return { reset: Boolean(options.reset), emptyCache: Boolean(options.emptyCache) };
    }
    return {
        reset: options === true || options === 'full_refresh' || options === 'full_refresh_and_clear_cache',
        emptyCache: options === 'full_refresh_and_clear_cache'
    };
}

export async function tryAcquireLock({ key, ttlMs }: { key: string; ttlMs: number }): Promise<boolean> {
    const name = lockKey(key);
    if (!Number.isFinite(ttlMs) || ttlMs <= 0) {
        throw new TypeError(`tryAcquireLock needs a \`ttlMs\` above 0, in milliseconds; it was given ${safeJson(ttlMs)}`);
    }
    return hostCall(() => locks.tryAcquire(name, Math.ceil(ttlMs)));
}

export async function releaseLock({ key }: { key: string }): Promise<boolean> {
    const name = lockKey(key);
    return hostCall(() => locks.release(name));
}

export async function releaseAllLocks(): Promise<void> {
    hostCall(() => locks.releaseAll());
}

function lockKey(key: unknown): string {
    if (typeof key !== 'string' || key.length === 0 || key.length > 255) {
        throw new TypeError('the `key` of a lock is a string of 1 to 255 characters');
    }
    return key;
}

export async function getCheckpoint(): Promise<any> {
    const json = hostCall(() => host.getCheckpoint());
    return json === null || json === undefined ? null : JSON.parse(json);
}

/** The host holds it to its size; what has no value is left out, and a date becomes its ISO text. */
export async function saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    const json = exactJson(checkpoint, 'the checkpoint');
    hostCall(() => host.saveCheckpoint(json));
}

export async function clearCheckpoint(): Promise<void> {
    hostCall(() => host.clearCheckpoint());
}

interface Parser {
    safeParse(data: unknown): { success: boolean; data?: unknown; error?: { issues: ZodIssueLike[] } };
}

/** Alike for both versions of zod: each lists its issues. */
export async function zodValidateInput(run: Run, { zodSchema, input }: { zodSchema: Parser; input: unknown }): Promise<any> {
    if (typeof zodSchema?.safeParse !== 'function') {
        throw new TypeError('zodValidateInput takes { zodSchema, input }, where zodSchema is a zod schema');
    }
    const outcome = zodSchema.safeParse(input);
    if (outcome.success) {
        return outcome;
    }
    const issues = outcome.error?.issues ?? [];
    for (const issue of issues) {
        const path = issue.path.map(String).join('.');
        write('error', [`Invalid input provided to the function: ${issue.message}${path === '' ? '' : ` at path ${path}`}`], run.threshold);
    }
    throw new ActionError({ message: 'Invalid input provided', errors: JSON.parse(safeJson(issues)) });
}

/** One run: what it is, and what its calls share. */

import * as host from 'syncline:host/run@1.1.0';
import type { Lines } from './lines.js';
import { Pending } from './pending.js';
import type { Level } from './log.js';

/** What `get-details` says. */
export interface Details {
    trigger?: string;
    environment_id?: number;
    account_id?: number;
    connection_row_id?: number;
    sync_id?: string | null;
    [key: string]: unknown;
}

/** The definition that the author exported. */
export interface Definition {
    type: 'sync' | 'action' | 'onEvent';
    description?: string;
    exec: (nango: unknown, input?: unknown) => unknown;
    onWebhook?: (nango: unknown, payload: unknown) => unknown;
    trackDeletes?: boolean;
    models?: Record<string, unknown>;
    [key: string]: unknown;
}

/** Asks the host once for what every member asks again. */
export class Run {
    readonly pending = new Pending();
    /** Lines below it are dropped; `undefined` drops all. */
    threshold: Level | undefined = 'debug';
    readonly connections = new Map<string, { at: number; connection: any }>();
    integration: { at: number; integration: any } | undefined;
    /** Models whose merging strategy is decided. */
    readonly merging = new Set<string>();

    private knownInfo: host.Info | undefined;
    private knownDetails: Details | undefined;

    constructor(
        readonly definition: Definition,
        readonly lines: Lines,
        /** Deletion is tracked from before `exec`, for `deleteRecordsFromPreviousExecutions`. */
        readonly tracksPrevious: boolean
    ) {}

    get info(): host.Info {
        return (this.knownInfo ??= host.getInfo());
    }

    get details(): Details {
        return (this.knownDetails ??= JSON.parse(host.getDetails()) as Details);
    }

    get connectionId(): string {
        return this.info.connectionId;
    }

    get providerConfigKey(): string {
        return this.info.providerConfigKey;
    }
}

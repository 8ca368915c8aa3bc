/**
 * What functions are written against: `import { createSync, createAction, createOnEvent } from 'nango'`.
 *
 * Types and four small values. What a run does with them is the runtime's; nothing of it is imported here, so that an author's
 * type checker reads this file and no more.
 */

import type { ActionErrorConstructor } from './api/error.js';
import type {
    ActionDefinition,
    CreateActionResponse,
    CreateOnEventResponse,
    CreateSyncResponse,
    OnEventDefinition,
    SyncDefinition
} from './api/definition.js';
import type { NangoAction, NangoSync } from './api/nango.js';
import type { ZodCheckpoint, ZodLike, ZodMetadata, ZodModel } from './api/schema.js';

export type * from './api/connection.js';
export type * from './api/definition.js';
export type * from './api/nango.js';
export type * from './api/proxy.js';
export type * from './api/schema.js';
export type { ActionErrorConstructor } from './api/error.js';

/** The names that the object has in other places. */
export type NangoActionBase<TMetadata = any, TCheckpoint = any> = NangoAction<TMetadata, TCheckpoint>;
export type NangoSyncBase<TModels = any, TMetadata = any, TCheckpoint = any> = NangoSync<TModels, TMetadata, TCheckpoint>;
export type NangoActionLocal = NangoAction;
export type NangoSyncLocal = NangoSync;
export type NangoOnEventLocal = NangoAction;
export type NangoOnEvent = NangoAction;

/** An action's own failure: its payload reaches the caller as it is. */
class ActionErrorClass<T = Record<string, unknown>> extends Error {
    readonly type = 'action_script_runtime_error' as const;
    readonly payload: T;

    constructor(payload?: T) {
        const message = payload !== null && typeof payload === 'object' ? (payload as { message?: unknown }).message : payload;
        super(typeof message === 'string' ? message : 'The function refused this call; its payload says why');
        this.name = 'ActionError';
        this.payload = (payload ?? {}) as T;
    }
}

export const ActionError: ActionErrorConstructor = ActionErrorClass;
export type ActionError<T = Record<string, unknown>> = ActionErrorClass<T>;

/** A function that keeps records fresh, on a schedule or on demand. */
export function createSync<
    TModels extends Record<string, ZodModel>,
    TMetadata extends ZodMetadata = never,
    TCheckpoint extends ZodCheckpoint = never
>(definition: SyncDefinition<TModels, TMetadata, TCheckpoint>): CreateSyncResponse<TModels, TMetadata, TCheckpoint> {
    return { type: 'sync', ...definition };
}

/** A function that answers a call. */
export function createAction<
    TInput extends ZodLike,
    TOutput extends ZodLike,
    TMetadata extends ZodMetadata = never,
    TCheckpoint extends ZodCheckpoint = never
>(
    definition: ActionDefinition<TInput, TOutput, TMetadata, TCheckpoint>
): CreateActionResponse<TInput, TOutput, TMetadata, TCheckpoint> {
    return { type: 'action', ...definition };
}

/** A function that handles a moment of a connection's life. */
export function createOnEvent<TMetadata extends ZodMetadata = never, TCheckpoint extends ZodCheckpoint = never>(
    definition: OnEventDefinition<TMetadata, TCheckpoint>
): CreateOnEventResponse<TMetadata, TCheckpoint> {
    return { type: 'onEvent', ...definition };
}

/** Experimental elsewhere, and not here: refused when the project is built. */
export function createFunction(_definition: unknown): never {
    throw new Error('createFunction of nango/experimental is not supported: use createSync, createAction or createOnEvent');
}

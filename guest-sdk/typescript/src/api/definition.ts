/** What `createSync`, `createAction` and `createOnEvent` take. */

import type { NangoAction, NangoSync } from './nango.js';
import type { Checkpoint, Infer, ZodCheckpoint, ZodLike, ZodMetadata, ZodModel } from './schema.js';

export type MaybePromise<T> = T | Promise<T>;

/** @deprecated looked up by `/v1/PATH` */
export interface Endpoint {
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
    path: string;
    group?: string | undefined;
}

/** What a function may use; it can only lower what the operator allows. */
export interface FunctionLimits {
    memory_mb?: number | undefined;
    wall_time_s?: number | undefined;
    cpu_time_s?: number | undefined;
}

/** The record types of a sync, by model. */
export type ModelsOf<Models> = { [Name in keyof Models]: Infer<Models[Name]> };
/** The metadata's type; anything where the function declares none. */
export type MetadataOf<Schema> = [Schema] extends [never] ? any : Infer<Schema>;
/** The checkpoint's type. */
export type CheckpointOf<Schema> = [Schema] extends [never] ? Checkpoint : Infer<Schema>;

/** What all kinds share. */
export interface CommonDefinition<TMetadata, TCheckpoint> {
    /** For people. */
    description: string;
    version?: string | undefined;
    /** Types the connection's metadata. */
    metadata?: TMetadata | undefined;
    /** Types the checkpoint. */
    checkpoint?: TCheckpoint | undefined;
    /** For documentation. */
    scopes?: string[] | undefined;
    /** Hosts besides the provider's own that it may reach; `*.example.com` covers subdomains. Found by the build where it is left out. */
    egress?: string[] | undefined;
    limits?: FunctionLimits | undefined;
}

export interface SyncDefinition<
    TModels extends Record<string, ZodModel>,
    TMetadata extends ZodMetadata = never,
    TCheckpoint extends ZodCheckpoint = never
> extends CommonDefinition<TMetadata, TCheckpoint> {
    /** `every 1h`, `every half day`, ...; 30 seconds to 31 days. */
    frequency?: string | undefined;
    /** The time zone of a cron `frequency`. */
    timeZone?: string | undefined;
    /** The models that it saves, each a zod object with an `id`. */
    models: TModels;
    /** Whether it starts when a connection is created. True unless said otherwise. */
    autoStart?: boolean | undefined;
    /** @deprecated */
    syncType?: 'full' | 'incremental' | undefined;
    /** @deprecated use `nango.trackDeletesStart` and `nango.trackDeletesEnd` */
    trackDeletes?: boolean | undefined;
    /** @deprecated */
    endpoints?: Endpoint[] | undefined;
    /** Webhook types for `onWebhook`; `*` for all. */
    webhookSubscriptions?: string[] | undefined;
    exec: (nango: NangoSync<ModelsOf<TModels>, MetadataOf<TMetadata>, CheckpointOf<TCheckpoint>>) => MaybePromise<void>;
    onWebhook?:
        | ((nango: NangoSync<ModelsOf<TModels>, MetadataOf<TMetadata>, CheckpointOf<TCheckpoint>>, payload: any) => MaybePromise<void>)
        | undefined;
}

export interface ActionDefinition<
    TInput extends ZodLike,
    TOutput extends ZodLike,
    TMetadata extends ZodMetadata = never,
    TCheckpoint extends ZodCheckpoint = never
> extends CommonDefinition<TMetadata, TCheckpoint> {
    input: TInput;
    output: TOutput;
    /** @deprecated */
    endpoint?: Endpoint | undefined;
    exec: (
        nango: NangoAction<MetadataOf<TMetadata>, CheckpointOf<TCheckpoint>>,
        input: Infer<TInput>
    ) => MaybePromise<Infer<TOutput>>;
}

/** The moments of a connection's life. */
export type OnEventType = 'post-connection-creation' | 'pre-connection-deletion' | 'validate-connection';

export interface OnEventDefinition<TMetadata extends ZodMetadata = never, TCheckpoint extends ZodCheckpoint = never>
    extends CommonDefinition<TMetadata, TCheckpoint> {
    event: OnEventType;
    exec: (nango: NangoAction<MetadataOf<TMetadata>, CheckpointOf<TCheckpoint>>) => MaybePromise<void>;
}

/** What `createSync` returns. */
export type CreateSyncResponse<
    TModels extends Record<string, ZodModel>,
    TMetadata extends ZodMetadata = never,
    TCheckpoint extends ZodCheckpoint = never
> = { type: 'sync' } & SyncDefinition<TModels, TMetadata, TCheckpoint>;

/** What `createAction` returns. */
export type CreateActionResponse<
    TInput extends ZodLike,
    TOutput extends ZodLike,
    TMetadata extends ZodMetadata = never,
    TCheckpoint extends ZodCheckpoint = never
> = { type: 'action' } & ActionDefinition<TInput, TOutput, TMetadata, TCheckpoint>;

/** What `createOnEvent` returns. */
export type CreateOnEventResponse<TMetadata extends ZodMetadata = never, TCheckpoint extends ZodCheckpoint = never> = {
    type: 'onEvent';
} & OnEventDefinition<TMetadata, TCheckpoint>;

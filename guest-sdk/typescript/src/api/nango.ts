/** The object that functions are given. */

import type { ActionErrorConstructor } from './error.js';
import type {
    AllAuthCredentials,
    Connection,
    EnvironmentVariable,
    GetConnectionOptions,
    Integration,
    Metadata,
    MetadataChangeResponse,
    OAuth1Token
} from './connection.js';
import type { FetchResponse, ProxyConfiguration, ProxyResponse, UncontrolledFetchOptions } from './proxy.js';
import type { SavedCheckpoint, ZodIssueLike, ZodLike } from './schema.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** Older functions say `verbose`, `silly` and `http`. */
export type UserLogLevel = LogLevel | 'verbose' | 'silly' | 'http' | 'warning';
export interface UserLogParameters {
    level?: UserLogLevel | 'off' | undefined;
}

/** A request whose method is the member's name. */
export type RequestConfiguration = Omit<ProxyConfiguration, 'method'> & { method?: ProxyConfiguration['method'] };

export interface LockOptions {
    /** 1 to 255 characters; one namespace an environment. */
    key: string;
}

export interface ZodValidateInput<Output> {
    zodSchema: ZodLike & ({ readonly _zod: { readonly output: Output } } | { readonly _output: Output });
    input: unknown;
}

/** What a sync to trigger is called; of a variant, its name too. */
export type SyncName = string | { name: string; variant: string };
export type TriggerSyncOptions =
    | boolean
    | 'incremental'
    | 'full_refresh'
    | 'full_refresh_and_clear_cache'
    | { reset?: boolean | undefined; emptyCache?: boolean | undefined };

/** What every function may do. The type parameters are those of the connection's metadata and of the checkpoint. */
export interface NangoAction<TMetadata = any, TCheckpoint = any> {
    readonly connectionId: string;
    readonly providerConfigKey: string;
    readonly provider: string;
    readonly accountId: number;
    readonly environmentId: number;
    readonly environmentName: string;
    /** The run's id. */
    readonly activityLogId: string;
    readonly syncId: string | undefined;
    readonly nangoConnectionId: number;
    readonly isCLI: boolean;

    readonly ActionError: ActionErrorConstructor;

    /** Sends one request to the provider, with the connection's credentials. Any status outside 200 to 299 is thrown. */
    proxy<T = any>(config: ProxyConfiguration): Promise<ProxyResponse<T>>;
    get<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    post<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    put<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    patch<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    delete<T = any>(config: RequestConfiguration): Promise<ProxyResponse<T>>;
    /** Walks a list: each step gives the items of one page. */
    paginate<T = any>(config: ProxyConfiguration): AsyncGenerator<T[], undefined, void>;
    /** A plain request without credentials, to the hosts that the function may reach. Any status is an answer. */
    uncontrolledFetch(options: UncontrolledFetchOptions): Promise<FetchResponse>;

    getConnection(providerConfigKey?: string, connectionId?: string, options?: GetConnectionOptions): Promise<Connection>;
    getToken(): Promise<string | OAuth1Token | AllAuthCredentials>;
    getIntegration(options?: { include?: ('webhook' | 'credentials')[] }): Promise<Integration>;
    getMetadata<T = TMetadata>(): Promise<T>;
    /** Replaces the metadata. */
    setMetadata(metadata: TMetadata): Promise<ProxyResponse<MetadataChangeResponse>>;
    /** Merges the top-level keys. */
    updateMetadata(metadata: Partial<TMetadata>): Promise<ProxyResponse<MetadataChangeResponse>>;
    /** @deprecated a part of the metadata */
    getFieldMapping(): Promise<Metadata>;
    /** @deprecated a part of the metadata */
    setFieldMapping(fieldMapping: Record<string, string>): Promise<ProxyResponse<MetadataChangeResponse>>;
    getWebhookURL(): Promise<string | null | undefined>;
    getEnvironmentVariables(): Promise<EnvironmentVariable[] | null>;
    /** @deprecated of functions that were described in a YAML file */
    getFlowAttributes<A = object>(): A | null;

    log(message: any, payload: any, options: UserLogParameters): Promise<void>;
    log(message: any, optionsOrPayload?: any): Promise<void>;
    log(...args: any[]): Promise<void>;
    /** Lines below that level are left out for the rest of the run. */
    setLogger(logger: { level: LogLevel | 'off' }): void;

    triggerAction<Output = any, Input = any>(
        providerConfigKey: string,
        connectionId: string,
        actionName: string,
        input?: Input
    ): Promise<Output>;
    triggerSync(providerConfigKey: string, connectionId: string, sync: SyncName, options?: TriggerSyncOptions): Promise<void>;
    startSync(providerConfigKey: string, syncs: SyncName[], connectionId?: string): Promise<void>;

    /** Throws an `ActionError` that lists what is wrong with the input. */
    zodValidateInput<Output = any>(options: ZodValidateInput<Output>): Promise<{ success: true; data: Output }>;

    /** True when this run now holds the lock. Taking it again extends it. */
    tryAcquireLock(options: LockOptions & { ttlMs: number }): Promise<boolean>;
    releaseLock(options: LockOptions): Promise<boolean>;
    releaseAllLocks(): Promise<void>;

    getCheckpoint(): Promise<SavedCheckpoint<TCheckpoint> | null>;
    saveCheckpoint(checkpoint: TCheckpoint): Promise<void>;
    clearCheckpoint(): Promise<void>;
}

/** What a sync and its `onWebhook` may do besides. `TModels` is an object from the models' names to their records. */
export interface NangoSync<TModels = any, TMetadata = any, TCheckpoint = any> extends NangoAction<TMetadata, TCheckpoint> {
    /** `base` unless a variant was created. */
    readonly variant: string;
    /** When the last successful run started; undefined for the first one and after a reset. */
    readonly lastSyncDate: Date | undefined;
    /** @deprecated */
    readonly track_deletes: boolean;

    /** Adds or replaces records, any number. */
    batchSave<Model extends keyof TModels>(records: TModels[Model][], model: Model): Promise<boolean>;
    /** @deprecated the older name of `batchSave` */
    batchSend<Model extends keyof TModels>(records: TModels[Model][], model: Model): Promise<boolean>;
    /** Deep-merges into records that exist. */
    batchUpdate<Model extends keyof TModels>(records: (PartialRecord<TModels[Model]>)[], model: Model): Promise<boolean>;
    /** Marks records as deleted; only their `id` counts. */
    batchDelete<Model extends keyof TModels>(records: { id: string | number }[], model: Model): Promise<boolean>;
    getRecordsByIds<Id extends string | number, Model extends keyof TModels>(ids: Id[], model: Model): Promise<Map<Id, TModels[Model]>>;
    /** All live records of a model, one by one. */
    listRecords<Model extends keyof TModels>(
        model: Model,
        options?: { cursor?: string | undefined }
    ): AsyncGenerator<TModels[Model], undefined, void>;
    /** What happens to records that someone else changes meanwhile. Before the first batch; the first call of a model decides. */
    setMergingStrategy(merging: { strategy: 'override' | 'ignore_if_modified_after' }, model: keyof TModels): Promise<void>;
    /** Whatever of the model is not saved until `trackDeletesEnd` will be marked as deleted. */
    trackDeletesStart(model: keyof TModels): Promise<void>;
    trackDeletesEnd(model: keyof TModels): Promise<{ deletedKeys: string[] }>;
    /** @deprecated use `trackDeletesStart` and `trackDeletesEnd` */
    deleteRecordsFromPreviousExecutions(model: keyof TModels): Promise<{ deletedKeys: string[] }>;
}

/** Some fields of a record, and its id. */
export type PartialRecord<T> = T extends { id: infer Id } ? { id: Id } & { [Key in keyof T]?: T[Key] | undefined } : any;

export type { ZodIssueLike };

/** The interfaces of `host-api/wit/syncline.wit` as the component's engine presents them to modules: 64-bit integers are numbers. */

interface WireFailure {
    code: string;
    message: string;
    status?: number | null;
    details?: string | null;
}
interface ConnectionRef {
    providerConfigKey: string;
    connectionId: string;
}
type WireBody = { tag: 'text'; val: string } | { tag: 'bytes'; val: Uint8Array };
type WireMethod = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head';
interface WireRequest {
    endpoint: string;
    query: [string, string][];
    headers: [string, string][];
    body: WireBody | null;
    retries: number;
    retryOn: number[];
    baseUrl: string | null;
    connection: ConnectionRef | null;
}
interface WireResponse {
    status: number;
    headers: [string, string][];
    body: WireBody;
}
type WireResult<T> = { tag: 'ok'; val: T } | { tag: 'err'; val: WireFailure };
interface WireFuture<T> {
    read(): Promise<T>;
}
interface WirePage {
    items: string;
    response: WireResponse;
    next?: string | null;
}

declare module 'syncline:host/provider@1.1.0' {
    export interface Pages {
        next(): WirePage | null | undefined;
    }
    export function get(request: WireRequest): WireResponse;
    export function post(request: WireRequest): WireResponse;
    export function send(method: WireMethod, request: WireRequest): WireResponse;
    export function start(method: WireMethod, request: WireRequest): WireFuture<WireResult<WireResponse>>;
    export function paginate(method: WireMethod, request: WireRequest, options: string): Pages;
}

declare module 'syncline:host/records@1.1.0' {
    export interface Saved {
        added: number;
        updated: number;
        unchanged: number;
    }
    export function batchSave(model: string, records: string): Saved;
    export function batchUpdate(model: string, records: string): Saved;
    export function batchDelete(model: string, records: string): number;
    export function getByIds(model: string, ids: string[]): string;
    export function listPage(model: string, cursor: string | null): [string, string | null | undefined];
    export function trackDeletesStart(model: string): void;
    export function trackDeletesEnd(model: string): string[];
    export function setMergingStrategy(model: string, strategy: 'override' | 'ignore-if-modified-after'): void;
}

declare module 'syncline:host/run@1.1.0' {
    export type Level = 'debug' | 'info' | 'warn' | 'error';
    export interface Info {
        id: string;
        function: string;
        kind: 'sync' | 'action' | 'event';
        variant: string;
        environment: string;
        provider: string;
        providerConfigKey: string;
        connectionId: string;
        attempt: number;
        lastSuccessAt?: string | null;
    }
    export function getInfo(): Info;
    export function input(): string;
    export function log(level: Level, message: string, fields: string | null): void;
    export function getCheckpoint(): string | null | undefined;
    export function saveCheckpoint(checkpoint: string): void;
    export function clearCheckpoint(): void;
    export function getDetails(): string;
    export function getBudget(): { cpuMs: number; memoryBytes: number };
    export function getStack(): bigint | number;
    export function sleep(ms: number): WireFuture<boolean>;
    export function getRandom(bytes: number): Uint8Array;
}

declare module 'syncline:host/connection@1.1.0' {
    export function get(of: ConnectionRef | null): string;
    export function refresh(of: ConnectionRef | null): string;
    export function getMetadata(): string;
    export function setMetadata(metadata: string): void;
    export function updateMetadata(metadata: string): void;
    export function getIntegration(): string;
}

declare module 'syncline:host/locks@1.1.0' {
    export function tryAcquire(key: string, ttlMs: number): boolean;
    export function release(key: string): boolean;
    export function releaseAll(): void;
}

declare module 'syncline:host/environment@1.1.0' {
    export function variables(): [string, string][];
}

declare module 'syncline:host/functions@1.1.0' {
    export function triggerAction(connection: ConnectionRef | null, action: string, input: string): string;
    export function triggerSync(connection: ConnectionRef | null, sync: string, options: { reset: boolean; emptyCache: boolean }): void;
    export function startSync(connection: ConnectionRef | null, sync: string): void;
}

declare module 'syncline:host/fetch@1.1.0' {
    export interface FetchRequest {
        method: WireMethod;
        url: string;
        headers: [string, string][];
        body: WireBody | null;
    }
    export function fetch(request: FetchRequest): WireResponse;
}

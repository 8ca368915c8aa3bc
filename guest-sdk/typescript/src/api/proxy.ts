/** Requests to the provider and their answers, in the shapes that the field's functions are written against. */

/** How a body is handed over. */
export type ResponseType = 'arraybuffer' | 'blob' | 'document' | 'json' | 'text' | 'stream';

/** Where a provider says when to come back. */
export interface RetryHeaderConfig {
    at?: string[] | string;
    after?: string[] | string;
    remaining?: string;
    error_code?: string[];
    in_body?: { path: string; value?: string; strategy: 'at' | 'after' };
}

/** What `on_page` is told after each page. */
export interface PaginationState<T = any> {
    nextPageParam?: string | number | undefined;
    response: ProxyResponse<T>;
}

/** What all kinds of pagination share. */
export interface PaginationBase {
    limit?: number | string;
    response_path?: string;
    limit_name_in_request: string;
    in_body?: boolean;
    on_page?: (state: PaginationState) => Promise<void> | void;
}

/** The answer names the following page by a value. */
export interface CursorPagination extends PaginationBase {
    type: 'cursor';
    cursor_path_in_response: string;
    cursor_name_in_request: string;
}

/** The answer names the following page by its URL. */
export interface LinkPagination extends PaginationBase {
    type: 'link';
    link_rel_in_response_header?: string;
    link_path_in_response_body?: string;
}

export type OffsetCalculationMethod = 'per-page' | 'by-response-size';

/** Pages are numbered, or items are. */
export interface OffsetPagination extends PaginationBase {
    type: 'offset';
    offset_name_in_request: string;
    offset_start_value?: number;
    offset_calculation_method?: OffsetCalculationMethod;
}

export type Pagination = CursorPagination | LinkPagination | OffsetPagination;

export type HTTP_METHOD = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export type QueryValue = string | number | boolean | null | undefined | (string | number | boolean)[];

/** One request to the provider. */
export interface ProxyConfiguration {
    /** The path below the provider's base URL, or an absolute URL on an allowed host. */
    endpoint: string;
    method?: HTTP_METHOD | 'PROPFIND' | 'REPORT' | 'get' | 'post' | 'patch' | 'put' | 'delete' | 'propfind' | 'report' | undefined;
    /** An object, `URLSearchParams`, or a query string where the endpoint has none. */
    params?: string | Record<string, QueryValue> | URLSearchParams | undefined;
    /** An object is sent as JSON, `URLSearchParams` as a form, bytes and text as they are. */
    data?: unknown;
    headers?: Record<string, string | number | boolean | null | undefined> | undefined;
    /** How often to try again after a network error, 401, 429 or 5xx. */
    retries?: number | undefined;
    /** Further statuses that are worth another try. */
    retryOn?: number[] | null | undefined;
    retryHeader?: RetryHeaderConfig | undefined;
    /** Replaces the provider's base URL. */
    baseUrlOverride?: string | undefined;
    responseType?: ResponseType | undefined;
    decompress?: boolean | string | undefined;
    forwardHeadersOnRedirect?: boolean | undefined;
    /** Overrides the provider's own description of its pages. */
    paginate?: Partial<CursorPagination> | Partial<LinkPagination> | Partial<OffsetPagination> | undefined;
    /** Another integration of the environment. */
    providerConfigKey?: string | undefined;
    /** Another connection of it. */
    connectionId?: string | undefined;
}

/** @deprecated the older name of `ProxyConfiguration` */
export type UserProvidedProxyConfiguration = ProxyConfiguration;

/** Header names are in lower case. */
export type ResponseHeaders = Record<string, any>;

/** An answer of the provider. */
export interface ProxyResponse<T = any, D = any> {
    data: T;
    status: number;
    statusText: string;
    headers: ResponseHeaders;
    config: ProxyConfiguration & { data?: D | undefined; url?: string | undefined; [key: string]: any };
    request?: any;
}

/** @deprecated the name that it has in axios */
export type AxiosResponse<T = any, D = any> = ProxyResponse<T, D>;

/** What a status outside 200 to 299 and a network failure are thrown as. */
export interface AxiosError<T = any, D = any> extends Error {
    isAxiosError: true;
    /** `ERR_BAD_REQUEST`, `ERR_BAD_RESPONSE`, or the network's own name: `ECONNREFUSED`, `ETIMEDOUT`, ... */
    code?: string;
    status?: number;
    /** Absent where the provider did not answer. */
    response?: ProxyResponse<T, D>;
    config: ProxyResponse<T, D>['config'];
    request?: any;
    toJSON(): object;
}

/** A plain request without credentials. */
export interface UncontrolledFetchOptions {
    url: URL | string;
    method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | undefined;
    headers?: Record<string, string> | undefined;
    body?: string | null | undefined;
}

/** The part of the web's `Response` that is there. */
export interface FetchResponse {
    readonly ok: boolean;
    readonly status: number;
    readonly statusText: string;
    readonly url: string;
    readonly redirected: boolean;
    readonly bodyUsed: boolean;
    readonly headers: FetchHeaders;
    text(): Promise<string>;
    json<T = any>(): Promise<T>;
    arrayBuffer(): Promise<ArrayBuffer>;
    bytes(): Promise<Uint8Array>;
    clone(): FetchResponse;
}

/** The headers of an answer. */
export interface FetchHeaders extends Iterable<[string, string]> {
    get(name: string): string | null;
    has(name: string): boolean;
    forEach(visit: (value: string, name: string) => void): void;
    entries(): IterableIterator<[string, string]>;
    keys(): IterableIterator<string>;
    values(): IterableIterator<string>;
}

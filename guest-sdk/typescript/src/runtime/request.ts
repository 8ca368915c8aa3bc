/** From a request configuration to what the host sends. */

import type { ProxyConfiguration } from '../api/proxy.js';
import { encodeBody } from './body.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head'] as const;

/** The run's own connection; what a request names beside it is another one of the environment. */
export interface OwnConnection {
    readonly connectionId: string;
    readonly providerConfigKey: string;
}

export function wireMethod(method: string | undefined): WireMethod {
    const lower = (method ?? 'GET').toLowerCase() as WireMethod;
    if (!METHODS.includes(lower)) {
        throw new TypeError(`the method ${method} is not supported: use GET, POST, PUT, PATCH, DELETE or HEAD`);
    }
    return lower;
}

export async function wireRequest(config: ProxyConfiguration, own: OwnConnection): Promise<WireRequest> {
    if (typeof config !== 'object' || config === null || typeof config.endpoint !== 'string') {
        throw new TypeError('a request needs an `endpoint`: nango.get({ endpoint: "/path" })');
    }
    const headers = headerPairs(config.headers);
    const body = config.data === undefined || config.data === null ? null : await encodeBody(config.data, headers);
    return {
        endpoint: config.endpoint,
        query: queryPairs(config),
        headers,
        body,
        retries: count(config.retries),
        retryOn: config.retryOn ? config.retryOn.map(Number) : [],
        baseUrl: config.baseUrlOverride || null,
        connection: connectionRef(config.providerConfigKey, config.connectionId, own)
    };
}

/** `null` stands for the run's own connection, for which the host needs no look-up. */
export function connectionRef(
    providerConfigKey: string | undefined,
    connectionId: string | undefined,
    own: OwnConnection
): ConnectionRef | null {
    if (!providerConfigKey && !connectionId) {
        return null;
    }
    const of = { providerConfigKey: providerConfigKey || own.providerConfigKey, connectionId: connectionId || own.connectionId };
    return of.providerConfigKey === own.providerConfigKey && of.connectionId === own.connectionId ? null : of;
}

function queryPairs({ params, endpoint }: ProxyConfiguration): [string, string][] {
    if (params === undefined || params === null) {
        return [];
    }
    if (typeof params === 'string') {
        if (endpoint.includes('?')) {
            throw new TypeError('the query is given twice: leave it out of `endpoint`, or leave `params` out');
        }
        return [...new URLSearchParams(params)];
    }
    if (params instanceof URLSearchParams) {
        return [...params];
    }
    const pairs: [string, string][] = [];
    for (const [name, value] of Object.entries(params)) {
        // An array is one value with commas, as the field's clients send it.
        if (value !== undefined && value !== null) {
            pairs.push([name, value instanceof Date ? value.toISOString() : String(value)]);
        }
    }
    return pairs;
}

export function headerPairs(headers: ProxyConfiguration['headers'] | Headers): [string, string][] {
    if (!headers) {
        return [];
    }
    const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
    const pairs: [string, string][] = [];
    for (const [name, value] of entries) {
        if (value !== undefined && value !== null) {
            pairs.push([name, String(value)]);
        }
    }
    return pairs;
}

function count(retries: number | undefined): number {
    const number = Number(retries ?? 0);
    return Number.isFinite(number) && number > 0 ? Math.floor(number) : 0;
}

/** From the host's answers to what the field's HTTP client gives, and throws. */

import type { AxiosError, ProxyConfiguration, ProxyResponse, ResponseHeaders } from '../api/proxy.js';
import { bytesStream } from './body-stream.js';
import { type Failure, FAILURE, HostError, parsed } from './host-error.js';
import { STATUS_TEXT } from './status-text.js';

type Config = ProxyResponse['config'];

export function toResponse(wire: WireResponse, config: Config): ProxyResponse {
    return {
        data: bodyData(wire.body, config.responseType),
        status: wire.status,
        statusText: STATUS_TEXT[wire.status] ?? '',
        headers: headerObject(wire.headers),
        config,
        request: {}
    };
}

/** What `response.config` shows: what the author passed, and the URL under the name that axios has for it. */
export function shownConfig(config: ProxyConfiguration, method: string): Config {
    return { ...config, method: method as Config['method'], url: config.endpoint, headers: { ...config.headers } };
}

function bodyData(body: WireBody, responseType: ProxyConfiguration['responseType']): unknown {
    switch (responseType) {
        case 'arraybuffer':
            return bytesOf(body);
        case 'stream':
            return bytesStream(bytesOf(body));
        case 'blob':
            return new Blob([bytesOf(body)]);
        case 'text':
        case 'document':
            return textOf(body);
        default:
            return jsonOrText(textOf(body));
    }
}

export function bytesOf(body: WireBody): Buffer {
    return body.tag === 'text'
        ? Buffer.from(body.val, 'utf8')
        : Buffer.from(body.val.buffer as ArrayBuffer, body.val.byteOffset, body.val.byteLength);
}

export function textOf(body: WireBody): string {
    return body.tag === 'text' ? body.val : bytesOf(body).toString('utf8');
}

/** JSON begins with one of few characters, which spares most pages of HTML an exception. */
function jsonOrText(text: string): unknown {
    if (!/^\s*(?:[{["\d-]|true|false|null)/.test(text)) {
        return text;
    }
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

export function headerObject(pairs: [string, string][]): ResponseHeaders {
    const headers: ResponseHeaders = {};
    for (const [pair, value] of pairs) {
        const name = pair.toLowerCase();
        if (name === 'set-cookie') {
            (headers[name] ??= []).push(value);
        } else {
            headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
        }
    }
    return headers;
}

/** The failure of a request: an error of axios' shape where the provider answered or could not be reached. */
export function requestError(failure: Failure, config: Config): Error {
    const details = parsed(failure.details);
    if (failure.status !== null && typeof details === 'object' && details !== null && 'status' in details) {
        return httpError(failure, config, {
            data: details.body,
            status: failure.status,
            statusText: STATUS_TEXT[failure.status] ?? '',
            headers: (details.headers ?? {}) as ResponseHeaders,
            config,
            request: {}
        });
    }
    return failure.code === 'network_error' ? httpError(failure, config, undefined, details?.code) : new HostError(failure);
}

function httpError(failure: Failure, config: Config, response: ProxyResponse | undefined, code?: unknown): Error {
    const message = response ? `Request failed with status code ${response.status}` : failure.message;
    const error = new Error(message) as unknown as AxiosError & { name: string };
    error.name = 'AxiosError';
    error.code = response ? (response.status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST') : String(code ?? 'ERR_NETWORK');
    error.config = config;
    error.request = {};
    if (response) {
        error.response = response;
        error.status = response.status;
    }
    // As in axios, so that a logged error does not carry the whole answer.
    Object.defineProperties(error, {
        isAxiosError: { value: true, enumerable: true },
        [FAILURE]: { value: failure },
        toJSON: {
            value: () => ({
                message,
                name: 'AxiosError',
                code: error.code,
                status: error.status ?? null,
                config: { ...config },
                stack: error.stack
            })
        }
    });
    return error;
}

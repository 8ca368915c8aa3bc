/** Requests to the provider, and walks over its lists. */

import * as provider from 'syncline:host/provider@1.1.0';
import type { PaginationState, ProxyConfiguration, ProxyResponse } from '../../api/proxy.js';
import { CALLED_AT } from '../failure.js';
import { failureOf } from '../host-error.js';
import { exactJson } from '../json.js';
import { wireMethod, wireRequest } from '../request.js';
import { requestError, shownConfig, toResponse } from '../response.js';
import type { Run } from '../run.js';

/** `start` instead of `send`, so that several requests of one function are under way at the same time. */
export async function send(run: Run, method: string | undefined, config: ProxyConfiguration): Promise<ProxyResponse> {
    const verb = wireMethod(method);
    const shown = shownConfig(config, verb);
    const request = await wireRequest(config, run);
    const answer = await provider.start(verb, request).read();
    if (answer.tag === 'err') {
        const { code, message, status, details } = answer.val;
        throw requestError({ code, message, status: status ?? null, details: details ?? null }, shown);
    }
    return toResponse(answer.val, shown);
}

/** The host knows the kinds of pagination and the provider's own; here it is only walked. */
export async function* paginate(run: Run, config: ProxyConfiguration): AsyncGenerator<any[], undefined, void> {
    const calledAt = new Error().stack;
    const verb = wireMethod(config?.method);
    const shown = shownConfig(config, verb);
    const { on_page: onPage, ...options } = (config.paginate ?? {}) as Record<string, unknown> & {
        on_page?: (state: PaginationState) => unknown;
    };
    const request = await wireRequest(config, run);
    const pages = attempt(() => provider.paginate(verb, request, exactJson(options, '`paginate`')), shown, calledAt);
    for (;;) {
        const page = attempt(() => pages.next(), shown, calledAt);
        if (page === null || page === undefined) {
            return undefined;
        }
        const items = JSON.parse(page.items) as any[];
        if (onPage) {
            await onPage({ nextPageParam: page.next ?? undefined, response: toResponse(page.response, shown) });
        }
        yield items;
    }
}

function attempt<T>(call: () => T, config: ProxyResponse['config'], calledAt: string | undefined): T {
    try {
        return call();
    } catch (thrown) {
        const failure = failureOf(thrown);
        if (!failure) {
            throw thrown;
        }
        const error = requestError(failure, config);
        Object.defineProperty(error, CALLED_AT, { value: calledAt });
        throw error;
    }
}

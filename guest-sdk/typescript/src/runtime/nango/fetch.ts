/** `uncontrolledFetch`: plain HTTP, answered in the web's shape. */

import * as host from 'syncline:host/fetch@1.1.0';
import type { FetchResponse, UncontrolledFetchOptions } from '../../api/proxy.js';
import { encodeBody } from '../body.js';
import { hostCall } from '../host-error.js';
import { headerPairs, wireMethod } from '../request.js';
import { bytesOf, textOf } from '../response.js';
import { STATUS_TEXT } from '../status-text.js';

export async function uncontrolledFetch(options: UncontrolledFetchOptions): Promise<FetchResponse> {
    const url = String(options?.url ?? '');
    if (url === '') {
        throw new TypeError('uncontrolledFetch needs a `url`: nango.uncontrolledFetch({ url: new URL("https://…") })');
    }
    const headers = headerPairs(options.headers);
    const body = options.body === undefined || options.body === null ? null : await encodeBody(options.body, headers);
    const method = wireMethod(options.method);
    return answer(
        hostCall(() => host.fetch({ method, url, headers, body })),
        url
    );
}

function answer(wire: WireResponse, url: string): FetchResponse {
    let used = false;
    const take = () => {
        if (used) {
            throw new TypeError('the body of this answer was read before: keep what text() or json() gave, or clone() first');
        }
        used = true;
        return wire.body;
    };
    return {
        ok: wire.status >= 200 && wire.status < 300,
        status: wire.status,
        statusText: STATUS_TEXT[wire.status] ?? '',
        url,
        redirected: false,
        headers: new Headers(wire.headers),
        get bodyUsed() {
            return used;
        },
        async text() {
            return textOf(take());
        },
        async json() {
            return JSON.parse(textOf(take()));
        },
        async arrayBuffer() {
            const bytes = bytesOf(take());
            return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
        },
        async bytes() {
            return new Uint8Array(bytesOf(take()));
        },
        clone() {
            return answer(wire, url);
        }
    };
}

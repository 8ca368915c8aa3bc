/** Bodies of requests: an object is JSON, a form is a form, bytes are bytes. */

import { exactJson } from './json.js';

const FORM = 'application/x-www-form-urlencoded';

/** Encodes the body, and names its type in `headers` where the author did not. */
export async function encodeBody(data: unknown, headers: [string, string][]): Promise<WireBody> {
    const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
    const suggest = (value: string) => {
        if (type === '') {
            headers.push(['content-type', value]);
        }
    };
    if (data instanceof URLSearchParams) {
        suggest(`${FORM};charset=utf-8`);
        return { tag: 'text', val: data.toString() };
    }
    if (typeof FormData === 'function' && data instanceof FormData) {
        return multipart(data, headers);
    }
    if (typeof Blob === 'function' && data instanceof Blob) {
        suggest(data.type || 'application/octet-stream');
        return { tag: 'bytes', val: new Uint8Array(await data.arrayBuffer()) };
    }
    if (ArrayBuffer.isView(data)) {
        suggest('application/octet-stream');
        return { tag: 'bytes', val: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) as Uint8Array };
    }
    if (data instanceof ArrayBuffer) {
        suggest('application/octet-stream');
        return { tag: 'bytes', val: new Uint8Array(data) };
    }
    if (typeof data === 'string') {
        suggest(FORM);
        return { tag: 'text', val: data };
    }
    if (type.toLowerCase().startsWith(FORM) && typeof data === 'object') {
        return { tag: 'text', val: formText(data as Record<string, unknown>) };
    }
    if (type.toLowerCase().startsWith('multipart/form-data') && typeof data === 'object') {
        const form = new FormData();
        for (const [name, value] of Object.entries(data as Record<string, any>)) {
            form.append(name, value);
        }
        return multipart(form, headers);
    }
    suggest('application/json');
    return { tag: 'text', val: exactJson(data, 'the body of the request') };
}

/** Nested values in brackets, `a[b][]=1`, as the field's clients write them. */
function formText(data: Record<string, unknown>): string {
    const form = new URLSearchParams();
    const add = (name: string, value: unknown): void => {
        if (value === undefined || value === null) {
            return;
        }
        if (value instanceof Date) {
            form.append(name, value.toISOString());
        } else if (Array.isArray(value)) {
            value.forEach((item, index) => add(`${name}[${typeof item === 'object' && item !== null ? index : ''}]`, item));
        } else if (typeof value === 'object') {
            Object.entries(value).forEach(([key, item]) => add(`${name}[${key}]`, item));
        } else {
            form.append(name, String(value));
        }
    };
    Object.entries(data).forEach(([name, value]) => add(name, value));
    return form.toString();
}

async function multipart(form: FormData, headers: [string, string][]): Promise<WireBody> {
    const boundary = `----syncline${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
    const encoder = new TextEncoder();
    const parts: Uint8Array[] = [];
    for (const [name, value] of form as unknown as Iterable<[string, string | File]>) {
        let head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
        if (typeof value === 'string') {
            parts.push(encoder.encode(`${head}\r\n\r\n${value.replace(/\r?\n|\r/g, '\r\n')}\r\n`));
            continue;
        }
        head += `; filename="${quoted(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`;
        parts.push(encoder.encode(head), new Uint8Array(await value.arrayBuffer()), encoder.encode('\r\n'));
    }
    parts.push(encoder.encode(`--${boundary}--\r\n`));
    // The author cannot know the boundary, so whatever type there is has none.
    const type = `multipart/form-data; boundary=${boundary}`;
    const own = headers.find(([name]) => name.toLowerCase() === 'content-type');
    if (own) {
        own[1] = type;
    } else {
        headers.push(['content-type', type]);
    }
    return { tag: 'bytes', val: joined(parts) };
}

function quoted(text: string): string {
    return text.replace(/\r?\n|\r/g, '%0D%0A').replace(/"/g, '%22');
}

export function joined(parts: Uint8Array[]): Uint8Array {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
    let offset = 0;
    for (const part of parts) {
        whole.set(part, offset);
        offset += part.byteLength;
    }
    return whole;
}

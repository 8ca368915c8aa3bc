/** Values as JSON text, whatever they hold. */

/** What a log line or an error may carry: circles, big integers and failing getters are named instead of thrown. */
export function safeJson(value: unknown): string {
    try {
        const text = JSON.stringify(value, plain);
        if (text !== undefined) {
            return text;
        }
    } catch {
        // Once more below, with an eye on circles: watching for them costs more than most values are worth.
    }
    const ancestors: object[] = [];
    try {
        const text = JSON.stringify(value, function (this: object, key, item) {
            item = plain(key, item);
            if (typeof item !== 'object' || item === null) {
                return item;
            }
            while (ancestors.length > 0 && ancestors[ancestors.length - 1] !== this) {
                ancestors.pop();
            }
            if (ancestors.includes(item)) {
                return '[circular]';
            }
            ancestors.push(item);
            return item;
        });
        return text ?? JSON.stringify(String(value));
    } catch (error) {
        return JSON.stringify(`[not JSON: ${error instanceof Error ? error.message : 'its toJSON throws'}]`);
    }
}

function plain(_key: string, item: unknown): unknown {
    switch (typeof item) {
        case 'bigint':
            return item.toString();
        case 'function':
            return `[function ${item.name || 'anonymous'}]`;
        case 'symbol':
            return item.toString();
        case 'object':
            if (item instanceof Error) {
                return describeError(item);
            }
            if (item instanceof Map) {
                return Object.fromEntries(item);
            }
            return item instanceof Set ? [...item] : item;
        default:
            return item;
    }
}

function describeError(error: Error): object {
    const own: Record<string, unknown> = { name: error.name, message: error.message };
    for (const key of ['code', 'status', 'type', 'payload', 'cause'] as const) {
        const value = (error as unknown as Record<string, unknown>)[key];
        if (value !== undefined) {
            own[key] = value;
        }
    }
    const response = (error as unknown as { response?: { status?: unknown; data?: unknown } }).response;
    if (response !== undefined && response !== null) {
        own['response'] = { status: response.status, data: response.data };
    }
    return own;
}

/** What the host is given must be JSON: otherwise the author is told which call and what in it is not. */
export function exactJson(value: unknown, what: string): string {
    let text: string | undefined;
    try {
        text = JSON.stringify(value);
    } catch (error) {
        throw notJson(what, error instanceof Error ? error.message : String(error), value);
    }
    if (text === undefined) {
        throw notJson(what, `it is ${typeof value}`, value);
    }
    return text;
}

function notJson(what: string, reason: string, value: unknown): TypeError {
    const path = culprit(value, '', []);
    const place = path ? `, at ${path.replace(/^\./, '')},` : '';
    return new TypeError(`${what}${place} cannot be written as JSON: ${reason}. Pass plain objects without circles and without BigInt`);
}

/** The path of the first member that leads back to where it lies, or that JSON has no form for. */
function culprit(value: unknown, path: string, ancestors: object[]): string | undefined {
    if (typeof value === 'bigint') {
        return path;
    }
    if (typeof value !== 'object' || value === null || typeof (value as { toJSON?: unknown }).toJSON === 'function') {
        return undefined;
    }
    if (ancestors.includes(value)) {
        return path;
    }
    for (const [key, member] of Object.entries(value)) {
        const found = culprit(member, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`, [...ancestors, value]);
        if (found !== undefined) {
            return found;
        }
    }
    return undefined;
}

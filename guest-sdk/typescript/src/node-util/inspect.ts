/** `util.inspect` and `util.format`: for people, so not to the letter. */

interface Options {
    depth?: number | null;
}

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const MAX_ITEMS = 100;
const LINE = 72;

export function inspect(value: unknown, options: Options | boolean = {}): string {
    const depth = typeof options === 'object' ? (options.depth === null ? Infinity : (options.depth ?? 2)) : 2;
    return show(value, depth, []);
}
inspect.custom = CUSTOM;

function show(value: unknown, depth: number, around: unknown[]): string {
    switch (typeof value) {
        case 'string':
            return around.length === 0 && !value.includes('\n') ? `'${value}'` : `'${value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/'/g, "\\'")}'`;
        case 'bigint':
            return `${value}n`;
        case 'function':
            return /^class\b/.test(Function.prototype.toString.call(value)) ? `[class ${value.name}]` : `[Function: ${value.name || '(anonymous)'}]`;
        case 'object':
            return value === null ? 'null' : showObject(value, depth, around);
        default:
            return Object.is(value, -0) ? '-0' : String(value);
    }
}

function showObject(value: object, depth: number, around: unknown[]): string {
    if (around.includes(value)) {
        return '[Circular *1]';
    }
    const custom = (value as { [CUSTOM]?: unknown })[CUSTOM];
    if (typeof custom === 'function') {
        const shown: unknown = custom.call(value, depth, {}, inspect);
        return typeof shown === 'string' ? shown : show(shown, depth, around);
    }
    if (value instanceof Date) {
        return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    }
    if (value instanceof RegExp) {
        return String(value);
    }
    if (value instanceof Error) {
        const head = `${value.name}: ${value.message}`;
        return value.stack?.startsWith(head) ? value.stack : `${head}\n${value.stack ?? ''}`.trimEnd();
    }
    const inner = [...around, value];
    const name = (value.constructor as Function | undefined)?.name;
    if (depth < around.length) {
        return Array.isArray(value) ? '[Array]' : `[${name || 'Object'}]`;
    }
    const sub = (item: unknown) => show(item, depth, inner);
    const rest = (length: number) => (length > MAX_ITEMS ? [`... ${length - MAX_ITEMS} more items`] : []);
    if (Array.isArray(value)) {
        return wrap('[', [...value.slice(0, MAX_ITEMS).map(sub), ...rest(value.length)], ']');
    }
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
        const items = Array.from(value as Uint8Array).slice(0, MAX_ITEMS);
        return Buffer.isBuffer(value)
            ? `<Buffer ${items.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}>`
            : wrap(`${name}(${(value as Uint8Array).length}) [`, items.map(String), ']');
    }
    if (value instanceof Map) {
        return wrap(`Map(${value.size}) {`, [...value].map(([key, item]) => `${sub(key)} => ${sub(item)}`), '}');
    }
    if (value instanceof Set) {
        return wrap(`Set(${value.size}) {`, [...value].map(sub), '}');
    }
    if (value instanceof Promise) {
        return 'Promise { <state unknown> }';
    }
    const key = (text: string) => (/^[A-Za-z_$][\w$]*$/.test(text) ? text : `'${text}'`);
    const items = Object.entries(Object.getOwnPropertyDescriptors(value))
        .filter(([, descriptor]) => descriptor.enumerable)
        .map(([text, descriptor]) => `${key(text)}: ${descriptor.get ? '[Getter]' : sub(descriptor.value)}`);
    const plain = name === 'Object' || (name === undefined && Object.getPrototypeOf(value) === null);
    const prefix = plain ? (name === undefined ? '[Object: null prototype] ' : '') : `${name} `;
    return wrap(`${prefix}{`, items, '}');
}

function wrap(open: string, items: string[], close: string): string {
    if (items.length === 0) {
        return open + close;
    }
    const line = items.join(', ');
    return line.length + open.length < LINE && !line.includes('\n')
        ? `${open} ${line} ${close}`
        : `${open}\n${items.map((item) => `  ${item.replace(/\n/g, '\n  ')}`).join(',\n')}\n${close}`;
}

export function format(...values: unknown[]): string {
    const [head, ...rest] = substitute(values);
    return typeof head === 'string' ? [head, ...rest.map(text)].join(' ') : values.map(text).join(' ');
}

/** `%s`, `%d` and the like in the first value take those that follow; what is left comes behind it, as it was. */
export function substitute(values: unknown[]): unknown[] {
    const [first, ...rest] = values;
    if (typeof first !== 'string' || rest.length === 0) {
        return values;
    }
    const head = first.replace(/%[sdifjoOc%]/g, (sign) => {
        if (sign === '%%') {
            return '%';
        }
        if (rest.length === 0) {
            return sign;
        }
        const value = rest.shift();
        switch (sign) {
            case '%s':
                return typeof value === 'object' && value !== null ? inspect(value, { depth: 0 }) : typeof value === 'bigint' ? `${value}n` : String(value);
            case '%d':
                return typeof value === 'bigint' ? `${value}n` : String(Number(value));
            case '%i':
                return String(parseInt(String(value), 10));
            case '%f':
                return String(parseFloat(String(value)));
            case '%j':
                try {
                    return JSON.stringify(value) ?? 'undefined';
                } catch {
                    return '[Circular]';
                }
            case '%c':
                return '';
            default:
                return inspect(value);
        }
    });
    return [head, ...rest];
}

function text(value: unknown): string {
    return typeof value === 'string' ? value : inspect(value);
}

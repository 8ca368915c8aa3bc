/** structuredClone (HTML, 2.7): values with their inside, circles included. */

import { define } from './define.js';

const ERRORS: Record<string, ErrorConstructor> = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError } as never;

function refuse(value: unknown): never {
    const shown = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value);
    throw new DOMException(`${shown} could not be cloned.`, 'DataCloneError');
}

function clone(value: any, seen: Map<object, unknown>): any {
    if (typeof value === 'function' || typeof value === 'symbol') {
        refuse(value);
    }
    if (typeof value !== 'object' || value === null) {
        return value;
    }
    if (seen.has(value)) {
        return seen.get(value);
    }
    const keep = <T extends object>(made: T): T => {
        seen.set(value, made);
        return made;
    };
    switch (Object.prototype.toString.call(value).slice(8, -1)) {
        case 'Boolean':
        case 'Number':
        case 'String':
        case 'BigInt':
            return keep(Object(value.valueOf()));
        case 'Date':
            return keep(new Date(value.getTime()));
        case 'RegExp':
            return keep(new RegExp(value.source, value.flags));
        case 'ArrayBuffer':
            return keep(value.slice(0));
        case 'Map': {
            const made = keep(new Map());
            [...value].forEach(([key, item]) => made.set(clone(key, seen), clone(item, seen)));
            return made;
        }
        case 'Set': {
            const made = keep(new Set());
            [...value].forEach((item) => made.add(clone(item, seen)));
            return made;
        }
        case 'Error':
        case 'DOMException': {
            const made = keep(new (ERRORS[value.name] ?? Error)(value.message));
            for (const key of ['stack', 'cause'] as const) {
                if (Object.hasOwn(value, key)) {
                    Object.defineProperty(made, key, { value: clone(value[key], seen), writable: true, configurable: true });
                }
            }
            return made;
        }
        case 'Blob':
        case 'File':
            // Nobody can change them.
            return value;
        case 'Promise':
        case 'WeakMap':
        case 'WeakSet':
        case 'WeakRef':
        case 'Generator':
            return refuse(value);
    }
    if (ArrayBuffer.isView(value)) {
        const buffer = clone(value.buffer, seen) as ArrayBuffer;
        const length = value instanceof DataView ? value.byteLength : (value as Uint8Array).length;
        // A Buffer becomes the bytes that it is.
        const View = value instanceof Uint8Array ? Uint8Array : (value.constructor as Uint8ArrayConstructor);
        return keep(new View(buffer, value.byteOffset, length));
    }
    const made: Record<string, unknown> = keep(Array.isArray(value) ? (new Array(value.length) as never) : {});
    for (const key of Object.keys(value)) {
        made[key] = clone(value[key], seen);
    }
    return made;
}

function structuredClone(value: unknown, { transfer = [] }: { transfer?: ArrayBuffer[] } = {}): unknown {
    const seen = new Map<object, unknown>();
    for (const buffer of transfer) {
        if (!(buffer instanceof ArrayBuffer)) {
            refuse(buffer);
        }
        seen.set(buffer, (buffer as ArrayBuffer & { transfer(): ArrayBuffer }).transfer());
    }
    return clone(value, seen);
}

define({ structuredClone });

/** `util`. */

import { isDeepStrictEqual } from '../node-util/equal.js';
import { format, inspect } from '../node-util/inspect.js';
import { types } from '../node-util/types.js';

export { format, inspect, isDeepStrictEqual, types };

const CUSTOM: unique symbol = Symbol.for('nodejs.util.promisify.custom') as never;

/** A function with a callback at its end, as one with a promise. */
export function promisify(original: (...values: any[]) => void): (...values: any[]) => Promise<any> {
    const custom = (original as { [CUSTOM]?: (...values: any[]) => Promise<any> })[CUSTOM];
    if (custom) {
        return custom;
    }
    if (typeof original === 'function' && (original as unknown) === globalThis.setTimeout) {
        return (ms: number, value: unknown) => new Promise((resolve) => void setTimeout(() => resolve(value), ms));
    }
    return function (this: unknown, ...values: any[]) {
        return new Promise((resolve, reject) => {
            original.call(this, ...values, (error: unknown, value: unknown) => (error ? reject(error) : resolve(value)));
        });
    };
}
promisify.custom = CUSTOM;

export function callbackify(original: (...values: any[]) => Promise<any>): (...values: any[]) => void {
    return function (this: unknown, ...values: any[]) {
        const callback = values.pop() as (error: unknown, value?: unknown) => void;
        original.apply(this, values).then(
            (value) => queueMicrotask(() => callback(null, value)),
            (error: unknown) => queueMicrotask(() => callback(error ?? new Error('a promise was rejected without a reason')))
        );
    };
}

export function inherits(child: Function, parent: Function): void {
    Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true });
    Object.setPrototypeOf(child.prototype, parent.prototype);
}

export function deprecate<F extends (...values: any[]) => any>(original: F, message: string): F {
    let told = false;
    return function (this: unknown, ...values: any[]) {
        if (!told) {
            told = true;
            console.debug(`deprecated: ${message}`);
        }
        return original.apply(this, values);
    } as F;
}

/** Libraries talk through it when an environment variable asks for it, which nobody can set. */
export function debuglog(): ((...values: unknown[]) => void) & { enabled: boolean } {
    return Object.assign(() => {}, { enabled: false });
}
export const debug = debuglog;

export function stripVTControlCharacters(text: string): string {
    return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
}

export function toUSVString(text: string): string {
    return String(text).toWellFormed();
}

export const { isArray } = Array;
export const isBoolean = (value: unknown) => typeof value === 'boolean';
export const isBuffer = (value: unknown) => Buffer.isBuffer(value);
export const isDate = types.isDate;
export const isError = types.isNativeError;
export const isFunction = (value: unknown) => typeof value === 'function';
export const isNull = (value: unknown) => value === null;
export const isNullOrUndefined = (value: unknown) => value === null || value === undefined;
export const isNumber = (value: unknown) => typeof value === 'number';
export const isObject = (value: unknown) => typeof value === 'object' && value !== null;
export const isPrimitive = (value: unknown) => value === null || (typeof value !== 'object' && typeof value !== 'function');
export const isRegExp = types.isRegExp;
export const isString = (value: unknown) => typeof value === 'string';
export const isSymbol = (value: unknown) => typeof value === 'symbol';
export const isUndefined = (value: unknown) => value === undefined;
const { TextDecoder, TextEncoder } = globalThis;
export { TextDecoder, TextEncoder };

export default {
    callbackify,
    debug,
    debuglog,
    deprecate,
    format,
    inherits,
    inspect,
    isArray,
    isBoolean,
    isBuffer,
    isDate,
    isDeepStrictEqual,
    isError,
    isFunction,
    isNull,
    isNullOrUndefined,
    isNumber,
    isObject,
    isPrimitive,
    isRegExp,
    isString,
    isSymbol,
    isUndefined,
    promisify,
    stripVTControlCharacters,
    TextDecoder,
    TextEncoder,
    toUSVString,
    types
};

/** `assert`: what libraries check their own arguments with. */

import { inspect, isDeepStrictEqual } from './util.js';

export class AssertionError extends Error {
    readonly code = 'ERR_ASSERTION';
    readonly actual: unknown;
    readonly expected: unknown;
    readonly operator: string;

    constructor({ message, actual, expected, operator = 'fail' }: { message?: string | undefined; actual?: unknown; expected?: unknown; operator?: string }) {
        super(message ?? `${inspect(actual)} ${operator} ${inspect(expected)}`);
        this.name = 'AssertionError';
        this.actual = actual;
        this.expected = expected;
        this.operator = operator;
    }
}

type Message = string | Error | undefined;

function check(holds: boolean, operator: string, actual: unknown, expected: unknown, message: Message): void {
    if (!holds) {
        throw message instanceof Error ? message : new AssertionError({ message, actual, expected, operator });
    }
}

export function ok(value: unknown, message?: Message): asserts value {
    check(Boolean(value), '==', value, true, message);
}
export function fail(message: Message = 'Failed'): never {
    throw message instanceof Error ? message : new AssertionError({ message });
}
export function equal(actual: unknown, expected: unknown, message?: Message): void {
    check(actual == expected || (actual !== actual && expected !== expected), '==', actual, expected, message);
}
export function notEqual(actual: unknown, expected: unknown, message?: Message): void {
    check(actual != expected, '!=', actual, expected, message);
}
export function strictEqual(actual: unknown, expected: unknown, message?: Message): void {
    check(Object.is(actual, expected), 'strictEqual', actual, expected, message);
}
export function notStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
    check(!Object.is(actual, expected), 'notStrictEqual', actual, expected, message);
}
export function deepStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
    check(isDeepStrictEqual(actual, expected), 'deepStrictEqual', actual, expected, message);
}
export const deepEqual = deepStrictEqual;
export function notDeepStrictEqual(actual: unknown, expected: unknown, message?: Message): void {
    check(!isDeepStrictEqual(actual, expected), 'notDeepStrictEqual', actual, expected, message);
}
export function match(text: string, pattern: RegExp, message?: Message): void {
    check(pattern.test(text), 'match', text, pattern, message);
}
export function ifError(value: unknown): void {
    if (value !== null && value !== undefined) {
        throw value;
    }
}

type Expected = RegExp | (new (...values: any[]) => Error) | ((error: unknown) => boolean) | object;

function fits(error: unknown, expected: Expected | undefined): boolean {
    if (expected === undefined) {
        return true;
    }
    if (expected instanceof RegExp) {
        return expected.test(String(error));
    }
    if (typeof expected === 'function') {
        const isClass = expected.prototype instanceof Error || (expected as unknown) === Error;
        return isClass ? error instanceof (expected as new () => Error) : (expected as (error: unknown) => boolean)(error) === true;
    }
    return Object.entries(expected).every(([key, value]) => {
        const own = (error as Record<string, unknown>)[key];
        return value instanceof RegExp ? value.test(String(own)) : isDeepStrictEqual(own, value);
    });
}

export function throws(run: () => unknown, expected?: Expected, message?: Message): void {
    try {
        run();
    } catch (error) {
        check(fits(error, expected), 'throws', error, expected, message);
        return;
    }
    fail(message ?? 'Missing expected exception.');
}
export async function rejects(run: Promise<unknown> | (() => Promise<unknown>), expected?: Expected, message?: Message): Promise<void> {
    try {
        await (typeof run === 'function' ? run() : run);
    } catch (error) {
        check(fits(error, expected), 'rejects', error, expected, message);
        return;
    }
    fail(message ?? 'Missing expected rejection.');
}

const all = { AssertionError, deepEqual, deepStrictEqual, equal, fail, ifError, match, notDeepStrictEqual, notEqual, notStrictEqual, ok, rejects, strictEqual, throws };
const assert = Object.assign((value: unknown, message?: Message) => ok(value, message), all);
export const strict = assert;
export default Object.assign(assert, { strict: assert });

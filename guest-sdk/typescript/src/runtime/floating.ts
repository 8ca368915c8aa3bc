/**
 * Calls that stand alone as a statement. The builder writes `__sl_float(call())` for them: the engine tells nobody about a promise that was
 * rejected and never looked at, so a failure in it would be lost.
 */

import type { Pending } from './pending.js';

let current: Pending | undefined;

/** From here on, what floats belongs to this run. */
export function beginFloating(pending: Pending): void {
    current = pending;
}

/** A failure with nobody to catch it, such as that of a timer's function. */
export function adopt(promise: unknown): void {
    current?.adopt(promise);
}

Object.defineProperty(globalThis, '__sl_float', {
    value: <T>(value: T): T => {
        if (value instanceof Promise) {
            adopt(value);
        }
        return value;
    }
});

/**
 * Where something was thrown that is no error and so carries no stack. The builder writes `throw __sl_throw(x)` for `throw x`; what libraries
 * throw is not seen here.
 */

let last: { value: unknown; stack: string | undefined } | undefined;

/** The stack of the `throw` that threw this value last. */
export function thrownAt(value: unknown): string | undefined {
    return last && Object.is(last.value, value) ? last.stack : undefined;
}

Object.defineProperty(globalThis, '__sl_throw', {
    value: <T>(value: T): T => {
        if (!(value instanceof Error)) {
            last = { value, stack: new Error().stack };
        }
        return value;
    }
});

/** Puts a global in place, as the platform would: writable, configurable, not enumerable. */
export function define(values: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(values)) {
        Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
    }
}

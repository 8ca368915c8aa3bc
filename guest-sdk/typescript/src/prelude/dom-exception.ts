/** DOMException (Web IDL, 2.8.1). */

import { define } from './define.js';

/** Only the names of old have a number. */
const CODES: Record<string, number> = {
    NotFoundError: 8,
    NotSupportedError: 9,
    InvalidStateError: 11,
    SyntaxError: 12,
    InvalidAccessError: 15,
    TypeMismatchError: 17,
    SecurityError: 18,
    NetworkError: 19,
    AbortError: 20,
    QuotaExceededError: 22,
    TimeoutError: 23,
    DataCloneError: 25
};

class DOMException extends Error {
    readonly code: number;

    constructor(message = '', options: string | { name?: string; cause?: unknown } = 'Error') {
        const { name = 'Error', ...rest } = typeof options === 'string' ? { name: options } : options;
        super(message, rest);
        this.code = CODES[name] ?? 0;
        Object.defineProperty(this, 'name', { value: name, configurable: true });
    }
    get [Symbol.toStringTag](): string {
        return 'DOMException';
    }
}

define({ DOMException });

/** Event, EventTarget, AbortSignal and AbortController. */

import { define } from './define.js';

class Event {
    defaultPrevented = false;
    target: unknown = null;
    currentTarget: unknown = null;
    readonly timeStamp = 0;
    readonly bubbles: boolean;
    readonly cancelable: boolean;
    /** Set by `stopImmediatePropagation`. */
    stopped = false;

    constructor(
        readonly type: string,
        options: { bubbles?: boolean; cancelable?: boolean } = {}
    ) {
        this.bubbles = Boolean(options.bubbles);
        this.cancelable = Boolean(options.cancelable);
    }
    preventDefault(): void {
        this.defaultPrevented = this.cancelable;
    }
    stopPropagation(): void {}
    stopImmediatePropagation(): void {
        this.stopped = true;
    }
}

class CustomEvent<T> extends Event {
    readonly detail: T | null;
    constructor(type: string, options: { detail?: T; bubbles?: boolean; cancelable?: boolean } = {}) {
        super(type, options);
        this.detail = options.detail ?? null;
    }
}

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };
interface Registered {
    listener: Listener;
    once: boolean;
}

class EventTarget {
    #listeners = new Map<string, Registered[]>();

    addEventListener(type: string, listener: Listener | null, options: boolean | { once?: boolean; signal?: AbortSignal } = {}): void {
        const { once = false, signal = undefined } = typeof options === 'object' ? options : {};
        const known = this.#listeners.get(type) ?? [];
        if (!listener || signal?.aborted || known.some((one) => one.listener === listener)) {
            return;
        }
        this.#listeners.set(type, [...known, { listener, once }]);
        signal?.addEventListener('abort', () => this.removeEventListener(type, listener));
    }
    removeEventListener(type: string, listener: Listener | null): void {
        this.#listeners.set(
            type,
            (this.#listeners.get(type) ?? []).filter((one) => one.listener !== listener)
        );
    }
    dispatchEvent(event: Event): boolean {
        event.target = event.currentTarget = this;
        for (const { listener, once } of this.#listeners.get(event.type) ?? []) {
            if (once) {
                this.removeEventListener(event.type, listener);
            }
            if (typeof listener === 'function') {
                listener.call(this, event);
            } else {
                listener.handleEvent(event);
            }
            if (event.stopped) {
                break;
            }
        }
        return !event.defaultPrevented;
    }
}

const ABORT = Symbol('abort');

class AbortSignal extends EventTarget {
    #aborted = false;
    #reason: unknown = undefined;
    onabort: ((event: Event) => void) | null = null;

    get aborted(): boolean {
        return this.#aborted;
    }
    get reason(): unknown {
        return this.#reason;
    }
    throwIfAborted(): void {
        if (this.#aborted) {
            throw this.#reason;
        }
    }
    [ABORT](reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
        if (this.#aborted) {
            return;
        }
        this.#aborted = true;
        this.#reason = reason;
        const event = new Event('abort');
        this.onabort?.(event);
        this.dispatchEvent(event);
    }
    static abort(reason?: unknown): AbortSignal {
        const signal = new AbortSignal();
        signal[ABORT](reason);
        return signal;
    }
    static timeout(ms: number): AbortSignal {
        const signal = new AbortSignal();
        setTimeout(() => signal[ABORT](new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
        return signal;
    }
    static any(signals: Iterable<AbortSignal>): AbortSignal {
        const both = new AbortSignal();
        for (const signal of signals) {
            if (signal.aborted) {
                both[ABORT](signal.reason);
                break;
            }
            signal.addEventListener('abort', () => both[ABORT](signal.reason));
        }
        return both;
    }
}

class AbortController {
    readonly signal = new AbortSignal();
    abort(reason?: unknown): void {
        this.signal[ABORT](reason);
    }
}

define({ Event, CustomEvent, EventTarget, AbortSignal, AbortController });

/** Timers: the host waits, which costs no CPU time. Whatever has not come when the function ends never does. */

import { sleep } from 'syncline:host/run@1.1.0';
import { adopt } from '../runtime/floating.js';
import { define } from './define.js';
import { phase } from './phase.js';

let count = 0;
const active = new Map<number, Timeout>();

/** As Node's: an object that is also a number. */
class Timeout {
    readonly id = ++count;
    #cancelled = false;

    constructor(
        readonly callback: (...values: unknown[]) => unknown,
        readonly delay: number,
        readonly values: unknown[],
        readonly repeats: boolean
    ) {
        active.set(this.id, this);
        this.start();
    }
    start(): void {
        // While modules are loaded there is no host; a library's timer for cleaning up is never needed in one run.
        if (phase.running) {
            void this.#wait();
        }
    }
    async #wait(): Promise<void> {
        do {
            await sleep(this.delay).read();
            if (this.#cancelled) {
                return;
            }
            if (!this.repeats) {
                active.delete(this.id);
            }
            this.#fire();
        } while (this.repeats && !this.#cancelled);
    }
    /** Nobody can catch what it throws, so the run takes it. */
    #fire(): void {
        try {
            adopt(this.callback(...this.values));
        } catch (error) {
            adopt(Promise.reject(error));
        }
    }
    close(): this {
        this.#cancelled = true;
        active.delete(this.id);
        return this;
    }
    ref(): this {
        return this;
    }
    unref(): this {
        return this;
    }
    hasRef(): boolean {
        return true;
    }
    [Symbol.toPrimitive](): number {
        return this.id;
    }
}

function timer(callback: unknown, delay: unknown, values: unknown[], repeats: boolean): Timeout {
    if (typeof callback !== 'function') {
        throw new TypeError('a timer takes a function');
    }
    const ms = Number(delay);
    // The bounds of the web's timers.
    const bounded = ms >= 1 && ms <= 0x7fffffff ? Math.floor(ms) : repeats ? 1 : 0;
    return new Timeout(callback as (...values: unknown[]) => void, bounded, values, repeats);
}

function clear(timeout: unknown): void {
    if (timeout instanceof Timeout) {
        timeout.close();
    } else if (timeout !== undefined && timeout !== null) {
        active.get(Number(timeout))?.close();
    }
}

define({
    setTimeout: (callback: unknown, delay?: unknown, ...values: unknown[]) => timer(callback, delay, values, false),
    setInterval: (callback: unknown, delay?: unknown, ...values: unknown[]) => timer(callback, delay, values, true),
    setImmediate: (callback: unknown, ...values: unknown[]) => timer(callback, 0, values, false),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear
});

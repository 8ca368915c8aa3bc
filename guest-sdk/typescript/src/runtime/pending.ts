/** Calls that nobody awaits: their answer, or worse their failure, would be lost without a word. */

import { CALLED_AT } from './failure.js';

/** What is known of a call whose promise the author holds. */
interface Ticket {
    name: string;
    stack: string | undefined;
    listened: boolean;
    settled: boolean;
    failed: boolean;
    reason: unknown;
    done: Promise<unknown>;
}

/**
 * The promise that a member of `nango` returns. `await` asks a promise of a class of its own by its `then`, which is how it is known that
 * somebody listens.
 */
class Call<T> extends Promise<T> {
    ticket: Ticket | undefined;

    // What follows from it is an ordinary promise: only the first link tells whether the call was awaited.
    static override get [Symbol.species]() {
        return Promise;
    }

    override then<A = T, B = never>(
        onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
        onrejected?: ((reason: any) => B | PromiseLike<B>) | null
    ): Promise<A | B> {
        if (this.ticket) {
            this.ticket.listened = true;
        }
        return super.then(onfulfilled, onrejected);
    }
}

/** A call that nobody awaited. */
export interface Forgotten {
    /** Of a member of `nango`; of the author's own functions there is none. */
    name: string | undefined;
    stack: string | undefined;
    outcome: 'answered' | 'failed' | 'open';
    reason: unknown;
}

/** How often other promises get their turn before one that nothing drives is left alone. */
const TURNS = 20;

/** The calls of one run. */
export class Pending {
    /** Unsettled ones, and settled ones that nobody listened to. */
    private readonly open = new Set<Ticket>();
    private readonly floating = new Set<Forgotten>();

    /** Runs a call and gives its promise to the author. */
    track<T>(name: string, call: () => Promise<T>): Promise<T> {
        const stack = new Error().stack;
        const inner = call();
        const ticket: Ticket = { name, stack, listened: false, settled: false, failed: false, reason: undefined, done: inner };
        this.open.add(ticket);
        const outer = new Call<T>((resolve, reject) => {
            ticket.done = inner.then(
                (value) => {
                    this.settled(ticket);
                    resolve(value);
                },
                (reason: unknown) => {
                    ticket.failed = true;
                    ticket.reason = reason;
                    if (typeof reason === 'object' && reason !== null && stack !== undefined && !(CALLED_AT in reason)) {
                        Object.defineProperty(reason, CALLED_AT, { value: stack });
                    }
                    this.settled(ticket);
                    reject(reason);
                }
            );
        });
        outer.ticket = ticket;
        // Reported by `settle`, with the line: nothing is left for the engine to report.
        Promise.prototype.then.call(outer, undefined, () => {});
        return outer;
    }

    /** A call of the author's own that stands alone as a statement: whatever it promises is nobody's. */
    adopt(value: unknown): void {
        if (!(value instanceof Promise) || value instanceof Call) {
            return;
        }
        const call: Forgotten = { name: undefined, stack: new Error().stack, outcome: 'open', reason: undefined };
        this.floating.add(call);
        value.then(
            () => this.floating.delete(call),
            (reason: unknown) => {
                call.outcome = 'failed';
                call.reason = reason;
            }
        );
    }

    /** Waits for what is still under way, and tells what nobody listened to. */
    async settle(): Promise<Forgotten[]> {
        for (let turn = 0; turn < TURNS && this.open.size + this.floating.size > 0; ) {
            // Where a call of the author's own floats, whatever is under way may be its.
            const floats = [...this.floating].some(({ outcome }) => outcome === 'open');
            const next = [...this.open].find(({ settled, listened }) => !settled && (floats || !listened));
            turn = next ? 0 : turn + 1;
            await next?.done;
        }
        const calls = [...this.open].filter(({ settled, listened }) => settled && !listened);
        const forgotten = calls.map(({ name, stack, failed, reason }): Forgotten => ({ name, stack, outcome: failed ? 'failed' : 'answered', reason }));
        return [...forgotten, ...this.floating];
    }

    private settled(ticket: Ticket): void {
        ticket.settled = true;
        if (ticket.listened) {
            this.open.delete(ticket);
        }
    }
}

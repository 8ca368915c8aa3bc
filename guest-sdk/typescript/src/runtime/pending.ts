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
    name: string;
    stack: string | undefined;
    failed: boolean;
    reason: unknown;
}

/** The calls of one run. */
export class Pending {
    private readonly open = new Set<Ticket>();

    /** Runs a call and gives its promise to the author. */
    track<T>(name: string, call: () => Promise<T>): Promise<T> {
        const stack = new Error().stack;
        const inner = call();
        const ticket: Ticket = { name, stack, listened: false, settled: false, failed: false, reason: undefined, done: inner };
        this.open.add(ticket);
        const outer = new Call<T>((resolve, reject) => {
            ticket.done = inner.then(
                (value) => {
                    ticket.settled = true;
                    if (ticket.listened) {
                        this.open.delete(ticket);
                    }
                    resolve(value);
                },
                (reason: unknown) => {
                    ticket.settled = ticket.failed = true;
                    ticket.reason = reason;
                    if (typeof reason === 'object' && reason !== null && stack !== undefined && !(CALLED_AT in reason)) {
                        Object.defineProperty(reason, CALLED_AT, { value: stack });
                    }
                    if (ticket.listened) {
                        this.open.delete(ticket);
                    }
                    reject(reason);
                }
            );
        });
        outer.ticket = ticket;
        // Reported by `settle`, with the line: nothing is left for the engine to report.
        Promise.prototype.then.call(outer, undefined, () => {});
        return outer;
    }

    /** Waits for what is still under way, and tells what nobody listened to. */
    async settle(): Promise<Forgotten[]> {
        const forgotten: Forgotten[] = [];
        for (const ticket of this.open) {
            await ticket.done;
            if (!ticket.listened) {
                forgotten.push({ name: ticket.name, stack: ticket.stack, failed: ticket.failed, reason: ticket.reason });
            }
        }
        this.open.clear();
        return forgotten;
    }
}

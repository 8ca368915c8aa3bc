/**
 * `responseType: 'stream'`: the answer lies in memory, because a page crosses the sandbox's border whole. What functions do with a
 * stream works: `for await`, `on('data' | 'end')`, `pipe` and `read`.
 */

type Listener = (...values: any[]) => void;

/** What one can read from once. */
export interface BytesStream extends AsyncIterable<Buffer> {
    on(event: string, listener: Listener): this;
    once(event: string, listener: Listener): this;
    pipe<Sink extends { write(chunk: Buffer): unknown; end(): unknown }>(sink: Sink): Sink;
    read(): Buffer | null;
    resume(): this;
    destroy(): this;
}

export function bytesStream(bytes: Buffer): BytesStream {
    let rest: Buffer | null = bytes.length > 0 ? bytes : null;
    const listeners: Record<string, Listener[]> = {};
    const emit = (event: string, ...values: unknown[]) => (listeners[event] ?? []).forEach((listener) => listener(...values));
    const take = () => {
        const chunk = rest;
        rest = null;
        return chunk;
    };
    let flowing = false;
    const flow = () => {
        if (flowing) {
            return;
        }
        flowing = true;
        // Later, so that every listener of this turn hears it.
        queueMicrotask(() => {
            const chunk = take();
            if (chunk) {
                emit('data', chunk);
            }
            emit('end');
            emit('close');
        });
    };
    return {
        on(event, listener) {
            (listeners[event] ??= []).push(listener);
            if (event === 'data' || event === 'end') {
                flow();
            }
            return this;
        },
        once(event, listener) {
            return this.on(event, listener);
        },
        pipe(sink) {
            this.on('data', (chunk: Buffer) => sink.write(chunk));
            this.on('end', () => sink.end());
            return sink;
        },
        read: take,
        resume() {
            flow();
            return this;
        },
        destroy() {
            rest = null;
            return this;
        },
        async *[Symbol.asyncIterator]() {
            const chunk = take();
            if (chunk) {
                yield chunk;
            }
        }
    };
}

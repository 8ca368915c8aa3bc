// Ends a function at the loop that used up its CPU time or memory, with a stack. The host could only cut it off, without a word on where.
//
// The builder puts `__sl_guard()` at the start of every loop body of the author's files. Most rounds only count down; the budget is asked
// for so often that a loop cannot get from one question to the next and past the limit.

// Ends endless recursion likewise: QuickJS in WebAssembly sets its stack no limit. `__sl_enter()` is at the start of the author's functions
// that may call themselves, by whatever way; it asks the host how much of the stack is left, every so many calls.

import { LimitError } from './failure.js';

/** What is left of the run's limits, as `run.getBudget()` of the host says. */
export interface Budget {
    cpuMs: number;
    memoryBytes: number;
}

/** Enough to throw, to map the stack and to answer the host. */
const CPU_RESERVE_MS = 30;
const MEMORY_RESERVE_BYTES = 2 << 20;

/** How much of either may go between two questions. */
const CPU_STEP_MS = 5;
const MEMORY_SHARE = 4;

const FIRST_ROUNDS = 64;
const MOST_ROUNDS = 1 << 16;

/** Files are evaluated when the component is built; an endless loop there has no run whose limits would end it. */
const LOADING_LIMIT_MS = 10_000;

/** For what is called between two questions, for libraries, which are not asked, and for the error itself. */
const STACK_RESERVE_BYTES = 512 << 10;
/** A call takes 0.7 KB; one through `sort` or `replace`, four. */
const CALLS = 64;

let ask: (() => Budget) | undefined;
let askStack: (() => bigint | number) | undefined;
let calls = CALLS;
let first: Budget | undefined;
let last: Budget | undefined;
let rounds = FIRST_ROUNDS;
let left = FIRST_ROUNDS;
let loadingSince = 0;

/** Begins a run: from here on, loops answer to its limits. The host is not asked before a loop is long: most functions have none. */
export function beginRun(getBudget: () => Budget, getStack: () => bigint | number): void {
    ask = getBudget;
    askStack = getStack;
    calls = CALLS;
    first = last = undefined;
    rounds = left = FIRST_ROUNDS;
}

function check(): void {
    if (ask === undefined) {
        loadingCheck();
        return;
    }
    const now = ask();
    first ??= now;
    last ??= now;
    // Thrown again in the next round, if the author's code catches it.
    left = 1;
    if (now.cpuMs <= CPU_RESERVE_MS) {
        const limit = `the limit of ${(first.cpuMs / 1000).toFixed(first.cpuMs < 10_000 ? 1 : 0)} s of CPU time is used up in this loop`;
        throw new LimitError('cpu_time_exceeded', `${limit}; end the loop, or do less in one run and go on from a checkpoint in the next`);
    }
    if (now.memoryBytes <= MEMORY_RESERVE_BYTES) {
        const limit = `the limit of memory is used up in this loop (${Math.round(first.memoryBytes / (1 << 20))} MiB were left when the run began)`;
        throw new LimitError('out_of_memory', `${limit}; save page by page instead of collecting everything, and let go of what is saved`);
    }
    const ms = Math.max(last.cpuMs - now.cpuMs, 0.5);
    const bytes = Math.max(last.memoryBytes - now.memoryBytes, 1);
    const share = Math.min(CPU_STEP_MS / ms, now.memoryBytes / MEMORY_SHARE / bytes);
    rounds = Math.max(1, Math.min(MOST_ROUNDS, Math.floor(rounds * Math.min(share, 8))));
    last = now;
    left = rounds;
}

function loadingCheck(): void {
    left = 1024;
    const now = Date.now();
    if (loadingSince === 0) loadingSince = now;
    if (now - loadingSince > LOADING_LIMIT_MS) {
        throw new Error('code outside of exec did not end within 10 s; what runs when the file is loaded has to be short');
    }
}

Object.defineProperty(globalThis, '__sl_guard', {
    value: (): void => {
        if (--left <= 0) check();
    },
});

function deep(): void {
    calls = CALLS;
    if (askStack !== undefined && Number(askStack()) < STACK_RESERVE_BYTES) {
        // Asked again in the next call, if the author's code catches this one.
        calls = 1;
        throw new RangeError('Maximum call stack size exceeded: end the recursion, or use a loop');
    }
}

Object.defineProperty(globalThis, '__sl_enter', {
    value: (): void => {
        if (--calls <= 0) deep();
    },
});

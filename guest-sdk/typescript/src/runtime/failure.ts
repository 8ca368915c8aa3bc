/** What leaves `call` when a function throws: a plain record, because an `Error` would end the instance with a trap. */

import { FAILURE, type Failure, type FromHost } from './host-error.js';
import { safeJson } from './json.js';
import type { Lines } from './lines.js';
import { type Frame, frames, frameText, placeText } from './stack.js';
import { thrownAt } from './thrown.js';

/** Limits that the runtime itself notices, so that a stack still names the line. */
export type LimitCode = 'cpu_time_exceeded' | 'out_of_memory';

/** Thrown by the guard in loops. */
export class LimitError extends Error {
    constructor(
        readonly limit: LimitCode,
        message: string
    ) {
        super(message);
        this.name = 'LimitError';
    }
}

/** Where the error came from, when its own stack does not say: an answer arrives long after the call. */
export const CALLED_AT = Symbol('called at');

export function toFailure(thrown: unknown, lines: Lines): Failure {
    try {
        return describe(thrown, lines);
    } catch (error) {
        // A getter or a proxy of the author's that throws while it is looked at.
        return { code: 'function_error', message: `a value was thrown that cannot be read: ${String(error)}`, status: null, details: null };
    }
}

function describe(thrown: unknown, lines: Lines): Failure {
    if (!(thrown instanceof Error)) {
        return notAnError(thrown, lines);
    }
    if (thrown.name === 'ActionError' && (thrown as { type?: unknown }).type === 'action_script_runtime_error') {
        return actionError(thrown as Error & { payload: unknown });
    }
    const stack = framesOf(thrown, lines);
    const limit = limitOf(thrown);
    const host = (thrown as FromHost)[FAILURE];
    if (limit) {
        return withStack(limit, `${thrown.message}${at(stack)}`, thrown, stack);
    }
    if (host) {
        // The provider's answer is the caller's business as it came; anything else was the function's own mistake, so its line counts.
        const answered = host.status !== null || host.code === 'network_error';
        if (answered) {
            return host;
        }
        const failure = withStack(host.code, `${host.message}${at(stack)}`, thrown, stack);
        return host.details === null ? failure : { ...failure, details: host.details };
    }
    return withStack('function_error', `${thrown.name}: ${thrown.message}${at(stack)}`, thrown, stack);
}

/** The author's frames of an error, or of the call that it answers. */
export function framesOf(error: Error, lines: Lines): Frame[] {
    const own = frames(error.stack, lines);
    return own.length > 0 ? own : frames((error as { [CALLED_AT]?: string })[CALLED_AT], lines);
}

export function at(stack: Frame[]): string {
    return stack[0] ? ` (${placeText(stack[0])})` : '';
}

function limitOf(error: Error): LimitCode | undefined {
    if (error instanceof LimitError) {
        return error.limit;
    }
    return error.name === 'InternalError' && error.message === 'out of memory' ? 'out_of_memory' : undefined;
}

function withStack(code: string, message: string, error: Error, stack: Frame[]): Failure {
    const remedy = code === 'out_of_memory' && !(error instanceof LimitError) ? '; save page by page instead of collecting everything, and let go of what is saved' : '';
    const details = { name: error.name, message: error.message, stacktrace: stack.map(frameText) };
    const cause = (error as { cause?: unknown }).cause;
    return {
        code,
        message: message + remedy,
        status: null,
        details: safeJson(cause === undefined ? details : { ...details, cause })
    };
}

function actionError(error: Error & { payload: unknown }): Failure {
    const payload = typeof error.payload === 'object' && error.payload !== null ? error.payload : { message: error.payload };
    return { code: 'action_error', message: error.message, status: null, details: safeJson(payload) };
}

function notAnError(thrown: unknown, lines: Lines): Failure {
    const stack = frames(thrownAt(thrown), lines);
    const value = thrown === undefined ? 'undefined' : safeJson(thrown);
    const shown = value.length > 200 ? `${value.slice(0, 200)}…` : value;
    const message = `threw ${shown}, which is not an Error${at(stack)}: throw new Error(...) or new nango.ActionError(...)`;
    const details = { name: 'NonError', message: shown, value: thrown ?? null, stacktrace: stack.map(frameText) };
    return { code: 'function_error', message, status: null, details: safeJson(details) };
}

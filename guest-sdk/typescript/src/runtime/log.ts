/** `nango.log` in all the ways that it is called, and the console. */

import * as host from 'syncline:host/run@1.1.0';
import { safeJson } from './json.js';

export type Level = host.Level;

const RANKS: Record<Level, number> = { debug: 0, info: 1, warn: 2, error: 3 };
/** Older functions use npm's levels. */
const LEVELS: Record<string, Level> = {
    debug: 'debug',
    silly: 'debug',
    verbose: 'debug',
    info: 'info',
    http: 'info',
    warn: 'warn',
    warning: 'warn',
    error: 'error'
};
/** The host keeps as many; more would only be copied. */
const MAX_MESSAGE = 10_000;
/** Half of the 100 KB that a line may have elsewhere: the rest is its message. */
const MAX_FIELDS = 50_000;

/** `log(message)`, `log(message, payload)`, `log(message, { level })`, `log(message, payload, { level })`. */
export function log(args: unknown[], threshold: Level | undefined): void {
    const rest = [...args];
    let level: Level = 'info';
    const last = rest[rest.length - 1];
    if (rest.length > 1 && typeof last === 'object' && last !== null && 'level' in last) {
        const named = LEVELS[String((last as { level: unknown }).level).toLowerCase()];
        if (named) {
            level = named;
            rest.pop();
        }
    }
    write(level, rest, threshold);
}

/** One line: the first value is the message, the others are its fields. */
export function write(level: Level, [message, ...payload]: unknown[], threshold: Level | undefined): void {
    if (threshold === undefined || RANKS[level] < RANKS[threshold]) {
        return;
    }
    host.log(level, cut(text(message)), fields(payload));
}

/** `setLogger({ level })` */
export function levelOf(logger: { level?: unknown } | undefined): Level | undefined {
    const level = String(logger?.level).toLowerCase();
    if (level === 'off') {
        return undefined;
    }
    const known = LEVELS[level];
    if (!known) {
        throw new TypeError(`setLogger knows the levels debug, info, warn, error and off, not ${safeJson(logger?.level)}`);
    }
    return known;
}

function text(message: unknown): string {
    if (typeof message === 'string') {
        return message;
    }
    return message instanceof Error ? `${message.name}: ${message.message}` : safeJson(message);
}

function fields(payload: unknown[]): string | null {
    const value = payload.length > 1 ? payload : payload[0];
    if (value === undefined) {
        return null;
    }
    const json = safeJson(value);
    const object = json.startsWith('{') ? json : `{"payload":${json}}`;
    return object.length > MAX_FIELDS ? JSON.stringify({ truncated: object.slice(0, MAX_FIELDS / 2), characters: object.length }) : object;
}

function cut(message: string): string {
    return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message;
}

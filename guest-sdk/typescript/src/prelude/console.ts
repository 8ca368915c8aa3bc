/** The console: lines of the run's log. */

import { write } from '../runtime/log.js';
import type { Level } from '../runtime/log.js';
import { define } from './define.js';
import { phase } from './phase.js';

/** `%s`, `%d` and the like take the values that follow, as everywhere. */
function formatted(values: unknown[]): unknown[] {
    const [first, ...rest] = values;
    if (typeof first !== 'string' || !first.includes('%') || rest.length === 0) {
        return values;
    }
    const text = first.replace(/%[sdifjoOc%]/g, (sign) => {
        if (sign === '%%') {
            return '%';
        }
        if (rest.length === 0) {
            return sign;
        }
        const value = rest.shift();
        switch (sign) {
            case '%c':
                return '';
            case '%d':
            case '%f':
                return String(Number(value));
            case '%i':
                return String(Math.trunc(Number(value)));
            default:
                return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
        }
    });
    return [text, ...rest];
}

function line(level: Level) {
    return (...values: unknown[]) => {
        // While modules are loaded nobody listens.
        if (phase.running) {
            write(level, joined(formatted(values)), 'debug');
        }
    };
}

/** Simple values go into the message; what has an inside becomes the line's fields. */
function joined(values: unknown[]): unknown[] {
    const isSimple = (value: unknown) => typeof value !== 'object' || value === null;
    const simple = values.filter(isSimple).map(String);
    const rest = values.filter((value) => !isSimple(value));
    return simple.length > 0 ? [simple.join(' '), ...rest] : rest;
}

const [debug, info, warn, error] = [line('debug'), line('info'), line('warn'), line('error')];
const started = new Map<string, number>();
const counts = new Map<string, number>();

define({
    console: {
        debug,
        log: info,
        info,
        warn,
        error,
        dir: info,
        table: info,
        trace: (...values: unknown[]) => debug(...values, new Error('trace').stack),
        group: info,
        groupCollapsed: info,
        groupEnd() {},
        assert(condition: unknown, ...values: unknown[]) {
            if (!condition) {
                error('Assertion failed', ...values);
            }
        },
        count(label = 'default') {
            counts.set(label, (counts.get(label) ?? 0) + 1);
            info(`${label}: ${counts.get(label)}`);
        },
        countReset(label = 'default') {
            counts.delete(label);
        },
        time(label = 'default') {
            started.set(label, Date.now());
        },
        timeLog(label = 'default', ...values: unknown[]) {
            info(`${label}: ${Date.now() - (started.get(label) ?? Date.now())}ms`, ...values);
        },
        timeEnd(label = 'default') {
            info(`${label}: ${Date.now() - (started.get(label) ?? Date.now())}ms`);
            started.delete(label);
        }
    }
});

/** The console: lines of the run's log. */

import { substitute } from '../node-util/inspect.js';
import { write } from '../runtime/log.js';
import type { Level } from '../runtime/log.js';
import { define } from './define.js';
import { phase } from './phase.js';

function line(level: Level) {
    return (...values: unknown[]) => {
        // While modules are loaded nobody listens.
        if (phase.running) {
            write(level, joined(substitute(values)), 'debug');
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

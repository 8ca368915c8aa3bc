/** One call of one function. */

import * as host from 'syncline:host/run@1.1.0';
import { CALLED_AT } from './failure.js';
import { exactJson, safeJson } from './json.js';
import { write } from './log.js';
import type { Kind } from './manifest.js';
import { ActionNango } from './nango/action.js';
import { trackDeletesEnd, trackDeletesStart } from './nango/records.js';
import { SyncNango } from './nango/sync.js';
import type { Forgotten } from './pending.js';
import type { Run } from './run.js';
import { frames, placeText } from './stack.js';

/** Runs the function; its output as JSON text. */
export async function execute(kind: Kind, run: Run): Promise<string> {
    const { definition } = run;
    if (kind !== 'sync') {
        const nango = new ActionNango(run);
        const output = await (kind === 'action' ? definition.exec(nango, JSON.parse(host.input())) : definition.exec(nango));
        await settled(run);
        return output === undefined ? 'null' : outputJson(run, output);
    }
    const nango = new SyncNango(run);
    if (definition.onWebhook && run.details.trigger === 'webhook') {
        await definition.onWebhook(nango, JSON.parse(host.input()));
        await settled(run);
        return 'null';
    }
    const models = Object.keys(definition.models ?? {});
    const tracked = definition.trackDeletes || run.tracksPrevious;
    for (const model of tracked ? models : []) {
        await trackDeletesStart(model);
    }
    await definition.exec(nango);
    await settled(run);
    for (const model of definition.trackDeletes ? models : []) {
        await trackDeletesEnd(model);
    }
    return 'null';
}

/** A mistake in the output has no line of its own; the next best is where `exec` begins. */
function outputJson(run: Run, output: unknown): string {
    try {
        return exactJson(output, 'the output');
    } catch (error) {
        const { lineNumber } = run.definition.exec as { lineNumber?: number };
        Object.defineProperty(error, 'stack', { value: `    at exec (exec:${lineNumber})` });
        throw error;
    }
}

/** A failure that nobody would have seen fails the run; an answer that nobody waited for is only worth a warning. */
async function settled(run: Run): Promise<void> {
    for (const call of await run.pending.settle()) {
        const where = place(run, call);
        if (call.outcome === 'failed') {
            throw forgottenFailure(run, call, where);
        }
        const what = call.name === undefined ? 'a call' : `nango.${call.name}()`;
        const end = call.outcome === 'open' ? 'it had not come to its end when the function did' : 'the function ended before its answer came';
        write('warn', [`${what} was not awaited${where}: ${end}. Add \`await\``], run.threshold);
    }
}

function forgottenFailure(run: Run, call: Forgotten, where: string): unknown {
    const reason = call.reason;
    const what = call.name === undefined ? 'a call' : `nango.${call.name}()`;
    const shown = reason instanceof Error ? `${reason.name}: ${reason.message}` : safeJson(reason);
    const error = new Error(`${what} failed and was not awaited${where}; add \`await\`: ${shown}`, { cause: reason });
    error.name = 'UnhandledRejection';
    // Where it failed says more than where it was called; its own stack would name this file.
    const stack = reason instanceof Error && frames(reason.stack, run.lines).length > 0 ? reason.stack : call.stack;
    Object.defineProperty(error, 'stack', { value: stack });
    Object.defineProperty(error, CALLED_AT, { value: call.stack });
    return error;
}

function place(run: Run, call: Forgotten): string {
    const frame = frames(call.stack, run.lines)[0];
    return frame ? ` at ${placeText(frame)}` : '';
}

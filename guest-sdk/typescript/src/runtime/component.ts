/** The exports of a component: what it is, and one call. */

import * as host from 'syncline:host/run@1.1.0';
import { execute } from './execute.js';
import { toFailure } from './failure.js';
import { beginFloating } from './floating.js';
import { beginRun } from './guard.js';
import { Lines, type LineTable } from './lines.js';
import { definitionOf, type FunctionEntry, manifestFunction, manifestText } from './manifest.js';
import { refuseMembersOfSyncs } from './nango/unavailable.js';
import { phase } from '../prelude/phase.js';
import { type Definition, Run } from './run.js';
import { type ToJsonSchema, warm } from './schema.js';

/** What the builder's entry module passes. */
export interface ComponentOptions {
    /** The folder's name. */
    integration: string;
    /** A digest of everything that went in. */
    build: string;
    functions: FunctionEntry[];
    toJsonSchema: ToJsonSchema;
    lines?: LineTable | undefined;
}

export interface Component {
    describe(): string;
    call(name: string): Promise<string>;
}

/** Runs while the snapshot is made: whatever is computed here costs no call anything. */
export function component(options: ComponentOptions): Component {
    refuseMembersOfSyncs();
    const lines = new Lines(options.lines);
    const found = options.functions.map((entry) => ({ entry, definition: definitionOf(entry) }));
    const manifest = manifestText(
        options,
        found.map(({ entry, definition }) => manifestFunction(entry, definition, options.toJsonSchema))
    );
    const seen = new Set<unknown>();
    for (const { entry, definition } of found) {
        Object.values(entry.module).forEach((exported) => warm(exported, seen));
        [definition['input'], definition['output'], definition['metadata'], definition['checkpoint'], ...Object.values(definition.models ?? {})].forEach(
            (schema) => warm(schema, seen)
        );
    }
    return {
        describe: () => manifest,
        async call(name) {
            phase.running = true;
            beginRun(host.getBudget, host.getStack);
            try {
                const { entry, definition } = pick(found, name);
                const run = new Run(definition, lines, entry.uses.previousExecutions);
                beginFloating(run.pending);
                return await execute(entry.kind, run);
            } catch (thrown) {
                throw toFailure(thrown, lines);
            }
        }
    };
}

type Found = { entry: FunctionEntry; definition: Definition };

/** A sync and an action may share a name; only then is the run asked which one it is. */
function pick(found: Found[], name: string): Found {
    const named = found.filter(({ entry }) => entry.name === name);
    const one = named.length > 1 ? named.find(({ entry }) => entry.kind === host.getInfo().kind) : named[0];
    if (!one) {
        throw new Error(`this component has no function ${name}`);
    }
    return one;
}

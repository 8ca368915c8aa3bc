/** What a component says about its functions. Fields: the crate `syncline-host-api`, module `manifest`. */

import type { Definition } from './run.js';
import { isZod, jsonSchema, type ToJsonSchema } from './schema.js';
import { PACKAGE } from './package.js';

export type Kind = 'sync' | 'action' | 'event';

/** What the builder knows of a function. */
export interface FunctionEntry {
    name: string;
    kind: Kind;
    /** The module, whose default export the definition is. */
    module: { default?: unknown };
    /** Relative to the project. */
    file: string;
    uses: { credentials: boolean; fetch: boolean; previousExecutions: boolean };
}

const KINDS: Record<string, Kind> = { sync: 'sync', action: 'action', onEvent: 'event' };

/** The definition that a module exports, or the reason why there is none. */
export function definitionOf(entry: FunctionEntry): Definition {
    const exported = entry.module.default as Definition | { default?: Definition } | undefined;
    // A CommonJS module that was bundled into this one.
    const definition = (exported as { default?: Definition } | undefined)?.default ?? (exported as Definition | undefined);
    const kind = KINDS[String(definition?.type)];
    if (!definition || !kind || typeof definition.exec !== 'function') {
        throw new Error(
            `${entry.file} does not export a function: write \`export default createSync({...})\`, createAction or createOnEvent, with an \`exec\``
        );
    }
    if (kind !== entry.kind) {
        throw new Error(`${entry.file} lies in the folder for ${entry.kind}s, but exports what creates a ${kind}: move it, or create a ${entry.kind}`);
    }
    return definition;
}

export function manifestFunction(entry: FunctionEntry, definition: Definition, to: ToJsonSchema): object {
    const sync = entry.kind === 'sync';
    const endpoints = definition['endpoints'] ?? (definition['endpoint'] ? [definition['endpoint']] : undefined);
    return {
        name: entry.name,
        kind: entry.kind,
        description: String(definition.description ?? ''),
        version: definition['version'],
        schedule: sync ? definition['frequency'] : undefined,
        time_zone: sync ? definition['timeZone'] : undefined,
        auto_start: sync ? definition['autoStart'] !== false : undefined,
        models: Object.entries(definition.models ?? {}).map(([name, schema]) => ({ name, schema: modelSchema(entry, name, schema, to) })),
        input: jsonSchema(definition['input'], 'input', to),
        output: jsonSchema(definition['output'], 'output', to),
        metadata: jsonSchema(definition['metadata'], 'output', to),
        checkpoint: jsonSchema(definition['checkpoint'], 'output', to),
        event: entry.kind === 'event' ? definition['event'] : undefined,
        scopes: definition['scopes'],
        webhook_subscriptions: sync ? definition['webhookSubscriptions'] : undefined,
        egress: definition['egress'] ?? (entry.uses.fetch ? ['*'] : undefined),
        grants: entry.uses.credentials ? ['credentials'] : undefined,
        limits: definition['limits'],
        endpoints
    };
}

function modelSchema(entry: FunctionEntry, name: string, schema: unknown, to: ToJsonSchema): object {
    if (!isZod(schema)) {
        throw new Error(`${entry.file}: the model ${name} is not a zod schema; write ${name}: z.object({ id: z.string(), ... })`);
    }
    const made = (jsonSchema(schema, 'output', to) ?? { type: 'object' }) as { properties?: Record<string, unknown>; required?: string[] };
    if (made.properties && !('id' in made.properties)) {
        throw new Error(`${entry.file}: the model ${name} has no \`id\`; add id: z.string()`);
    }
    return made;
}

export interface ManifestOptions {
    integration: string;
    build: string;
}

export function manifestText({ integration, build }: ManifestOptions, functions: object[]): string {
    const sdk = { name: PACKAGE.name, version: PACKAGE.version, language: 'typescript', build };
    return JSON.stringify({ sdk, integration, functions });
}

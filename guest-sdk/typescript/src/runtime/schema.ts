/** JSON Schemas of zod's schemas, and validators that are ready before the first call. */

/** The author's own zod makes them: `z.toJSONSchema` of version 4, `zod-to-json-schema` for version 3. */
export interface ToJsonSchema {
    v3?: ((schema: any, options?: any) => any) | undefined;
    v4?: ((schema: any, options?: any) => any) | undefined;
}

type Direction = 'input' | 'output';

export function isZod(value: unknown): boolean {
    return typeof (value as { safeParse?: unknown } | null | undefined)?.safeParse === 'function';
}

function isV4(schema: any): boolean {
    return '_zod' in schema;
}

/** What a host that speaks JSON Schema 2020-12 checks JSON text against. Undefined where nothing can be said. */
export function jsonSchema(schema: any, direction: Direction, to: ToJsonSchema): object | undefined {
    if (!isZod(schema)) {
        return undefined;
    }
    const made = isV4(schema) ? fromV4(schema, direction, to.v4) : fromV3(schema, direction, to.v3);
    if (made) {
        delete made.$schema;
    }
    return made;
}

function fromV4(schema: any, io: Direction, convert: ToJsonSchema['v4']): any {
    return convert?.(schema, {
        target: 'draft-2020-12',
        io,
        unrepresentable: 'any',
        override: ({ zodSchema, jsonSchema: made }: any) => {
            const def = zodSchema._zod.def;
            if (def.type === 'date') {
                // What `JSON.stringify` makes of it.
                made.type = 'string';
                made.format = 'date-time';
            } else if (def.type === 'object' && def.catchall === undefined) {
                // An object that is not strict drops unknown keys instead of refusing them.
                delete made.additionalProperties;
            }
        }
    });
}

function fromV3(schema: any, direction: Direction, convert: ToJsonSchema['v3']): any {
    const made = convert?.(schema, {
        target: 'jsonSchema7',
        $refStrategy: 'root',
        effectStrategy: direction === 'input' ? 'input' : 'any',
        pipeStrategy: direction,
        removeAdditionalStrategy: 'strict'
    });
    return made && modern(made);
}

/** Draft 7's tuples and definitions under their names of 2020-12. */
function modern(schema: any): any {
    if (Array.isArray(schema)) {
        return schema.map(modern);
    }
    if (typeof schema !== 'object' || schema === null) {
        return schema;
    }
    const made: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(schema)) {
        if (key === 'items' && Array.isArray(value)) {
            made['prefixItems'] = modern(value);
        } else if (key === 'additionalItems') {
            made['items'] = modern(value);
        } else {
            made[key] = modern(value);
        }
    }
    return made;
}

/**
 * Version 4 compiles a validator at the first parse of each object: here, so that it lies in the snapshot and no call pays for it.
 */
export function warm(schema: any, seen: Set<unknown> = new Set()): void {
    if (typeof schema !== 'object' || schema === null || seen.has(schema)) {
        return;
    }
    seen.add(schema);
    if (!isZod(schema)) {
        return;
    }
    try {
        schema.safeParse({});
        const def = schema._zod?.def ?? schema._def;
        for (const part of Object.values(def ?? {})) {
            warmParts(part, seen);
        }
        const shape = schema.shape;
        if (shape) {
            warmParts(shape, seen);
        }
    } catch {
        // A refinement or a default of the author's that cannot live with an empty object; the call itself will tell.
    }
}

function warmParts(part: any, seen: Set<unknown>): void {
    if (typeof part !== 'object' || part === null) {
        return;
    }
    if (isZod(part)) {
        warm(part, seen);
    } else if (Array.isArray(part)) {
        part.forEach((item) => warm(item, seen));
    } else if (Object.getPrototypeOf(part) === Object.prototype) {
        Object.values(part).forEach((item) => warm(item, seen));
    }
}

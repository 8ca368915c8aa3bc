/**
 * What is needed of zod, read from the shape of its schemas: version 3 has `_output`, version 4 `_zod`. The library itself is
 * the author's own dependency.
 */

/** Any zod schema. */
export interface ZodLike {
    safeParse(data: unknown): unknown;
}

/** A zod schema whose value has that type. */
export type ZodOf<Output> = ZodLike & ({ readonly _zod: { readonly output: Output } } | { readonly _output: Output });

/** The type of a schema's values. */
export type Infer<Schema> = Schema extends { readonly _zod: { readonly output: infer Output } }
    ? Output
    : Schema extends { readonly _output: infer Output }
      ? Output
      : never;

/** A schema of records: an object with an `id`. */
export type ZodModel = ZodOf<{ id: string }>;

/** A schema of a connection's metadata: an object, or `z.void()`. */
export type ZodMetadata = ZodOf<object> | ZodOf<void> | ZodOf<undefined>;

/** A schema of checkpoints: a flat object. */
export type ZodCheckpoint = ZodOf<Checkpoint>;

/** What a run leaves for the next one: at most 16 fields, strings of at most 4,000 characters. */
export type Checkpoint = Record<string, CheckpointValue>;

/** A `Date` is kept as its ISO text. */
export type CheckpointValue = string | number | boolean | Date | null | undefined;

/** What `getCheckpoint` gives back: dates have become their ISO text. */
export type SavedCheckpoint<C> = { [Key in keyof C]: C[Key] extends Date ? string : C[Key] };

/** What a validation found, alike in both versions of zod. */
export interface ZodIssueLike {
    code?: string;
    message: string;
    path: PropertyKey[];
}

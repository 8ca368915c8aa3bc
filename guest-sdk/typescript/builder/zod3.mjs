// What zod-to-json-schema takes from zod 3: the names of its kinds, so that any zod 3 serves and none is bundled for them alone.
const kinds = [
    'ZodString', 'ZodNumber', 'ZodNaN', 'ZodBigInt', 'ZodBoolean', 'ZodDate', 'ZodSymbol', 'ZodUndefined', 'ZodNull', 'ZodAny', 'ZodUnknown', 'ZodNever',
    'ZodVoid', 'ZodArray', 'ZodObject', 'ZodUnion', 'ZodDiscriminatedUnion', 'ZodIntersection', 'ZodTuple', 'ZodRecord', 'ZodMap', 'ZodSet', 'ZodFunction',
    'ZodLazy', 'ZodLiteral', 'ZodEnum', 'ZodEffects', 'ZodNativeEnum', 'ZodOptional', 'ZodNullable', 'ZodDefault', 'ZodCatch', 'ZodPromise', 'ZodBranded',
    'ZodPipeline', 'ZodReadonly',
];

export const ZodFirstPartyTypeKind = Object.fromEntries(kinds.map((kind) => [kind, kind]));

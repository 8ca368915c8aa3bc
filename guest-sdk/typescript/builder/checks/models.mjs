// Models: those that a sync declares have an id, and those that it saves to are declared.
import { field, follow, hostNames } from '../definition.mjs';
import { nearest } from '../diagnostics.mjs';
import { bare, isClosed, nameOf, property } from '../source.mjs';

/** Where each method takes the model's name. */
const MODEL_ARGUMENT = {
    batchSave: 1,
    batchSend: 1,
    batchUpdate: 1,
    batchDelete: 1,
    getRecordsByIds: 1,
    setMergingStrategy: 1,
    listRecords: 0,
    trackDeletesStart: 0,
    trackDeletesEnd: 0,
    deleteRecordsFromPreviousExecutions: 0,
};

export function models({ source, definition }, say) {
    if (definition?.kind !== 'sync' || !definition.literal) return;
    const declared = field(source, definition, 'models');
    if (declared && declared.type !== 'ObjectExpression') return;
    if (declared) ids(source, declared, say);
    // Something spread into the definition or the models may declare more.
    const open = declared ? !isClosed(declared) : !isClosed(definition.literal);
    if (!open) uses(source, definition, declared ? declared.properties.map((one) => nameOf(one.key, one.computed)) : [], say);
}

function ids(source, declared, say) {
    for (const one of declared.properties) {
        if (one.type !== 'Property') continue;
        const name = nameOf(one.key, one.computed);
        if (name !== null && !/^[A-Z][A-Za-z0-9_-]{1,254}$/.test(name)) {
            say.error('invalid_model_name', one.key, `\`${name}\` cannot be a model's name`, 'begin with a capital letter; letters, digits, `_` and `-` may follow');
        }
        const shape = shapeOf(source.program, bare(one.value));
        if (shape && isClosed(shape) && !property(shape, 'id')) {
            say.error('model_without_id', one.key, `the model ${name} has no \`id\``, 'add `id: z.string()`, with what the provider calls the record by');
        }
    }
}

/** The fields in `z.object({ ... })`, where they are written down there and not changed afterwards. */
function shapeOf(program, node) {
    const call = follow(program, node);
    const callee = call?.type === 'CallExpression' ? call.callee : null;
    const name = callee?.type === 'MemberExpression' ? nameOf(callee.property, callee.computed) : callee?.name;
    const [first] = call?.arguments ?? [];
    return ['object', 'strictObject', 'looseObject'].includes(name) && callee.object?.type !== 'CallExpression' && first?.type === 'ObjectExpression' ? first : null;
}

function uses(source, definition, declared, say) {
    const host = hostNames(definition);
    source.walk((node) => {
        if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
        const { object, property: key, computed } = node.callee;
        const method = object.type === 'Identifier' && host.has(object.name) ? nameOf(key, computed) : null;
        if (method === null || !Object.hasOwn(MODEL_ARGUMENT, method)) return;
        const model = bare(node.arguments[MODEL_ARGUMENT[method]]);
        if (model?.type !== 'Literal' || typeof model.value !== 'string' || declared.includes(model.value)) return;
        const meant = nearest(model.value, declared);
        const others = declared.length > 0 ? ` (it declares ${declared.join(', ')})` : '';
        const remedy = `${meant ? `write '${meant}', or ` : ''}add \`${model.value}: z.object({ id: z.string(), ... })\` to the sync's models`;
        say.error('unknown_model', model, `the sync declares no model ${model.value}${others}`, remedy);
    });
}

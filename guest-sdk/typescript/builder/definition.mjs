// The object literal that a function's file gives to createSync, createAction or createOnEvent.
import { bare, nameOf, property } from './source.mjs';
import { AUTHORING } from './package.mjs';

/** The kind that each of the three makes. */
const MAKERS = { createSync: 'sync', createAction: 'action', createOnEvent: 'event' };

/** @typedef {{ kind: 'sync' | 'action' | 'event', call: object, literal: object | null }} Definition */

/**
 * What the default export is made by; `null` where it is something else.
 * @param {import('./source.mjs').Source} source
 * @returns {Definition | null}
 */
export function definitionOf(source) {
    const exported = defaultExport(source.program);
    const call = exported && follow(source.program, exported);
    if (call?.type !== 'CallExpression') return null;
    const maker = makerOf(source.program, call.callee);
    if (!maker) return null;
    const argument = bare(call.arguments[0]);
    const literal = argument && follow(source.program, argument);
    return { kind: MAKERS[maker], call, literal: literal?.type === 'ObjectExpression' ? literal : null };
}

/** Where the default export is written, for messages. */
export function defaultExport(program) {
    for (const node of program.body) {
        if (node.type === 'ExportDefaultDeclaration') return bare(node.declaration);
        if (node.type === 'ExportNamedDeclaration' && !node.source) {
            const named = node.specifiers.find((one) => (one.exported.name ?? one.exported.value) === 'default');
            if (named) return named.local;
        }
    }
    return null;
}

/** The value of a name that this file declares once and at its top; anything else as it is. */
export function follow(program, node) {
    for (let steps = 0; node?.type === 'Identifier' && steps < 10; steps++) {
        const value = initializer(program, node.name);
        if (!value) return node;
        node = bare(value);
    }
    return node;
}

function initializer(program, name) {
    for (const statement of program.body) {
        const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
        if (declared?.type !== 'VariableDeclaration' || declared.kind !== 'const') continue;
        const found = declared.declarations.find((one) => one.id.type === 'Identifier' && one.id.name === name);
        if (found) return found.init;
    }
    return null;
}

function makerOf(program, callee) {
    for (const node of program.body) {
        if (node.type !== 'ImportDeclaration' || !AUTHORING.includes(node.source.value)) continue;
        for (const one of node.specifiers) {
            if (one.type === 'ImportSpecifier' && callee.type === 'Identifier' && callee.name === one.local.name) {
                const name = one.imported.name ?? one.imported.value;
                return Object.hasOwn(MAKERS, name) ? name : null;
            }
            const member = callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === one.local.name;
            if (member && one.type !== 'ImportSpecifier') {
                const name = nameOf(callee.property, callee.computed);
                return name !== null && Object.hasOwn(MAKERS, name) ? name : null;
            }
        }
    }
    return null;
}

/** The value of a field of the definition, where it is written down. */
export function field(source, definition, name) {
    const found = definition.literal && property(definition.literal, name);
    return found ? follow(source.program, bare(found.value)) : null;
}

/** The names that the file's handlers call the `nango` object by. */
export function hostNames(definition) {
    const names = new Set(['nango']);
    for (const handler of ['exec', 'onWebhook']) {
        const first = definition?.literal && property(definition.literal, handler)?.value.params?.[0];
        if (first?.type === 'Identifier') names.add(first.name);
    }
    return names;
}

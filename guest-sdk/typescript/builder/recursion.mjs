// Which functions of a file may call themselves, directly or over others of the file. Names decide: what has the name of a function may be it.
import { nameOf } from './source.mjs';

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/**
 * @param {import('./source.mjs').Source} source
 * @returns the functions' nodes
 */
export function recursive(source) {
    const functions = [];
    source.walk((node, parents) => {
        if (FUNCTIONS.has(node.type) && node.body) functions.push({ node, name: named(node, parents), uses: new Set() });
        const name = used(node, parents.at(-1));
        if (name === null) return;
        for (const one of functions) if (parents.includes(one.node)) one.uses.add(name);
    });
    const byName = Map.groupBy ? Map.groupBy(functions, ({ name }) => name) : groupBy(functions);
    const leads = (from) => {
        const [seen, waiting] = [new Set(), [...from.uses]];
        while (waiting.length > 0) {
            for (const one of byName.get(waiting.pop()) ?? []) {
                if (one === from) return true;
                if (!seen.has(one)) {
                    seen.add(one);
                    waiting.push(...one.uses);
                }
            }
        }
        return false;
    };
    return new Set(functions.filter((one) => one.name !== null && leads(one)).map(({ node }) => node));
}

function groupBy(functions) {
    const groups = new Map();
    for (const one of functions) groups.set(one.name, [...(groups.get(one.name) ?? []), one]);
    return groups;
}

/** `function f`, `const f = () => ..`, `f = () => ..`, `{ f() {} }`, `class { f() {} }`. */
function named(node, parents) {
    if (node.id) return node.id.name;
    const parent = parents.at(-1);
    // `new C()` calls it by the name of its class.
    if (parent?.type === 'MethodDefinition' && parent.kind === 'constructor') return parents.at(-3)?.id?.name ?? null;
    switch (parent?.type) {
        case 'VariableDeclarator':
            return parent.id.type === 'Identifier' ? parent.id.name : null;
        case 'AssignmentExpression':
            return parent.left.type === 'Identifier' ? parent.left.name : parent.left.type === 'MemberExpression' ? nameOf(parent.left.property, parent.left.computed) : null;
        case 'Property':
        case 'PropertyDefinition':
        case 'MethodDefinition':
            return nameOf(parent.key, parent.computed);
        default:
            return null;
    }
}

/** A name that is read: a variable, or a member behind a dot. */
function used(node, parent) {
    if (node.type === 'MemberExpression') return nameOf(node.property, node.computed);
    if (node.type !== 'Identifier') return null;
    const isKey = (parent?.type === 'Property' || parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') && parent.key === node && !parent.shorthand;
    const declares = (parent?.type === 'VariableDeclarator' && parent.id === node) || (FUNCTIONS.has(parent?.type) && parent.id === node);
    return isKey || declares ? null : node.name;
}

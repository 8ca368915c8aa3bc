// Names that Node.js and browsers have and the sandbox has not.
import { nameOf } from '../source.mjs';

export function globals({ source }, say) {
    const declared = declaredNames(source);
    const isGlobal = (node, name) => node.type === 'Identifier' && node.name === name && !declared.has(name);
    source.walk((node) => {
        if (node.type === 'CallExpression' && isGlobal(node.callee, 'fetch')) {
            say.error('no_fetch', node, 'there is no `fetch` in a function', 'use nango.get(...) for the provider, which adds credentials and retries, or nango.uncontrolledFetch({ url }) for others');
        }
        if (node.type === 'CallExpression' && isGlobal(node.callee, 'require')) {
            say.error('no_require', node, 'there is no `require` in a function', "write `import ... from '...'`");
        }
        if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return;
        if (isGlobal(node.object, 'console')) {
            say.warning('console_use', node, `console.${nameOf(node.property, node.computed) ?? 'log'} writes to the log of the run here, and nowhere in Nango`, 'use `await nango.log(message)`, which does in both');
        }
        if (isGlobal(node.object, 'process') && nameOf(node.property, node.computed) === 'env') {
            say.warning('no_process_env', node, 'process.env is empty in a function', 'use `await nango.getEnvironmentVariables()`');
        }
    });
}

/** Every name that the file declares anywhere: a check here would rather say nothing than be wrong. */
function declaredNames(source) {
    const names = new Set();
    source.walk((node) => {
        if (node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') pattern(node.id, names);
        if (/^(Import(Default|Namespace)?Specifier)$/.test(node.type)) names.add(node.local.name);
        if (/Function/.test(node.type)) for (const one of node.params ?? []) pattern(one, names);
    });
    return names;
}

function pattern(node, names) {
    if (!node) return;
    if (node.type === 'Identifier') names.add(node.name);
    else if (node.type === 'ObjectPattern') for (const one of node.properties) pattern(one.value ?? one.argument, names);
    else if (node.type === 'ArrayPattern') for (const one of node.elements) pattern(one, names);
    else if (node.type === 'AssignmentPattern') pattern(node.left, names);
    else if (node.type === 'RestElement') pattern(node.argument, names);
}

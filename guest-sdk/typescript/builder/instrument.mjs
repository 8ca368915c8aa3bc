// Puts the guard of src/runtime/guard.ts at the start of every loop body, on the line where the body begins, `__sl_float` of
// src/runtime/floating.ts around calls that stand alone as a statement, and `__sl_throw` of src/runtime/thrown.ts around what is thrown: lines
// stay where they are. Functions that may call themselves begin with `__sl_enter()`.
import { recursive } from './recursion.mjs';
import { bare } from './source.mjs';

const LOOPS = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement']);
const GUARD = '__sl_guard();';
const ENTER = '__sl_enter()';
const FLOAT = '__sl_float(';
const THROW = '__sl_throw(';
/** Methods that give no promise, of which loops are full. */
const PLAIN = new Set(['add', 'append', 'clear', 'forEach', 'log', 'pop', 'push', 'reverse', 'set', 'setLogger', 'shift', 'sort', 'splice', 'unshift']);

/** @param {import('./source.mjs').Source} source */
export function instrument(source) {
    const inserts = [];
    const deep = recursive(source);
    source.walk((node) => {
        if (deep.has(node)) {
            if (node.body.type === 'BlockStatement') inserts.push([node.body.start + 1, `${ENTER};`]);
            else inserts.push([node.body.start, `(${ENTER},`], [node.body.end, ')', true]);
        }
        const call = floating(node);
        if (call) inserts.push([call.start, FLOAT], [call.end, ')', true]);
        if (node.type === 'ThrowStatement' && node.argument.type !== 'NewExpression') {
            inserts.push([node.argument.start, THROW], [node.argument.end, ')', true]);
        }
        if (!LOOPS.has(node.type)) return;
        if (node.body.type === 'BlockStatement') {
            inserts.push([node.body.start + 1, GUARD]);
        } else {
            inserts.push([node.body.start, `{${GUARD}`], [node.body.end, '}']);
        }
    });
    // Stable, so that at one place a loop's brace opens before the call in it; that call closes before the brace does.
    inserts.sort(([a, , first], [b, , second]) => a - b || Number(second ?? false) - Number(first ?? false));
    let [text, done] = ['', 0];
    for (const [at, what] of inserts) {
        text += source.text.slice(done, at) + what;
        done = at;
    }
    return text + source.text.slice(done);
}

/** The call of `f();` and of `void f();`: who does not want to wait still wants to hear of a failure. */
function floating({ type, expression }) {
    if (type !== 'ExpressionStatement') return null;
    const whole = expression.type === 'UnaryExpression' && expression.operator === 'void' ? bare(expression.argument) : expression;
    const call = whole.type === 'ChainExpression' ? whole.expression : whole;
    if (call.type !== 'CallExpression' || call.callee.type === 'Super') return null;
    return call.callee.type === 'MemberExpression' && PLAIN.has(call.callee.property.name) ? null : whole;
}

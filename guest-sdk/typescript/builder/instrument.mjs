// Puts the guard of src/runtime/guard.ts at the start of every loop body, on the line where the body begins, and `__sl_float` of
// src/runtime/floating.ts around calls that stand alone as a statement: lines stay where they are. Functions that may call themselves begin
// with `__sl_enter()`.
import { recursive } from './recursion.mjs';

const LOOPS = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement']);
const GUARD = '__sl_guard();';
const ENTER = '__sl_enter()';
const FLOAT = '__sl_float(';
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
        if (floats(node)) {
            inserts.push([node.expression.start, FLOAT], [node.expression.end, ')', true]);
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

function floats({ type, expression }) {
    if (type !== 'ExpressionStatement') return false;
    const call = expression.type === 'ChainExpression' ? expression.expression : expression;
    if (call.type !== 'CallExpression' || call.callee.type === 'Super') return false;
    return call.callee.type !== 'MemberExpression' || !PLAIN.has(call.callee.property.name);
}

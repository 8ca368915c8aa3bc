// Puts the guard of src/runtime/guard.ts at the start of every loop body, on the line where the body begins: lines stay where they are.

const LOOPS = new Set(['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement', 'DoWhileStatement']);
const GUARD = '__sl_guard();';

/** @param {import('./source.mjs').Source} source */
export function instrument(source) {
    const inserts = [];
    source.walk((node) => {
        if (!LOOPS.has(node.type)) return;
        if (node.body.type === 'BlockStatement') {
            inserts.push([node.body.start + 1, GUARD]);
        } else {
            inserts.push([node.body.start, `{${GUARD}`], [node.body.end, '}']);
        }
    });
    // Stable, so that at one place a brace of an inner loop closes before that of the outer one.
    inserts.sort(([a], [b]) => a - b);
    let [text, done] = ['', 0];
    for (const [at, what] of inserts) {
        text += source.text.slice(done, at) + what;
        done = at;
    }
    return text + source.text.slice(done);
}

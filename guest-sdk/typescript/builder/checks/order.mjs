// What has to come first in a run.
import { hostNames } from '../definition.mjs';
import { nameOf } from '../source.mjs';

const BATCHES = new Set(['batchSave', 'batchSend', 'batchUpdate', 'batchDelete']);

export function order({ source, definition }, say) {
    const host = hostNames(definition);
    const firstBatch = new Map();
    source.walk((node, parents) => {
        if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
        const { object, property, computed } = node.callee;
        const method = object.type === 'Identifier' && host.has(object.name) ? nameOf(property, computed) : null;
        // In the order of the text, within the outermost function: a handler, or a function beside it.
        const within = parents.find((parent) => /Function/.test(parent.type));
        if (method !== null && BATCHES.has(method) && !firstBatch.has(within)) firstBatch.set(within, { node, method });
        const earlier = firstBatch.get(within);
        if (method === 'setMergingStrategy' && earlier) {
            const message = `setMergingStrategy comes after ${earlier.method} in line ${source.place(earlier.node).line}, whose records it would not cover`;
            say.error('merging_strategy_too_late', node, message, 'move it to the start of exec, before the first batch call');
        }
    });
}

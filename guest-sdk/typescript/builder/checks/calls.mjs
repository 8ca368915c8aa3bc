// Calls of `nango` whose result is lost, and requests that say half of what they mean.
import { hostNames } from '../definition.mjs';
import { nameOf, property } from '../source.mjs';

/** What answers with a promise. `log` is not here: nothing is lost where nobody waits for it. */
const PROMISES = new Set([
    'get', 'post', 'put', 'patch', 'delete', 'proxy', 'getConnection', 'getToken', 'getIntegration', 'getMetadata', 'setMetadata', 'updateMetadata',
    'getFieldMapping', 'setFieldMapping', 'getWebhookURL', 'getEnvironmentVariables', 'triggerAction', 'triggerSync', 'startSync', 'uncontrolledFetch',
    'tryAcquireLock', 'releaseLock', 'releaseAllLocks', 'getCheckpoint', 'saveCheckpoint', 'clearCheckpoint', 'batchSave', 'batchSend', 'batchUpdate',
    'batchDelete', 'getRecordsByIds', 'setMergingStrategy', 'trackDeletesStart', 'trackDeletesEnd', 'deleteRecordsFromPreviousExecutions',
]);

export function calls({ source, definition }, say) {
    const host = hostNames(definition);
    source.walk((node, parents) => {
        if (node.type === 'ObjectExpression') retries(node, say);
        if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
        const { object, property: key, computed } = node.callee;
        const method = object.type === 'Identifier' && host.has(object.name) ? nameOf(key, computed) : null;
        if (method === null || !PROMISES.has(method)) return;
        if (isLost(node, parents)) {
            const call = `${object.name}.${method}(...)`;
            say.error('missing_await', node, `nothing waits for \`${call}\``, `write \`await ${call}\`: without it the function may end first, and a failure goes unnoticed`);
        }
    });
}

/** Whether a promise is dropped, or asked for its truth. */
function isLost(node, parents) {
    let child = node;
    for (let index = parents.length - 1; index >= 0; index--) {
        const parent = parents[index];
        switch (parent.type) {
            case 'ExpressionStatement':
                return true;
            case 'IfStatement':
            case 'WhileStatement':
            case 'DoWhileStatement':
                return parent.test === child;
            case 'ConditionalExpression':
                if (parent.test === child) return true;
                break;
            case 'UnaryExpression':
                return parent.operator === '!';
            case 'LogicalExpression':
            case 'ParenthesizedExpression':
            case 'ChainExpression':
            case 'TSAsExpression':
            case 'TSNonNullExpression':
                break;
            case 'SequenceExpression':
                if (parent.expressions.at(-1) !== child) return true;
                break;
            default:
                return false;
        }
        child = parent;
    }
    return false;
}

function retries(object, say) {
    const retryOn = property(object, 'retryOn');
    const spread = object.properties.some((one) => one.type === 'SpreadElement');
    if (retryOn && property(object, 'endpoint') && !property(object, 'retries') && !spread) {
        say.error('retry_on_without_retries', retryOn, 'retryOn has no effect without retries', 'add `retries: 3`, or remove retryOn');
    }
}

// What a function asks of the host beyond the default, found by the names of members that its files use.
import { nameOf } from './source.mjs';

const MEMBERS = {
    getToken: 'credentials',
    getConnection: 'credentials',
    credentials: 'credentials',
    uncontrolledFetch: 'fetch',
    baseUrlOverride: 'fetch',
    deleteRecordsFromPreviousExecutions: 'previousExecutions',
};

/** @param {Iterable<import('./source.mjs').Source>} sources that the function reaches */
export function usesOf(sources) {
    const uses = { credentials: false, fetch: false, previousExecutions: false };
    for (const source of sources) {
        source.walk((node) => {
            // `nango.getToken`, and keys too: `{ getToken } = nango`, `{ baseUrlOverride: ... }`.
            const key = node.type === 'MemberExpression' ? node.property : node.type === 'Property' ? node.key : null;
            const name = key && nameOf(key, node.computed);
            if (name !== null && Object.hasOwn(MEMBERS, name)) uses[MEMBERS[name]] = true;
        });
    }
    return uses;
}

// Mistakes that the type checker does not see, found in the author's files as they are written.
import { calls } from './checks/calls.mjs';
import { definition } from './checks/definition.mjs';
import { globals } from './checks/globals.mjs';
import { models } from './checks/models.mjs';
import { order } from './checks/order.mjs';

const CHECKS = [definition, models, calls, order, globals];

/**
 * @param {{ source: import('./source.mjs').Source, entry?: object, definition?: object | null }} file
 *   `entry` and `definition` where the file is a function's own and not one that functions share.
 * @returns {{ errors: object[], warnings: object[] }}
 */
export function check(file) {
    const found = { errors: [], warnings: [] };
    const { source } = file;
    const say = {
        error: (code, at, message, remedy) => found.errors.push(source.diagnostic(code, message, remedy, at)),
        warning: (code, at, message, remedy) => found.warnings.push(source.diagnostic(code, message, remedy, at)),
    };
    for (const one of CHECKS) one(file, say);
    return found;
}

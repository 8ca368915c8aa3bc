// The module that a component is made of: the seam between the builder and src/runtime.
import { converters } from './zod.mjs';

/** Stand for what is known only once the bundle is there. */
export const BUILD = '__syncline_build__';
export const LINES = '__syncline_lines__';
export const uses = (index) => `__syncline_uses_${index}__`;

/**
 * @param {string} integration
 * @param {(import('./project.mjs').Entry & { definition: import('./definition.mjs').Definition })[]} entries
 * @param {Iterable<import('./source.mjs').Source>} sources
 */
export function entryModule(integration, entries, sources) {
    const zod = converters(sources);
    const imports = entries.map((entry, index) => `import * as f${index} from ${JSON.stringify(entry.path)};\n`).join('');
    const functions = entries.map((entry, index) => {
        const { name, file } = entry;
        return `{ ...${JSON.stringify({ name, kind: entry.definition.kind, file })}, module: f${index}, uses: "${uses(index)}" }`;
    });
    return `import '@syncline/functions/prelude';
import { component } from '@syncline/functions/runtime';
${zod.imports}${imports}export const { describe, call } = component({
    integration: ${JSON.stringify(integration)},
    build: "${BUILD}",
    functions: [${functions.join(', ')}],
    toJsonSchema: ${zod.object},
    lines: "${LINES}",
});
`;
}

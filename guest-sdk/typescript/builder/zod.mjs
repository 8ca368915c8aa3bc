// Which zods a project's functions use, and what makes JSON Schemas of their models.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * @param {Iterable<import('./source.mjs').Source>} sources of one component
 * @returns {{ imports: string, object: string }} code of the entry module
 */
export function converters(sources) {
    const found = { v3: false, v4: null };
    for (const source of sources) {
        for (const one of source.module.staticImports) {
            const specifier = one.moduleRequest.value;
            if (!/^zod(\/|$)/.test(specifier)) continue;
            const folder = installed(path.dirname(source.path));
            if (!folder) continue;
            const major = Number(JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).version.split('.')[0]);
            const isV3 = specifier.startsWith('zod/v3') || (specifier === 'zod' && major === 3);
            if (isV3) found.v3 = true;
            // Of that very zod: schemas carry references into it. All of one version share its registry.
            else found.v4 ??= path.join(folder, 'v4/core/index.js');
        }
    }
    const v3 = found.v3 ? `import { zodToJsonSchema as v3 } from ${JSON.stringify(V3)};\n` : '';
    const v4 = found.v4 ? `import { toJSONSchema as v4 } from ${JSON.stringify(found.v4)};\n` : '';
    return { imports: v3 + v4, object: `{ v3: ${found.v3 ? 'v3' : 'undefined'}, v4: ${found.v4 ? 'v4' : 'undefined'} }` };
}

const V3 = path.join(path.dirname(createRequire(import.meta.url).resolve('zod-to-json-schema')), '../esm/index.js');

function installed(folder) {
    for (let at = folder; ; at = path.dirname(at)) {
        const candidate = path.join(at, 'node_modules/zod');
        if (fs.existsSync(path.join(candidate, 'package.json'))) return fs.realpathSync(candidate);
        if (at === path.dirname(at)) return null;
    }
}

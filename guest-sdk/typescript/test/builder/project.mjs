// Projects for the builder's tests: folders with an author's files and the zod that he installed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Project } from '../../builder/build.mjs';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Removed when the test ends. `zod` names the package that plays it. */
export function folder(t, files, { zod = 'zod' } = {}) {
    const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'syncline-builder-')));
    t.after(() => fs.rmSync(root, { recursive: true, force: true }));
    write(root, { 'package.json': '{"type":"module"}', ...files });
    if (zod) {
        fs.mkdirSync(path.join(root, 'node_modules'), { recursive: true });
        fs.symlinkSync(path.join(MODULES, zod), path.join(root, 'node_modules/zod'));
    }
    return root;
}

export function write(root, files) {
    for (const [name, text] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
        fs.writeFileSync(path.join(root, name), text);
    }
}

/** What a build of these files says. */
export async function build(t, files, options) {
    const project = new Project(folder(t, files, options));
    const result = await project.build();
    await project.dispose();
    return result;
}

/** The first diagnostic of a code, as `code file:line:column`. */
export function places(diagnostics) {
    return diagnostics.map((one) => `${one.code} ${one.file}:${one.line}:${one.column}`);
}

/** A sync with these lines in its exec, the first of which is line 9. */
export function sync(lines, { models = 'Issue', fields = '' } = {}) {
    return `import { createSync } from 'nango';
import * as z from 'zod';
const Issue = z.object({ id: z.string(), title: z.string() });
export default createSync({
    description: 'Issues',
    frequency: 'every hour',${fields}
    models: { ${models} },
    exec: async (nango) => {
${[lines].flat().join('\n')}
    },
});
`;
}

/** An action with these lines in its exec, the first of which is line 8. */
export function action(lines) {
    return `import { createAction } from 'nango';
import * as z from 'zod';
export default createAction({
    description: 'Acts',
    input: z.object({ id: z.string() }),
    output: z.object({ ok: z.boolean() }),
    exec: async (nango, input) => {
${[lines].flat().join('\n')}
    },
});
`;
}

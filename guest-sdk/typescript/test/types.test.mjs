import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { PACKAGE } from './support/runtime.mjs';

const tsc = join(PACKAGE, 'node_modules/typescript/bin/tsc');

/** What the type checker says of the package's own files, under its strictest options. */
test('the_package_and_its_examples_for_both_versions_of_zod_are_strictly_typed', async () => {
    for (const project of [PACKAGE, join(PACKAGE, 'test/types/zod3.json')]) {
        await promisify(execFile)(process.execPath, [tsc, '-p', project]).catch(({ stdout }) => assert.fail(stdout));
    }
});

/** An author's options may be as lax as the ones of ten years ago. */
test('the_authoring_api_needs_no_option_of_the_author', async () => {
    const folder = await mkdtemp(join(PACKAGE, 'test/.author-'));
    try {
        const compilerOptions = { noEmit: true, strict: false, target: 'es2022', module: 'esnext', moduleResolution: 'bundler', skipLibCheck: false, types: ['node'], paths: { nango: [join(PACKAGE, 'src/index.ts')] } };
        await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['sync.ts'] }));
        await writeFile(join(folder, 'sync.ts'), `import { createSync } from 'nango';\nimport * as z from 'zod';\nexport default createSync({ description: '', models: { A: z.object({ id: z.string() }) }, exec: async (nango) => { await nango.batchSave([{ id: '1' }], 'A'); } });\n`);
        await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(({ stdout }) => assert.fail(stdout));
    } finally {
        await rm(folder, { recursive: true });
    }
});

test('the_manifest_names_this_package_as_it_is', async () => {
    const { default: { name, version } } = await import('../package.json', { with: { type: 'json' } });
    const { PACKAGE: named } = await import('./support/runtime.mjs').then(({ load }) => load(`export { PACKAGE } from './src/runtime/package.ts';`));
    assert.deepEqual(named, { name, version });
});

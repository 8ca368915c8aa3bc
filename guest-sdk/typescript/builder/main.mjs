// The builder's command line, for programs:
//
//   node main.mjs build PROJECT [--integration NAME]... [--out DIR]   prints one JSON document
//   node main.mjs watch PROJECT                                       answers JSON lines with JSON lines
//
// Exit code 0 whether or not the project builds; anything else says on stderr that the builder itself could not do its work.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Project } from './build.mjs';
import { watch } from './watch.mjs';

const USAGE = 'usage: main.mjs build PROJECT [--integration NAME]... [--out DIR] | main.mjs watch PROJECT';

async function main() {
    const { values, positionals } = parseArgs({
        allowPositionals: true,
        options: { integration: { type: 'string', multiple: true }, out: { type: 'string' } },
    });
    const [command, folder] = positionals;
    if (!['build', 'watch'].includes(command) || folder === undefined || positionals.length > 2) throw new Error(USAGE);
    const project = new Project(fs.realpathSync(folder));
    if (command === 'watch') return watch(project, process.stdin, process.stdout);
    const result = await project.build({ integrations: values.integration ?? null });
    if (result.ok && values.out !== undefined) copy(result.components, path.resolve(values.out));
    await project.dispose();
    process.stdout.write(`${JSON.stringify(result)}\n`);
}

function copy(components, folder) {
    fs.mkdirSync(folder, { recursive: true });
    for (const component of components) {
        const file = path.join(folder, `${component.integration}.wasm`);
        fs.copyFileSync(component.path, file);
        component.path = file;
    }
}

main().catch((error) => {
    process.stderr.write(`${error.stack ?? error}\n`);
    process.exitCode = 1;
});

// The builder as a companion of `syncline dev`: bundler and parsed files stay warm, and types follow in a line of their own.
import readline from 'node:readline';

/**
 * Reads `{"build": ["github"]}`, or `{"build": null}` for all. Answers each with the document of `build`, and where that is a success with
 * `{"types": {"ok", "errors"}}` later, unless a further request came first.
 * @param {import('./build.mjs').Project} project
 */
export async function watch(project, input, output) {
    const say = (document) => output.write(`${JSON.stringify(document)}\n`);
    let types = null;
    for await (const line of readline.createInterface({ input })) {
        if (line.trim() === '') continue;
        const { build } = JSON.parse(line);
        types?.abort();
        const result = await project.build({ integrations: build, types: false });
        say(result);
        if (!result.ok) continue;
        const mine = (types = new AbortController());
        project.checkTypes(mine.signal).then(
            (errors) => mine.signal.aborted || say({ types: { ok: errors.length === 0, errors } }),
            (error) => {
                if (mine.signal.aborted) return;
                process.stderr.write(`${error.stack ?? error}\n`);
                process.exitCode = 1;
                input.destroy();
            },
        );
    }
    await project.dispose();
}

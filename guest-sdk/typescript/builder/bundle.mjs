// One integration's functions, with all that they import, as one ES module.
import path from 'node:path';
import esbuild from 'esbuild';
import { diagnostic, relative } from './diagnostics.mjs';
import { BUILD, LINES, entryModule, uses } from './entry.mjs';
import { builtinName, isAuthors, isBuiltin, packageName, packageOf, plugin, refusal } from './imports.mjs';
import { lineTable, places } from './lines.mjs';
import { FINGERPRINT, ROOT, hash } from './package.mjs';
import { usesOf } from './uses.mjs';

/** @typedef {{ code: string, build: string, lines: Map<number, { file: string, line: number }>, inputs: string[] }} Bundle */

export class Bundler {
    #context = null;
    #entry = '';
    #refused = [];
    #edges = new Map();
    #sources = [];

    /** @param {(file: string) => import('./source.mjs').Source} read */
    constructor(root, integration, read) {
        this.root = root;
        this.integration = integration;
        this.read = read;
    }

    /**
     * @param {object[]} entries each with its `definition` and the `sources` that it reaches
     * @returns {Promise<{ bundle?: Bundle, errors: object[] }>}
     */
    async bundle(entries) {
        const sources = new Map(entries.flatMap((entry) => [...entry.sources]));
        this.#sources = [...sources.values()];
        const entry = entryModule(this.integration, entries, this.#sources);
        if (entry !== this.#entry) {
            await this.dispose();
            this.#context = await esbuild.context(this.#options(entry));
            this.#entry = entry;
        }
        let result;
        try {
            result = await this.#context.rebuild();
        } catch (failure) {
            if (!failure.errors) throw failure;
            return { errors: [...this.#refusals(), ...failure.errors.flatMap((error) => this.#told(error) ?? [])] };
        }
        const refusals = this.#refusals();
        return refusals.length > 0 ? { errors: refusals } : { bundle: this.#finish(result, entries), errors: [] };
    }

    async dispose() {
        await this.#context?.dispose();
        this.#context = null;
    }

    #options(contents) {
        return {
            // An own name for the importer: the entry is not the author's.
            stdin: { contents, resolveDir: this.root, sourcefile: 'syncline:entry', loader: 'js' },
            absWorkingDir: this.root,
            outfile: path.join(this.root, 'component.js'),
            write: false,
            bundle: true,
            format: 'esm',
            platform: 'neutral',
            mainFields: ['browser', 'module', 'main'],
            target: 'es2022',
            charset: 'utf8',
            legalComments: 'none',
            sourcemap: 'external',
            sourcesContent: false,
            metafile: true,
            logLevel: 'silent',
            define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
            plugins: [plugin({ read: this.read, refused: this.#refused, edges: this.#edges })],
        };
    }

    #finish({ outputFiles, metafile }, entries) {
        const text = (extension) => outputFiles.find((file) => file.path.endsWith(extension)).text;
        let code = text('.js');
        const lines = places(JSON.parse(text('.js.map')), code, this.root, isAuthors);
        const put = (token, value) => {
            code = code.replace(`"${token}"`, () => value);
        };
        put(LINES, JSON.stringify(lineTable(lines)));
        entries.forEach((entry, index) => put(uses(index), JSON.stringify(usesOf(entry.sources.values()))));
        // Where the project and this package lie on this machine is no part of what is built.
        const placeless = code.replaceAll(`${relative(this.root, ROOT)}/`, '').replace(/^\s*\/\/ .*$/gm, '');
        const build = hash([FINGERPRINT, placeless]);
        put(BUILD, JSON.stringify(build));
        // Those with a namespace before the path are modules that have no file.
        const files = Object.keys(metafile.inputs).filter((file) => !/^[a-z-]{2,}:/.test(file));
        const inputs = files.map((file) => path.resolve(this.root, file)).filter(isAuthors);
        return { code, build, lines, inputs };
    }

    #refusals() {
        return this.#refused.map(({ importer, specifier }) => {
            const { message, remedy } = refusal(specifier);
            return diagnostic('unusable_import', message, remedy, this.#importPlace(importer, (one) => one === specifier));
        });
    }

    /** One of esbuild's errors in the author's terms. */
    #told({ text, location }) {
        const file = location && path.resolve(this.root, location.file);
        const at = location && { file: relative(this.root, file), line: location.line, column: location.column + 1 };
        const [, specifier] = /^Could not resolve "(.+?)"/.exec(text) ?? [];
        if (file && !isAuthors(file)) return this.#inPackage(file, specifier, text);
        if (specifier === undefined) {
            const native = /No loader is configured for "\.node"/.test(text);
            if (native) return diagnostic('unusable_import', `${text}: native code cannot run in a sandbox`, 'use a package written in JavaScript', at);
            return diagnostic('bundle_error', text, 'correct the import or the statement here', at);
        }
        if (specifier.startsWith('.')) return diagnostic('unresolved_import', `\`${specifier}\` does not exist`, 'correct the path, or remove the import', at);
        const name = packageName(specifier);
        const message = `the package \`${name}\` is not installed`;
        return diagnostic('dependency_missing', message, `run \`npm install\` in ${this.root}; if package.json does not name it, \`npm install ${name}\``, at);
    }

    /** What is wrong inside of a package is told where the author imports it. */
    #inPackage(file, specifier, text) {
        const name = packageOf(file);
        if (name === null) return diagnostic('builder_error', text, 'this is a defect of @syncline/functions; please report it', { file });
        const own = this.#importedByAuthor(name);
        const at = this.#importPlace(null, (one) => packageName(one) === own);
        const through = own === name ? `\`${name}\`` : `\`${own}\`, by way of \`${name}\`,`;
        if (specifier && isBuiltin(specifier)) {
            const { remedy } = refusal(specifier) ?? { remedy: 'use a package that does not need it' };
            return diagnostic('unusable_import', `${through} needs \`${builtinName(specifier)}\` of Node.js, which is not there in a function`, remedy, at);
        }
        if (specifier) return diagnostic('dependency_missing', `${through} needs \`${specifier}\`, which is not installed`, `run \`npm install\` in ${this.root}`, at);
        return diagnostic('unusable_import', `${through} cannot be bundled: ${text}`, 'use another package', at);
    }

    /** The package that the author imports and that leads to `name`. */
    #importedByAuthor(name) {
        const seen = new Set([name]);
        const waiting = [name];
        while (waiting.length > 0) {
            const one = waiting.shift();
            const importers = this.#edges.get(one) ?? new Set();
            if (importers.has('')) return one;
            for (const importer of importers) if (!seen.has(importer)) waiting.push(importer), seen.add(importer);
        }
        return name;
    }

    /** The first import of the author's that `matches`: in `file`, or anywhere. */
    #importPlace(file, matches) {
        for (const source of file ? [this.read(file)] : this.#sources) {
            const { staticImports, staticExports, dynamicImports } = source.module;
            const requests = [...staticImports, ...staticExports.flatMap((one) => one.entries)].flatMap((one) => one.moduleRequest ?? []);
            const found = requests.find((one) => matches(one.value));
            if (found) return source.place(found);
            const later = dynamicImports.find((one) => matches(source.text.slice(one.moduleRequest.start + 1, one.moduleRequest.end - 1)));
            if (later) return source.place(later.moduleRequest);
        }
        return { file: file && relative(this.root, file) };
    }
}

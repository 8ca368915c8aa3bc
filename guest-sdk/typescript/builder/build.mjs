// From a project's folder to its components: find, check, bundle, snapshot, with the type check beside.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Bundler } from './bundle.mjs';
import { Cache } from './cache.mjs';
import { check } from './check.mjs';
import { definitionOf } from './definition.mjs';
import { BuildError, diagnostic, nearest, tidy } from './diagnostics.mjs';
import { Sources, reach } from './graph.mjs';
import { discover } from './project.mjs';
import { snapshot } from './snapshot.mjs';
import { typecheck } from './typecheck.mjs';

/** What a snapshot needs at its peak, with the engine compiled in every one of them. */
const SNAPSHOT_BYTES = 700 << 20;

export class Project {
    #bundlers = new Map();

    constructor(root) {
        this.root = root;
        this.cache = new Cache(root);
        this.sources = new Sources(root);
    }

    /**
     * @param {{ integrations?: string[] | null, types?: boolean }} [options] `types: false` leaves the type check to `checkTypes`.
     * @returns {Promise<object>} what the command line prints
     */
    async build({ integrations = null, types = true } = {}) {
        const found = { errors: [], warnings: [] };
        try {
            const entries = this.#read(integrations);
            this.#check(entries, found);
            const checking = types ? this.#typecheck(entries) : [];
            const components = await this.#components(entries, found);
            found.errors.push(...(await checking));
            if (found.errors.length === 0) return { ok: true, components, warnings: tidy(found.warnings) };
        } catch (error) {
            if (!(error instanceof BuildError)) throw error;
            found.errors.push(...error.diagnostics);
        }
        return { ok: false, errors: tidy(found.errors), warnings: tidy(found.warnings) };
    }

    /** The type check alone, of what lies there now. */
    async checkTypes(signal) {
        try {
            return tidy(await this.#typecheck(this.#read(null), signal));
        } catch (error) {
            // What is wrong with the project itself the build has said.
            if (error instanceof BuildError) return [];
            throw error;
        }
    }

    async dispose() {
        await Promise.all([...this.#bundlers.values()].map((bundler) => bundler.dispose()));
    }

    #read(integrations) {
        const all = discover(this.root);
        const known = [...new Set(all.map((entry) => entry.integration))];
        const unknown = (integrations ?? []).filter((name) => !known.includes(name));
        if (unknown.length > 0) {
            const meant = nearest(unknown[0], known);
            throw new BuildError([diagnostic('unknown_integration', `the project has no integration ${unknown[0]}`, `${meant ? `write ${meant}; ` : ''}there are: ${known.join(', ')}`)]);
        }
        const entries = integrations === null ? all : all.filter((entry) => integrations.includes(entry.integration));
        const once = new Map();
        const read = (file) => once.get(file) ?? once.set(file, this.sources.read(file, fs.readFileSync(file, 'utf8'))).get(file);
        return entries.map((entry) => {
            const sources = reach(entry.path, read);
            return { ...entry, sources, definition: definitionOf(sources.get(entry.path)) };
        });
    }

    /** Syntax errors end a build: the rest of what could be said would be guesses. */
    #check(entries, found) {
        const functions = new Map(entries.map((entry) => [entry.path, entry]));
        const files = new Map(entries.flatMap((entry) => [...entry.sources]));
        const broken = [...files.values()].flatMap((source) => source.errors);
        if (broken.length > 0) throw new BuildError(broken);
        for (const source of files.values()) {
            const entry = functions.get(source.path);
            const { errors, warnings } = check({ source, entry, definition: entry?.definition });
            found.errors.push(...errors);
            found.warnings.push(...warnings);
        }
    }

    #typecheck(entries, signal) {
        const sources = new Map(entries.flatMap((entry) => [...entry.sources])).values();
        return typecheck({ root: this.root, folder: this.cache.folder, files: entries.map((entry) => entry.path), sources, signal });
    }

    async #components(entries, found) {
        const integrations = grouped(entries);
        // Entries without a definition have an error already; the bundle of the others still shows what is wrong with their imports.
        const bundles = await Promise.all(
            [...integrations].map(async ([integration, all]) => {
                const defined = all.filter((entry) => entry.definition);
                const { bundle, errors } = await this.#bundler(integration).bundle(defined);
                found.errors.push(...errors);
                return { integration, bundle, entries: defined };
            }),
        );
        if (found.errors.length > 0) return [];
        return inTurn(bundles, atOnce(), async ({ integration, bundle, entries }) => {
            let bytes = this.cache.lookup(integration, bundle.build);
            const cached = bytes !== null;
            if (!cached) {
                const { component, errors } = await snapshot(bundle);
                found.errors.push(...errors);
                if (!component) return null;
                this.cache.insert(integration, bundle.build, component);
                bytes = component.length;
            }
            const functions = entries.map(({ name, file, definition }) => ({ name, kind: definition.kind, file }));
            const own = new Set(entries.map((entry) => entry.path));
            const files = [...own, ...bundle.inputs.filter((file) => !own.has(file))];
            const sources = files.map((file) => ({ file: path.relative(this.root, file).split(path.sep).join('/'), code: fs.readFileSync(file, 'utf8') }));
            return { integration, path: this.cache.path(integration, bundle.build), build: bundle.build, bytes, cached, functions, sources };
        });
    }

    #bundler(integration) {
        const known = this.#bundlers.get(integration);
        if (known) return known;
        const bundler = new Bundler(this.root, integration, (file) => this.sources.read(file, fs.readFileSync(file, 'utf8')));
        this.#bundlers.set(integration, bundler);
        return bundler;
    }
}

function grouped(entries) {
    const groups = new Map();
    for (const entry of entries) groups.set(entry.integration, [...(groups.get(entry.integration) ?? []), entry]);
    return groups;
}

function atOnce() {
    return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.freemem() / SNAPSHOT_BYTES)));
}

/** Maps with at most `limit` under way. */
async function inTurn(items, limit, work) {
    const results = new Array(items.length);
    let next = 0;
    const worker = async () => {
        for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]);
    };
    await Promise.all(Array.from({ length: limit }, worker));
    return results.filter((result) => result !== null);
}

// The author's own files: every entry, and what they reach by relative imports.
import path from 'node:path';
import { sourceFile } from './project.mjs';
import { Source } from './source.mjs';

/** Parsed files by path, kept between builds while their text is the same. */
export class Sources {
    #parsed = new Map();

    constructor(root) {
        this.root = root;
    }

    /** @returns {Source} */
    read(file, text) {
        const known = this.#parsed.get(file);
        if (known && known.text === text) return known;
        const source = new Source(this.root, file, text);
        this.#parsed.set(file, source);
        return source;
    }
}

/**
 * The files that `entry` runs, itself first. Imports that do not resolve are the bundler's to report.
 * @param {(file: string) => Source} read
 */
export function reach(entry, read) {
    const files = new Map();
    const waiting = [entry];
    while (waiting.length > 0) {
        const file = waiting.shift();
        if (files.has(file)) continue;
        const source = read(file);
        files.set(file, source);
        for (const specifier of imports(source)) {
            const target = specifier.startsWith('.') && sourceFile(path.resolve(path.dirname(file), specifier));
            if (target && /\.[mc]?[jt]sx?$/.test(target)) waiting.push(target);
        }
    }
    return files;
}

/** What a file imports at run time. */
function imports(source) {
    const { staticImports, staticExports, dynamicImports } = source.module;
    const values = staticImports.filter((one) => one.entries.length === 0 || one.entries.some((entry) => !entry.isType)).map((one) => one.moduleRequest.value);
    const passed = staticExports.flatMap((one) => one.entries.filter((entry) => entry.moduleRequest && !entry.isType).map((entry) => entry.moduleRequest.value));
    const later = dynamicImports
        .map((one) => source.text.slice(one.moduleRequest.start, one.moduleRequest.end))
        .filter((text) => /^(['"]).*\1$/.test(text))
        .map((text) => text.slice(1, -1));
    return [...values, ...passed, ...later];
}

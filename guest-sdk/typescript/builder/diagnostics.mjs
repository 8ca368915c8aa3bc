// What the builder says about an author's code: one shape for every stage, from the parser to the snapshot.
import path from 'node:path';

/**
 * @typedef {{ code: string, file: string | null, line: number | null, column: number | null, message: string, remedy: string }} Diagnostic
 *   `file` is relative to the project, with `/`; `line` and `column` count from 1.
 */

/** Thrown where a build cannot go on; carries what to tell the author. */
export class BuildError extends Error {
    /** @param {Diagnostic[]} diagnostics */
    constructor(diagnostics) {
        super(diagnostics.map((one) => one.message).join('\n'));
        this.diagnostics = diagnostics;
    }
}

/**
 * @param {string} code
 * @param {string} message
 * @param {string} remedy
 * @param {{ file?: string | null, line?: number | null, column?: number | null }} [at]
 * @returns {Diagnostic}
 */
export function diagnostic(code, message, remedy, at = {}) {
    return { code, file: at.file ?? null, line: at.line ?? null, column: at.column ?? null, message, remedy };
}

/** A path as diagnostics, line tables and stacks show it. */
export function relative(root, file) {
    return path.relative(root, file).split(path.sep).join('/');
}

/** After these, what the type checker says of the same file is mostly what follows from them. */
const CAUSES = new Set(['no_definition', 'no_exec', 'model_without_id', 'invalid_model_name', 'unusable_import', 'unresolved_import']);

/** By place, each once. A type error that only repeats in the compiler's words what a check has said, or follows from it, is left out. */
export function tidy(diagnostics) {
    const place = (one) => `${one.file}:${one.line}`;
    const told = new Set(diagnostics.filter((one) => one.code !== 'type_error').map(place));
    const broken = new Set(diagnostics.filter((one) => CAUSES.has(one.code)).map((one) => one.file));
    // Without a package's types, everything that comes from it has none.
    const untyped = diagnostics.some((one) => one.code === 'dependency_missing');
    const follows = (one) => one.file !== null && (untyped || broken.has(one.file) || told.has(place(one)));
    const seen = new Set();
    return diagnostics
        .filter((one) => one.code !== 'type_error' || !follows(one))
        .filter((one) => {
            const key = `${place(one)}:${one.column}:${one.code}:${one.message}`;
            return !seen.has(key) && seen.add(key);
        })
        .sort((a, b) => compare(a.file ?? '', b.file ?? '') || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

/** The word of `words` that was probably meant. */
export function nearest(word, words) {
    let best = null;
    let least = Math.max(2, Math.floor(word.length / 2)) + 1;
    for (const candidate of words) {
        const distance = edits(word.toLowerCase(), candidate.toLowerCase());
        if (distance < least) [best, least] = [candidate, distance];
    }
    return best;
}

function edits(a, b) {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        }
        row = next;
    }
    return row[b.length];
}

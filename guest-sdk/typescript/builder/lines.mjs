// From the bundler's source map to places in the author's files, and to the line table that goes into the component.
import path from 'node:path';
import { relative } from './diagnostics.mjs';

/**
 * The author's file and line for each generated line that has one, by the first piece of it: a line of the bundle is a statement or
 * a part of one.
 * @param {{ sources: string[], mappings: string }} map
 * @param {string} code that it belongs to
 * @param {(file: string) => boolean} isAuthors
 * @returns {Map<number, { file: string, line: number, inner: { column: number, file: string, line: number }[] }>} lines and columns count
 *   from 1; `inner` are pieces of that generated line that come from further lines: a chain of calls is printed in one.
 */
export function places(map, code, root, isAuthors) {
    const files = map.sources.map((source) => path.resolve(root, source)).map((file) => (isAuthors(file) ? relative(root, file) : null));
    const lines = code.split('\n');
    const found = new Map();
    let [source, line] = [0, 0];
    map.mappings.split(';').forEach((segments, index) => {
        // A line that begins within an expression starts with a mapping of its indentation to where the line before ended: the next one
        // is of its own text.
        const indentation = lines[index]?.search(/\S/) ?? 0;
        let column = 0;
        let isOwn = false;
        for (const segment of segments === '' ? [] : segments.split(',')) {
            const [columnStep, sourceStep, lineStep] = decode(segment);
            column += columnStep;
            if (sourceStep === undefined) continue;
            source += sourceStep;
            line += lineStep;
            if (files[source] === null) continue;
            const place = { file: files[source], line: line + 1 };
            const own = found.get(index + 1);
            const last = own?.inner.at(-1) ?? own;
            if (!isOwn) found.set(index + 1, { ...place, inner: [] });
            else if (last.line !== place.line || last.file !== place.file) own.inner.push({ column: column + 1, ...place });
            isOwn ||= column >= indentation;
        }
    });
    return found;
}

/**
 * The same as `LineTable` of src/runtime/lines.ts, which describes the format.
 * @param {Map<number, { file: string, line: number, inner?: { column: number, file: string, line: number }[] }>} places
 */
export function lineTable(places) {
    const files = [];
    const indexOf = (file) => (files.includes(file) ? files.indexOf(file) : files.push(file) - 1);
    const runs = [];
    const inner = [];
    const expected = [];
    let end = 1;
    for (const [generated, { file, line, inner: pieces = [] }] of places) {
        const index = indexOf(file);
        const last = runs.at(-1);
        if (last && generated === end && last.file === index && line === expected[index]) {
            last.count++;
        } else {
            runs.push({ skip: generated - end, file: index, delta: line - (expected[index] ?? 1), count: 1 });
        }
        end = generated + 1;
        expected[index] = line + 1;
        for (const piece of pieces) inner.push(`${generated},${piece.column},${indexOf(piece.file)},${piece.line}`);
    }
    return { files, inner: inner.join(';'), runs: runs.map(({ skip, file, delta, count }) => `${skip},${file},${delta},${count}`).join(';') };
}

/** Where a place of the bundle came from. */
export function at(places, line, column) {
    const own = places.get(line);
    const { file, line: source } = own?.inner.findLast((piece) => piece.column <= column) ?? own ?? {};
    return file === undefined ? undefined : { file, line: source };
}

const DIGITS = new Map([...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((digit, value) => [digit, value]));

/** Base64 VLQ, as source maps write numbers. */
function decode(segment) {
    const numbers = [];
    let [value, shift] = [0, 0];
    for (const digit of segment) {
        const bits = DIGITS.get(digit);
        value |= (bits & 31) << shift;
        shift += 5;
        if (bits & 32) continue;
        numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
        [value, shift] = [0, 0];
    }
    return numbers;
}

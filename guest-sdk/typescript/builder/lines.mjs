// From the bundler's source map to places in the author's files, and to the line table that goes into the component.
import path from 'node:path';
import { relative } from './diagnostics.mjs';

/**
 * The author's file and line for each generated line that has one, by the first piece of it: a line of the bundle is a statement or
 * a part of one.
 * @param {{ sources: string[], mappings: string }} map
 * @param {string} code that it belongs to
 * @param {(file: string) => boolean} isAuthors
 * @returns {Map<number, { file: string, line: number }>} lines count from 1
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
            if (files[source] === null || isOwn) continue;
            isOwn = column >= indentation;
            found.set(index + 1, { file: files[source], line: line + 1 });
        }
    });
    return found;
}

/**
 * The same as `LineTable` of src/runtime/lines.ts, which describes the format.
 * @param {Map<number, { file: string, line: number }>} places
 */
export function lineTable(places) {
    const files = [];
    const runs = [];
    const expected = [];
    let end = 1;
    for (const [generated, { file, line }] of places) {
        const known = files.indexOf(file);
        const index = known === -1 ? files.push(file) - 1 : known;
        const last = runs.at(-1);
        if (last && generated === end && last.file === index && line === expected[index]) {
            last.count++;
        } else {
            runs.push({ skip: generated - end, file: index, delta: line - (expected[index] ?? 1), count: 1 });
        }
        end = generated + 1;
        expected[index] = line + 1;
    }
    return { files, runs: runs.map(({ skip, file, delta, count }) => `${skip},${file},${delta},${count}`).join(';') };
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

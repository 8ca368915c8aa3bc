// One file of the author's, parsed once for every check: its text, its tree, its places.
import fs from 'node:fs';
import { parseSync } from 'oxc-parser';
import { diagnostic, relative } from './diagnostics.mjs';

export class Source {
    /**
     * @param {string} root of the project
     * @param {string} path absolute
     */
    constructor(root, path, text = fs.readFileSync(path, 'utf8')) {
        this.path = path;
        this.file = relative(root, path);
        this.text = text;
        const { program, module, errors } = parseSync(path, text, { sourceType: 'module' });
        this.program = program;
        this.module = module;
        this.errors = errors.filter((error) => error.severity === 'Error').map((error) => {
            const at = error.labels[0]?.start ?? 0;
            const remedy = error.helpMessage ?? 'correct the syntax here; an unclosed bracket or quote is often a few lines above';
            return this.diagnostic('syntax_error', error.message, remedy, at);
        });
    }

    /** @param {number | { start: number }} at */
    place(at) {
        const offset = typeof at === 'number' ? at : at.start;
        this.starts ??= lineStarts(this.text);
        let [low, high] = [0, this.starts.length - 1];
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if (this.starts[middle] <= offset) low = middle;
            else high = middle - 1;
        }
        return { file: this.file, line: low + 1, column: offset - this.starts[low] + 1 };
    }

    diagnostic(code, message, remedy, at) {
        return diagnostic(code, message, remedy, this.place(at));
    }

    /** Calls `visit(node, parents)` for every node, parents first; `parents` ends with the nearest. */
    walk(visit) {
        walk(this.program, [], visit);
    }
}

function walk(node, parents, visit) {
    visit(node, parents);
    parents.push(node);
    for (const key in node) {
        const value = node[key];
        if (Array.isArray(value)) {
            for (const item of value) if (item !== null && typeof item === 'object' && typeof item.type === 'string') walk(item, parents, visit);
        } else if (value !== null && typeof value === 'object' && typeof value.type === 'string') {
            walk(value, parents, visit);
        }
    }
    parents.pop();
}

function lineStarts(text) {
    const starts = [0];
    for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) starts.push(index + 1);
    return starts;
}

/** The name that a property or a member is accessed by, where it is written down: `a.b`, `a['b']`, `{ b: 1 }`. */
export function nameOf(key, computed) {
    if (!computed && (key.type === 'Identifier' || key.type === 'PrivateIdentifier')) return key.name;
    return key.type === 'Literal' ? String(key.value) : null;
}

/** The expression without what only the type checker sees: `x as T`, `x satisfies T`, `x!`, `(x)`. */
export function bare(node) {
    while (node && ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression', 'TSTypeAssertion', 'ParenthesizedExpression'].includes(node.type)) {
        node = node.expression;
    }
    return node;
}

/** A property of an object literal; `undefined` where there is none. */
export function property(object, name) {
    return object.properties.find((one) => one.type === 'Property' && nameOf(one.key, one.computed) === name);
}

/** Whether all properties of an object literal are written down in it. */
export function isClosed(object) {
    return object.properties.every((one) => one.type === 'Property' && nameOf(one.key, one.computed) !== null);
}

// The type checker's configuration: the author's strictness, our modules.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { AUTHORING, INDEX, ROOT } from './package.mjs';

/** What of the author's own tsconfig.json counts. The rest says how to make JavaScript, and where from: both are settled here. */
const KEPT = [
    'strict', 'noImplicitAny', 'strictNullChecks', 'strictFunctionTypes', 'strictBindCallApply', 'strictPropertyInitialization', 'noImplicitThis',
    'useUnknownInCatchVariables', 'exactOptionalPropertyTypes', 'noUncheckedIndexedAccess', 'noImplicitOverride', 'noImplicitReturns',
    'noFallthroughCasesInSwitch', 'noPropertyAccessFromIndexSignature', 'noUnusedLocals', 'noUnusedParameters', 'allowUnreachableCode',
    'allowUnusedLabels', 'allowJs', 'checkJs', 'lib', 'jsx', 'verbatimModuleSyntax', 'experimentalDecorators',
];

/** @param {string[]} files absolute */
export function tsconfig(root, files, buildInfo) {
    const file = path.join(root, 'tsconfig.json');
    const own = fs.existsSync(file) ? options(file) : { strict: true };
    const kept = Object.fromEntries(KEPT.filter((name) => own[name] !== undefined).map((name) => [name, own[name]]));
    const folders = [path.join(root, 'node_modules/@types'), path.join(ROOT, 'node_modules/@types'), path.resolve(ROOT, '../../@types')];
    return {
        compilerOptions: {
            lib: ['es2023'],
            // What is said where nothing is said changed between TypeScript's versions.
            strict: false,
            ...kept,
            target: 'es2022',
            module: 'esnext',
            moduleResolution: 'bundler',
            resolveJsonModule: true,
            allowImportingTsExtensions: true,
            moduleDetection: 'force',
            skipLibCheck: true,
            noEmit: true,
            incremental: true,
            tsBuildInfoFile: buildInfo,
            types: ['node'],
            typeRoots: folders.filter((folder) => fs.existsSync(folder)),
            paths: { ...own.paths, ...Object.fromEntries(AUTHORING.map((name) => [name, [INDEX]])) },
        },
        files,
    };
}

/** The compiler options of a tsconfig.json with those that it extends; `paths` absolute. */
function options(file, depth = 0) {
    const text = fs.readFileSync(file, 'utf8');
    const { program, errors } = parseSync('tsconfig.ts', `(${text.trim() || '{}'}\n)`);
    const config = errors.length > 0 ? {} : literal(program.body[0].expression);
    const from = path.dirname(file);
    const own = { ...config.compilerOptions };
    if (own.paths) {
        const base = path.resolve(from, own.baseUrl ?? '.');
        own.paths = Object.fromEntries(Object.entries(own.paths).map(([name, targets]) => [name, targets.map((target) => path.resolve(base, target))]));
    }
    const bases = [config.extends ?? []].flat().map((name) => extended(name, from)).filter((one) => one !== null && depth < 8);
    return Object.assign({}, ...bases.map((one) => options(one, depth + 1)), own);
}

function extended(name, from) {
    const candidates = /^[./]/.test(name) ? [path.resolve(from, name), path.resolve(from, `${name}.json`)] : [];
    const found = candidates.find((one) => fs.statSync(one, { throwIfNoEntry: false })?.isFile());
    if (found || /^[./]/.test(name)) return found ?? null;
    const require = createRequire(path.join(from, 'tsconfig.json'));
    for (const one of [name, `${name}.json`, `${name}/tsconfig.json`]) {
        try {
            return require.resolve(one);
        } catch {
            // The next spelling; where none is installed, its options are not known.
        }
    }
    return null;
}

/** JSON with comments and commas too many, as an expression of the language that it is a part of. */
function literal(node) {
    switch (node?.type) {
        case 'ParenthesizedExpression':
            return literal(node.expression);
        case 'ObjectExpression':
            return Object.fromEntries(node.properties.map((one) => [one.key.value ?? one.key.name, literal(one.value)]));
        case 'ArrayExpression':
            return node.elements.map(literal);
        default:
            return node?.value;
    }
}

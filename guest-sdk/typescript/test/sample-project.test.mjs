/** The sample project shows every member of `nango` in use, and its README says where. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { parseSync } from 'oxc-parser';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const PROJECT = join(PACKAGE, '../../tests/nango-project');

/** Of syncs and their webhooks alone. */
const SYNC = 'NangoSync';
const ALL = 'NangoAction';

test('every member of nango is used by a function of the sample project, as its README lists', () => {
    const members = declared();
    const uses = used();
    for (const name of members) {
        assert.ok(uses.has(name), `no function of tests/nango-project uses nango.${name}: add it to one`);
    }
    const rows = [...members].sort().map((name) => `| \`${name}\` | ${[...uses.get(name)].sort().map((file) => `\`${file}\``).join(', ')} |`);
    const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
    const table = `| member | functions |\n| --- | --- |\n${rows.join('\n')}\n`;
    assert.ok(readme.includes(table), `the table in tests/nango-project/README.md is to be:\n\n${table}`);
});

test('the sample project has twenty functions of all kinds, and index.ts names them all', () => {
    const functions = sources().filter((file) => /^[^/]+\/(syncs|actions|on-events)\//.test(file));
    const imported = [...readFileSync(join(PROJECT, 'index.ts'), 'utf8').matchAll(/^import '\.\/(.+)\.js';$/gm)].map((line) => `${line[1]}.ts`);
    assert.deepEqual([...imported].sort(), [...functions].sort());
    assert.equal(functions.length, 20);
});

/** The members of the two interfaces of the `nango` object. */
function declared() {
    const members = new Set();
    visit(parse(join(PACKAGE, 'src/api/nango.ts')), (node) => {
        if (node.type === 'TSInterfaceDeclaration' && [ALL, SYNC].includes(node.id.name)) {
            for (const member of node.body.body) {
                members.add(member.key.name);
            }
        }
    });
    assert.ok(members.size > 40, `${members.size} members: the interfaces are not where they were`);
    return members;
}

/** Member to the functions that use it: what is written `nango.member`. */
function used() {
    const uses = new Map();
    for (const file of sources()) {
        visit(parse(join(PROJECT, file)), (node) => {
            if (node.type === 'MemberExpression' && !node.computed && node.object.type === 'Identifier' && node.object.name === 'nango') {
                const functions = uses.get(node.property.name) ?? new Set();
                uses.set(node.property.name, functions.add(file.replace(/\.ts$/, '')));
            }
        });
    }
    return uses;
}

function sources() {
    const files = readdirSync(PROJECT, { recursive: true, encoding: 'utf8' }).map((file) => relative('.', file));
    return files.filter((file) => file.endsWith('.ts') && !/(^|\/)(node_modules|\.syncline)\//.test(file) && file !== 'index.ts');
}

function parse(file) {
    const { program, errors } = parseSync(file, readFileSync(file, 'utf8'));
    assert.deepEqual(errors, []);
    return program;
}

function visit(node, look) {
    if (Array.isArray(node)) {
        node.forEach((child) => visit(child, look));
    } else if (node !== null && typeof node === 'object') {
        if (typeof node.type === 'string') {
            look(node);
        }
        Object.values(node).forEach((child) => visit(child, look));
    }
}

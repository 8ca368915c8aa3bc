import assert from 'node:assert/strict';
import test from 'node:test';
import { world } from './support/world.mjs';

const { context } = await world();
const Ours = context.URL;
const PARTS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

function shown(Class, input, base) {
    try {
        const url = new Class(input, base);
        return Object.fromEntries(PARTS.map((part) => [part, url[part]]));
    } catch {
        return 'Invalid URL';
    }
}

const ABSOLUTE = [
    'https://example.com', 'HTTPS://EXAMPLE.com:443/a', 'http://example.com:80', 'http://example.com:8080/', 'https://user:p%40ss@example.com/x', 'https://a@b@c.com/', 'https://user@/x', 'https://:pw@h/',
    'http://ex\u00e4mple.org/\u00fc?\u00fc#\u00fc', 'http://\u4f8b\u3048.jp/', 'http://m\u00fcnchen.\u00f6de.de', 'http://xn--mnchen-3ya.de/', 'http://EXA%4dPLE.com', 'http://a b/', 'http://a%20b/', 'http://ex^ample/', 'http://\uff21\uff22.com',
    'http://127.0.0.1', 'http://127.1', 'http://0x7f.1', 'http://010.0.0.1', 'http://256.1.1.1', 'http://1.2.3.4.5', 'http://1.2.3.', 'http://4294967295', 'http://4294967296', 'http://1.2.3.08', 'http://foo.0x', 'http://99999999999',
    'http://[::1]/', 'http://[1:2:3:4:5:6:7:8]', 'http://[1:0:0:4:0:0:0:8]', 'http://[::ffff:1.2.3.4]', 'http://[1:2:3]', 'http://[::1', 'http://[1::2::3]', 'http://[12345::]', 'http://[::1.2.3]', 'http://[1:2:3:4:5:6:7::]', 'http://[::1.2.3.4:5]', 'http://[fe80::1]:99/', 'http://[::]/',
    'http:example.com', 'http:/example.com', 'http:\\\\example.com\\a\\b', 'http:///////example.com', 'https://', 'http://?x', 'http://#x', 'http:', 'http://host:', 'http://host:x', 'http://host:70000', 'http://host:0', 'http://host:00080/',
    'http://a/b/../c/./d', 'http://a/..', 'http://a/../../x', 'http://a/%2e%2E/b', 'http://a/b/.%2e', 'http://a/b/.', 'http://a/b//c', 'http://a//../b', 'http://a/\\b', 'http://a/ b"<>`{}|^\'', 'http://a/?q= "<>\'`{}|^#f "<>`{}|', 'http://a/%zz%41', 'http://a?x', 'http://a#', 'http://a?', 'http://a/?#',
    'mailto:a@b.c', 'mailto:a b?c d#e f', 'data:text/plain,hello world', 'javascript:alert(1)', 'tel:+1-234', 'urn:isbn:1', 'blob:https://a.com/uuid', 'custom://Host/Path?q#f', 'custom:/a/../b', 'custom:a/../b', 'custom://', 'custom:///x', 'custom://a b', 'custom://\u00fc/', 'web+demo:/.//not-a-host/',
    'file:///etc/passwd', 'file://host/x', 'file://localhost/x', 'file:/x/../y', 'file:x', 'file://host:80/', 'ftp://a:21/', 'ws://a:80/', 'wss://a:443/x',
    '  http://a/  ', 'ht\ntp://a\t/b\r', '', ' ', '/a', 'a', '?q', '#f', '//h/p', '1http://a', 'http', '://a', 'http://a/\ud83d\ude00', 'http://\ud83d\ude00.com', 'http://a/\ud800'
];
const BASES = ['http://u:p@example.com:8080/one/two?three#four', 'https://example.com', 'file:///a/b', 'custom://host/a/b', 'mailto:x@y', 'custom:/p'];
const RELATIVE = ['', 'x', './x', '../x', '../../../x', '/x', '//other/x', '?y', '#z', '?', '#', 'x?y#z', '\\x', '\\\\other\\x', '.', '..', './', '../', 'http:x', 'https:x', 'http:/x', 'http://x', 'file:x', 'custom:x', 'a:b', ' x ', 'x//y', '%2e%2e/x', '///x', '/\\x', 'a b', 'x;y=1'];
/** Where Node 20 does not do as the standard says. */
const LENIENT = new Set(['x?y#z mailto:x@y', '.. custom:/p']);

test('urls_are_parsed_as_node_parses_them', () => {
    for (const input of ABSOLUTE) {
        assert.deepEqual(shown(Ours, input), shown(URL, input), JSON.stringify(input));
    }
    for (const base of BASES) {
        for (const input of RELATIVE) {
            if (!LENIENT.has(`${input} ${base}`)) {
                assert.deepEqual(shown(Ours, input, base), shown(URL, input, base), JSON.stringify([input, base]));
            }
        }
    }
});

test('parts_are_set_as_node_sets_them', () => {
    const values = ['', 'x', 'http', 'https:', 'file', 'custom:', 'a.b:99', 'h:x', '[::1]', '[::1]:5', '99', '443', '70000', '80x', '/p/../q', 'p?q', '?a=b c', '#f g', 'a/b', 'u@v', '\u00fc', 'a b', '127.1', '\\x'];
    for (const start of ['https://u:p@example.com:8080/one?two#three', 'http://example.com/', 'mailto:x@y', 'file:///a', 'custom://host/p']) {
        for (const part of PARTS.filter((name) => name !== 'origin')) {
            for (const value of part === 'port' ? values.filter((one) => /^(?:[0-9]|[^:]*$)/.test(one)) : values) {
                const [ours, theirs] = [new Ours(start), new URL(start)].map((url) => {
                    try {
                        url[part] = value;
                    } catch {
                        return 'Invalid URL';
                    }
                    return [url.href, url.searchParams.toString()];
                });
                assert.deepEqual(ours, theirs, JSON.stringify([start, part, value]));
            }
        }
    }
});

test('parameters_are_those_of_node', () => {
    for (const init of ['', '?a=1&b=2&a=3', 'a', '=', '&&', 'a=b=c', 'a+b=%20+%zz%', '%C3%BC=%ff', "a=~!*()'-_.", { a: 1, b: 'x y' }, [['a', 'b'], ['c', '\u00fc']], new Map([['k', 'v']])]) {
        const [ours, theirs] = [new context.URLSearchParams(init), new URLSearchParams(init)];
        const both = (use) => assert.equal(JSON.stringify(use(ours)), JSON.stringify(use(theirs)), JSON.stringify(init));
        both((params) => [[...params], params.toString(), params.size, params.get('a'), params.getAll('a'), params.has('a'), params.has('a', '3'), params.get('nope')]);
        both((params) => (params.append('z', 'ä&='), params.set('a', 'new'), params.sort(), params.delete('b'), params.toString()));
    }
    assert.throws(() => new context.URLSearchParams([['a']]), { name: 'TypeError' });
    const url = new Ours('http://a/?x=1#f');
    url.searchParams.append('y', 'a b');
    assert.equal(url.href, 'http://a/?x=1&y=a+b#f');
    url.search = '?z=%20';
    assert.equal(url.searchParams.get('z'), ' ');
    url.searchParams.delete('z');
    assert.equal(url.href, 'http://a/#f');
});

import assert from 'node:assert/strict';
import nodePath from 'node:path/posix';
import nodeQuery from 'node:querystring';
import test from 'node:test';
import nodeUrl from 'node:url';
import nodeUtil from 'node:util';
import nodeZlib from 'node:zlib';
import { load } from './support/runtime.mjs';

const { path, url, query, util, zlib, ourAssert, StringDecoder, EventEmitter, stream, timers } = await load(`
    export { default as path } from './src/node/path.ts';
    export { default as url } from './src/node/url.ts';
    export { default as query } from './src/node/querystring.ts';
    export { default as util } from './src/node/util.ts';
    export { default as zlib } from './src/node/zlib.ts';
    export { default as ourAssert } from './src/node/assert.ts';
    export { StringDecoder } from './src/node/string_decoder.ts';
    export { EventEmitter } from './src/node/events.ts';
    export { default as stream } from './src/node/stream.ts';
    export { default as timers } from './src/node/timers/promises.ts';
`);

test('paths_are_those_of_node', () => {
    for (const [one, other] of [['a/b', '../c'], ['/a//b/./', 'c/..'], ['', ''], ['..', 'x.tar.gz'], ['/', '.hidden'], ['a/b/', 'x.']]) {
        for (const member of one === '' ? ['join'] : ['join', 'resolve', 'relative']) {
            const expected = nodePath[member](member === 'join' ? one : `/${one}`, other === '' || member === 'join' ? other : `/${other}`);
            assert.equal(path[member](member === 'join' ? one : `/${one}`, other === '' || member === 'join' ? other : `/${other}`), expected, `${member} ${one} ${other}`);
        }
        for (const text of [one, other]) {
            for (const member of ['normalize', 'basename', 'dirname', 'extname', 'isAbsolute', 'parse']) {
                assert.deepEqual(path[member](text), nodePath[member](text), `${member} ${JSON.stringify(text)}`);
            }
        }
    }
    assert.equal(path.format({ dir: '/a', base: 'b.c' }), '/a/b.c');
});

test('urls_are_parsed_as_nodes_own_parser_does', () => {
    for (const text of ['https://user:p%40ss@example.com:8443/a/b?x=1&y=2#h', 'http://example.com', '/a/b?c=d#e', 'a?b', '?x=1', 'https://example.com:443/', '//host/path']) {
        const [ours, theirs] = [url.parse(text), nodeUrl.parse(text)];
        assert.deepEqual({ ...ours }, { ...theirs }, text);
        assert.equal(url.format(ours), nodeUrl.format(theirs), text);
    }
    assert.deepEqual({ ...url.parse('http://a/?x=1&x=2', true).query }, { x: ['1', '2'] });
    for (const [from, to] of [['/one/two/three', 'four'], ['http://example.com/', '/one'], ['http://example.com/one', 'http://other.com/x'], ['/a/b/', '../c']]) {
        assert.equal(url.resolve(from, to), nodeUrl.resolve(from, to), `${from} ${to}`);
    }
    assert.equal(url.format({ protocol: 'https', hostname: 'example.com', pathname: 'a', query: { b: 'c d' } }), nodeUrl.format({ protocol: 'https', hostname: 'example.com', pathname: 'a', query: { b: 'c d' } }));
});

test('query_strings_are_those_of_node', () => {
    for (const text of ['a=1&b=2&a=3', 'a', '=b', 'a=%ZZ&b=+c', 'x=%C3%BC', '']) {
        assert.deepEqual({ ...query.parse(text) }, { ...nodeQuery.parse(text) }, text);
    }
    for (const values of [{ a: [1, 'ü'], b: true, c: null, d: undefined, e: "it's (ok)!*" }, {}]) {
        assert.equal(query.stringify(values), nodeQuery.stringify(values));
    }
});

test('values_are_shown_for_people', () => {
    const circle = { name: 'x' };
    circle.self = circle;
    assert.match(util.inspect(circle), /\[Circular \*1\]/);
    for (const value of [{ a: 1, 'b-c': [1, 'two', null] }, [], {}, 'text', 1n, new Map([['a', 1]]), new Set([1]), Buffer.from('hi'), new Date(0), Symbol('s'), -0, { deep: { deeper: { deepest: { end: 1 } } } }]) {
        assert.equal(util.inspect(value), nodeUtil.inspect(value));
    }
    for (const values of [['%s is %d', 'x', 4, { a: 1 }], ['%j %%', { a: 1 }], ['plain', 'two'], [{ a: 1 }, 'x'], ['%o'], ['%i', '3.7']]) {
        assert.equal(util.format(...values), nodeUtil.format(...values));
    }
});

test('callbacks_become_promises_and_back', async () => {
    assert.equal(await util.promisify((value, done) => done(null, value + 1))(1), 2);
    await assert.rejects(util.promisify((done) => done(new Error('no')))(), /no/);
    assert.equal(await new Promise((resolve, reject) => util.callbackify(async (value) => value * 2)(2, (error, value) => (error ? reject(error) : resolve(value)))), 4);
});

test('deep_equality_is_that_of_node', () => {
    const pairs = [[{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }], [{ a: 1 }, { a: 2 }], [new Date(0), new Date(0)], [new Date(0), new Date(1)], [new Map([[1, 2]]), new Map([[1, 2]])], [[1], { 0: 1 }], [NaN, NaN], [new Error('a'), new Error('b')], [/a/g, /a/i]];
    for (const [one, other] of pairs) {
        assert.equal(util.isDeepStrictEqual(one, other), nodeUtil.isDeepStrictEqual(one, other), nodeUtil.inspect([one, other]));
    }
});

test('an_assertion_that_does_not_hold_throws', async () => {
    ourAssert(true);
    ourAssert.deepStrictEqual({ a: 1 }, { a: 1 });
    assert.throws(() => ourAssert(false), { code: 'ERR_ASSERTION' });
    assert.throws(() => ourAssert.strictEqual(1, 2, 'told'), /told/);
    assert.throws(() => ourAssert.throws(() => {}), { code: 'ERR_ASSERTION' });
    ourAssert.throws(() => { throw new TypeError('x'); }, TypeError);
    await ourAssert.rejects(Promise.reject(new Error('y')), /y/);
    await assert.rejects(ourAssert.rejects(Promise.resolve(1)), { code: 'ERR_ASSERTION' });
});

test('compressed_data_is_exchanged_with_node', async () => {
    const text = Buffer.from('hello '.repeat(1000));
    for (const [pack, unpack] of [['gzipSync', 'gunzipSync'], ['deflateSync', 'inflateSync'], ['deflateRawSync', 'inflateRawSync']]) {
        assert.deepEqual(zlib[unpack](nodeZlib[pack](text)), text, pack);
        assert.deepEqual(nodeZlib[unpack](zlib[pack](text)), text, pack);
    }
    assert.throws(() => zlib.gunzipSync(Buffer.from('no gzip at all, surely')), { code: 'Z_DATA_ERROR' });
    assert.deepEqual(await new Promise((resolve, reject) => zlib.gunzip(nodeZlib.gzipSync(text), (error, value) => (error ? reject(error) : resolve(value)))), text);
    const parts = [];
    const unpacking = zlib.createInflateRaw();
    unpacking.end(nodeZlib.deflateRawSync(text));
    for await (const part of unpacking) {
        parts.push(part);
    }
    assert.deepEqual(Buffer.concat(parts), text);
});

test('streams_flow', async () => {
    const upper = new stream.Transform({ transform: (chunk, _encoding, done) => done(null, String(chunk).toUpperCase()) });
    const parts = [];
    for await (const part of stream.Readable.from(['a', 'b']).pipe(upper)) {
        parts.push(String(part));
    }
    assert.equal(parts.join(''), 'AB');
});

test('a_character_may_come_in_two_chunks', () => {
    const bytes = Buffer.from('a€');
    const decoder = new StringDecoder('utf8');
    assert.equal(decoder.write(bytes.subarray(0, 2)) + decoder.write(bytes.subarray(2)) + decoder.end(), 'a€');
    const base64 = new StringDecoder('base64');
    assert.equal(base64.write(Buffer.from('ab')) + base64.write(Buffer.from('cd')) + base64.end(), Buffer.from('abcd').toString('base64'));
});

test('events_reach_their_listeners', async () => {
    const emitter = new EventEmitter();
    const heard = [];
    emitter.on('x', (value) => heard.push(value));
    emitter.once('x', (value) => heard.push(-value));
    emitter.emit('x', 1);
    emitter.emit('x', 2);
    assert.deepEqual(heard, [1, -1, 2]);
    assert.equal(await timers.setTimeout(1, 'late'), 'late');
});

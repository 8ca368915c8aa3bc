import assert from 'node:assert/strict';
import test from 'node:test';
import { world } from './support/world.mjs';

const { run, lines } = await world();

test('urls_are_taken_apart_as_the_web_does', async () => {
    assert.deepEqual(
        await run(`const url = new URL('../b?x=1&y=%20z#h', 'https://user:pw@ex\u00e4mple.org:8080/a/c');
            url.searchParams.append('q', 'ü&'); return [url.href, url.host, url.origin, [...url.searchParams.keys()], URL.canParse('nope')]`),
        ['https://user:pw@xn--exmple-cua.org:8080/b?x=1&y=+z&q=%C3%BC%26#h', 'xn--exmple-cua.org:8080', 'https://xn--exmple-cua.org:8080', ['x', 'y', 'q'], false]
    );
    assert.deepEqual(await run(`const p = new URLSearchParams({ a: '1' }); p.append('a', '2'); p.delete('b'); return [p.getAll('a'), p.toString(), p.size]`), [['1', '2'], 'a=1&a=2', 2]);
});

test('text_becomes_bytes_and_back', async () => {
    assert.deepEqual(
        await run(`const t = 'aü€😀'; const b = new TextEncoder().encode(t); return [Array.from(b), new TextDecoder().decode(b) === t, Buffer.from(t).equals(b)]`),
        [[97, 195, 188, 226, 130, 172, 240, 159, 152, 128], true, true]
    );
    // Broken UTF-8, as the web replaces it.
    for (const bytes of [[0xff, 0x41], [0xe2, 0x82], [0xe2, 0x82, 0x41], [0xf0, 0x9f, 0x98, 0x41], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf, 0x41]]) {
        assert.equal(await run(`return new TextDecoder().decode(new Uint8Array(${JSON.stringify(bytes)}))`), new TextDecoder().decode(new Uint8Array(bytes)), String(bytes));
    }
    assert.equal(await run(`try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])); } catch (e) { return e.name }`), 'TypeError');
    assert.equal(await run(`const d = new TextDecoder(); const b = new TextEncoder().encode('x€'); return d.decode(b.subarray(0, 2), { stream: true }) + d.decode(b.subarray(2))`), 'x€');
    assert.equal(await run(`return new TextDecoder('utf-16le').decode(new Uint8Array([0x41, 0, 0xac, 0x20]))`), 'A€');
    assert.deepEqual(await run(`return new TextEncoder().encodeInto('a€b', new Uint8Array(3))`), { read: 1, written: 1 });
    assert.equal(await run(`return new TextDecoder().decode(new TextEncoder().encode('\\ud800x'))`), '\ufffdx');
});

test('buffers_are_those_of_node', async () => {
    assert.deepEqual(
        await run(`const b = Buffer.from('aGk_-w', 'base64url'); return [b.toString('hex'), Buffer.concat([b, Buffer.alloc(1)]).length, Buffer.from('00ff', 'hex').readUInt16BE(0), Buffer.byteLength('ü'), Buffer.isBuffer(b), b instanceof Uint8Array, JSON.stringify(Buffer.from('a'))]`),
        ['68693ffb', 5, 255, 2, true, true, '{"type":"Buffer","data":[97]}']
    );
});

test('values_are_cloned_with_their_inside', async () => {
    assert.deepEqual(
        await run(`const a = { d: new Date(5), m: new Map([['k', new Set([1])]]), u: new Uint8Array([1, 2]) }; a.self = a; const c = structuredClone(a);
            let refused; try { structuredClone(() => 1) } catch (e) { refused = e.name }
            return [c.self === c, c !== a, c.d.getTime(), c.m.get('k').has(1), Array.from(c.u), refused]`),
        [true, true, 5, true, [1, 2], 'DataCloneError']
    );
});

test('timers_run_in_their_order_and_can_be_taken_back', async () => {
    assert.deepEqual(
        await run(`const seen = []; const late = new Promise((done) => setTimeout(() => { seen.push('late'); done() }, 20));
            setTimeout((x) => seen.push(x), 1, 'soon'); clearTimeout(setTimeout(() => seen.push('never'), 2)); clearTimeout(+setTimeout(() => seen.push('never'), 2));
            let times = 0; const each = setInterval(() => { seen.push('each'); if (++times === 2) clearInterval(each) }, 3);
            await late; return seen`),
        ['soon', 'each', 'each', 'late']
    );
});

test('chance_differs_from_run_to_run_and_is_spread_evenly', async () => {
    const first = await run('return Array.from({ length: 2000 }, () => Math.random())');
    const { run: another } = await world();
    assert.ok(first.every((number) => number >= 0 && number < 1));
    assert.ok(Math.abs(first.reduce((sum, number) => sum + number) / first.length - 0.5) < 0.05);
    assert.equal(new Set(first).size, first.length);
    assert.notEqual(await another('Math.random(); prelude.phase.running = false; const a = Math.random(); return a'), first[0]);
    assert.match(await run('return crypto.randomUUID()'), /^[0-9a-f-]{14}4/);
    assert.equal(await run(`try { crypto.getRandomValues(new Uint8Array(70000)) } catch (e) { return e.name }`), 'QuotaExceededError');
    assert.match(await another('try { crypto.randomUUID() } catch (e) { return e.message }'), /while the module was loaded/);
});

test('the_webs_crypto_digests_and_authenticates', async () => {
    assert.deepEqual(
        await run(`const data = new TextEncoder().encode('abc'); const hex = (b) => Buffer.from(b).toString('hex');
            const key = await crypto.subtle.importKey('raw', data, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
            const mac = await crypto.subtle.sign('HMAC', key, data);
            let refused; try { await crypto.subtle.importKey('raw', data, 'AES-GCM', false, []) } catch (e) { refused = e.name }
            return [hex(await crypto.subtle.digest('SHA-1', data)), hex(mac), await crypto.subtle.verify('HMAC', key, mac, data), await crypto.subtle.verify('HMAC', key, mac, new Uint8Array(1)), refused]`),
        ['a9993e364706816aba3e25717850c26c9cd0d89d', '2f02e24ae2e1fe880399f27600afa88364e6062bf9bbe114b32fa8f23d03608a', true, false, 'NotSupportedError']
    );
});

test('what_is_aborted_says_why', async () => {
    assert.deepEqual(
        await run(`const c = new AbortController(); const heard = []; c.signal.addEventListener('abort', () => heard.push(1), { once: true }); c.abort(); c.abort();
            const t = AbortSignal.timeout(2); await new Promise((r) => t.addEventListener('abort', r));
            return [heard, c.signal.reason.name, t.reason.name, AbortSignal.any([c.signal]).aborted]`),
        [[1], 'AbortError', 'TimeoutError', true]
    );
});

test('forms_blobs_and_headers_hold_what_they_were_given', async () => {
    assert.deepEqual(
        await run(`const f = new FormData(); f.append('a', 1); f.append('b', new Blob(['x', new Uint8Array([121])], { type: 'Text/Plain' }), 'n.txt'); f.set('a', 2);
            const file = f.get('b'); return [[...f.keys()], f.get('a'), file.name, file.type, file.size, await file.text(), await file.slice(1).text(), f.has('c')]`),
        [['b', 'a'].sort(), '2', 'n.txt', 'text/plain', 2, 'xy', 'y', false]
    );
    assert.deepEqual(
        await run(`const h = new Headers({ B: '1', a: '2' }); h.append('b', '3'); let refused; try { h.set('bad name', 'x') } catch (e) { refused = e.name } return [[...h], h.get('B'), h.has('c'), refused]`),
        [[['a', '2'], ['b', '1, 3']], '1, 3', false, 'TypeError']
    );
});

test('the_console_writes_to_the_runs_log', async () => {
    lines.length = 0;
    await run(`console.log('got %d of %s', 3, 'x', { a: 1n }); console.error(new Error('bad')); console.debug('d'); console.assert(false, 'no')`);
    assert.deepEqual(lines, [
        ['info', 'got 3 of x', '{"a":"1"}'],
        ['error', 'Error: bad', null],
        ['debug', 'd', null],
        ['error', 'Assertion failed no', null]
    ]);
});

test('there_is_no_environment', async () => {
    assert.deepEqual(await run(`return [typeof process.env.HOME, typeof fetch, typeof require, typeof global.Buffer]`), ['undefined', 'undefined', 'undefined', 'function']);
});

// X6: hostile text is stored and given back as it was, or refused; it is never run, and never anywhere else.

import assert from 'node:assert/strict';
import { TEXTS, operations, requests } from '../hostile.mjs';

/** All texts as keys and values. */
const EVERYTHING = Object.fromEntries(Object.entries(TEXTS).map(([name, text]) => [name, { [text.slice(0, 200)]: [text] }]));

/** Without what a database cannot hold as text, which is refused by name. */
const storable = ([name]) => name !== 'zero';

export default {
  async 'no request of the description gets anything but an answer'(world) {
    const document = (await world.call('GET', '/openapi.json', { key: null })).json();
    // The proxy's requests are the provider's; the operator's keys are for another test.
    const all = operations(document).filter(({ path }) => !path.startsWith('/proxy') && !path.startsWith('/operator'));
    await world.connect('fixture', 'hostile');
    await world.integrate('hostile-key');
    const wrong = [];
    let count = 0;
    const queue = all.flatMap((operation) => [...requests(operation, document)]);
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const key = next.path.startsWith('/environment') && !next.path.startsWith('/environment/webhook') ? world.accountKey : world.key;
          const answer = await world.call(next.method, next.path, { headers: next.headers, body: next.body, key: `Bearer ${key}` });
          count += 1;
          const problem = defect(answer);
          if (problem) wrong.push(`${next.name}: ${problem}`);
        }
      }),
    );
    assert.ok(all.length > 40 && count > 1_000, `${all.length} operations, ${count} requests`);
    assert.deepEqual(wrong.slice(0, 40), [], `${wrong.length} of ${count}`);
    assert.equal((await world.nango.getConnection('fixture', 'hostile').catch(({ response }) => response)).status ?? 200, 200);
    assert.ok((await world.nango.listProviders({})).data.length > 100);
  },

  async 'metadata and configuration are given back as they were'(world) {
    const { nango } = world;
    const key = await world.integrate('stored');
    const metadata = Object.fromEntries(Object.entries(EVERYTHING).filter(storable));
    const connection_config = Object.fromEntries(Object.entries(TEXTS).filter(storable));
    const end_user = { id: TEXTS.sql, display_name: TEXTS.script };
    const tags = Object.fromEntries(Object.entries(TEXTS).filter(([name, text]) => storable([name]) && text.length < 256).slice(0, 8));
    const made = await world.call('POST', '/connections', {
      body: { provider_config_key: key, connection_id: '${apiKey}', metadata, connection_config, end_user, tags, credentials: { type: 'API_KEY', apiKey: TEXTS.template } },
    });
    assert.equal(made.status, 201, made.text.slice(0, 500));
    const shown = await nango.getConnection(key, '${apiKey}');
    assert.deepEqual([shown.metadata, shown.connection_config], [metadata, connection_config]);
    assert.deepEqual([shown.connection_id, shown.end_user.id, shown.end_user.display_name, shown.credentials.apiKey], ['${apiKey}', TEXTS.sql, TEXTS.script, TEXTS.template]);
    for (const [name, text] of Object.entries(tags)) assert.equal(shown.tags[name.toLowerCase()], text, name);
    for (const text of [TEXTS.sql, TEXTS.union]) {
      assert.deepEqual((await nango.listConnections(undefined, text)).connections, []);
      assert.deepEqual((await nango.listConnections({ userId: text, integrationId: key })).connections.length, text === TEXTS.sql ? 1 : 0);
      assert.deepEqual((await nango.listConnections({ tags: { plan: text } })).connections, []);
    }
    // `%` and `_` are what they are.
    assert.deepEqual((await nango.listConnections(undefined, '%')).connections, []);
    assert.deepEqual((await nango.updateMetadata(key, '${apiKey}', { more: TEXTS.script })).status, 200);
    assert.deepEqual(await nango.getMetadata(key, '${apiKey}'), { ...metadata, more: TEXTS.script });
  },

  async 'a zero byte and half a letter are refused or kept, on every database'(world) {
    const key = await world.integrate('zero');
    await world.connect(key, 'ada');
    for (const text of ['"a\\u0000b"', '"\\ud800"', `${'['.repeat(20_000)}${']'.repeat(20_000)}`]) {
      for (const method of ['POST', 'PATCH']) {
        const raw = `{"connection_id":"ada","provider_config_key":"${key}","metadata":{"x":${text}}}`;
        const answer = await world.call(method, '/connections/metadata', { raw, headers: { 'content-type': 'application/json' } });
        assert.ok(answer.status < 500, `${method} ${text.slice(0, 20)}: ${answer.status}`);
        const shown = await world.call('GET', `/connections/ada?provider_config_key=${key}`);
        assert.equal(shown.status, 200, shown.text.slice(0, 300));
        if (answer.status < 300) assert.ok(shown.text.includes(`"x":${text}`), `${method} ${text.slice(0, 20)}`);
      }
    }
  },

  async 'one zero byte does not spoil a list'(world) {
    const key = await world.integrate('spoilt');
    const zero = TEXTS.zero;
    for (const more of [
      { end_user: { id: zero } },
      { end_user: { id: 'u', display_name: zero } },
      { end_user: { id: 'u', email: `${zero}@example.com` } },
      { end_user: { id: 'u', tags: { a: zero } } },
      { tags: { a: zero } },
    ]) {
      const body = { provider_config_key: key, credentials: world.credentials[key], ...more };
      const answer = await world.call('POST', '/connections', { body });
      assert.deepEqual([answer.status, answer.code()], [400, 'invalid_body'], JSON.stringify(more));
    }
    const body = { end_user: { id: 'u' }, organization: { id: zero } };
    assert.equal((await world.call('POST', '/connect/sessions', { body })).status, 400);
    assert.deepEqual((await world.nango.listConnections({ userId: 'nobody', tags: { a: 'b' } })).connections, []);
  },

  async 'names of integrations are shown as they are'(world) {
    for (const [name, text] of Object.entries(TEXTS)) {
      const unique_key = world.unique('named');
      const body = { provider: 'stand-in', unique_key, display_name: text, custom: { label: text } };
      const made = await world.call('POST', '/integrations', { body });
      assert.ok([200, 400].includes(made.status), `${name}: ${made.text.slice(0, 300)}`);
      if (made.status === 200) assert.equal((await world.nango.getIntegration({ uniqueKey: unique_key })).data.display_name, text, name);
    }
  },

  async 'records are what the function saved'(world) {
    const connection = await world.settled('records');
    const texts = Object.entries(TEXTS).filter(storable);
    const records = texts.map(([name, text]) => ({ id: text.slice(0, 200), name: text, [`${name} ${text.slice(0, 50)}`]: text }));
    await world.save(connection, { records });
    const where = { providerConfigKey: 'fixture', connectionId: connection, model: 'Item' };
    const listed = (await world.nango.listRecords({ ...where, limit: 1_000 })).records;
    for (const record of records) {
      const found = listed.find(({ id }) => id === record.id);
      const { _nango_metadata, ...fields } = found ?? {};
      assert.deepEqual(fields, record, record.id);
      const byId = (await world.nango.listRecords({ ...where, ids: [record.id] })).records;
      assert.deepEqual(byId.map(({ id }) => id), [record.id]);
    }
    assert.equal(listed.length, records.length + 3);
  },

  async 'templates in what callers say are not filled in'(world) {
    await world.nango.createIntegration({ provider: 'templated', unique_key: 'templated' });
    const import_ = (connection_id, tenant) =>
      world.call('POST', '/connections', {
        body: { provider_config_key: 'templated', connection_id, connection_config: { tenant }, credentials: { type: 'API_KEY', apiKey: 'canary-key-9' } },
      });
    assert.equal((await import_('ada', '${apiKey}')).status, 201);
    const where = { providerConfigKey: 'templated', connectionId: 'ada', endpoint: '/seen', baseUrlOverride: world.listener.url };
    const { data } = await world.nango.get({ ...where, params: { q: '${apiKey}' }, headers: { 'X-Asked': '${apiKey}' } });
    assert.deepEqual([data.headers['x-tenant'], data.headers['x-asked']], ['${apiKey}', '${apiKey}']);
    const query = new URLSearchParams(data.path.split('?')[1]);
    assert.deepEqual([query.get('tenant'), query.get('q')], ['${apiKey}', '${apiKey}']);
    const echoed = await world.nango.triggerAction('fixture', await world.settled('echo'), 'echo', EVERYTHING);
    assert.deepEqual(echoed, EVERYTHING);
    // What no header can hold gets into none.
    const split = await import_('eve', TEXTS.lines);
    assert.ok([201, 400].includes(split.status), split.text);
    const sent = await world.call('GET', '/proxy/seen', { headers: { 'connection-id': 'eve', 'provider-config-key': 'templated', 'base-url-override': world.listener.url } });
    assert.ok(!sent.text.includes('forged-header') || sent.status >= 400 || !('forged-header' in sent.json().headers), sent.text);
  },

  async 'the pages of the console show them as text'(world) {
    const password = 'correct horse battery';
    const form = new URLSearchParams({ code: world.setupCode, password, repeated: password });
    const claimed = await world.call('POST', '/console/setup', { raw: `${form}`, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.server }, key: null });
    assert.equal(claimed.status, 303, claimed.text);
    const cookie = claimed.headers.get('set-cookie').split(';')[0];
    const key = world.unique('<b>'.replaceAll(/\W/g, 'b'));
    await world.nango.createIntegration({ provider: 'stand-in', unique_key: key, display_name: TEXTS.script });
    await world.call('POST', '/connections', {
      body: { provider_config_key: key, connection_id: '"${apiKey}\'', end_user: { id: TEXTS.script, display_name: TEXTS.script }, tags: { plan: TEXTS.script }, credentials: { type: 'API_KEY', apiKey: 'k' } },
    });
    const pages = ['integrations', `integrations/${key}`, `integrations/${key}/delete`, 'connections', `connections?search=${encodeURIComponent(TEXTS.script)}`, 'catalogue', 'webhooks'];
    let shown = 0;
    for (const path of pages) {
      const page = await world.call('GET', `/console/dev/${path}`, { headers: { cookie }, key: null });
      assert.equal(page.status, 200, path);
      assert.ok(!page.text.includes('<script>window.forged') && !page.text.includes('<img src=x'), path);
      assert.ok(page.headers.get('content-security-policy').includes("default-src"), path);
      if (page.text.includes('window.forged')) shown += 1;
    }
    assert.ok(shown >= 3, `${shown} pages show the text`);
  },
};

/** What is wrong with an answer, if anything. */
function defect(answer) {
  if (answer.status >= 500) return `${answer.status} ${answer.text.slice(0, 200)}`;
  for (const [name, value] of answer.headers) {
    if (name.startsWith('forged') || value.includes('forged-')) return `the header ${name}: ${value.slice(0, 100)}`;
  }
  const type = answer.headers.get('content-type') ?? '';
  if (answer.text.includes('<script>window.forged') && !type.startsWith('application/json')) return `${type}: ${answer.text.slice(0, 100)}`;
  if (answer.status >= 400 && !type.startsWith('text/html') && typeof read(answer)?.error?.code !== 'string') return `${answer.status} without a code: ${answer.text.slice(0, 100)}`;
  return undefined;
}

function read(answer) {
  try {
    return answer.json();
  } catch {
    return undefined;
  }
}

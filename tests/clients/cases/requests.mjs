// HTTP itself: who may ask, from where, in which form.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { request } from 'node:http';

/** A request to the byte, for what `fetch` would not send. */
function exactly(url, { method, path, headers, body }) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    sent.on('error', reject).end(body);
  });
}

export default {
  async 'the key is what follows Bearer, or the header itself'(world) {
    const ask = async (key) => world.call('GET', '/integrations', { key });
    for (const key of [`Bearer ${world.key}`, world.key, `Bearer Bearer ${world.key}`]) assert.equal((await ask(key)).status, 200, key);
    for (const [key, code] of [
      [`bearer ${world.key}`, 'invalid_secret_key_format'],
      [`Basic ${world.key}`, 'invalid_secret_key_format'],
      ['Bearer nothing', 'invalid_secret_key_format'],
      [`Bearer ${world.key.toUpperCase()}`, 'unknown_account'],
      ['Bearer', 'malformed_auth_header'],
      [null, 'missing_auth_header'],
    ]) {
      const answer = await ask(key);
      assert.deepEqual([answer.status, answer.code()], [401, code], `${key}`);
    }
  },

  async 'any page may ask, and read what is exposed'(world) {
    const origin = 'https://app.example.com';
    const asked = 'authorization,content-type,provider-config-key,connection-id,nango-is-sync';
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const headers = { origin, 'access-control-request-method': method, 'access-control-request-headers': asked };
      const preflight = await exactly(world.server, { method: 'OPTIONS', path: '/connections', headers });
      assert.ok([200, 204].includes(preflight.status), `${preflight.status}`);
      assert.equal(preflight.headers['access-control-allow-origin'], '*');
      assert.ok(preflight.headers['access-control-allow-methods'].toUpperCase().includes(method));
      const allowed = preflight.headers['access-control-allow-headers'].toLowerCase();
      for (const name of asked.split(',')) assert.ok(allowed.includes(name), `${name}: ${allowed}`);
    }
    for (const key of [`Bearer ${world.key}`, null]) {
      const answer = await world.call('GET', '/integrations', { headers: { origin }, key });
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      const exposed = answer.headers.get('access-control-expose-headers').toLowerCase();
      for (const name of ['content-type', 'etag', 'x-request-id']) assert.ok(exposed.includes(name), exposed);
      assert.equal(answer.headers.get('access-control-allow-credentials'), null);
      assert.ok(answer.headers.get('x-request-id'));
    }
  },

  async 'a body that is not JSON is refused before anything else'(world) {
    const post = (raw, type, key) => world.call('POST', '/connections/metadata', { raw, headers: type ? { 'content-type': type } : {}, key });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json']) {
      const answer = await post('{}', type, null);
      assert.deepEqual([answer.status, answer.code()], [415, 'invalid_content_type'], type);
    }
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON']) {
      assert.equal((await post('{}', type)).code(), 'invalid_body', type);
    }
    for (const raw of ['{', '{"metadata":{},}', 'nothing', '"text"', 'null', '1', '{"connection_id":"\u0001"}', '[1', "{'a':1}"]) {
      const answer = await post(raw, 'application/json');
      assert.deepEqual([answer.status, answer.code()], [400, 'invalid_json'], raw);
    }
    for (const raw of ['[]', '', '{}', '{"metadata":{},"connection_id":1,"provider_config_key":"fixture"}']) {
      const answer = await post(raw, 'application/json');
      assert.deepEqual([answer.status, answer.code()], [400, 'invalid_body'], raw);
    }
  },

  async 'a body that is too large is refused'(world) {
    const answer = await world.call('POST', '/connect/sessions', { body: { end_user: { id: 'x'.repeat(76 * 1024 * 1024) } } }).catch(({ cause }) => cause);
    assert.ok(answer.status === 413 || answer.code === 'EPIPE' || answer.code === 'ECONNRESET', `${answer.status} ${answer.code}`);
    assert.equal((await world.call('GET', '/health', { key: null })).status, 200);
  },

  async 'a packed body is not taken for JSON'(world) {
    const raw = gzipSync('{"end_user":{"id":"u"}}');
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await world.call('POST', '/connect/sessions', { raw, headers });
    assert.ok([400, 415].includes(answer.status), answer.text);
    const packed = await world.call('GET', '/providers', { headers: { 'accept-encoding': 'gzip, br' } });
    assert.ok(packed.json().data.length > 100);
  },

  async 'a slash at the end changes nothing'(world) {
    for (const path of ['/integrations', '/connections', '/providers', '/integrations/fixture', '/sync/status/?syncs=*&provider_config_key=fixture']) {
      const at = path.includes('?') ? path : `${path}/`;
      assert.equal((await world.call('GET', at)).status, 200, at);
    }
  },

  async 'HEAD is GET without a body, and methods that are not there say so'(world) {
    const head = await world.call('HEAD', '/integrations');
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.equal((await world.call('HEAD', '/integrations', { key: null })).status, 401);
    const wrong = await world.call('PUT', '/integrations');
    assert.deepEqual([wrong.status, wrong.code()], [405, 'method_not_allowed']);
    const nowhere = await world.call('GET', '/no-such-endpoint');
    assert.deepEqual([nowhere.status, nowhere.code()], [404, 'not_found']);
  },

  async 'unknown parameters and fields are refused where the contract is strict'(world) {
    for (const path of ['/connections?nope=1', '/records?model=Item&nope=1', '/providers?nope=1', '/integrations/fixture?nope=1', '/integrations/fixture/functions?nope=1', '/scripts/config?nope=1', '/sync/status?syncs=*&provider_config_key=fixture&nope=1']) {
      const answer = await world.call('GET', path, { headers: { 'connection-id': 'x', 'provider-config-key': 'fixture' } });
      assert.deepEqual([answer.status, answer.code()], [400, 'invalid_query_params'], path);
    }
    const connection = await world.settled('strict');
    const headers = { 'connection-id': connection, 'provider-config-key': 'fixture' };
    const lenient = await world.call('POST', '/action/trigger', { headers, body: { action_name: 'echo', input: { a: 1 }, unknown: true } });
    assert.deepEqual([lenient.status, lenient.json()], [200, { a: 1 }]);
    assert.equal((await world.call('POST', '/action/trigger?nope=1', { headers, body: { action_name: 'echo' } })).code(), 'invalid_query_params');
    for (const [name, value] of [['x-async', 'maybe'], ['x-max-retries', '6'], ['x-max-retries', 'many']]) {
      const answer = await world.call('POST', '/action/trigger', { headers: { ...headers, [name]: value }, body: { action_name: 'echo' } });
      assert.deepEqual([answer.status, answer.code()], [400, 'invalid_headers'], `${name}: ${value}`);
    }
  },

  async 'digits and order of JSON survive'(world) {
    const connection = await world.settled('exact');
    const headers = { 'connection-id': connection, 'provider-config-key': 'fixture', 'content-type': 'application/json' };
    const input = '{"z":12345678901234567890,"a":1.0,"e":1e400,"u":"\\u00fc"}';
    const answer = await world.call('POST', '/action/trigger', { headers, raw: `{"action_name":"echo","input":{"n":12345678901234567}}` });
    assert.equal(answer.text, '{"n":12345678901234567}');
    const raw = `{"connection_id":"${connection}","provider_config_key":"fixture","metadata":${input}}`;
    const set = await world.call('POST', '/connections/metadata', { headers, raw });
    assert.equal(set.status, 201, set.text);
    const shown = await world.call('GET', `/connections/${connection}?provider_config_key=fixture`);
    assert.ok(shown.text.includes('12345678901234567890'), shown.text);
  },
};

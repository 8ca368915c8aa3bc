// The proxy, by every method that calls it.

import assert from 'node:assert/strict';
import { client } from '../coverage.mjs';
import { refused } from '../world.mjs';

async function stage(world) {
  const providerConfigKey = await world.integrate('proxied');
  await world.connect(providerConfigKey, 'ada');
  return { providerConfigKey, connectionId: 'ada' };
}

const header = ({ headers }, name) => headers.filter(([key]) => key === name).map(([, value]) => value);

export default {
  async 'every method sends what it is given'(world) {
    const { nango, token } = world;
    const where = await stage(world);
    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
      const data = method === 'get' ? undefined : { n: 1 };
      const { status, data: seen } = await nango[method]({ ...where, endpoint: '/echo', params: { a: 'x y', b: '&' }, headers: { 'X-Custom': 'mine' }, data });
      assert.deepEqual([status, seen.method, seen.uri], [200, method.toUpperCase(), '/echo?a=x+y&b=%26'], method);
      assert.equal(seen.body, data ? '{"n":1}' : '', method);
      assert.deepEqual([header(seen, 'x-custom'), header(seen, 'authorization')], [['mine'], [`Bearer ${token}`]], method);
      if (data) assert.deepEqual(header(seen, 'content-type'), ['application/json'], method);
      for (const name of ['connection-id', 'provider-config-key', 'nango-is-sync', 'base-url-override']) assert.deepEqual(header(seen, name), []);
    }
  },

  async 'proxy is GET unless it is told otherwise'(world) {
    const where = await stage(world);
    const get = await world.nango.proxy({ ...where, endpoint: 'echo' });
    assert.deepEqual([get.data.method, get.data.uri], ['GET', '/echo']);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'REPORT']) {
      assert.equal((await world.nango.proxy({ ...where, method, endpoint: '/echo' })).data.method, method);
    }
  },

  async 'a connection of the constructor is used where none is named'(world) {
    const where = await stage(world);
    const nango = client({ host: world.server, apiKey: world.key, ...where });
    assert.equal((await nango.get({ endpoint: '/echo' })).data.uri, '/echo');
    await assert.rejects(world.nango.get({ ...where }), /endpoint is missing|undefined/);
  },

  async 'parameters may be a text, and bodies other than JSON'(world) {
    const where = await stage(world);
    const text = await world.nango.get({ ...where, endpoint: '/echo', params: '?a=1&a=2' });
    assert.equal(text.data.uri, '/echo?a=1&a=2');
    const form = await world.nango.post({ ...where, endpoint: '/echo', data: new URLSearchParams({ a: '1', b: 'ü' }) });
    assert.equal(form.data.body, 'a=1&b=%C3%BC');
    assert.match(header(form.data, 'content-type')[0], /^application\/x-www-form-urlencoded/);
    const plain = await world.nango.post({ ...where, endpoint: '/echo', data: 'just text', headers: { 'Content-Type': 'text/plain' } });
    assert.deepEqual([plain.data.body, header(plain.data, 'content-type')], ['just text', ['text/plain']]);
    const files = new FormData();
    files.append('file', new Blob(['contents']), 'a.txt');
    const { data } = await world.nango.post({ ...where, endpoint: '/echo', data: files });
    assert.match(header(data, 'content-type')[0], /^multipart\/form-data; boundary=/);
    assert.ok(data.body.includes('contents') && data.body.includes('a.txt'), data.body);
  },

  async 'the status and body of the provider reach the caller'(world) {
    const { nango } = world;
    const where = await stage(world);
    for (const status of [200, 201, 204]) {
      const response = await nango.get({ ...where, endpoint: `/status/${status}` });
      assert.equal(response.status, status);
    }
    for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 503]) {
      const error = await nango.get({ ...where, endpoint: `/status/${status}` }).catch((error) => error);
      assert.deepEqual([error.response.status, error.response.data], [status, { message: `status ${status}` }]);
    }
    for (const method of ['post', 'put', 'patch', 'delete']) {
      const error = await nango[method]({ ...where, endpoint: '/status/418' }).catch((error) => error);
      assert.equal(error.response.status, 418, method);
    }
  },

  async 'retries go on until the provider answers'(world) {
    const { nango, listener } = world;
    const where = { ...(await stage(world)), baseUrlOverride: listener.url };
    const flaky = (status) => `/flaky/${status}-${world.unique('try')}`.replaceAll('try-', 'try');
    const retried = await nango.get({ ...where, endpoint: flaky(503), retries: 2 });
    assert.deepEqual(retried.data, { tries: 2 });
    const once = await nango.get({ ...where, endpoint: flaky(503) }).catch((error) => error);
    assert.deepEqual([once.response.status, once.response.headers['retry-after']], [503, '0']);
    const notFound = await nango.get({ ...where, endpoint: flaky(404), retries: 2 }).catch((error) => error);
    assert.equal(notFound.response.status, 404);
    assert.deepEqual((await nango.get({ ...where, endpoint: flaky(404), retries: 2, retryOn: [404, 409] })).data, { tries: 2 });
  },

  async 'the base URL can be another'(world) {
    const where = await stage(world);
    const { data, headers } = await world.nango.get({ ...where, endpoint: '/seen?a=b', baseUrlOverride: world.listener.url });
    assert.deepEqual([data.path, data.headers.authorization], ['/seen?a=b', `Bearer ${world.token}`]);
    assert.equal(headers['x-request-id'], 'theirs');
    await refused(world.nango.get({ ...where, endpoint: '/x', baseUrlOverride: 'http://169.254.169.254' }), 400, 'base_url_override_not_allowed');
  },

  async 'packed bodies arrive unpacked'(world) {
    const where = { ...(await stage(world)), baseUrlOverride: world.listener.url };
    for (const decompress of [undefined, true, false]) {
      const { data, headers } = await world.nango.get({ ...where, endpoint: '/gzip', decompress });
      assert.deepEqual([data, headers['content-encoding']], [{ zipped: true }, undefined]);
    }
  },

  async 'a body can be read as a stream or as bytes'(world) {
    const where = { ...(await stage(world)), baseUrlOverride: world.listener.url };
    const stream = await world.nango.get({ ...where, endpoint: '/stream', responseType: 'stream' });
    let text = '';
    for await (const chunk of stream.data) text += chunk;
    assert.deepEqual([stream.status, text.split('\n').length], [200, 101]);
    const bytes = await world.nango.get({ ...where, endpoint: '/stream', responseType: 'arraybuffer' });
    assert.equal(Buffer.from(bytes.data).toString(), text);
  },

  async 'a redirect to another host takes the credential along only when told'(world) {
    const where = { ...(await stage(world)), baseUrlOverride: world.listener.url, endpoint: '/elsewhere' };
    const { data } = await world.nango.get(where);
    assert.deepEqual([data.path, data.headers.authorization], ['/seen', undefined]);
    const told = await world.nango.get({ ...where, forwardHeadersOnRedirect: true });
    assert.equal(told.data.headers.authorization, `Bearer ${world.token}`);
  },

  async 'no answer is 500 with the name of what broke'(world) {
    const where = { ...(await stage(world)), baseUrlOverride: world.listener.url };
    const error = await world.nango.get({ ...where, endpoint: '/hang-up' }).catch((error) => error);
    assert.equal(error.response.status, 500);
    assert.deepEqual([typeof error.response.data.message, typeof error.response.data.code, error.response.data.method], ['string', 'string', 'GET']);
  },

  async 'what is not there is refused'(world) {
    const { nango } = world;
    const at = (providerConfigKey, connectionId, more) => ({ providerConfigKey, connectionId, endpoint: '/echo', ...more });
    for (const method of ['proxy', 'get', 'post', 'put', 'patch', 'delete']) {
      await refused(nango[method](at('no-integration', 'ada')), 404, 'unknown_provider_config');
      await refused(nango[method](at('fixture', 'nobody')), 400, 'server_error');
    }
    const where = await stage(world);
    await refused(nango.get({ ...where, endpoint: '/echo', retries: 'many' }), 400, 'invalid_headers');
    await refused(nango.get({ ...where, endpoint: '/echo', retryOn: ['often'] }), 400, 'invalid_headers');
    await refused(nango.get({ ...where, endpoint: '/echo', decompress: 'yes' }), 400, 'invalid_headers');
  },
};

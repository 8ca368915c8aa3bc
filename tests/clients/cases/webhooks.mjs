// Webhooks that the server really sent, held against the client's own checks of their signatures.

import assert from 'node:assert/strict';
import { client } from '../coverage.mjs';

/** The webhook of a new connection. */
async function sent(world, integration) {
  const name = world.unique('hook');
  await world.connect(integration, name, { webhook_url_override: `${world.listener.url}/hooks/${name}`, tags: { plan: 'ü "gold"' } });
  const [hook] = await world.eventually('a webhook', async () => world.listener.hooks(name).length > 0 && world.listener.hooks(name));
  return hook;
}

export default {
  async 'a webhook is verified with the key that signed it, and with no other'(world) {
    const integration = await world.integrate('hooked');
    const { webhook_signing_key: key } = (await world.call('POST', '/environment/webhook-signing-key/rotate', {})).json().data;
    const { body, headers } = await sent(world, integration);
    const nango = client({ host: world.server, apiKey: world.key, webhookSigningKey: key });
    assert.equal(nango.verifyIncomingWebhookRequest(body, headers), true);
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    assert.equal(nango.verifyIncomingWebhookRequest(body, shouted), true);
    assert.equal(nango.verifyIncomingWebhookRequest(`${body} `, headers), false);
    assert.equal(nango.verifyIncomingWebhookRequest(body, {}), false);
    // The old signature is of the text that JavaScript makes of the parsed body: order and escapes have to be the same.
    assert.equal(nango.verifyWebhookSignature(headers['x-nango-signature'], JSON.parse(body)), true);
    assert.equal(nango.verifyWebhookSignature(headers['x-nango-signature'], { ...JSON.parse(body), connectionId: 'x' }), false);
    const other = client({ host: world.server, apiKey: world.key, webhookSigningKey: `${key}x` });
    assert.equal(other.verifyIncomingWebhookRequest(body, headers), false);
    assert.equal(other.verifyWebhookSignature(headers['x-nango-signature'], JSON.parse(body)), false);
    // Without a signing key of its own, the client takes the old name of the API key for it.
    assert.equal(client({ host: world.server, secretKey: key }).verifyIncomingWebhookRequest(body, headers), true);
    assert.equal(client({ host: world.server, apiKey: key }).verifyIncomingWebhookRequest(body, headers), false);
    const seen = JSON.parse(body);
    assert.deepEqual([seen.from, seen.type, seen.operation, seen.success, seen.tags], ['nango', 'auth', 'creation', true, { plan: 'ü "gold"' }]);
  },
};

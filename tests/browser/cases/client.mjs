// The published client by itself: a product with a form of its own.

import assert from 'node:assert/strict';

/** `nango.auth()` on the product's page, within a click, as popups need it. */
async function auth(visit, integration, options) {
  const { token } = await visit.session([integration]);
  const page = await visit.openProduct();
  await page.evaluate(
    ({ server, token, integration, options }) => {
      const button = document.body.appendChild(document.createElement('button'));
      button.textContent = 'Connect';
      button.addEventListener('click', () => {
        const nango = new window.Nango({ host: server, connectSessionToken: token });
        const attempt = options === null ? nango.create(integration) : nango.auth(integration, options);
        window.outcome = attempt.then((result) => ({ result }), (error) => ({ error: { type: error.type, message: error.message } }));
      });
    },
    { server: visit.world.server, token, integration, options },
  );
  return { page, click: () => page.click('text=Connect'), outcome: () => page.evaluate(() => window.outcome) };
}

async function authInWindow(visit, integration, decision) {
  const { page, click, outcome } = await auth(visit, integration, {});
  const [popup] = await Promise.all([page.waitForEvent('popup'), click()]);
  // Some providers ask nothing.
  if (decision) await popup.click(decision);
  return { page, popup, ...(await outcome()) };
}

async function authWithCredentials(visit, integration, options) {
  const { click, outcome } = await auth(visit, integration, options);
  await click();
  const { result, error } = await outcome();
  assert.equal(error, undefined, JSON.stringify(error));
  await visit.assertConnected(integration, result);
}

export default {
  'OAUTH2 in a window': async (visit) => {
    const { result, error } = await authInWindow(visit, 'acme', '#approve');
    assert.equal(error, undefined, JSON.stringify(error));
    await visit.assertConnected('acme', result);
  },

  'OAUTH1 in a window': async (visit) => {
    const { result, error } = await authInWindow(visit, 'oauth1', null);
    assert.equal(error, undefined, JSON.stringify(error));
    await visit.assertConnected('oauth1', result);
  },

  'a person who declines': async (visit) => {
    const { error } = await authInWindow(visit, 'acme', '#deny');
    assert.match(error?.message ?? '', /access_denied/, JSON.stringify(error));
    assert.deepEqual(await visit.connections(), []);
  },

  API_KEY: (visit) => authWithCredentials(visit, 'api-key', { credentials: { apiKey: visit.world.apiKey } }),
  BASIC: (visit) => authWithCredentials(visit, 'basic-auth', { credentials: { username: visit.world.username, password: visit.world.password } }),
  TWO_STEP: (visit) =>
    authWithCredentials(visit, 'two-step', {
      credentials: { type: 'TWO_STEP', username: visit.world.username, password: visit.world.password },
    }),
  NONE: (visit) => authWithCredentials(visit, 'none', null),

  'a wrong key is refused with the contract\'s code': async (visit) => {
    const { click, outcome } = await auth(visit, 'api-key', { credentials: { apiKey: 'wrong' } });
    await click();
    const { error } = await outcome();
    assert.equal(error?.type, 'connection_test_failed');
    assert.deepEqual(await visit.connections(), []);
  },

  // O5
  'a session that is used twice at once makes one connection': async (visit) => {
    const { page, click, outcome } = await auth(visit, 'none', null);
    await click();
    const first = outcome();
    await page.waitForFunction(() => window.outcome !== undefined);
    await click();
    const outcomes = [await first, await outcome()];
    assert.ok(outcomes.some(({ result }) => result));
    assert.equal((await visit.connections()).length, 1);
  },
};

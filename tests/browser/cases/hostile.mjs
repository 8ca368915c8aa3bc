// Strings and messages that mean harm.

import assert from 'node:assert/strict';

/** Nothing that the stand-in wrote into names, titles and errors became an element or ran. */
async function assertInert(scope) {
  const found = await scope.evaluate(() => ({
    ran: window.pwned === true,
    elements: document.querySelectorAll('img[src="x"], iframe, object, embed, script:not([type=module]), [onerror], [onload]').length,
    links: [...document.querySelectorAll('a')].map((link) => link.href).filter((href) => !/^https?:/.test(href)),
  }));
  assert.deepEqual(found, { ran: false, elements: 0, links: [] });
}

export default {
  // O5
  'markup in names, titles, texts and errors of a provider is shown, not run': async (visit) => {
    const { page, ui } = await visit.openConnectUi(['hostile-key', 'hostile-sign-in']);
    const frame = await visit.frame(page);
    await ui.locator('.choice').first().waitFor();
    assert.match(await ui.locator('.choice').first().innerText(), /<img src=x/);
    await assertInert(frame);

    await ui.locator('.choice').filter({ hasText: 'key' }).click();
    await ui.locator('[name=apiKey]').fill('any');
    assert.match(await ui.locator('form').innerText(), /<script>/);
    await assertInert(frame);
    await ui.getByRole('button', { name: /^Connect/ }).click();
    await ui.locator('.problem').waitFor();
    await ui.locator('summary').click();
    assert.match(await ui.locator('.problem pre').innerText(), /<img src=x/, 'the provider\'s own words are in the details');
    await assertInert(frame);
    assert.deepEqual(await visit.connections(), []);
  },

  // O5
  'markup in an authorization error is inert on the last page, too': async (visit) => {
    const { token } = await visit.session(['hostile-sign-in']);
    const last = await visit.open();
    await last.goto(`${visit.world.server}/oauth/connect/hostile-sign-in?connect_session_token=${token}`);
    assert.match(last.url(), /\/oauth\/callback\?/);
    assert.match(await last.locator('body').textContent(), /<img src=x/);
    const found = await last.evaluate(() => ({ ran: window.pwned === true, images: document.images.length }));
    assert.deepEqual(found, { ran: false, images: 0 });

    const { page, ui } = await visit.openConnectUi(['hostile-sign-in']);
    const [popup] = await Promise.all([page.waitForEvent('popup'), ui.getByRole('button', { name: /^Connect/ }).click()]);
    await ui.locator('[data-screen=failure]').waitFor();
    assert.match(await ui.locator('.details pre').textContent(), /<img src=x/);
    await assertInert(await visit.frame(page));
    if (!popup.isClosed()) await popup.waitForEvent('close');
  },

  // O5
  'a session is taken only from the page around': async (visit) => {
    const mine = await visit.session(['none']);
    const theirs = await visit.session(['api-key']);
    const page = await visit.openProduct();
    await page.evaluate(
      ({ server, stranger }) => {
        const add = (id, src) => {
          const frame = document.body.appendChild(document.createElement('iframe'));
          Object.assign(frame, { id, src });
          return new Promise((loaded) => frame.addEventListener('load', loaded));
        };
        window.heard = [];
        window.addEventListener('message', (event) => window.heard.push([event.origin, event.data?.type]));
        return Promise.all([add('stranger', stranger), add('connect', `${server}/connect/`)]);
      },
      { server: visit.world.server, stranger: visit.stranger },
    );
    await page.waitForFunction(() => window.heard.some(([, type]) => type === 'ready'));
    const stranger = await (await page.$('#stranger')).contentFrame();
    const connect = await (await page.$('#connect')).contentFrame();
    // A frame beside it tries first.
    await stranger.evaluate((sessionToken) => window.parent.frames[1].postMessage({ type: 'session_token', sessionToken }, '*'), theirs.token);
    await connect.evaluate(() => new Promise((later) => setTimeout(later)));
    assert.equal(await connect.locator('[data-screen]').getAttribute('data-screen'), 'loading');
    await page.evaluate((sessionToken) => window.frames[1].postMessage({ type: 'session_token', sessionToken }, '*'), mine.token);
    await connect.getByRole('heading', { name: 'Connect Stand-in none' }).waitFor();
    // A second one changes nothing.
    await page.evaluate((sessionToken) => window.frames[1].postMessage({ type: 'session_token', sessionToken }, '*'), theirs.token);
    await connect.getByRole('button', { name: 'Connect' }).click();
    await connect.locator('[data-screen=success]').waitFor();
    assert.deepEqual((await visit.connections()).map(({ provider_config_key: key }) => key), ['none']);
  },

  // O5
  'nobody but the last page of our own window can say that it is over': async (visit) => {
    const { page, ui, heard } = await visit.openConnectUi(['acme']);
    const [popup] = await Promise.all([page.waitForEvent('popup'), ui.getByRole('button', { name: 'Connect' }).click()]);
    await popup.waitForSelector('#approve');
    const forged = [
      { type: 'nango_oauth_callback_success' },
      { type: 'nango_oauth_callback_error', payload: { message: 'forged', errorType: 'unknown_err' } },
    ];
    // From the product's page, and from the provider's: neither is our origin.
    for (const message of forged) {
      await page.evaluate((message) => window.frames[0].postMessage(message, '*'), message);
      await popup.evaluate((message) => window.opener?.postMessage(message, '*'), message);
    }
    await popup.click('#approve');
    await ui.locator('[data-screen=success]').waitFor();
    assert.deepEqual((await heard()).map(({ type }) => type), ['ready', 'connect']);
    assert.equal((await visit.connections()).length, 1);
  },

  'an address with another server is ignored': async (visit) => {
    const { token } = await visit.session(['none']);
    const page = await visit.open();
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await page.goto(`${visit.world.server}/connect/?apiURL=${encodeURIComponent(visit.stranger)}&session_token=${token}`);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.locator('[data-screen=success]').waitFor();
    assert.deepEqual([...new Set(asked)], [visit.world.server]);
  },
};

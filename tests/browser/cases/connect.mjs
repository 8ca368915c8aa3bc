// The Connect UI from the list to the end, in each kind of auth mode.

import assert from 'node:assert/strict';

/** Submits the form, sees success, presses Finish; the result that the product was told. */
async function finish(visit, { page, ui, heard }, integration) {
  await ui.locator('[data-screen=success]').waitFor();
  const connected = (await heard()).find(({ type }) => type === 'connect');
  await ui.getByRole('button', { name: 'Finish' }).click();
  await page.waitForSelector('#connect-ui', { state: 'detached' });
  assert.deepEqual(
    (await heard()).map(({ type }) => type),
    ['ready', 'connect', 'close'],
  );
  await visit.assertConnected(integration, connected.payload);
}

async function connectInWindow(visit, integration, decision) {
  const opened = await visit.openConnectUi([integration]);
  const [popup] = await Promise.all([opened.page.waitForEvent('popup'), opened.ui.getByRole('button', { name: 'Connect' }).click()]);
  if (decision) await popup.click(decision);
  await opened.ui.locator('[data-screen=success]').waitFor();
  if (!popup.isClosed()) await popup.waitForEvent('close');
  await finish(visit, opened, integration);
}

async function connectByForm(visit, integration, values) {
  const opened = await visit.openConnectUi([integration]);
  await opened.ui.locator('[data-screen=form]').waitFor();
  for (const [name, value] of Object.entries(values)) await opened.ui.locator(`[name="${name}"]`).fill(value);
  await opened.ui.getByRole('button', { name: 'Connect' }).click();
  await finish(visit, opened, integration);
}

export default {
  OAUTH2: (visit) => connectInWindow(visit, 'acme', '#approve'),
  OAUTH1: (visit) => connectInWindow(visit, 'oauth1', null),
  API_KEY: (visit) => connectByForm(visit, 'api-key', { apiKey: visit.world.apiKey }),
  BASIC: (visit) => connectByForm(visit, 'basic-auth', { username: visit.world.username, password: visit.world.password }),
  TWO_STEP: (visit) => connectByForm(visit, 'two-step', { username: visit.world.username, password: visit.world.password }),
  NONE: (visit) => connectByForm(visit, 'none', {}),

  'a shared link works without a page around it': async (visit) => {
    const { link } = await visit.session(['api-key']);
    assert.ok(link.startsWith(`${visit.world.server}/connect/?session_token=`), link);
    const page = await visit.open();
    await page.goto(link);
    await page.locator('[name=apiKey]').waitFor();
    assert.equal(page.url(), `${visit.world.server}/connect/`, 'the token is gone from the address bar');
    await page.reload();
    await page.locator('[name=apiKey]').fill(visit.world.apiKey);
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('You can close this tab').waitFor();
    const [connection] = await visit.connections();
    assert.equal(connection.provider_config_key, 'api-key');
    await page.reload();
    await page.getByText('You can close this tab').waitFor();
  },

  'a session for several services starts with a list': async (visit) => {
    const { ui } = await visit.openConnectUi(null);
    const all = ui.locator('.choice');
    await all.first().waitFor();
    const count = await all.count();
    assert.ok(count > 6);
    const search = ui.getByRole('searchbox');
    await search.fill('BASIC');
    await ui.locator('.choice:visible').nth(0).waitFor();
    assert.deepEqual(await ui.locator('.choice:visible').allInnerTexts(), ['Stand-in basic-auth']);
    await search.fill('nothing like it');
    await ui.getByText('Nothing matches “nothing like it”.').first().waitFor();
    await search.press('Escape');
    assert.equal(await ui.locator('.choice:visible').count(), count);
    await ui.getByText('Stand-in none').click();
    await ui.getByRole('heading', { name: 'Connect Stand-in none' }).waitFor();
    await ui.getByRole('button', { name: 'Back' }).click();
    await ui.getByRole('heading', { name: 'Connect an account' }).waitFor();
  },

  'what the session presets is not asked for': async (visit) => {
    const defaults = { fields: { connection_config: { subdomain: 'preset' } } };
    const { ui } = await visit.openConnectUi(['fields'], { session: { integrations_config_defaults: defaults } });
    await ui.locator('[name=region]').waitFor();
    assert.equal(await ui.locator('[name=subdomain]').count(), 0);
  },
};

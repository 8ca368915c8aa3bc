// What goes wrong, and what the person is told.

import assert from 'node:assert/strict';

async function startWindow(visit, properties = {}) {
  const opened = await visit.openConnectUi(['acme'], properties);
  const [popup] = await Promise.all([opened.page.waitForEvent('popup'), opened.ui.getByRole('button', { name: 'Connect' }).click()]);
  await popup.waitForSelector('#approve');
  return { ...opened, popup };
}

async function approve({ page, ui }, click) {
  const [popup] = await Promise.all([page.waitForEvent('popup'), click()]);
  await popup.click('#approve');
  await ui.locator('[data-screen=success]').waitFor();
}

export default {
  'wrong credentials are explained and can be mended': async (visit) => {
    const { ui, heard } = await visit.openConnectUi(['basic-auth']);
    await ui.locator('[name=username]').fill(visit.world.username);
    await ui.locator('[name=password]').fill('wrong');
    await ui.getByRole('button', { name: 'Connect' }).click();
    const problem = ui.getByRole('alert');
    await problem.getByText('did not accept these details').waitFor();
    assert.deepEqual(await visit.connections(), []);
    const error = (await heard()).find(({ type }) => type === 'error');
    assert.equal(error.payload.errorType, 'connection_test_failed');
    assert.equal(await ui.locator('[name=username]').inputValue(), visit.world.username, 'what was typed stays');
    await ui.locator('[name=password]').fill(visit.world.password);
    await ui.getByRole('button', { name: 'Connect' }).click();
    await ui.locator('[data-screen=success]').waitFor();
    assert.equal((await visit.connections()).length, 1);
  },

  'missing values are named at their fields': async (visit) => {
    const { ui } = await visit.openConnectUi(['fields']);
    await ui.getByRole('button', { name: 'Connect' }).click();
    const subdomain = ui.locator('[name=subdomain]');
    assert.equal(await subdomain.getAttribute('aria-invalid'), 'true');
    const described = (await subdomain.getAttribute('aria-describedby')).split(' ');
    assert.equal(await ui.locator(`#${described.at(-1)}`).innerText(), 'Please fill this in.');
    assert.equal(await ui.locator(':focus').getAttribute('name'), 'subdomain', 'the first of them has the focus');
    await subdomain.fill('not good!');
    assert.match(await ui.locator(`#${described.at(-1)}`).innerText(), /should look like acme/);
    await subdomain.fill('acme');
    assert.equal(await subdomain.getAttribute('aria-invalid'), null, 'from then on with every change');
    assert.equal(await ui.locator('[name=note]').getAttribute('aria-invalid'), null, 'optional');
  },

  // O5
  'a double click makes one connection': async (visit) => {
    const { page, ui, heard } = await visit.openConnectUi(['api-key']);
    await ui.locator('[name=apiKey]').fill(visit.world.apiKey);
    const frame = await visit.frame(page);
    await frame.evaluate(() => {
      const form = document.querySelector('form');
      form.requestSubmit();
      form.requestSubmit();
    });
    await ui.locator('[data-screen=success]').waitFor();
    assert.deepEqual((await heard()).map(({ type }) => type), ['ready', 'connect']);
    assert.equal((await visit.connections()).length, 1);
  },

  // O5
  'a closed window is noticed and can be opened again': async (visit) => {
    const opened = await startWindow(visit, { detectClosedAuthWindow: true });
    await opened.popup.close();
    await opened.ui.getByRole('heading', { name: 'The window was closed' }).waitFor();
    const error = (await opened.heard()).find(({ type }) => type === 'error');
    assert.equal(error.payload.errorType, 'window_closed');
    await approve(opened, () => opened.ui.getByRole('button', { name: 'Try again' }).click());
    assert.equal((await visit.connections()).length, 1);
  },

  'without that setting a closed window is no failure': async (visit) => {
    const opened = await startWindow(visit);
    await opened.popup.close();
    await approve(opened, () => opened.ui.getByRole('button', { name: 'Open it again' }).click());
    assert.deepEqual((await opened.heard()).map(({ type }) => type), ['ready', 'connect']);
  },

  'a blocked window is explained and can be opened by a link': async (visit) => {
    const opened = await visit.openConnectUi(['acme']);
    await opened.ui.getByRole('button', { name: 'Connect' }).waitFor();
    await (await visit.frame(opened.page)).evaluate(() => (window.open = () => null));
    await opened.ui.getByRole('button', { name: 'Connect' }).click();
    await opened.ui.getByRole('heading', { name: 'Your browser blocked the window' }).waitFor();
    const link = opened.ui.getByRole('link', { name: 'Open Stand-in acme' });
    const [tab] = await Promise.all([opened.page.context().waitForEvent('page'), link.click()]);
    await tab.click('#approve');
    await opened.ui.locator('[data-screen=success]').waitFor();
    assert.equal((await visit.connections()).length, 1);
  },

  'a person who declines is not alarmed': async (visit) => {
    const { ui, popup } = await startWindow(visit);
    await popup.click('#deny');
    await ui.getByRole('heading', { name: 'Access was not granted' }).waitFor();
    assert.deepEqual(await visit.connections(), []);
  },

  'a session that has ended says so': async (visit) => {
    const page = await visit.open();
    await page.goto(`${visit.world.server}/connect/?session_token=nango_connect_session_${'0'.repeat(64)}`);
    await page.getByRole('heading', { name: 'This page has expired' }).waitFor();
  },

  'a page that hands over no session is not waited for without end': async (visit) => {
    const page = await visit.openProduct();
    await page.clock.install();
    await page.evaluate((server) => {
      window.heard = [];
      window.addEventListener('message', (event) => window.heard.push(event.data.type));
      document.body.appendChild(document.createElement('iframe')).src = `${server}/connect/`;
    }, visit.world.server);
    await page.waitForFunction(() => window.heard.includes('ready'));
    await page.clock.fastForward(10_000);
    const ui = page.frameLocator('iframe');
    await ui.getByRole('heading', { name: 'This page was opened without a session' }).waitFor();
    await ui.getByRole('button', { name: 'Close' }).last().click();
    await page.waitForFunction(() => window.heard.includes('close'));
  },

  'what was typed is not lost without a question': async (visit) => {
    const { page, ui, heard } = await visit.openConnectUi(['api-key']);
    await ui.locator('[name=apiKey]').fill('half a key');
    await ui.getByRole('button', { name: 'Close' }).click();
    await ui.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await ui.locator('[name=apiKey]').inputValue(), 'half a key');
    await ui.getByRole('button', { name: 'Close' }).click();
    await ui.getByRole('button', { name: 'Leave' }).click();
    await page.waitForSelector('#connect-ui', { state: 'detached' });
    assert.deepEqual((await heard()).map(({ type }) => type), ['ready', 'close']);
  },
};

// What an operator does most in the console. Each journey asserts what the person would see.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ASSETS = new URL('../../../runtime/console/assets/', import.meta.url);
const MAX_ASSETS_BYTES = 300 * 1024;
const SECRET = 'what-the-provider-signs-with';

/** A page of the console, signed in. `elsewhere` is what it asked of anybody but this server. */
async function signIn(visit, options = {}) {
  const page = await visit.open(options);
  const elsewhere = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(visit.world.server)) elsewhere.push(request.url());
  });
  await page.goto(`${visit.world.server}/console`);
  await page.getByLabel('Password').fill(visit.world.consolePassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Console' }).waitFor();
  return { page, elsewhere };
}

const open = (page, visit, path) => page.goto(`${visit.world.server}/console/dev/${path}`);

/** Adds GitHub by hand, as far as the settings of the new integration. */
async function setUp(visit, page, key) {
  await open(page, visit, 'catalogue');
  await page.getByLabel('Search providers').fill('github');
  await page.locator('a[href$="/catalogue/github"]').click();
  await page.getByText('Register an app in the developer settings of GitHub').waitFor();
  assert.match(await page.getByLabel('Callback URL').inputValue(), /\/oauth\/callback$/);
  await page.getByLabel('Display name').fill(`GitHub of ${key}`);
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByLabel('Client ID').fill('an-id');
  await page.getByLabel('Client secret').fill('a-secret');
  await page.getByLabel('Webhook secret').fill(SECRET);
  await page.getByRole('button', { name: 'Add the integration' }).click();
  await page.getByText('The integration is there.').waitFor();
  await open(page, visit, `integrations/${key}`);
  await page.getByRole('heading', { name: `GitHub of ${key}` }).waitFor();
  await page.getByRole('link', { name: '0 connections' }).waitFor();
  return page.getByLabel('Webhook URL').inputValue();
}

/** As GitHub sends it. */
async function deliver(url, event, body) {
  const text = JSON.stringify(body);
  const signature = `sha256=${createHmac('sha256', SECRET).update(text).digest('hex')}`;
  const headers = { 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': crypto.randomUUID(), 'x-hub-signature-256': signature };
  const answer = await fetch(url, { method: 'POST', headers, body: text });
  assert.equal(answer.status, 200, await answer.text());
}

/** Loads the page until it says so: what the server does in the background is not pushed. */
async function until(page, text) {
  const end = Date.now() + 20_000;
  while ((await page.getByText(text).count()) === 0) {
    assert.ok(Date.now() < end, `the page never says: ${text}`);
    await page.reload();
  }
}

/** Nothing that would keep somebody out. */
async function assertAccessible(page, what) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const found = serious.map(({ id, nodes }) => `${what}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`);
  assert.deepEqual(found, []);
}

const PAGES = [
  'connections',
  'runs',
  'integrations',
  'catalogue',
  'catalogue/github',
  'webhooks',
  'webhooks/deliveries',
  'webhooks/incoming',
  'settings',
  'settings/api-keys',
  'settings/variables',
  'settings/encryption',
  'settings/audit',
];

/** Opens every page; where `BROWSER_PICTURES` names a folder, with a picture of each. */
async function readAll(visit, name, options) {
  const { page, elsewhere } = await signIn(visit, options);
  for (const path of PAGES) {
    await open(page, visit, path);
    await assertAccessible(page, `${path}, ${name}`);
    const [seen, wide] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
    assert.ok(wide <= seen, `${path}, ${name}, is ${wide - seen} px too wide`);
    const pictures = process.env.BROWSER_PICTURES;
    if (pictures) await page.screenshot({ path: `${pictures}/${path.replaceAll('/', '-')}-${name}.png`, fullPage: true });
  }
  assert.deepEqual(elsewhere, []);
}

export default {
  'a wrong password is refused, the right one leads in': async (visit) => {
    const page = await visit.open();
    await page.goto(`${visit.world.server}/console`);
    await page.getByLabel('Password').fill('not the password at all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is not the password. Try again.').waitFor();
    await page.getByLabel('Password').fill(visit.world.consolePassword);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Console' }).waitFor();
    assert.match(new URL(page.url()).pathname, /^\/console\/dev\//);
  },

  'an integration is set up from the catalogue': async (visit) => {
    const { page, elsewhere } = await signIn(visit);
    const url = await setUp(visit, page, 'set-up');
    assert.match(url, /\/webhook\/[0-9a-f-]{36}\/set-up$/);
    assert.equal(await page.getByLabel('Client secret').inputValue(), '');
    await open(page, visit, 'integrations');
    await page.getByRole('link', { name: 'GitHub of set-up', exact: true }).waitFor();
    assert.deepEqual(elsewhere, []);
  },

  'a webhook is replayed': async (visit) => {
    const { page } = await signIn(visit);
    const url = await setUp(visit, page, 'hooks');
    await deliver(url, 'push', { repository: { full_name: 'acme/site' }, text: '<script>window.pwned = true</script>' });
    await open(page, visit, 'webhooks/incoming?integration=hooks');
    await until(page, 'Parked');
    await page.getByRole('link', { name: 'push', exact: true }).click();
    await page.getByText('It fits no connection.').waitFor();
    await page.getByText('<script>window.pwned = true</script>').waitFor();
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.equal(await page.getByText(/sha256=[0-9a-f]/).count(), 0, 'the signature is struck out');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('In the queue').waitFor();
    await until(page, '1 time');

    await open(page, visit, 'webhooks/incoming?integration=hooks');
    await until(page, 'Parked');
    await page.getByRole('button', { name: 'Replay these' }).click();
    await page.getByRole('dialog').getByRole('heading', { name: 'Replay 1 webhook?' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
    await page.getByText('In the queue').waitFor();
  },

  'an API key is made, shown once, and works': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'settings/api-keys');
    await page.getByLabel('Name', { exact: true }).fill('journey');
    await page.getByLabel('only what is chosen here').check();
    await page.locator('details > summary', { hasText: 'Scopes' }).click();
    await page.getByLabel('environment:connections:list', { exact: true }).check();
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('it is not shown again').waitFor();
    const key = await page.getByLabel('API key', { exact: true }).inputValue();
    const status = async (path) => (await fetch(visit.world.server + path, { headers: { authorization: `Bearer ${key}` } })).status;
    assert.deepEqual([await status('/connections'), await status('/integrations')], [200, 403]);
    await open(page, visit, 'settings/api-keys');
    await page.getByRole('button', { name: /Delete… journey/ }).waitFor();
    assert.ok(!(await page.content()).includes(key));
    await page.getByRole('button', { name: /Delete… journey/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The key is deleted').waitFor();
    assert.equal(await status('/connections'), 401);
    await open(page, visit, 'settings/audit');
    await page.getByText('Made an API key').first().waitFor();
    await page.getByText('Deleted an API key').first().waitFor();
  },

  'every page can be read by everybody': (visit) => readAll(visit, 'light', { colorScheme: 'light' }),

  'every page can be read at night': (visit) => readAll(visit, 'dark', { colorScheme: 'dark' }),

  'every page can be read on a phone': (visit) => readAll(visit, 'phone', { viewport: { width: 390, height: 800 } }),

  'all that pages load is small': async () => {
    const names = await readdir(ASSETS, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
    assert.ok(files.length > 10);
    const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total < MAX_ASSETS_BYTES, `${total} bytes, compressed`);
  },
};

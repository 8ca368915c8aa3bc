// What an operator does most in the console. Each journey asserts what the person would see.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { open, signIn } from '../operator.mjs';

const SECRET = 'what-the-provider-signs-with';

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

  'an operator signs in and sees that all is well': async (visit) => {
    const { page, elsewhere } = await signIn(visit);
    // Nobody else is in this environment.
    await page.getByRole('link', { name: 'prod', exact: true }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.getByRole('heading', { name: 'Nothing runs here yet' }).waitFor();
    await page.getByRole('link', { name: 'Choose a provider' }).waitFor();
    await page.goto(`${visit.world.server}/console/prod/settings/api-keys`);
    await page.getByLabel('Name', { exact: true }).fill('watched');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = await page.getByLabel('API key', { exact: true }).inputValue();
    const call = (method, path, body, more = {}) =>
      fetch(visit.world.server + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more },
        body: body && JSON.stringify(body),
      });
    const of = { 'connection-id': 'ada', 'provider-config-key': 'fixture' };
    const made = [
      await call('POST', '/integrations', { provider: 'stand-in', unique_key: 'fixture' }),
      await call('POST', '/connections', { provider_config_key: 'fixture', connection_id: 'ada', credentials: { type: 'API_KEY', apiKey: 'a-key' } }),
    ];
    assert.deepEqual(made.map(({ ok }) => ok), [true, true]);
    await page.goto(`${visit.world.server}/console/prod/overview`);
    await call('GET', '/proxy/items', undefined, of);
    // It is said without a reload; and whoever reads the page by then keeps the place.
    const answer = page.getByRole('heading', { name: 'All is well' });
    await answer.waitFor();
    await page.getByText('Nothing ran in the last hour. No connection needs attention, and nothing waits.').waitFor();
    const requests = page.getByRole('link', { name: /^Requests to providers 1 / });
    await requests.waitFor();
    await page.locator('summary', { hasText: 'The numbers of Runs' }).click();
    await requests.focus();
    await call('GET', '/proxy/items', undefined, of);
    await page.getByRole('link', { name: /^Requests to providers 2 / }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'stat-requests-to-providers');
    await page.getByRole('region', { name: /^Numbers of Runs/ }).waitFor();
    await page.getByRole('link', { name: 'Last week' }).click();
    await page.getByRole('link', { name: /^Requests to providers 2 / }).waitFor();
    await page.getByRole('link', { name: /^4xx/ }).click();
    await page.getByRole('heading', { name: 'Logs', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'GET /items 401' }).first().waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    assert.deepEqual(elsewhere, []);
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

  'a connection that needs attention is found, with the reason': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'connections');
    await page.getByLabel('State').selectOption('Needs attention');
    await page.waitForURL(/state=attention/);
    const row = page.locator('#connections').getByRole('listitem');
    assert.equal(await row.count(), 1);
    await row.getByText('Please reconnect').waitFor();
    await row.getByText('Grace Hopper (grace@example.com)').waitFor();
    await row.getByRole('link', { name: 'needs-attention' }).click();
    await page.getByRole('heading', { name: 'needs-attention Please reconnect', level: 1 }).waitFor();
    const why = page.getByRole('region', { name: 'Its credentials could not be renewed' });
    await why.getByText('Only its user can mend this').waitFor();
    await why.getByText('invalid_grant').first().waitFor();
    await page.getByRole('button', { name: 'Reconnect needs-attention' }).waitFor();
  },

  'a failed run is retried': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'runs');
    await page.getByLabel('State').selectOption('Failed');
    await page.getByLabel('Connection', { exact: true }).fill('ada');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('link', { name: 'fetch-status' }).click();
    await page.getByRole('heading', { name: 'The provider failed (status 500)' }).waitFor();
    await page.getByText('run it again when the provider works').waitFor();
    await page.getByRole('button', { name: 'Run it again fetch-status' }).click();
    const question = page.getByRole('dialog');
    await question.getByText('It gets the same input').waitFor();
    await question.getByRole('button', { name: 'Run it again' }).click();
    // The list is followed live: the new run appears by itself.
    await page.getByText('It is in the queue.').waitFor();
    const again = page.getByRole('row').filter({ hasText: 'fetch-status' }).filter({ hasText: 'Succeeded' });
    await again.getByRole('link', { name: 'fetch-status' }).click();
    await page.getByRole('heading', { name: 'Run of fetch-status Succeeded', level: 1 }).waitFor();
    await page.getByText('Input', { exact: true }).click();
    await page.getByText('of=the-journey').waitFor();
  },

  'a run failed: a dry run shows why, and nothing is saved': async (visit) => {
    const { page, elsewhere } = await signIn(visit);
    await open(page, visit, 'runs?function=panic&state=failed');
    await page.getByRole('link', { name: 'panic', exact: true }).first().waitFor();
    const runs = await page.getByRole('table').getByRole('row').count();
    await page.getByRole('link', { name: 'panic', exact: true }).first().click();
    await page.getByRole('link', { name: 'Dry run panic' }).click();
    await page.getByRole('heading', { name: 'Dry run of panic', level: 1 }).waitFor();
    await page.getByText('Nothing is kept').waitFor();
    assert.equal(await page.getByLabel('Send changes to the provider, too').isChecked(), false);
    await page.getByRole('button', { name: 'Dry run', exact: true }).click();
    await page.getByRole('heading', { name: 'Dry run of panic Would fail', level: 1 }).waitFor();
    const why = page.getByRole('region', { name: 'The function crashed' });
    await why.getByText('misbehaviour.rs').first().waitFor();
    await open(page, visit, 'runs?function=panic');
    assert.equal(await page.getByRole('table').getByRole('row').count(), runs, 'a dry run is no run');

    await open(page, visit, 'runs?function=full&connection=kept');
    await page.getByRole('link', { name: 'full', exact: true }).first().click();
    await page.getByRole('link', { name: 'Dry run full' }).click();
    await page.getByRole('button', { name: 'Dry run', exact: true }).click();
    await page.getByRole('heading', { name: 'Dry run of full Would succeed', level: 1 }).waitFor();
    await page.getByRole('region', { name: 'What it would have done to Item' }).getByText('Nothing was saved.').waitFor();
    await page.getByText(/^GET \/items\?limit=100 200 in /).waitFor();
    await open(page, visit, 'settings/audit');
    await page.getByText('Had a run tried out, with nothing kept').first().waitFor();
    assert.deepEqual(elsewhere, []);
  },

  'a sync is paused, and started again': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'connections');
    await page.getByLabel('Search connections').fill('pausable');
    await page.waitForURL(/search=pausable/);
    await page.getByRole('link', { name: 'pausable', exact: true }).click();
    const sync = () => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'full', exact: true }) });
    await sync().getByText('On', { exact: true }).waitFor();
    assert.equal(await sync().locator('[data-label="Next run"] time').count(), 1);
    await sync().getByRole('button', { name: 'Pause full' }).click();
    await page.getByText('The sync is paused').waitFor();
    await sync().getByText('Paused', { exact: true }).waitFor();
    assert.equal(await sync().locator('[data-label="Next run"] time').count(), 0);
    await sync().getByRole('button', { name: 'Start full' }).click();
    await page.getByText('The sync runs by its schedule again.').waitFor();
    await sync().getByText('On', { exact: true }).waitFor();
    assert.equal(await sync().locator('[data-label="Next run"] time').count(), 1);
    await open(page, visit, 'settings/audit');
    await page.getByText('Paused a sync').first().waitFor();
  },

  'a record is found by its id, with its JSON and what happened to it': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'records');
    await page.getByLabel('Connection id').fill('kept');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('row').filter({ hasText: 'kept' }).getByRole('link', { name: /^Item / }).click();
    // The latest change first; what is gone is shown as gone.
    await page.getByRole('row').filter({ hasText: 'gone' }).getByText('Deleted', { exact: true }).waitFor();
    await page.getByLabel('Id begins with').fill('invoice/');
    await page.getByRole('button', { name: 'Show' }).click();
    const found = page.getByRole('row').filter({ hasText: 'invoice/7' });
    await found.getByText('Updated', { exact: true }).waitFor();
    assert.equal(await page.getByRole('row').count(), 2, 'its heading, and the one record');
    await found.getByRole('link', { name: 'invoice/7' }).click();
    await page.getByRole('heading', { name: 'invoice/7 Updated', level: 1 }).waitFor();
    const saved = page.getByRole('region', { name: 'What was saved' });
    await saved.getByText('"Second"').waitFor();
    assert.equal(await saved.getByText('"First"').count(), 0);
    const facts = page.getByRole('region', { name: 'About this record' });
    await facts.getByText('First seen').waitFor();
    await facts.getByText('Last changed').waitFor();
    await facts.getByText('Cursor').waitFor();
  },

  'logs are searched as one types, and a link brings the view back': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'logs');
    const rows = () => page.getByRole('table').getByRole('row');
    const text = page.getByLabel('Text', { exact: true });
    await text.pressSequentially('read all it');
    // No button: the list follows what is typed.
    await page.waitForFunction(() => [...document.querySelectorAll('#found tbody tr')].every((row) => row.textContent.includes('full')));
    assert.ok(await text.evaluate((input) => input === document.activeElement), 'whoever types is not interrupted');
    assert.match(page.url(), /q=read(\+|%20)all(\+|%20)it/);
    const found = await rows().allTextContents();
    assert.ok(found.length > 1);
    const link = await page.getByRole('link', { name: 'Link to this view' }).getAttribute('href');
    const other = await page.context().newPage();
    await other.goto(visit.world.server + link);
    assert.equal(await other.getByLabel('Text', { exact: true }).inputValue(), 'read all it');
    assert.deepEqual(await other.getByRole('table').getByRole('row').allTextContents(), found);
    await other.getByRole('table').getByRole('link').first().click();
    await other.getByText('read all items').first().waitFor();
    await text.fill('nobody ever said this');
    await page.getByText('Nothing found', { exact: true }).waitFor();
  },

  'a function is rolled back': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'functions?integration=older');
    await page.getByRole('link', { name: 'welcome', exact: true }).click();
    const deployments = page.getByRole('region', { name: 'Deployments' });
    await deployments.getByText('Now in place').waitFor();
    await deployments.getByRole('button', { name: 'Roll back to this deployment' }).click();
    const question = page.getByRole('dialog');
    await question.getByRole('heading', { name: 'Roll older back?' }).waitFor();
    await question.getByText('sync tasks is created.').waitFor();
    await question.getByText('event welcome is deleted.').waitFor();
    await question.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Rolled back. What is listed here is in place now.').waitFor();
    await page.getByRole('link', { name: 'tasks', exact: true }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'welcome', exact: true }).count(), 0);
    await open(page, visit, 'settings/audit');
    await page.getByText('Rolled functions back').first().waitFor();
  },
};

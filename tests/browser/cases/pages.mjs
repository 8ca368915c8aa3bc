// Every page of the console as a browser has it: nobody is kept out, nothing runs that should not, nothing comes from elsewhere. Which pages
// there are, a crawl has found.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { open, signIn } from '../operator.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ASSETS = new URL('../../../runtime/console/assets/', import.meta.url);
const MAX_ASSETS_BYTES = 300 * 1024;
/** Looked at in one case: what takes longer than a case may is several. */
const PART = 12;

const { pages, attack, unclaimed, invitation } = JSON.parse(process.env.BROWSER_TEST);

const LOOKS = {
  'by everybody': { colorScheme: 'light' },
  'at night': { colorScheme: 'dark' },
  'on a phone': { viewport: { width: 390, height: 800 } },
};

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

/** The page that is open; where `BROWSER_PICTURES` names a folder, with a picture of it. */
async function look(page, name) {
  await assertAccessible(page, name);
  const [seen, wide] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
  assert.ok(wide <= seen, `${name} is ${wide - seen} px too wide`);
  assert.equal(await page.evaluate(() => window.pwned), undefined, `${name} runs what somebody wrote`);
  assert.equal(await page.locator('img[src="x"]').count(), 0, `${name} shows what somebody wrote as a picture`);
  const pictures = process.env.BROWSER_PICTURES;
  if (pictures) await page.screenshot({ path: `${pictures}/${name.replaceAll(/\W+/g, '-').slice(0, 150)}.png`, fullPage: true });
}

async function read(visit, part, how, options) {
  const { page, elsewhere } = await signIn(visit, options);
  const failures = [];
  for (const path of part) {
    const answer = await page.goto(visit.world.server + path);
    assert.equal(answer.status(), 200, path);
    // All of them, not the first alone: each costs a run.
    await look(page, `${path.replace('/console/', '')} ${how}`).catch((error) => failures.push(error.message));
  }
  assert.deepEqual(failures, []);
  assert.deepEqual(elsewhere, []);
}

const cases = {};
for (const [how, options] of Object.entries(LOOKS)) {
  for (let from = 0; from < pages.length; from += PART) {
    const part = pages.slice(from, from + PART);
    cases[`pages ${from + 1} to ${from + part.length} of ${pages.length} can be read ${how}`] = (visit) => read(visit, part, how, options);
  }
}

export default {
  ...cases,

  'whoever is not signed in yet can read what there is': async (visit) => {
    for (const [how, options] of Object.entries(LOOKS)) {
      const page = await visit.open(options);
      for (const [name, address] of [
        ['sign-in', `${visit.world.server}/console/sign-in`],
        ['set-up', `${unclaimed}/console/setup`],
        ['invitation', invitation],
        ['no such page', `${visit.world.server}/console/no/such/page`],
      ]) {
        await page.goto(address);
        await look(page, `${name} ${how}`);
      }
    }
  },

  'a question opens over its page, and Escape takes it away': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'connections');
    const disconnect = page.getByRole('button', { name: /^Disconnect / }).first();
    await disconnect.click();
    await page.getByRole('dialog').getByRole('heading', { name: /^Disconnect this / }).waitFor();
    await look(page, 'a question');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.ok(await disconnect.evaluate((button) => button === document.activeElement), 'the focus is where it was');
  },

  'the way back leads through every page that was seen': async (visit) => {
    const { page: first } = await signIn(visit);
    const still = pages.filter((path) => !path.includes('follow=') && !path.includes('live='));
    // A browser remembers fifty.
    for (let from = 0; from < still.length; from += 30) {
      const page = await first.context().newPage();
      const seen = [];
      for (const path of still.slice(from, from + 30)) {
        await page.goto(visit.world.server + path);
        seen.push({ path, title: await page.title() });
        assert.match(seen.at(-1).title, /\S · /, path);
      }
      for (const { path, title } of seen.reverse().slice(1)) {
        const answer = await page.goBack();
        assert.equal(answer.status(), 200, path);
        assert.deepEqual([new URL(page.url()).pathname, await page.title()], [new URL(path, page.url()).pathname, title]);
      }
      await page.close();
    }
  },

  'a filter that is typed can be taken back': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'connections');
    await page.getByRole('link', { name: 'ada', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Logs', exact: true }).click();
    await page.getByLabel('Text', { exact: true }).fill('nothing says this');
    await page.getByText('Nothing found', { exact: true }).waitFor();
    await page.waitForURL(/q=nothing/);
    await page.goBack();
    await page.getByRole('link', { name: 'ada', exact: true }).waitFor();
    await page.goForward();
    await page.getByText('Nothing found', { exact: true }).waitFor();
    assert.equal(await page.getByLabel('Text', { exact: true }).inputValue(), 'nothing says this');
  },

  'markup is shown as its author wrote it': async (visit) => {
    const { page } = await signIn(visit);
    await open(page, visit, 'integrations');
    await page.getByText(attack).first().waitFor();
    await open(page, visit, 'settings/api-keys');
    await page.getByText(attack).first().waitFor();
  },

  'all that pages load is small': async () => {
    const names = await readdir(ASSETS, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
    assert.ok(files.length > 10);
    const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`${files.length} files, ${Math.ceil(total / 1024)} KB compressed`);
    assert.ok(total < MAX_ASSETS_BYTES, `${total} bytes, compressed`);
  },
};

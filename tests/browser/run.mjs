// The Connect UI, the published client and the console in a real browser, against a real server. `tests/it/real_browser.rs` and
// `tests/it/console_journeys.rs` start both and pass on what the cases need to know as JSON in `BROWSER_TEST`. A word as argument runs only
// the cases whose names hold it.

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Visit } from './visit.mjs';
import { serveSite } from './site.mjs';

/** For one case, which takes seconds, or most of a minute where it waits for what comes by itself: what hangs fails, with its picture. */
const PATIENCE_MS = 240_000;
/** Cases at once: they wait more than they work. */
const AT_ONCE = 3;

const world = JSON.parse(process.env.BROWSER_TEST);
// The console's cases happen in worlds of their own.
const files = world.files ?? ['client', 'connect', 'form', 'hostile', 'people', 'trouble'];
const cases = [];
for (const file of files) {
  const found = await import(`./cases/${file}.mjs`);
  cases.push(...Object.entries(found.default).map(([name, run]) => ({ name: `${file}: ${name}`, run })));
}
const queue = cases.filter(({ name }) => name.includes(process.argv[2] ?? ''));
assert.ok(queue.length > 0, 'no case has such a name');

const product = await serveSite();
const stranger = await serveSite();
const browser = await chromium.launch({
  executablePath: world.chromium,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});

const start = performance.now();
let failures = 0;
const total = queue.length;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await attempt(next);
  }),
);
await browser.close();
console.log(`${total - failures} of ${total} cases in ${Math.round(performance.now() - start)} ms`);
process.exit(failures === 0 ? 0 : 1);

async function attempt({ name, run }) {
  const begin = performance.now();
  const visit = new Visit({ browser, world, product, stranger });
  try {
    await within(PATIENCE_MS, run(visit));
    visit.assertQuiet();
    console.log(`ok ${name} (${Math.round(performance.now() - begin)} ms)`);
  } catch (error) {
    failures += 1;
    const picture = join(tmpdir(), `browser-test-${name.replaceAll(/\W+/g, '-')}.png`);
    const isTaken = await visit.picture(picture);
    console.log(`FAILED ${name}\n${error.stack}\n${visit.noise()}${isTaken ? `\nthe page at that moment: ${picture}` : ''}`);
  } finally {
    await visit.end();
  }
}

function within(limit, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit} ms`)), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

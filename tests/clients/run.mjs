// The published client against a real server. `tests/it/clients.rs` starts the server and passes on what the cases need to know as JSON in
// `CLIENTS_TEST`. `hostile` as argument runs the cases of that file, which the others leave out; another word runs those whose names hold it.

import assert from 'node:assert/strict';
import { assertComplete } from './coverage.mjs';
import { World } from './world.mjs';

/** For one case, which takes seconds; `waitForConnection` alone waits for ten. What hangs fails. */
const PATIENCE_MS = 90_000;
/** Cases at once: they wait more than they work. */
const AT_ONCE = 6;

const word = process.argv[2] ?? '';
const files = word === 'hostile' ? [word] : [
  'waiting',
  'client',
  'providers',
  'integrations',
  'connections',
  'tokens',
  'records',
  'syncs',
  'actions',
  'functions',
  'proxy',
  'sessions',
  'webhooks',
  'plain',
  'names',
  'requests',
];
const queue = [];
for (const file of files) {
  const found = await import(`./cases/${file}.mjs`);
  queue.push(...Object.entries(found.default).map(([name, run]) => ({ name: `${file}: ${name}`, run })));
}
const chosen = queue.filter(({ name }) => name.includes(word));
assert.ok(chosen.length > 0, 'no case has such a name');

const world = await World.start(JSON.parse(process.env.CLIENTS_TEST));
const start = performance.now();
const total = chosen.length;
let failures = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = chosen.shift(); next; next = chosen.shift()) await attempt(next.name, () => next.run(world));
  }),
);
if (word === '') await attempt('every public method of the client is called, with success and in error', assertComplete);
console.log(`${total} cases in ${Math.round(performance.now() - start)} ms, ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

async function attempt(name, run) {
  const begin = performance.now();
  try {
    await within(PATIENCE_MS, Promise.resolve().then(run));
    console.log(`ok ${name} (${Math.round(performance.now() - begin)} ms)`);
  } catch (error) {
    failures += 1;
    const answer = error.response && `\nthe server answered ${error.response.status}: ${JSON.stringify(error.response.data)}`;
    console.log(`FAILED ${name}\n${error.stack}${answer ?? ''}`);
  }
}

function within(limit, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit} ms`)), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

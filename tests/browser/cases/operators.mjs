// Somebody else at the console, who may do less.

import assert from 'node:assert/strict';
import { open, signIn } from '../operator.mjs';

const NAME = 'Grace Hopper';
const PASSWORD = 'the password of a support engineer';

export default {
  'an owner adds a support engineer, who retries a run and sees no secret': async (visit) => {
    const { page: owner } = await signIn(visit);
    await open(owner, visit, 'settings');
    await owner.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Operators' }).click();
    await owner.getByLabel('Name', { exact: true }).fill(NAME);
    await owner.getByLabel('Role', { exact: true }).selectOption('support');
    await owner.getByRole('button', { name: 'Make the link' }).click();
    await owner.getByText('it is not shown again').waitFor();
    const link = await owner.getByLabel('Link', { exact: true }).inputValue();
    await open(owner, visit, 'settings/operators');
    await owner.getByRole('row').filter({ hasText: NAME }).getByText('Invited until').waitFor();
    assert.ok(!(await owner.content()).includes(link), 'the link is shown once');

    // In a browser of her own.
    const page = await visit.open();
    await page.goto(link);
    await page.getByText(`as ${NAME} (support)`).waitFor();
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByLabel('Password, again').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('link', { name: `Signed in as ${NAME} support` }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.getByLabel('Name').fill('grace hopper');
    await page.getByLabel('Password').fill('not the password at all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This name and this password do not fit together.').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Console' }).waitFor();

    await open(page, visit, 'runs?state=failed&connection=ada');
    await page.getByRole('link', { name: 'fetch-status' }).click();
    await page.getByRole('button', { name: 'Run it again fetch-status' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run it again' }).click();
    await page.getByText('It is in the queue.').waitFor();
    await page.getByRole('row').filter({ hasText: 'fetch-status' }).filter({ hasText: 'Succeeded' }).waitFor();

    await open(page, visit, 'webhooks');
    await page.getByRole('heading', { name: 'Where they are sent' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Make a new key' }).count(), 0);
    await open(page, visit, 'connections');
    await page.getByRole('button', { name: /^Test connection / }).first().waitFor();
    assert.equal(await page.getByRole('button', { name: /^Disconnect / }).count(), 0);
    await open(page, visit, 'settings');
    const tabs = page.getByRole('navigation', { name: 'Settings' }).getByRole('link');
    assert.deepEqual(await tabs.allTextContents(), ['General', 'Your account']);
    await open(page, visit, 'settings/api-keys');
    await page.getByRole('heading', { name: 'This is for developers and owners' }).waitFor();
    await page.getByText('An owner can change that: owner.').waitFor();

    await open(owner, visit, 'settings/audit');
    await owner.getByLabel('Who').selectOption(NAME);
    await owner.getByRole('button', { name: 'Show' }).click();
    await owner.waitForURL(/operator=Grace/);
    await owner.getByRole('row').filter({ hasText: 'Had a function run again' }).getByText(NAME).waitFor();
    assert.equal(await owner.getByText('Invited an operator').count(), 0, 'that was somebody else');

    await open(owner, visit, 'settings/operators');
    await owner.getByRole('link', { name: NAME }).click();
    await owner.getByRole('button', { name: `Remove… ${NAME}` }).click();
    const question = owner.getByRole('dialog');
    await question.getByText('They are signed out everywhere, at once').waitFor();
    await question.getByRole('button', { name: 'Remove' }).click();
    await owner.getByText('The operator is removed').waitFor();
    await page.goto(`${visit.world.server}/console`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  },
};

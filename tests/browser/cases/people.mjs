// Different people: without a mouse, on a phone, at night, in other languages, with a screen reader.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** No rule of WCAG 2.2 A and AA that a machine can check is broken. */
async function assertAccessible(frame, screen) {
  // Colours are looked at when nothing moves any more.
  await frame.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.playState === 'running' && animation.effect.getComputedTiming().iterations === 1 && animation.finished)));
  await frame.evaluate(AXE);
  const { violations } = await frame.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  const found = violations.map(({ id, nodes }) => `${screen}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`);
  assert.deepEqual(found, []);
}

async function walkThrough(visit, scheme) {
  const { page, ui } = await visit.openConnectUi(null, { page: { colorScheme: scheme } });
  const frame = await visit.frame(page);
  await ui.locator('.choice').first().waitFor();
  await assertAccessible(frame, 'list');
  await ui.getByText('A form with everything').click();
  await ui.locator('[name=subdomain]').waitFor();
  await ui.getByRole('button', { name: 'Connect' }).click();
  await assertAccessible(frame, 'form');
  await ui.getByRole('button', { name: 'Back' }).click();
  await ui.getByText('Stand-in api-key').click();
  await ui.locator('[name=apiKey]').fill('wrong');
  await ui.getByRole('button', { name: 'Connect' }).click();
  await ui.locator('.problem summary').click();
  await assertAccessible(frame, 'refused');
  await page.keyboard.press('Escape');
  await ui.getByRole('alertdialog').waitFor();
  await assertAccessible(frame, 'question');
  await ui.getByRole('button', { name: 'Stay' }).click();
  await ui.locator('[name=apiKey]').fill(visit.world.apiKey);
  await ui.getByRole('button', { name: 'Connect' }).click();
  await ui.locator('[data-screen=success]').waitFor();
  await assertAccessible(frame, 'success');
  return frame;
}

const background = (frame) => frame.evaluate(() => getComputedStyle(document.querySelector('.card')).backgroundColor);

const LANGUAGES = {
  en: ['Connect Stand-in api-key', 'Please fill this in.'],
  de: ['Stand-in api-key verbinden', 'Bitte füllen Sie dieses Feld aus.'],
  fr: ['Connecter Stand-in api-key', 'Veuillez remplir ce champ.'],
  es: ['Conectar Stand-in api-key', 'Rellene este campo.'],
};

export default {
  'nobody needs a mouse': async (visit) => {
    const { page, ui, heard } = await visit.openConnectUi(null);
    await ui.locator('#search:focus').waitFor();
    await page.keyboard.type('basic-auth');
    await page.keyboard.press('Enter');
    await ui.locator('[name=username]:focus').waitFor();
    // Round the dialog and back: the focus never leaves it.
    const stops = [];
    for (let step = 0; step < 7; step += 1) {
      const focused = ui.locator(':focus');
      assert.equal(await focused.count(), 1, `after ${step} steps: ${stops.join(', ')}`);
      stops.push(await focused.evaluate((node) => node.name || node.getAttribute('aria-label') || node.textContent));
      await page.keyboard.press('Tab');
    }
    assert.deepEqual(stops, ['username', 'password', 'Show Password', 'Connect', 'Back', 'Close', 'username']);
    await page.keyboard.press('Shift+Tab');
    await ui.locator('[name=username]:focus').waitFor();
    await page.keyboard.type(visit.world.username);
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(visit.world.password);
    await page.keyboard.press('Enter');
    await ui.locator('[data-screen=success]').waitFor();
    await visit.pressToClose(page, 'Enter');
    assert.deepEqual((await heard()).map(({ type }) => type), ['ready', 'connect', 'close']);
  },

  'Escape closes what holds nothing': async (visit) => {
    const { page, ui, heard } = await visit.openConnectUi(['none']);
    await ui.getByRole('button', { name: 'Connect' }).waitFor();
    await visit.pressToClose(page, 'Escape');
    assert.deepEqual((await heard()).map(({ type }) => type), ['ready', 'close']);
  },

  'on a phone it fills the screen and nothing is cut off': async (visit) => {
    const options = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true };
    const { page, ui } = await visit.openConnectUi(['fields'], { page: options });
    await ui.locator('[name=subdomain]').waitFor();
    await ui.getByRole('button', { name: 'Connect' }).tap();
    const frame = await visit.frame(page);
    const seen = await frame.evaluate(() => {
      const card = document.querySelector('.card').getBoundingClientRect();
      const content = document.querySelector('.content');
      const targets = [...document.querySelectorAll('button, .control, select')].map((node) => node.getBoundingClientRect());
      return {
        card: [card.x, card.width, card.height - innerHeight],
        overflow: [document.documentElement.scrollWidth - innerWidth, content.scrollWidth - content.clientWidth],
        small: targets.filter(({ height }) => height > 0 && height < 44).length,
      };
    });
    assert.deepEqual(seen, { card: [0, 360, 0], overflow: [0, 0], small: 0 });
  },

  'by day every screen is accessible': async (visit) => {
    const frame = await walkThrough(visit, 'light');
    assert.equal(await background(frame), 'rgb(255, 255, 255)');
  },

  'by night, too': async (visit) => {
    const frame = await walkThrough(visit, 'dark');
    assert.notEqual(await background(frame), 'rgb(255, 255, 255)');
  },

  'the product may choose light or dark': async (visit) => {
    const { page, ui } = await visit.openConnectUi(['none'], { page: { colorScheme: 'light' }, themeOverride: 'dark' });
    await ui.getByRole('button', { name: 'Connect' }).waitFor();
    assert.notEqual(await background(await visit.frame(page)), 'rgb(255, 255, 255)');
  },

  'every language says it in its words': async (visit) => {
    for (const [lang, [title, missing]] of Object.entries(LANGUAGES)) {
      const { page, ui } = await visit.openConnectUi(['api-key'], { lang });
      await ui.getByRole('heading', { name: title }).waitFor();
      await ui.locator('button[type=submit]').click();
      await ui.getByText(missing).waitFor();
      assert.equal(await (await visit.frame(page)).evaluate(() => document.documentElement.lang), lang);
    }
  },

  'the browser\'s language counts when nobody says another, and English when it is none of ours': async (visit) => {
    for (const [locale, title] of [['fr-CA', 'Connecter Stand-in none'], ['ja-JP', 'Connect Stand-in none']]) {
      const { ui } = await visit.openConnectUi(['none'], { page: { locale } });
      await ui.getByRole('heading', { name: title }).waitFor();
    }
  },
};

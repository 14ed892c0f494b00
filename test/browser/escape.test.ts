/** Escape over the rows takes one thing away at a time, and a search that it takes away can be had back. In a real Chromium. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openRows, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 8_000 };
const LINES = 3_000;

let browser: Browser;
let server: BigviewServer;

beforeAll(async () => {
  const path = join(tempFolder(), 'app.log');
  writeFileSync(path, Array.from({ length: LINES }, (_, at) => `${at} ${at % 3 === 0 ? 'needle' : 'hay'}\n`).join(''));
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files: [path] })]);
});
afterAll(async () => {
  await browser?.close();
});

const search = (page: Page): Locator => page.getByRole('contentinfo').getByRole('group', { name: 'Search' });
const says = (page: Page, text: string): Promise<void> =>
  expect
    .poll(
      async () =>
        (await search(page)
          .textContent({ timeout: 1_000 })
          .catch(() => '')) ?? '',
      PATIENCE,
    )
    .toContain(text);
const gone = (page: Page): Promise<void> => search(page).waitFor({ state: 'detached' });
const marked = (page: Page): Promise<number> => page.evaluate(() => CSS.highlights.get('text-hit')?.size ?? 0);

async function inField(page: Page, key: string, name: string): Promise<Locator> {
  await page.keyboard.press(key);
  const field = page.getByRole('combobox', { name });
  await expect.poll(() => field.evaluate((element) => element === document.activeElement), PATIENCE).toBe(true);
  return field;
}

/** With a search that has come to its end; `begun` holds the patterns of all that were made. */
function searched(use: (page: Page, begun: string[]) => Promise<void>): () => Promise<void> {
  return () =>
    withPage(browser, server.origin, {}, async (page) => {
      const begun: string[] = [];
      page.on('request', (request) => {
        if (request.method() !== 'POST' || !request.url().endsWith('/searches')) return;
        begun.push((JSON.parse(request.postData() ?? '{}') as { pattern: string }).pattern);
      });
      await openRows(page, server);
      await inField(page, '/', 'Search');
      await page.keyboard.type('needle');
      await page.keyboard.press('Enter');
      await says(page, 'hit 1 of 1,000');
      await use(page, begun);
    });
}

test(
  'a search comes back with all that was found, by n, by the search key, and by the button in the bar; nothing is searched twice',
  searched(async (page, begun) => {
    await page.keyboard.press('Escape');
    await gone(page);
    await expect.poll(() => marked(page), PATIENCE).toBe(0);
    await page.keyboard.press('n');
    await says(page, 'hit 2 of 1,000');
    await expect.poll(() => marked(page), PATIENCE).toBeGreaterThan(5);

    await page.keyboard.press('Escape');
    await gone(page);
    const field = await inField(page, '/', 'Search');
    expect(await field.inputValue()).toBe('needle');
    await page.keyboard.press('Enter');
    await says(page, 'hit 3 of 1,000');

    await page.keyboard.press('Escape');
    await gone(page);
    await page.getByRole('button', { name: 'Search put away' }).click();
    await says(page, 'hit 3 of 1,000');
    expect(await page.getByRole('button', { name: 'Search put away' }).count()).toBe(0);
    expect(begun).toEqual(['needle']);
  }),
);

test(
  'n goes on with the search that was put away, not with what was typed for something else since',
  searched(async (page, begun) => {
    await page.keyboard.press('Escape');
    await gone(page);
    await inField(page, '&', 'Filter');
    await page.keyboard.type('hay');
    await page.keyboard.press('Enter');
    await page.locator('[data-pane="filtered"]').waitFor();
    await page.keyboard.press('n');
    await says(page, 'hit 2 of 1,000');
    expect(begun).toEqual(['needle', 'hay']);
  }),
);

test(
  'another search takes the place of one that was put away',
  searched(async (page, begun) => {
    await page.keyboard.press('Escape');
    await gone(page);
    await inField(page, '/', 'Search');
    await page.keyboard.type('hay');
    await page.keyboard.press('Enter');
    await says(page, 'of 2,000');
    await page.keyboard.press('Escape');
    await gone(page);
    await page.keyboard.press('n');
    await says(page, 'of 2,000');
    expect(begun).toEqual(['needle', 'hay']);
  }),
);

test(
  'what is told over the rows goes first, and a key that is held down takes no search away',
  searched(async (page) => {
    await page.keyboard.press('Control+c');
    const note = page.getByText('Copied 1 byte as text');
    await note.waitFor();
    await page.keyboard.press('Escape');
    await note.waitFor({ state: 'detached', timeout: 1_000 });
    await says(page, 'hit 1 of');

    await page.keyboard.press('Control+Shift+l');
    const toast = page.getByText('The link to this place was copied.');
    await toast.waitFor();
    await page.keyboard.press('Escape');
    await toast.waitFor({ state: 'detached', timeout: 1_000 });
    await says(page, 'hit 1 of');

    await inField(page, 'Control+f', 'Search');
    for (let repeat = 0; repeat < 4; repeat++) await page.keyboard.down('Escape');
    await page.keyboard.up('Escape');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), PATIENCE).toBe('grid');
    await says(page, 'hit 1 of');
    await page.keyboard.press('Escape');
    await gone(page);
  }),
);

test(
  'the help says what Escape does',
  searched(async (page) => {
    await page.keyboard.press('?');
    const help = page.getByRole('dialog');
    await help.waitFor();
    expect(await help.textContent()).toMatch(/Esc over the rows takes away one thing at a time: .* brings back/);
  }),
);

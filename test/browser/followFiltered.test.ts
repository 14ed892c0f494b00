/** Rows of a filter in place of all lines, while the file is followed, in a real Chromium. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openRows, still, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 8_000 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const line = (n: number): string => `${String(n).padStart(7, '0')} a line of the log\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
const grid = (page: Page): Locator => page.getByRole('grid');
const pill = (page: Page): Locator => page.locator('.news-pill');
const follows = (page: Page): Promise<string | null> =>
  page.getByRole('button', { name: 'Follow the end', exact: true }).getAttribute('aria-pressed');

/** Numbers of the lines that are wholly on the screen. */
const seen = (page: Page): Promise<number[]> =>
  grid(page).evaluate((element) => {
    const frame = element.getBoundingClientRect();
    return [...element.querySelectorAll('.rows-row')]
      .map((row) => ({ row, box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1)
      .sort((a, b) => a.box.top - b.box.top)
      .map(({ row }) => Number((row.querySelector('.text-line')?.textContent ?? '?').slice(0, 7)));
  });
const lastSeen = (page: Page, number: number): Promise<void> =>
  expect.poll(async () => (await seen(page)).at(-1), PATIENCE).toBe(number);
const says = (page: Page, text: string): Promise<void> =>
  expect
    .poll(
      () =>
        pill(page)
          .textContent({ timeout: 1_000 })
          .catch(() => ''),
      PATIENCE,
    )
    .toBe(text);

async function inPlace(content: string, args: readonly string[], use: (page: Page, path: string) => Promise<void>) {
  const path = join(tempFolder(), 'app.log');
  writeFileSync(path, content);
  const server = await startServer({ files: [path], args });
  await withPage(browser, server.origin, {}, async (page) => {
    await openRows(page, server);
    await page.keyboard.press('&');
    await page.getByRole('combobox', { name: 'Filter' }).waitFor();
    await page.keyboard.type('7 a line');
    await page.keyboard.press('Enter');
    await page.locator('[data-pane="filtered"]').waitFor();
    await page.keyboard.press('O');
    await page.locator('[data-pane="filtered"]').waitFor({ state: 'detached' });
    await expect.poll(async () => (await seen(page)).length, PATIENCE).toBeGreaterThan(0);
    await use(page, path);
  });
}

test('are followed, pause when they are scrolled away, say how many rows came, and go on by key, pill and scrolling', () =>
  inPlace(lines(0, 2_000), ['--follow'], async (page, path) => {
    await lastSeen(page, 1_997);
    appendFileSync(path, lines(2_000, 3_000));
    await lastSeen(page, 2_997);
    await grid(page).hover();
    await page.mouse.wheel(0, -600);
    await says(page, 'Paused · nothing new');
    const place = await still(page, () => seen(page));
    // Lines that do not pass are none.
    appendFileSync(path, lines(3_000, 3_007));
    await page.getByRole('contentinfo').getByText('3,007 lines').or(page.getByText('3007 lines')).first().waitFor();
    await says(page, 'Paused · nothing new');
    appendFileSync(path, line(3_007));
    await says(page, '1 new row');
    appendFileSync(path, lines(3_008, 3_100));
    await says(page, '10 new rows');
    expect(await seen(page)).toEqual(place);
    await page.keyboard.press('F');
    await lastSeen(page, 3_097);
    expect(await pill(page).count()).toBe(0);
    await page.keyboard.press('b');
    await says(page, 'Paused · nothing new');
    appendFileSync(path, lines(3_100, 3_150));
    await says(page, '5 new rows');
    await pill(page).click();
    await lastSeen(page, 3_147);
    await grid(page).hover();
    await page.mouse.wheel(0, -300);
    await says(page, 'Paused · nothing new');
    await page.mouse.wheel(0, 5_000);
    await expect.poll(() => pill(page).count(), PATIENCE).toBe(0);
    expect(await follows(page)).toBe('true');
    appendFileSync(path, lines(3_150, 3_200));
    await lastSeen(page, 3_197);
  }));

test('count what came since the pause also where the filter is shown only after it', () =>
  inPlace(lines(0, 2_000), ['--follow'], async (page, path) => {
    await lastSeen(page, 1_997);
    await page.keyboard.press('o');
    await lastSeen(page, 1_999);
    await grid(page).hover();
    await page.mouse.wheel(0, -20_000);
    await says(page, 'Paused · nothing new');
    appendFileSync(path, lines(2_000, 2_100));
    await expect.poll(() => pill(page).textContent(), PATIENCE).toContain('100 new lines');
    await page.keyboard.press('o');
    await says(page, '10 new rows');
    await page.keyboard.press('o');
    await expect.poll(() => pill(page).textContent(), PATIENCE).toContain('100 new lines');
  }));

test('f pages down, and follows at the last row although lines behind it do not pass', () =>
  inPlace(lines(0, 2_003), [], async (page, path) => {
    expect(await follows(page)).toBe('false');
    await page.keyboard.press('G');
    await lastSeen(page, 1_997);
    await page.keyboard.press('b');
    await expect.poll(async () => (await seen(page)).includes(1_997), PATIENCE).toBe(false);
    await page.keyboard.press('f');
    await lastSeen(page, 1_997);
    expect(await follows(page)).toBe('false');
    await page.keyboard.press('f');
    expect(await follows(page)).toBe('true');
    appendFileSync(path, lines(2_003, 2_500));
    await lastSeen(page, 2_497);
  }));

test('are cleared from here, followed as they come, and all shown again', () =>
  inPlace(lines(0, 2_000), ['--follow'], async (page, path) => {
    await lastSeen(page, 1_997);
    await page.keyboard.press('Alt+c');
    await page.locator('.hidden-strip').waitFor();
    await page.getByText('No line that passes the filter has come since.').waitFor();
    expect(await seen(page)).toEqual([]);
    appendFileSync(path, lines(2_000, 2_020));
    await expect.poll(() => seen(page), PATIENCE).toEqual([2_007, 2_017]);
    appendFileSync(path, lines(2_020, 3_000));
    await lastSeen(page, 2_997);
    await grid(page).hover();
    await page.mouse.wheel(0, -400);
    await says(page, 'Paused · nothing new');
    appendFileSync(path, lines(3_000, 3_030));
    await says(page, '3 new rows');
    await page.keyboard.press('Alt+c');
    await page.getByText('No line that passes the filter has come since.').waitFor();
    appendFileSync(path, lines(3_030, 3_050));
    await expect.poll(() => seen(page), PATIENCE).toEqual([3_037, 3_047]);
    await page.locator('.hidden-strip').getByRole('button', { name: 'Show all' }).click();
    await expect.poll(async () => (await seen(page)).length, PATIENCE).toBeGreaterThan(10);
    await page.keyboard.press('g');
    await expect.poll(async () => (await seen(page))[0], PATIENCE).toBe(7);
  }));

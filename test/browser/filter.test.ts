/** Filtering in a real Chromium on a real bigview, held against a plain filter of the same lines. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openRows, type PageOptions, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 8_000 };
const LINES = 30_000;

let browser: Browser;
let server: BigviewServer;
let folder: string;

/** Line `index` of the log. Levels, places and numbers overlap in every way. */
function lineAt(index: number): string {
  const level = index % 37 === 5 ? 'ERROR' : index % 11 === 3 ? 'WARN' : 'INFO';
  const place = index % 500 === 42 ? 'Zürich' : index % 5 === 0 ? 'gate' : 'api';
  return `${index + 1} ${level} ${place} status=${200 + ((index * 7) % 400)}${'.'.repeat(index % 23)}`;
}

const log = Array.from({ length: LINES }, (_, index) => lineAt(index));

interface Row {
  readonly number: number;
  readonly text: string;
  readonly match: boolean;
}

/** The rows of a filter by its definition. */
function filtered(lines: readonly string[], passes: (line: string) => boolean, before = 0, after = 0): Row[] {
  const hit = lines.map(passes);
  const rows: Row[] = [];
  for (const [at, text] of lines.entries()) {
    const near = hit.slice(Math.max(0, at - after), at + before + 1).includes(true);
    if (near) rows.push({ number: at + 1, text, match: hit[at] === true });
  }
  return rows;
}

const has = (part: string) => (line: string) => line.includes(part);

beforeAll(async () => {
  folder = tempFolder();
  writeFileSync(join(folder, 'app.log'), `${log.join('\n')}\n`);
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files: [join(folder, 'app.log')] })]);
  const [first] = await server.files();
  if (first) await server.indexed(first.id);
});

afterAll(async () => {
  await browser?.close();
});

type Where = 'full' | 'filtered';

const pane = (page: Page, where: Where): Locator =>
  page.locator(where === 'full' ? '[data-pane="text"]' : '[data-pane="filtered"]');
const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Filters' });
const layer = (page: Page, at: number): Locator => panel(page).locator('[data-layer]').nth(at);
const count = (value: number): string => value.toLocaleString('en-US');

async function opened(page: Page, origin = server): Promise<void> {
  await openRows(page, origin);
}

/** What is on screen in a pane: rows wholly in view whose text is here. */
function shownRows(page: Page, where: Where): Promise<Row[]> {
  return pane(page, where).evaluate((element) => {
    const frame = element.querySelector('.text-rows')?.getBoundingClientRect();
    if (!frame) return [];
    return [...element.querySelectorAll('.rows-row')]
      .map((row) => ({ row, box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1)
      .sort((a, b) => a.box.top - b.box.top)
      .map(({ row }) => ({
        number: Number(row.querySelector('.text-number')?.textContent ?? Number.NaN),
        text: (row.querySelector('.text-line')?.textContent ?? '?').replace(/ $/, ''),
        match: !row.classList.contains('text-row-context'),
      }));
  });
}

/** Waits until the rows on screen are `rows` from the one with `first` on (null: whichever comes first). */
async function shows(page: Page, where: Where, rows: readonly Row[], first: number | null): Promise<void> {
  const found = async (): Promise<unknown> => {
    const shown = await shownRows(page, where);
    const number = first ?? shown[0]?.number;
    const at = rows.findIndex((row) => row.number === number);
    const expected = rows.slice(at, at + shown.length);
    return at >= 0 && shown.length > 5 && JSON.stringify(shown) === JSON.stringify(expected)
      ? 'as expected'
      : { shown: shown.slice(0, 3), expected: expected.slice(0, 3), count: shown.length };
  };
  await expect.poll(found, PATIENCE).toBe('as expected');
}

async function addLayer(page: Page, pattern: string, key: 'Enter' | 'Alt+Enter' = 'Enter'): Promise<void> {
  await page.keyboard.press('&');
  const field = page.getByRole('combobox', { name: 'Filter' });
  await expect.poll(() => field.evaluate((element) => element === document.activeElement), PATIENCE).toBe(true);
  await page.keyboard.type(pattern);
  await page.keyboard.press(key);
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), PATIENCE).toBe('grid');
}

async function says(page: Page, where: Where, text: string | RegExp): Promise<void> {
  const status = pane(page, where).getByRole('status', { name: 'Filter' });
  await expect.poll(async () => (await status.textContent()) ?? '', PATIENCE).toMatch(text);
}

async function openPanel(page: Page): Promise<void> {
  await page.keyboard.press('L');
  await panel(page).waitFor();
}

const choose = (page: Page, group: string, name: string): Promise<void> =>
  panel(page).getByRole('group', { name: group }).getByRole('button', { name, exact: true }).click();

function inPage(use: (page: Page) => Promise<void>, options: PageOptions = {}): () => Promise<void> {
  return () => withPage(browser, server.origin, options, use);
}

describe('two panes', () => {
  test(
    'the field has given the rows the keyboard back before the key that follows Enter',
    inPage(async (page) => {
      await opened(page);
      /** Without a moment in between for anything else. */
      const press = (...keys: string[]): Promise<void> =>
        page.evaluate((all) => {
          for (const key of all) {
            const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
            document.activeElement?.dispatchEvent(event);
          }
        }, keys);
      await page.keyboard.press('/');
      await page.getByRole('combobox', { name: 'Search' }).waitFor();
      // What is under the field brings the parser of patterns.
      await page.locator('.search-switch').first().waitFor();
      await page.keyboard.type('WARN');
      await press('Enter', '&');
      const field = page.getByRole('combobox', { name: 'Filter' });
      await expect.poll(() => field.evaluate((element) => element === document.activeElement), PATIENCE).toBe(true);
      await page.keyboard.type('ERROR');
      await press('Enter', '/');
      await page.getByRole('combobox', { name: 'Search' }).waitFor();
      await pane(page, 'filtered').getByRole('grid').waitFor();
    }),
  );

  test(
    'show all lines above and the filtered ones below, with their true numbers, from the first to the last',
    inPage(async (page) => {
      const rows = filtered(log, has('ERROR'));
      await opened(page);
      await addLayer(page, 'ERROR');
      await shows(
        page,
        'full',
        filtered(log, () => true),
        1,
      );
      await shows(page, 'filtered', rows, 6);
      await says(page, 'filtered', `${count(rows.length)} of ${count(LINES)} lines`);
      await page.keyboard.press('F6');
      await page.keyboard.press('End');
      await page.keyboard.press('Control+End');
      await expect.poll(async () => (await shownRows(page, 'filtered')).at(-1), PATIENCE).toEqual(rows.at(-1));
      await shows(page, 'filtered', rows, null);
      await page.keyboard.press('Control+Home');
      await shows(page, 'filtered', rows, 6);
      for (let step = 0; step < 3; step++) await page.keyboard.press('PageDown');
      await shows(page, 'filtered', rows, null);
    }),
  );

  test(
    'go together: the line of the cursor is in view in both, the nearest where it is not among the filtered',
    inPage(async (page) => {
      const rows = filtered(log, has('Zürich'));
      await opened(page);
      await addLayer(page, 'Zürich');
      await shows(page, 'filtered', rows, 43);
      await pane(page, 'filtered').locator('.rows-row', { hasText: 'Zürich' }).nth(9).locator('.text-line').click();
      const tenth = rows[9]?.number ?? 0;
      await expect
        .poll(async () => (await shownRows(page, 'full')).some(({ number }) => number === tenth), PATIENCE)
        .toBe(true);
      await page.keyboard.press('ArrowDown');
      await expect
        .poll(async () => (await shownRows(page, 'full')).some(({ number }) => number === rows[10]?.number), PATIENCE)
        .toBe(true);
      // From above: a line that is none of them.
      await page.keyboard.press('F6');
      await page.keyboard.press(':');
      await page.keyboard.type('line 20100');
      await page.keyboard.press('Enter');
      await expect
        .poll(async () => (await shownRows(page, 'filtered')).some(({ number }) => number === 20_043), PATIENCE)
        .toBe(true);
      await says(page, 'filtered', 'The line at the cursor is not among them');
      await page.keyboard.press('}');
      await expect
        .poll(async () => (await shownRows(page, 'full')).some(({ number }) => number === 20_543), PATIENCE)
        .toBe(true);
    }),
  );

  test(
    'the thumb of the filtered pane goes by rows, however few lines of the file they are',
    inPage(async (page) => {
      const rows = filtered(log, has('ERROR'));
      await opened(page);
      await addLayer(page, 'ERROR');
      await shows(page, 'filtered', rows, 6);
      const bar = pane(page, 'filtered').getByRole('scrollbar', { name: 'Place in the file' });
      const box = await bar.boundingBox();
      if (!box) throw new Error('no scrollbar');
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await shows(page, 'filtered', rows, null);
      const [first] = await shownRows(page, 'filtered');
      const at = rows.findIndex(({ number }) => number === first?.number);
      expect(at).toBeGreaterThan(rows.length * 0.4);
      expect(at).toBeLessThan(rows.length * 0.6);
    }),
  );
});

describe('layers', () => {
  test(
    'combine: any, all, none, hidden ones, context, and turned off without searching again',
    inPage(async (page) => {
      const asked: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST' && request.url().endsWith('/searches')) asked.push(request.postData() ?? '');
      });
      await opened(page);
      await addLayer(page, 'WARN');
      await addLayer(page, 'gate');
      await addLayer(page, '/status=[23]/', 'Alt+Enter');
      await openPanel(page);
      const [warn, gate, low] = [has('WARN'), has('gate'), (line: string) => /status=[23]/.test(line)];
      await choose(page, 'How filtered lines are shown', 'In place');
      await shows(
        page,
        'full',
        filtered(log, (line) => (warn(line) || gate(line)) && !low(line)),
        null,
      );
      await choose(page, 'How layers combine', 'all');
      const both = filtered(log, (line) => warn(line) && gate(line) && !low(line));
      await shows(page, 'full', both, both[0]?.number ?? 0);
      await says(page, 'full', `${count(both.length)} of ${count(LINES)} lines`);
      await panel(page).getByRole('spinbutton', { name: 'before' }).fill('2');
      await panel(page).getByRole('spinbutton', { name: 'after' }).fill('1');
      const context = filtered(log, (line) => warn(line) && gate(line) && !low(line), 2, 1);
      await shows(page, 'full', context, null);
      await says(page, 'full', `${count(context.length - both.length)} of context`);
      await choose(page, 'How layers combine', 'none');
      await panel(page).getByRole('spinbutton', { name: 'before' }).fill('0');
      await panel(page).getByRole('spinbutton', { name: 'after' }).fill('0');
      await shows(
        page,
        'full',
        filtered(log, (line) => !warn(line) && !gate(line) && !low(line)),
        null,
      );
      await layer(page, 1).getByRole('button', { name: 'On; turn the layer off' }).click();
      await shows(
        page,
        'full',
        filtered(log, (line) => !warn(line) && !low(line)),
        null,
      );
      await layer(page, 2).getByRole('button', { name: 'Lines with it are hidden; show them' }).click();
      await shows(
        page,
        'full',
        filtered(log, (line) => !warn(line) && !low(line)),
        null,
      );
      await choose(page, 'How layers combine', 'any');
      await shows(
        page,
        'full',
        filtered(log, (line) => warn(line) || low(line)),
        null,
      );
      await layer(page, 1).getByRole('button', { name: 'Off; turn the layer on' }).click();
      await shows(
        page,
        'full',
        filtered(log, (line) => warn(line) || gate(line) || low(line)),
        null,
      );
      expect(asked.length).toBe(3);
      const counts = await panel(page).locator('.filter-hits').allTextContents();
      expect(counts).toEqual([warn, gate, low].map((passes) => count(log.filter(passes).length)));
    }),
  );

  test(
    'are moved by the mouse and by keys; a row has the colours of those that it matches, in order',
    inPage(async (page) => {
      await opened(page);
      for (const pattern of ['WARN', 'gate', 'ERROR']) await addLayer(page, pattern);
      await openPanel(page);
      const names = () => panel(page).locator('.filter-name').allTextContents();
      const both = log.findIndex((line) => line.includes('WARN') && line.includes('gate'));
      const row = pane(page, 'filtered')
        .locator('.rows-row', { hasText: log[both] ?? '' })
        .first();
      const stripe = async (): Promise<string[]> =>
        (await row.getAttribute('class'))?.split(' ').filter((name) => name.includes('tint-')) ?? [];
      await expect.poll(stripe, PATIENCE).toEqual(['tint-1', 'second-tint-2']);
      expect(await row.evaluate((element) => getComputedStyle(element, '::before').backgroundImage)).toMatch(
        /gradient/,
      );
      await layer(page, 0).focus();
      await page.keyboard.press('Alt+ArrowDown');
      await expect.poll(names, PATIENCE).toEqual(['gate', 'WARN', 'ERROR']);
      await expect.poll(stripe, PATIENCE).toEqual(['tint-2', 'second-tint-1']);
      expect(await page.evaluate(() => document.activeElement?.getAttribute('data-layer'))).toBe('1');
      const [from, to] = await Promise.all([layer(page, 2).boundingBox(), layer(page, 0).boundingBox()]);
      await layer(page, 2).hover();
      const grip = await layer(page, 2).locator('.filter-grip').boundingBox();
      if (!grip || !from || !to) throw new Error('no layers');
      await page.mouse.move(grip.x + 8, grip.y + 8);
      await page.mouse.down();
      await page.mouse.move(grip.x + 8, from.y - 10, { steps: 3 });
      await page.mouse.move(grip.x + 8, to.y + 5, { steps: 3 });
      await page.mouse.up();
      await expect.poll(names, PATIENCE).toEqual(['ERROR', 'gate', 'WARN']);
    }),
  );

  test(
    'get names, colours and other patterns, survive a reload, and go one by one or all, and come back',
    inPage(async (page) => {
      const freed: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'DELETE' && request.url().includes('/searches/')) freed.push(request.url());
      });
      await opened(page);
      await addLayer(page, 'WARN');
      await addLayer(page, 'gate');
      await openPanel(page);
      await layer(page, 0).focus();
      await page.keyboard.press('F2');
      await page.keyboard.type('Warnings');
      await page.keyboard.press('Enter');
      await layer(page, 1)
        .getByRole('button', { name: /^Colour of gate/ })
        .click();
      await page.getByRole('menuitemradio', { name: 'Purple' }).click();
      await layer(page, 1).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.type('Zürich');
      await page.keyboard.press('Enter');
      const rows = filtered(log, (line) => line.includes('WARN') || line.includes('Zürich'));
      await shows(page, 'filtered', rows, 4);
      await panel(page).getByRole('spinbutton', { name: 'after' }).fill('1');
      await page.reload();
      await panel(page).waitFor();
      const again = filtered(log, (line) => line.includes('WARN') || line.includes('Zürich'), 0, 1);
      await shows(page, 'filtered', again, 4);
      expect(await panel(page).locator('.filter-name').allTextContents()).toEqual(['Warnings', 'Zürich']);
      await layer(page, 1).locator('.tint-7').waitFor();
      const before = freed.length;
      await layer(page, 0).focus();
      await page.keyboard.press('Delete');
      await shows(page, 'filtered', filtered(log, has('Zürich'), 0, 1), 43);
      await expect.poll(() => freed.length, PATIENCE).toBe(before + 1);
      await page.keyboard.press('Control+z');
      await shows(page, 'filtered', again, null);
      await panel(page).getByRole('button', { name: 'Delete all layers of the filter' }).click();
      await expect.poll(() => pane(page, 'filtered').count(), PATIENCE).toBe(0);
      await panel(page).getByText('All lines of this file are shown.').waitFor();
    }),
  );

  test(
    'whose pattern is wrong say so at its place, and are not added',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('&');
      await page.keyboard.press('Alt+r');
      await page.keyboard.type('a(b');
      await page.getByRole('alert').waitFor(PATIENCE);
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor(PATIENCE);
      expect(await page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe('a(b');
      await page.keyboard.press('Escape');
      expect(await pane(page, 'filtered').count()).toBe(0);
    }),
  );
});

describe('in place', () => {
  test(
    'everything by keyboard: the word at the cursor, excluding, on and off, the display, steps from line to line',
    inPage(async (page) => {
      await opened(page);
      // The first word of line 6 is its number; the next one is ERROR.
      await page.keyboard.press(':');
      await page.keyboard.type('line 6');
      await page.keyboard.press('Enter');
      const offset = log.slice(0, 5).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
      await page.getByRole('button', { name: `Offset ${offset}, go to` }).waitFor(PATIENCE);
      for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('=');
      const rows = filtered(log, has('ERROR'));
      await shows(page, 'filtered', rows, 6);
      await page.keyboard.press('O');
      await shows(page, 'full', rows, 6);
      expect(await pane(page, 'filtered').count()).toBe(0);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await expect
        .poll(() => pane(page, 'full').locator('[aria-selected="true"] .text-number').textContent(), PATIENCE)
        .toBe(String(rows[2]?.number));
      const height = async (): Promise<number> => (await page.locator('.text-cursor').boundingBox())?.y ?? -1;
      const before = await height();
      await page.keyboard.press('o');
      await shows(
        page,
        'full',
        filtered(log, () => true),
        null,
      );
      await expect.poll(height, PATIENCE).toBeCloseTo(before, 0);
      await page.keyboard.press('}');
      await expect
        .poll(() => pane(page, 'full').locator('[aria-selected="true"] .text-number').textContent(), PATIENCE)
        .toBe(String(rows[3]?.number));
      const between = await height();
      await page.keyboard.press('o');
      await shows(page, 'full', rows, null);
      // No row is higher than the first one can be.
      await expect.poll(height, PATIENCE).toBeCloseTo(Math.min(between, before + 20), 0);
      await page.keyboard.press('{');
      await page.keyboard.press('Home');
      await page.keyboard.press('-');
      const number = rows[2]?.number ?? 0;
      const less = rows.filter((row) => !new RegExp(`\\b${number}\\b`).test(row.text));
      await shows(page, 'full', less, null);
      await says(page, 'full', 'The line at the cursor is not among them');
    }),
  );

  test(
    'n and N go from hit to hit among the lines that are shown, around the ends, and say when there is none',
    inPage(async (page) => {
      await opened(page);
      await addLayer(page, 'ERROR');
      await page.keyboard.press('O');
      const shown = log.flatMap((line, at) => (line.includes('ERROR') && line.includes('gate') ? [at + 1] : []));
      await shows(page, 'full', filtered(log, has('ERROR')), 6);
      await page.keyboard.press('/');
      await page.keyboard.type('gate');
      await page.keyboard.press('Enter');
      const lineIs = (line: number | undefined): Promise<void> =>
        expect
          .poll(() => pane(page, 'full').locator('[aria-selected="true"] .text-number').textContent(), PATIENCE)
          .toBe(String(line));
      await lineIs(shown[0]);
      for (const line of shown.slice(1, 4)) {
        await page.keyboard.press('n');
        await lineIs(line);
      }
      await page.keyboard.press('N');
      await lineIs(shown[2]);
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('N');
      await lineIs(shown.at(-1));
      await page.keyboard.press('n');
      await lineIs(shown[0]);
      // Of many hits, none is shown.
      await page.keyboard.press('/');
      await page.keyboard.type('INFO');
      await page.keyboard.press('Enter');
      await page.getByText('There are hits, but none in a line that the filter shows.').waitFor();
      await lineIs(shown[0]);
    }),
  );

  test(
    'copies the rows that are shown and nothing between them',
    inPage(async (page) => {
      const rows = filtered(log, has('ERROR'));
      await opened(page);
      await addLayer(page, 'ERROR');
      await page.keyboard.press('O');
      await shows(page, 'full', rows, 6);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Home');
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('Shift+End');
      await page.keyboard.press('Control+c');
      const first = await pane(page, 'full').locator('[aria-selected="true"] .text-number').textContent();
      const last = rows.findIndex(({ number }) => String(number) === first);
      const expected = rows.slice(last - 2, last + 1).map(({ text }) => `${text}\n`);
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText()), PATIENCE).toBe(expected.join(''));
      await page.getByText('Copied 3 rows as text; the lines between them are left out').waitFor(PATIENCE);
    }),
  );

  test(
    'wraps, and goes sideways',
    inPage(async (page) => {
      await opened(page);
      await addLayer(page, 'ERROR');
      await page.keyboard.press('O');
      const rows = filtered(log, has('ERROR'));
      await shows(page, 'full', rows, 6);
      await page.keyboard.press('w');
      await shows(page, 'full', rows, 6);
      await page.keyboard.press('Control+End');
      await expect.poll(async () => (await shownRows(page, 'full')).at(-1)?.number, PATIENCE).toBe(rows.at(-1)?.number);
    }),
  );
});

describe('saved', () => {
  test(
    'as lines with their own bytes, and as numbers',
    inPage(async (page) => {
      const rows = filtered(log, has('Zürich'), 1, 0);
      await opened(page);
      await addLayer(page, 'Zürich');
      await openPanel(page);
      await panel(page).getByRole('spinbutton', { name: 'before' }).fill('1');
      await says(page, 'filtered', 'of context');
      const save = async (name: string): Promise<string> => {
        const download = page.waitForEvent('download');
        await panel(page).getByRole('button', { name }).click();
        return readFileSync(await (await download).path(), 'utf8');
      };
      expect(await save('Save the filtered lines as a file')).toBe(rows.map(({ text }) => `${text}\n`).join(''));
      expect(await save('Save the numbers of the filtered lines')).toBe(
        rows.map(({ number }) => `${number}\n`).join(''),
      );
    }),
  );
});

describe('while it runs', () => {
  test('rows come in before and behind those on screen, which keep their place', async () => {
    // Begins in the middle and goes around; an expression without a literal is looked for in every line.
    const path = join(folder, 'large.log');
    const part = Buffer.from(log.map((line) => `${line}\n`).join(''));
    writeFileSync(path, Buffer.concat(Array.from({ length: 160 }, () => part)));
    const large = await startServer({ files: [path] });
    await withPage(browser, large.origin, {}, async (page) => {
      await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), large.token);
      const line = log.findIndex((text) => /[A-Z]{5}/.test(text));
      const at = 80 * part.length + log.slice(0, line).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
      await page.goto(`${large.origin}/?view=text&at=${at}`);
      await page.getByRole('grid').first().waitFor();
      await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), PATIENCE).toBe('grid');
      await page.evaluate(() => {
        const seen: string[] = [];
        Object.assign(window, { seen });
        const record = (): void => {
          requestAnimationFrame(record);
          const rows = document.querySelector('[data-pane="filtered"] .text-rows');
          const frame = rows?.getBoundingClientRect();
          const first = [...(rows?.querySelectorAll('.rows-row') ?? [])]
            .map((row) => ({ row, y: Math.round(row.getBoundingClientRect().top - (frame?.top ?? 0)) }))
            .find(({ y }) => y > -20 && y <= 0);
          const summary = document.querySelector('[data-pane="filtered"] [role="status"]')?.textContent ?? '';
          if (first) seen.push(`${first.y} ${first.row.querySelector('.text-line')?.textContent ?? ''}|${summary}`);
        };
        record();
      });
      await addLayer(page, '/[A-Z]{5}/');
      await expect
        .poll(() => pane(page, 'filtered').getByRole('status', { name: 'Filter' }).textContent(), { timeout: 60_000 })
        .toBe(`${count(160 * log.filter((text) => /[A-Z]{5}/.test(text)).length)} of ${count(160 * LINES)} lines`);
      const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
      const known = seen.filter((entry) => !/^-?\d+ \|/.test(entry)).map((entry) => entry.split('|'));
      const last = known.at(-1)?.[0];
      const since = known.slice(known.findIndex(([place]) => place === last));
      // From where the line of the cursor is found on nothing moves, however many come before it.
      expect(new Set(since.map(([place]) => place)).size).toBe(1);
      expect(new Set(since.map(([, summary]) => summary)).size).toBeGreaterThan(2);
      const rows = await shownRows(page, 'filtered');
      for (const { number, text } of rows) expect(text).toBe(log[(number - 1) % LINES]);
      expect(rows.map(({ number }) => number)).toContain(80 * LINES + line + 1);
    });
  });
});

describe('a file that changes', () => {
  test('grows: rows come; is rewritten: layers are made again', async () => {
    const path = join(folder, 'live.log');
    const first = log.slice(0, 2_000);
    writeFileSync(path, first.map((line) => `${line}\n`).join(''));
    const live = await startServer({ files: [path] });
    // What was asked just before the file was cut is refused, and the browser says so.
    const expected = /status of (404|409|416)/;
    await withPage(browser, live.origin, { expected }, async (page) => {
      await opened(page, live);
      await addLayer(page, 'ERROR');
      await shows(page, 'filtered', filtered(first, has('ERROR')), 6);
      await page.keyboard.press('F6');
      await page.keyboard.press('Control+End');
      const more = log.slice(2_000, 2_400);
      appendFileSync(path, more.map((line) => `${line}\n`).join(''));
      const grown = filtered([...first, ...more], has('ERROR'));
      await says(page, 'filtered', `${count(grown.length)} of 2,400 lines`);
      // The count is known before the rows are here.
      const end = async (): Promise<unknown> => {
        await page.keyboard.press('Control+End');
        return (await shownRows(page, 'filtered')).at(-1);
      };
      await expect.poll(end, PATIENCE).toEqual(grown.at(-1));
      await shows(page, 'filtered', grown, null);
      const other = log.slice(5_000, 6_000);
      writeFileSync(path, other.map((line) => `${line}\n`).join(''));
      await says(page, 'filtered', `${count(other.filter(has('ERROR')).length)} of 1,000 lines`);
      await shows(page, 'filtered', filtered(other, has('ERROR')), null);
    });
  });
});

/** A filter that is switched on, off or to another display takes nothing away from where one is, in a real Chromium. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openRows, still, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 8_000 };
const LINES = 5_000;

/** Wider than the pane, with what is looked for beyond its right edge. */
const lineAt = (index: number): string =>
  `${index + 1} ${index % 5 === 2 ? 'ERROR' : 'INFO'} `.padEnd(230, '.') + `needle-${index + 1} `.padEnd(120, '-');

let browser: Browser;
let server: BigviewServer;

beforeAll(async () => {
  const path = join(tempFolder(), 'wide.log');
  writeFileSync(path, Array.from({ length: LINES }, (_, index) => `${lineAt(index)}\n`).join(''));
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files: [path] })]);
  const [first] = await server.files();
  if (first) await server.indexed(first.id);
});

afterAll(async () => {
  await browser?.close();
});

interface Place {
  /** Number of the first row in view, and px of it above the edge. */
  readonly top: string;
  /** The selected text, and where it and the cursor are, px of the page. */
  readonly cursor: string;
  readonly selected: string;
  readonly focus: string;
  /** The selection is in view. */
  readonly seen: boolean;
}

function placeNow(page: Page): Promise<Place | null> {
  return page.evaluate(() => {
    const pane = document.querySelector('[data-pane="text"]');
    const frame = pane?.querySelector('.text-rows')?.getBoundingClientRect();
    const ring = pane?.querySelector('.text-cursor')?.getBoundingClientRect();
    const [found] = [...(CSS.highlights.get('text-selection') ?? [])] as StaticRange[];
    if (!pane || !frame || !ring || !found) return null;
    const range = document.createRange();
    range.setStart(found.startContainer, found.startOffset);
    range.setEnd(found.endContainer, found.endOffset);
    const box = range.getBoundingClientRect();
    const rows = [...pane.querySelectorAll('.rows-row')].map((row) => ({ row, y: row.getBoundingClientRect() }));
    const first = rows.sort((a, b) => a.y.top - b.y.top).find(({ y }) => y.bottom > frame.top);
    const number = first?.row.querySelector('.text-number')?.textContent ?? '';
    return {
      top: `${number} ${Math.round(((first?.y.top ?? 0) - frame.top) * 10)}`,
      cursor: `${Math.round(ring.x)} ${Math.round(ring.y)}`,
      selected: `${range.toString()} ${Math.round(box.x)} ${Math.round(box.y)}`,
      focus: document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane') ?? 'elsewhere',
      seen: box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom,
    };
  });
}

/** The place once it stays as it is, with rows and bytes there. */
async function place(page: Page): Promise<Place> {
  const now = await still(page, () => placeNow(page), 400);
  if (!now) throw new Error('no cursor or no selection on the screen');
  return now;
}

/** Goes to a hit beyond the right edge and selects it; then scrolls by a part of a row. */
async function begin(page: Page, number: number, wheel: number): Promise<Place> {
  await openRows(page, server, '?view=text');
  await page.keyboard.press('/');
  await page.keyboard.type(`needle-${number} `);
  await page.keyboard.press('Enter');
  await expect
    .poll(() => page.locator('[aria-selected="true"] .text-number').textContent(), PATIENCE)
    .toBe(String(number));
  for (let step = 0; step < 4; step++) await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(async () => (await placeNow(page))?.seen, PATIENCE).toBe(true);
  await page.mouse.move(500, 300);
  await page.mouse.wheel(0, wheel);
  return place(page);
}

async function addLayer(page: Page, pattern: string): Promise<void> {
  await page.keyboard.press('&');
  const field = page.getByRole('combobox', { name: 'Filter' });
  await expect.poll(() => field.evaluate((element) => element === document.activeElement), PATIENCE).toBe(true);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(pattern);
  await page.keyboard.press('Enter');
}

const shownPanes = (page: Page): Promise<number> => page.locator('[data-pane="filtered"]').count();
const inPlace = (page: Page): Promise<number> =>
  page.locator('[data-pane="text"]').getByRole('status', { name: 'Filter' }).count();

describe('the full view', () => {
  test('stays as it is, to the pixel, when filtered lines come below it and go', async () => {
    await withPage(browser, server.origin, {}, async (page) => {
      const first = await begin(page, 2_003, 187);
      expect(first).toMatchObject({ selected: expect.stringMatching(/^needl \d/), focus: 'text', seen: true });
      await addLayer(page, 'ERROR');
      await expect.poll(() => shownPanes(page), PATIENCE).toBe(1);
      expect(await place(page)).toEqual(first);
      await page.keyboard.press('o');
      await expect.poll(() => shownPanes(page), PATIENCE).toBe(0);
      expect(await place(page)).toEqual(first);
      await page.keyboard.press('o');
      await expect.poll(() => shownPanes(page), PATIENCE).toBe(1);
      expect(await place(page)).toEqual(first);
    });
  });

  test('brings its cursor into what is left of it where that would be covered', async () => {
    await withPage(browser, server.origin, {}, async (page) => {
      const first = await begin(page, 2_003, -260);
      await addLayer(page, 'ERROR');
      await expect.poll(() => shownPanes(page), PATIENCE).toBe(1);
      const covered = await place(page);
      expect(covered.top).not.toBe(first.top);
      expect(covered).toMatchObject({ focus: 'text', seen: true });
      expect(covered.cursor.split(' ')[0]).toBe(first.cursor.split(' ')[0]);
    });
  });

  test('shares the height by the mouse and by keys, and remembers it', async () => {
    await withPage(browser, server.origin, {}, async (page) => {
      await begin(page, 2_003, 187);
      await addLayer(page, 'ERROR');
      const handle = page.getByRole('separator', { name: 'Height of the panes' });
      const share = (): Promise<string | null> => handle.getAttribute('aria-valuenow');
      await expect.poll(share, PATIENCE).toBe('50');
      await handle.focus();
      await page.keyboard.press('ArrowDown');
      await expect.poll(share, PATIENCE).toBe('52');
      const box = await handle.boundingBox();
      if (!box) throw new Error('no handle');
      await page.mouse.move(box.x + 200, box.y);
      await page.mouse.down();
      await page.mouse.move(box.x + 200, box.y - 150, { steps: 3 });
      await page.mouse.up();
      const moved = await share();
      expect(Number(moved)).toBeLessThan(35);
      const pane = await page.locator('[data-pane="filtered"]').boundingBox();
      expect(Math.abs((pane?.y ?? 0) - (box.y - 150))).toBeLessThan(4);
      await page.reload();
      await expect.poll(share, PATIENCE).toBe(moved);
      await handle.dblclick();
      await expect.poll(share, PATIENCE).toBe('50');
    });
  });
});

describe('rows of the filter in place of all', () => {
  test('have the line of the cursor where it was, in both directions, and so do all rows again', async () => {
    await withPage(browser, server.origin, {}, async (page) => {
      // Line 2,003 is one of those that pass.
      const first = await begin(page, 2_003, 187);
      await addLayer(page, 'ERROR');
      await expect.poll(() => shownPanes(page), PATIENCE).toBe(1);
      for (const key of ['O', 'o', 'o', 'O', 'O']) {
        await page.keyboard.press(key);
        await page.waitForTimeout(200);
        const { top: _, ...now } = await place(page);
        const { top: __, ...then } = first;
        expect(now).toEqual(then);
      }
      expect(await inPlace(page)).toBe(1);
      await page.keyboard.press('o');
      await expect.poll(() => inPlace(page), PATIENCE).toBe(0);
      expect(await place(page)).toEqual(first);
    });
  });

  test.each([
    ['ERROR', 'whose cursor is in none of them'],
    ['needle-200', 'that are too few to keep it'],
  ])('%s, %s, give way to all rows as they were', async (pattern) => {
    await withPage(browser, server.origin, {}, async (page) => {
      const first = await begin(page, 2_004, 187);
      await addLayer(page, pattern);
      await expect.poll(() => shownPanes(page), PATIENCE).toBe(1);
      await page.keyboard.press('O');
      await expect.poll(() => inPlace(page), PATIENCE).toBe(1);
      await expect.poll(() => page.locator('[data-pane="text"] .text-line').count(), PATIENCE).toBeGreaterThan(5);
      // Sideways nothing has moved here, either.
      expect(await page.locator('.text-header').first().textContent()).toMatch(/from column \d+/);
      await page.waitForTimeout(500);
      await page.keyboard.press('o');
      await expect.poll(() => inPlace(page), PATIENCE).toBe(0);
      expect(await place(page)).toEqual(first);
    });
  });
});

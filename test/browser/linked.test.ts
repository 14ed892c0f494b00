/** Hex and text side by side: whichever pane is touched leads, and the other one shows the same place. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const LINES = 20_000;
const LINE_BYTES = 100;
const HEX_BYTES = 16;
const ROW_PX = 20;
const PATIENCE = { timeout: 5_000, interval: 50 };

let browser: Browser;
let server: BigviewServer;

beforeAll(async () => {
  const line = (at: number) => `${String(at).padStart(LINE_BYTES - 1, '.')}\n`;
  const path = join(tempFolder(), 'lines.log');
  writeFileSync(path, Array.from({ length: LINES }, (_, at) => line(at)).join(''));
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files: [path] })]);
});

afterAll(async () => {
  await browser?.close();
});

interface PaneState {
  /** First byte of the first row of which a pixel is visible. */
  readonly top: number;
  /** px from the pane's rows to the cursor's ring; null when it is not to be seen. */
  readonly cursorY: number | null;
}

async function panes(page: Page): Promise<{ hex: PaneState; text: PaneState }> {
  const state = (pane: 'hex' | 'text', rowBytes: number) =>
    page.evaluate(
      ([name, bytes]) => {
        const grid = document.querySelector(`[data-pane=${name}] [role=grid]`);
        if (!grid) throw new Error('no rows');
        const box = grid.getBoundingClientRect();
        const rows = [...grid.querySelectorAll<HTMLElement>('[data-row]')];
        const seen = rows.filter((row) => row.getBoundingClientRect().bottom > box.top + 0.5);
        const ring = grid.querySelector(`.${name}-cursor:not([hidden])`)?.getBoundingClientRect();
        const inside = ring !== undefined && ring.top >= box.top - 20 && ring.bottom <= box.bottom + 20;
        return {
          top: Math.min(...seen.map((row) => Number(row.dataset.row))) * bytes,
          cursorY: inside ? ring.top - box.top : null,
        };
      },
      [pane, rowBytes] as const,
    );
  return { hex: await state('hex', HEX_BYTES), text: await state('text', LINE_BYTES) };
}

/** The cursor is in both panes, at one height but for a part of a row. */
async function level(page: Page): Promise<void> {
  await expect
    .poll(async () => {
      const { hex, text } = await panes(page);
      if (hex.cursorY === null || text.cursorY === null) return { hex, text };
      return Math.abs(hex.cursorY - text.cursorY) < ROW_PX ? true : { hex, text };
    }, PATIENCE)
    .toBe(true);
}

/** Both begin with the same byte, but for what is before it in its row. */
async function sameTop(page: Page): Promise<void> {
  await expect
    .poll(async () => {
      const { hex, text } = await panes(page);
      const near = hex.top > text.top - HEX_BYTES && hex.top < text.top + LINE_BYTES;
      return near ? true : { hex, text };
    }, PATIENCE)
    .toBe(true);
}

async function opened(page: Page): Promise<void> {
  await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
  await page.goto(`${server.origin}/?view=both`);
  await page.locator('[data-pane=hex] .hex-bytes').first().waitFor();
  await page.locator('[data-pane=text] .text-line').first().waitFor();
  // Until it knows that the lines are counted, the text view is as long as what it has looked at.
  await page.locator(`[data-pane=text] [role=grid][aria-rowcount="${LINES}"]`).waitFor();
  // The wheel acts on what was painted last.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

const point = async (page: Page, pane: 'hex' | 'text', y: number): Promise<[number, number]> => {
  const box = await page.locator(`[data-pane=${pane}] [role=grid]`).boundingBox();
  if (!box) throw new Error('no rows');
  return [box.x + 200, box.y + y];
};

describe('linked panes', () => {
  test('have the keyboard from the start', () =>
    withPage(browser, server.origin, {}, async (page) => {
      await opened(page);
      await expect
        .poll(
          () => page.evaluate(() => document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane')),
          PATIENCE,
        )
        .toBe('text');
    }));

  test('keep the cursor level while it is in sight, whichever pane it is moved in', () =>
    withPage(browser, server.origin, {}, async (page) => {
      await opened(page);
      await page.mouse.click(...(await point(page, 'text', 410)));
      await level(page);
      expect((await panes(page)).text.cursorY).toBeCloseTo(400, -1);
      await page.keyboard.press('Control+End');
      await level(page);
      await page.keyboard.press('PageUp');
      await level(page);
      await page.keyboard.press('F6');
      for (let step = 0; step < 3; step++) await page.keyboard.press('PageUp');
      await level(page);
      await page.mouse.click(...(await point(page, 'hex', 330)));
      await level(page);
      expect((await panes(page)).hex.cursorY).toBeCloseTo(320, -1);
      await page.keyboard.press(':');
      await page.keyboard.type('line 1e4');
      await page.keyboard.press('Enter');
      await level(page);
    }));

  test('have the same top once the cursor is out of sight, whichever pane is scrolled', () =>
    withPage(browser, server.origin, {}, async (page) => {
      await opened(page);
      await page.mouse.move(...(await point(page, 'text', 300)));
      await page.mouse.wheel(0, 4_000);
      await expect.poll(async () => (await panes(page)).text.top, PATIENCE).toBe(200 * LINE_BYTES);
      await sameTop(page);
      await page.mouse.move(...(await point(page, 'hex', 300)));
      await page.mouse.wheel(0, 40_000);
      const hexTop = 200 * LINE_BYTES + 2_000 * HEX_BYTES;
      await expect.poll(async () => (await panes(page)).hex.top, PATIENCE).toBe(hexTop);
      await sameTop(page);
      // Nobody pushes the other one on.
      await page.waitForTimeout(400);
      expect((await panes(page)).hex.top).toBe(hexTop);
      await sameTop(page);
    }));

  test('scroll together while the cursor is in sight', () =>
    withPage(browser, server.origin, {}, async (page) => {
      await opened(page);
      await page.keyboard.press(':');
      await page.keyboard.type('line 5000');
      await page.keyboard.press('Enter');
      await expect.poll(() => new URL(page.url()).searchParams.get('at'), PATIENCE).toBe(String(4_999 * LINE_BYTES));
      await level(page);
      const before = await panes(page);
      await page.mouse.move(...(await point(page, 'text', 300)));
      await page.mouse.wheel(0, 5 * ROW_PX);
      await expect.poll(async () => (await panes(page)).text.top - before.text.top, PATIENCE).toBe(5 * LINE_BYTES);
      await level(page);
      expect((await panes(page)).hex.top - before.hex.top).toBe(5 * HEX_BYTES);
    }));
});

/**
 * The whole way once, on the real server and a real file of 2^40 + 5 bytes, at device scales 1 and 2: what is on screen is
 * compared with what `read` finds in the file.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openRows, withPage } from '../helpers/browser.ts';
import { type Patch, patternBytes, sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const TIB = 2 ** 40;
const SIZE = TIB + 5;
const ROW = 16;
const ROW_PX = 20;
const PATIENCE = { timeout: 10_000, interval: 20 };

let browser: Browser;
let server: BigviewServer;
let path: string;
let fd: number;

beforeAll(async () => {
  const island = (offset: number, length: number): Patch => ({ offset, bytes: patternBytes(offset, length) });
  path = join(tempFolder(), 'disk.img');
  sparseFile(path, SIZE, [
    island(0, 65_536),
    island(2 ** 32 - 4_096, 8_192),
    island(TIB / 2 - 65_536, 262_144),
    { offset: TIB / 2, bytes: Buffer.from('first line\nsecond line, to copy\nthird line\n') },
    island(TIB - 65_536, 65_541),
  ]);
  fd = openSync(path, 'r');
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files: [path] })]);
});

afterAll(async () => {
  await browser?.close();
  if (fd !== undefined) closeSync(fd);
});

/** The oracle: bytes of the row at `offset` as upper-case hex. */
function hexInFile(offset: number): string {
  const bytes = Buffer.alloc(Math.min(ROW, SIZE - offset));
  readSync(fd, bytes, 0, bytes.length, offset);
  return bytes.toString('hex').toUpperCase();
}

/** The rows on screen that lie wholly in the viewport: number and bytes (null while they wait), from the top. */
function shown(page: Page): Promise<{ row: number; hex: string | null; top: number }[]> {
  return page.evaluate(() => {
    const grid = document.querySelector('[role=grid]');
    if (!grid) throw new Error('no rows');
    const box = grid.getBoundingClientRect();
    return [...grid.querySelectorAll<HTMLElement>('[role=row][data-row]')]
      .map((element) => {
        const place = element.getBoundingClientRect();
        const hex = element.querySelector('.hex-bytes')?.textContent ?? null;
        return { row: Number(element.dataset.row), hex, top: place.top - box.top, bottom: place.bottom - box.bottom };
      })
      .filter(({ top, bottom }) => top > -0.01 && bottom < 0.01)
      .sort((a, b) => a.row - b.row)
      .map(({ row, hex, top }) => ({ row, hex: hex === null ? null : hex.replaceAll(' ', ''), top }));
  });
}

/** Waits until every row on screen has its bytes, and all are those of the file; returns the first row and its place. */
async function allRight(page: Page): Promise<{ row: number; top: number }> {
  await expect.poll(async () => (await shown(page)).every(({ hex }) => hex !== null), PATIENCE).toBe(true);
  const rows = await shown(page);
  expect(rows.length).toBeGreaterThan(20);
  for (const { row, hex } of rows) expect(`${row} ${hex}`).toBe(`${row} ${hexInFile(row * ROW)}`);
  const [first] = rows;
  if (!first) throw new Error('no rows');
  return first;
}

async function goTo(page: Page, expression: string): Promise<void> {
  await page.keyboard.press('Control+g');
  await page.keyboard.type(expression);
  await page.keyboard.press('Enter');
}

async function cursorAt(page: Page, offset: number): Promise<void> {
  await expect.poll(() => new URL(page.url()).searchParams.get('at'), PATIENCE).toBe(String(offset));
}

async function opened(page: Page, query: string): Promise<void> {
  await openRows(page, server, query);
}

describe.each([1, 2])('at device scale %d', (scale) => {
  const inPage = (use: (page: Page) => Promise<void>) => () =>
    withPage(browser, server.origin, { scale, width: 1100, height: 700 }, use);

  test(
    'first rows, wheel ticks in the middle of 1 TiB, keys, thumb, last row',
    inPage(async (page) => {
      await opened(page, '?view=hex');
      expect((await allRight(page)).row).toBe(0);

      await goTo(page, '512G');
      await cursorAt(page, TIB / 2);
      await page.mouse.move(400, 400);
      let { row, top } = await allRight(page);
      let position = row * ROW_PX - top;
      for (let tick = 0; tick < 150; tick++) {
        const px = tick % 3 === 2 ? -120 : 120;
        await page.mouse.wheel(0, px);
        position += px;
        await expect
          .poll(async () => {
            const [first] = await shown(page);
            return first ? first.row * ROW_PX - first.top : null;
          }, PATIENCE)
          .toBeCloseTo(position, 1);
      }
      await allRight(page);

      await page.keyboard.press('ArrowRight');
      await cursorAt(page, TIB / 2 + 1);
      await page.keyboard.press('j');
      await cursorAt(page, TIB / 2 + 1 + ROW);

      const bar = await page.getByRole('scrollbar').boundingBox();
      if (!bar) throw new Error('no scrollbar');
      await page.mouse.move(bar.x + 20, bar.y + 0.1 * bar.height);
      await page.mouse.down();
      await page.mouse.move(bar.x + 20, bar.y + bar.height + 200, { steps: 8 });
      await page.mouse.up();
      ({ row } = await allRight(page));
      expect((row + (await shown(page)).length) * ROW).toBeGreaterThanOrEqual(SIZE);

      await page.keyboard.press('Control+Home');
      await cursorAt(page, 0);
      expect((await allRight(page)).row).toBe(0);
      await page.keyboard.press('G');
      await cursorAt(page, SIZE - 1);
      await allRight(page);
      expect((await shown(page)).at(-1)).toMatchObject({ row: TIB / ROW, hex: hexInFile(TIB) });
    }),
  );

  test(
    'hex to text at the same byte, copy, and the address leads back to the place',
    inPage(async (page) => {
      await opened(page, `?view=hex&at=${TIB / 2 + 11}`);
      await cursorAt(page, TIB / 2 + 11);
      await allRight(page);
      await page.keyboard.press('x');
      const line = page.getByRole('row').filter({ hasText: 'second line, to copy' });
      await line.waitFor();
      await cursorAt(page, TIB / 2 + 11);

      for (let step = 0; step < 10; step++) await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Control+c');
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText()), PATIENCE).toBe('second line');
      await cursorAt(page, TIB / 2 + 21);
      await expect.poll(() => new URL(page.url()).searchParams.get('sel'), PATIENCE).toBe(String(TIB / 2 + 11));

      const link = page.url().slice(server.origin.length + 1);
      const again = await page.context().newPage();
      await opened(again, link);
      await again.getByRole('row').filter({ hasText: 'second line, to copy' }).waitFor();
      await cursorAt(again, TIB / 2 + 21);
      await again.keyboard.press('x');
      await allRight(again);
      await expect.poll(() => new URL(again.url()).searchParams.get('view'), PATIENCE).toBe('hex');
    }),
  );
});

import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { still } from '../helpers/browser.ts';
import { findOrInstallChromium } from '../helpers/chromium.mjs';
import type { MeasuredHarness } from './harness/measured.tsx';
import { type HarnessServer, serveHarness } from './harness/serve.ts';

declare const window: Window & { measured: MeasuredHarness };

const ARGS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let server: HarnessServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = await serveHarness();
  browser = await chromium.launch({ executablePath: findOrInstallChromium(), args: ARGS });
  page = await browser.newPage({ viewport: { width: 900, height: 700 } });
  await page.goto(`${server.url}?measured`);
  await page.waitForSelector('[data-name]');
  await page.mouse.move(300, 300);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Names and tops of the visible rows, and whether they follow each other without gap or overlap over the whole viewport. */
async function look(): Promise<{ rows: { name: number; row: number; top: number }[]; covered: boolean }> {
  return page.evaluate(() => {
    const scroller = document.querySelector('[role=grid]') as HTMLElement;
    const box = scroller.getBoundingClientRect();
    const rows = [...scroller.querySelectorAll<HTMLElement>('[role=row]')]
      .map((element) => {
        const place = element.getBoundingClientRect();
        const name = Number(element.querySelector<HTMLElement>('[data-name]')?.dataset.name);
        return { name, row: Number(element.dataset.row), top: place.top - box.top, bottom: place.bottom - box.top };
      })
      .filter(({ top, bottom }) => bottom > 0 && top < box.height)
      .sort((a, b) => a.name - b.name);
    const covered =
      rows.every((row, index) => {
        const before = rows[index - 1];
        return !before || (before.name + 1 === row.name && Math.abs(before.bottom - row.top) < 0.01);
      }) &&
      (rows[0]?.top ?? 1) <= 0 &&
      (rows[rows.length - 1]?.bottom ?? 0) >= box.height - 0.01;
    return { rows, covered };
  });
}

/** As long as a scroll is taken to go on, and some more, in which nothing moves. */
async function rest(): Promise<void> {
  await still(page, look, 350);
}

/** Distance that what is visible in both looks has moved, px; fails when nothing is. */
function moved(before: { name: number; top: number }[], after: { name: number; top: number }[]): number {
  const tops = new Map(before.map(({ name, top }) => [name, top]));
  const shared = after.filter(({ name }) => tops.has(name));
  expect(shared.length).toBeGreaterThan(0);
  const distances = shared.map(({ name, top }) => Math.round((tops.get(name) ?? 0) - top));
  expect(new Set(distances).size).toBe(1);
  return distances[0] ?? Number.NaN;
}

test('a far jump puts the row at the top, and wheel ticks move by themselves in both directions', async () => {
  const row = 2 ** 30 + 17;
  await page.evaluate((at) => window.measured.runway.scrollToRow(at, 'start'), row);
  await rest();
  let before = await look();
  expect(before.covered).toBe(true);
  expect(before.rows[0]).toMatchObject({ row, top: 0 });
  for (let tick = 0; tick < 40; tick++) {
    const px = tick < 15 ? -100 : 100;
    await page.mouse.wheel(0, px);
    await rest();
    const after = await look();
    expect(after.covered).toBe(true);
    expect([tick, moved(before.rows, after.rows)]).toEqual([tick, px]);
    before = after;
  }
});

test('a rename moves no pixel, also when the rows before become fewer than the runway holds', async () => {
  for (const [delta, rowCount] of [
    [-1_000, 2 ** 36 - 1_000],
    [5_000_000, 2 ** 37],
    [-(2 ** 30) - 5_000_000 + 2_000, 2 ** 35],
  ] as const) {
    const before = await look();
    await page.evaluate(([by, count]) => window.measured.rename(by, count), [delta, rowCount] as const);
    await rest();
    const after = await look();
    expect(after.covered).toBe(true);
    expect(moved(before.rows, after.rows)).toBe(0);
    expect(after.rows[0]?.row).toBe((before.rows[0]?.row ?? 0) + delta);
  }
});

test('both ends are reachable and exact', async () => {
  const count = await page.evaluate(() => window.measured.runway.rowCount);
  await page.evaluate((last) => window.measured.runway.scrollToRow(last, 'end'), count - 1);
  await rest();
  const end = await look();
  expect(end.covered).toBe(true);
  expect(end.rows[end.rows.length - 1]?.row).toBe(count - 1);
  await page.mouse.wheel(0, 1_000);
  await rest();
  expect((await look()).rows).toEqual(end.rows);
  await page.mouse.wheel(0, -100);
  await rest();
  expect(moved(end.rows, (await look()).rows)).toBe(-100);
  await page.evaluate(() => window.measured.runway.scrollToRow(0, 'start'));
  await rest();
  expect((await look()).rows[0]).toMatchObject({ row: 0, top: 0 });
});

test('forgetting the heights keeps the top row in its place', async () => {
  await page.evaluate(() => window.measured.runway.scrollToRow(2 ** 32 + 5, 'start'));
  await rest();
  await page.mouse.wheel(0, 130);
  await rest();
  const before = await look();
  await page.evaluate(() => window.measured.runway.remeasure());
  await rest();
  const after = await look();
  expect(after.covered).toBe(true);
  expect(moved(before.rows, after.rows)).toBe(0);
});

import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findOrInstallChromium } from '../helpers/chromium.mjs';
import type { Harness } from './harness/main.tsx';
import { installRecorder, look, settled, startRecording, stopRecording, waitForPosition } from './harness/recorder.ts';
import { type HarnessServer, serveHarness } from './harness/serve.ts';
import { hexAt } from './harness/source.ts';

declare const window: Window & { harness: Harness; look: () => { position: number } };

const TIB = 2 ** 40;
const ROW_PX = 20;
const ROW_BYTES = 16;
const ARGS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let server: HarnessServer;
let browser: Browser;

beforeAll(async () => {
  server = await serveHarness();
  browser = await chromium.launch({ executablePath: findOrInstallChromium(), args: ARGS });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

interface OpenOptions {
  readonly scale?: number;
  readonly query?: string;
}

/** A page of the harness; fails the test at its end if the page complained. */
async function withPage(options: OpenOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1100, height: 700 },
    deviceScaleFactor: options.scale ?? 1,
  });
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
    });
    await page.goto(`${server.url}?${options.query ?? ''}`);
    await page.waitForSelector('.hex-bytes');
    await installRecorder(page);
    await page.mouse.move(400, 300);
    await use(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

/** The bytes of the row at `offset` as shown, without gaps; null when there is no such row. */
async function shownBytes(page: Page, offset: number): Promise<string | null> {
  const row = Math.floor(offset / ROW_BYTES);
  const text = await page.locator(`[data-row="${row}"] .hex-bytes`).textContent({ timeout: 5_000 });
  return text?.replaceAll(' ', '') ?? null;
}

async function reveal(page: Page, offset: number): Promise<void> {
  await page.evaluate((at) => window.harness.appStore.getState().reveal('f', at, 'top'), offset);
  await waitForPosition(page, Math.floor(offset / ROW_BYTES) * ROW_PX);
}

describe.each([1, 1.25, 2, 3])('at device scale %d', (scale) => {
  test('150 wheel ticks, each exact, no uncovered frame, no jump', async () => {
    await withPage({ scale }, async (page) => {
      expect(await look(page)).toEqual({ position: 0, covered: true, filled: true });
      const start = Math.floor(TIB / ROW_BYTES / 3) * ROW_PX;
      await reveal(page, (start / ROW_PX) * ROW_BYTES);
      await startRecording(page);
      let expected = start;
      for (let tick = 0; tick < 150; tick++) {
        const px = tick % 3 === 2 ? -100 : 100;
        expected += px;
        await page.mouse.wheel(0, px);
        const frame = await waitForPosition(page, expected);
        expect(frame.position).toBeCloseTo(expected, 6);
      }
      const frames = await stopRecording(page);
      expect(frames.length).toBeGreaterThan(150);
      expect(frames.filter((frame) => !frame.covered)).toEqual([]);
      const moves = frames.slice(1).map((frame, index) => Math.abs(frame.position - (frames[index]?.position ?? 0)));
      expect(Math.max(...moves)).toBeLessThanOrEqual(100);
      const rest = await settled(page, 300);
      expect(rest.position).toBeCloseTo(expected, 6);
      const offset = (Math.ceil(rest.position / ROW_PX) + 3) * ROW_BYTES;
      expect(await shownBytes(page, offset)).toBe(hexAt(offset, ROW_BYTES));
    });
  });

  test('the last row of 2^40 + 5 bytes is reachable and right', async () => {
    const size = TIB + 5;
    await withPage({ scale, query: `size=${size}` }, async (page) => {
      await page.focus('[role=grid]');
      await page.keyboard.press('Control+End');
      const rows = Math.ceil(size / ROW_BYTES);
      expect(await shownBytes(page, TIB)).toBe(hexAt(TIB, 5));
      const height = await page.evaluate(() => document.querySelector('[role=grid]')?.clientHeight ?? 0);
      const rest = await settled(page, 250);
      expect(rest.position).toBeCloseTo(rows * ROW_PX - height, 6);
      expect(rest.covered).toBe(true);
      await page.mouse.wheel(0, 5_000);
      expect((await settled(page, 300)).position).toBeCloseTo(rows * ROW_PX - height, 6);
      await page.keyboard.press('Control+Home');
      expect((await settled(page, 250)).position).toBe(0);
      await page.mouse.wheel(0, -5_000);
      expect((await settled(page, 300)).position).toBe(0);
      expect(await shownBytes(page, 0)).toBe(hexAt(0, ROW_BYTES));
    });
  });

  test('rebases drift by nothing', async () => {
    // Fractions of a device px can only come about at 1.25; the other scales are looked at more briefly.
    const rebases = scale === 1.25 ? 200 : 40;
    await withPage({ scale }, async (page) => {
      const start = Math.floor(TIB / ROW_BYTES / 2) * ROW_PX;
      await reveal(page, (start / ROW_PX) * ROW_BYTES);
      await startRecording(page);
      // Each step goes into the margin at an end of the runway, to places that are no multiple of a row.
      const result = await page.evaluate(async (steps) => {
        const scroller = document.querySelector('[role=grid]') as HTMLElement;
        const base = () => {
          const row = scroller.querySelector<HTMLElement>('[role=row]');
          return row ? Number(row.dataset.row) - Number(row.dataset.index) : Number.NaN;
        };
        const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
        let moved = 0;
        let rebases = 0;
        const wrong: number[] = [];
        const from = window.look().position;
        for (let step = 0; step < steps; step++) {
          const before = base();
          const top = scroller.scrollTop;
          const last = scroller.scrollHeight - scroller.clientHeight;
          scroller.scrollTop = step % 7 === 6 ? 10_000 + step * 17 : last - 10_000 - step * 17;
          moved += scroller.scrollTop - top;
          await frame();
          await frame();
          if (base() !== before) rebases++;
          const at = window.look().position - from;
          if (Math.abs(at - moved) > 0.001) wrong.push(at - moved);
        }
        return { rebases, wrong };
      }, rebases + 20);
      const frames = await stopRecording(page);
      expect(result.wrong).toEqual([]);
      expect(result.rebases).toBeGreaterThanOrEqual(rebases);
      expect(frames.filter((frame) => !frame.covered)).toEqual([]);
    });
  });
});

test('growth at the end moves nothing and becomes reachable', async () => {
  const size = 16 * 1000 + 3;
  await withPage({ query: `size=${size}` }, async (page) => {
    await page.focus('[role=grid]');
    await page.keyboard.press('Control+End');
    const before = await settled(page, 250);
    await startRecording(page);
    for (let step = 1; step <= 20; step++) {
      await page.evaluate((grown) => window.harness.grow(grown), size + step * 37);
      await page.waitForTimeout(20);
    }
    const frames = await stopRecording(page);
    expect(new Set(frames.map((frame) => frame.position))).toEqual(new Set([before.position]));
    expect(frames.every((frame) => frame.covered)).toBe(true);
    expect(await shownBytes(page, 16_000)).toBe(hexAt(16_000, 16));
    await page.keyboard.press('Control+End');
    const last = size + 20 * 37 - 1;
    const rowStart = last - (last % ROW_BYTES);
    expect(await shownBytes(page, rowStart)).toBe(hexAt(rowStart, last - rowStart + 1));
    // From a small file to one beyond a runway.
    await page.evaluate((grown) => window.harness.grow(grown), TIB);
    expect((await settled(page, 250)).covered).toBe(true);
    await page.keyboard.press('Control+End');
    expect(await shownBytes(page, TIB - 16)).toBe(hexAt(TIB - 16, 16));
  });
});

test('thumb: drags over the whole file, stays with the pointer, fine mode is slower, a click in the track is centred', async () => {
  await withPage({}, async (page) => {
    const bar = page.getByRole('scrollbar');
    const box = await bar.boundingBox();
    if (!box) throw new Error('no scrollbar');
    const x = box.x + box.width / 2;
    const thumbTop = () => page.locator('.overview-thumb').evaluate((element) => element.getBoundingClientRect().top);
    await page.mouse.move(x, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(x, box.y + 5 + 200, { steps: 10 });
    const travel = box.height - 24;
    const expected = (200 / travel) * TIB;
    expect(await thumbTop()).toBeCloseTo(box.y + 200, 0);
    const dragged = (await settled(page, 250)).position / ROW_PX;
    expect(dragged * ROW_BYTES).toBeGreaterThan(expected * 0.999);
    expect(dragged * ROW_BYTES).toBeLessThan(expected * 1.001);
    await expect.poll(async () => (await look(page)).filled).toBe(true);
    expect(await page.locator('.overview-tip').textContent()).toMatch(/^0x[0-9A-F]+/);
    // Fine: at most a thousandth of the speed with Alt here, and the tooltip says so.
    await page.keyboard.down('Alt');
    await page.mouse.move(x, box.y + 5 + 210, { steps: 5 });
    expect(await page.locator('.overview-tip').textContent()).toContain('fine');
    const fine = (await settled(page, 250)).position / ROW_PX;
    expect(fine).toBeGreaterThan(dragged);
    expect(fine - dragged).toBeLessThan(((10 / travel) * (TIB / ROW_BYTES)) / 8);
    await page.keyboard.up('Alt');
    // To the very end and beyond.
    await page.mouse.move(x, box.y + box.height + 300, { steps: 10 });
    await page.mouse.up();
    expect(await shownBytes(page, TIB - 16)).toBe(hexAt(TIB - 16, 16));
    await page.mouse.click(x, box.y + box.height / 2);
    const centred = (await settled(page, 250)).position / ROW_PX / (TIB / ROW_BYTES);
    expect(centred).toBeCloseTo(0.5, 2);
    // The wheel over the strip scrolls the rows.
    const before = (await look(page)).position;
    await page.mouse.wheel(0, 60);
    await waitForPosition(page, before + 60);
  });
});

test('sideways distance slows the drag down to single rows', async () => {
  await withPage({}, async (page) => {
    const box = await page.getByRole('scrollbar').boundingBox();
    if (!box) throw new Error('no scrollbar');
    await page.mouse.move(box.x + 20, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + 20, box.y + 305);
    await page.mouse.move(box.x - 800, box.y + 305);
    const before = (await settled(page, 250)).position / ROW_PX;
    await page.mouse.move(box.x - 800, box.y + 345, { steps: 4 });
    const after = (await settled(page, 250)).position / ROW_PX;
    expect(after - before).toBeGreaterThan(1);
    expect(after - before).toBeLessThanOrEqual(40);
    await page.mouse.up();
  });
});

test('keys move the cursor, pages keep it in place, Shift selects, and the view follows', async () => {
  await withPage({}, async (page) => {
    await page.focus('[role=grid]');
    const cursor = () => page.evaluate(() => window.harness.appStore.getState().views.f?.cursor);
    const anchor = () => page.evaluate(() => window.harness.appStore.getState().views.f?.anchor);
    for (const [key, expected] of [
      ['ArrowRight', 1],
      ['ArrowDown', 17],
      ['j', 33],
      ['l', 34],
      ['k', 18],
      ['h', 17],
      ['End', 31],
      ['Home', 16],
      ['$', 31],
      ['0', 16],
      ['ArrowUp', 0],
      ['ArrowUp', 0],
      ['ArrowLeft', 0],
    ] as const) {
      await page.keyboard.press(key);
      expect([key, await cursor()]).toEqual([key, expected]);
    }
    const height = await page.evaluate(() => document.querySelector('[role=grid]')?.clientHeight ?? 0);
    const rows = Math.floor(height / ROW_PX) - 1;
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('PageDown');
    expect(await cursor()).toBe((rows + 1) * ROW_BYTES);
    expect((await look(page)).position).toBe(rows * ROW_PX);
    await page.keyboard.press('Space');
    expect((await look(page)).position).toBe(2 * rows * ROW_PX);
    await page.keyboard.press('b');
    await page.keyboard.press('PageUp');
    expect(await cursor()).toBe(16);
    expect((await look(page)).position).toBe(0);
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+End');
    expect([await anchor(), await cursor()]).toEqual([16, 47]);
    await page.keyboard.press('Escape');
    expect(await anchor()).toBe(null);
    await page.keyboard.press('Shift+G');
    expect(await cursor()).toBe(TIB - 1);
    await page.keyboard.press('Shift+PageUp');
    expect(await anchor()).toBe(TIB - 1);
    await page.keyboard.press('g');
    expect(await cursor()).toBe(0);
    await page.keyboard.press('Control+a');
    expect([await anchor(), await cursor()]).toEqual([0, TIB - 1]);
    expect((await look(page)).position).toBe(0);
  });
});

test('mouse: click, drag beyond the edge scrolls by itself, Shift-click, double and triple click', async () => {
  await withPage({ query: 'size=1000000' }, async (page) => {
    const view = () =>
      page.evaluate(() => {
        const { cursor, anchor } = window.harness.appStore.getState().views.f ?? {};
        return { cursor, anchor };
      });
    const grid = await page.locator('[role=grid]').boundingBox();
    const cell = await page.locator('.hex-bytes').first().boundingBox();
    if (!grid || !cell) throw new Error('nothing to click');
    const at = (row: number, byte: number) =>
      [cell.x + (byte * 3 + (byte >= 8 ? 1 : 0) + 1) * 8, grid.y + row * ROW_PX + 10] as const;
    await page.mouse.click(...at(2, 9));
    expect(await view()).toEqual({ cursor: 41, anchor: null });
    await page.keyboard.down('Shift');
    await page.mouse.click(...at(4, 0));
    await page.keyboard.up('Shift');
    expect(await view()).toEqual({ cursor: 64, anchor: 41 });
    await page.mouse.move(...at(5, 3));
    await page.mouse.down();
    await page.mouse.move(at(5, 3)[0], grid.y + grid.height + 80, { steps: 4 });
    await expect.poll(async () => (await look(page)).position).toBeGreaterThan(600);
    await page.mouse.up();
    const dragged = await view();
    expect(dragged.anchor).toBe(83);
    expect((dragged.cursor ?? 0) % ROW_BYTES).toBe(3);
    expect(dragged.cursor).toBeGreaterThan(83 + 40 * ROW_BYTES);
    await page.keyboard.press('Control+Home');
    await settled(page, 200);
    await page.mouse.click(...at(6, 2), { clickCount: 3 });
    expect(await view()).toEqual({ cursor: 111, anchor: 96 });
  });
});

test('rows that are not here keep their addresses, and errors are said in the row and can be retried', async () => {
  await withPage({ query: 'latency=30' }, async (page) => {
    await page.evaluate(() => {
      window.harness.state.failing = 'unreadable';
    });
    const offset = 2 ** 39;
    await reveal(page, offset);
    expect(await page.locator(`[data-row="${offset / 16}"] .hex-address`).textContent()).toBe('008000000000');
    await page.getByText('The disk said EIO').first().waitFor();
    await page.evaluate(() => {
      window.harness.state.failing = null;
    });
    await page.getByRole('button', { name: 'Try again' }).first().click();
    expect(await shownBytes(page, offset)).toBe(hexAt(offset, 16));
    // A cut line is tried again without anybody asking.
    await page.evaluate(() => {
      window.harness.state.failing = 'network';
    });
    await reveal(page, 2 ** 38);
    await page.getByText('The server cannot be reached').first().waitFor();
    await page.evaluate(() => {
      window.harness.state.failing = null;
    });
    expect(await shownBytes(page, 2 ** 38)).toBe(hexAt(2 ** 38, 16));
  });
});

test('a step from where one scrolled to does not go back to the cursor; one that selects does', async () => {
  await withPage({}, async (page) => {
    await page.focus('[role=grid]');
    const cursor = () => page.evaluate(() => window.harness.appStore.getState().views.f?.cursor);
    await page.keyboard.press('ArrowRight');
    await reveal(page, 2 ** 35);
    await page.keyboard.press('j');
    expect(await cursor()).toBe(2 ** 35 + ROW_BYTES + 1);
    expect((await look(page)).position).toBe((2 ** 35 / ROW_BYTES) * ROW_PX);
    await reveal(page, 2 ** 34);
    await page.keyboard.press('ArrowUp');
    const height = await page.evaluate(() => document.querySelector('[role=grid]')?.clientHeight ?? 0);
    const last = Math.floor(height / ROW_PX) - 1;
    expect(await cursor()).toBe(2 ** 34 + (last - 1) * ROW_BYTES + 1);
    await reveal(page, 0);
    await page.keyboard.press('Shift+ArrowDown');
    expect(await cursor()).toBe(2 ** 34 + last * ROW_BYTES + 1);
    expect((await look(page)).position).toBeGreaterThan(2 ** 30);
  });
});

test('rows wider than the pane follow the cursor sideways, and have a bar', async () => {
  await withPage({}, async (page) => {
    await page.evaluate(() => window.harness.appStore.getState().patchSettings({ rowBytes: 64 }));
    await page.focus('[role=grid]');
    const place = () =>
      page.evaluate(() => {
        const pane = document.querySelector('[role=grid]')?.getBoundingClientRect();
        const ring = document.querySelector('.hex-cursor')?.getBoundingClientRect();
        const left = document.querySelector('[role=grid]')?.scrollLeft;
        return { left, inside: pane && ring && ring.left >= pane.left && ring.right <= pane.right };
      });
    const bar = page.getByRole('scrollbar', { name: 'Column' });
    await bar.waitFor();
    await page.keyboard.press('End');
    const end = await place();
    expect(end.inside).toBe(true);
    expect(end.left).toBeGreaterThan(100);
    await page.keyboard.press('ArrowLeft');
    expect(await place()).toEqual(end);
    await page.keyboard.press('Home');
    expect(await place()).toEqual({ left: 0, inside: true });
    const box = await bar.boundingBox();
    if (!box) throw new Error('no bar');
    await page.mouse.click(box.x + box.width - 2, box.y + box.height / 2);
    await page.waitForFunction(() => {
      const grid = document.querySelector('[role=grid]');
      return grid !== null && grid.scrollLeft + grid.clientWidth >= grid.scrollWidth - 1;
    });
    await page.evaluate(() => window.harness.appStore.getState().patchSettings({ rowBytes: 8 }));
    await bar.waitFor({ state: 'detached' });
  });
});

test('other row lengths keep the byte at the top; what leaves the view is aborted', async () => {
  await withPage({ query: 'latency=40' }, async (page) => {
    await reveal(page, 2 ** 35);
    for (const rowBytes of [8, 24, 64, 10, 16]) {
      await page.evaluate((count) => window.harness.appStore.getState().patchSettings({ rowBytes: count }), rowBytes);
      await expect
        .poll(async () => Math.floor((await look(page)).position / ROW_PX))
        .toBe(Math.floor(2 ** 35 / rowBytes));
      const row = Math.floor(2 ** 35 / rowBytes);
      await page.locator(`[data-row="${row}"] .hex-bytes`).waitFor();
      const text = await page.locator(`[data-row="${row}"] .hex-bytes`).textContent();
      expect(text?.replaceAll(' ', '')).toBe(hexAt(row * rowBytes, rowBytes));
    }
    const before = await page.evaluate(() => window.harness.requests.length);
    for (let step = 1; step <= 10; step++) await reveal(page, 2 ** 36 + step * 2 ** 30);
    const requests = await page.evaluate((from) => window.harness.requests.slice(from), before);
    expect(requests.some((request) => request.aborted)).toBe(true);
    await expect.poll(async () => (await look(page)).filled).toBe(true);
  });
});

test('copying: hex, text, C array, offset; what is not here is fetched; too much is refused with a way out', async () => {
  await withPage({ query: 'latency=20' }, async (page) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    const select = (cursor: number, anchor: number) =>
      page.evaluate(([to, from]) => window.harness.appStore.getState().move('f', to, { anchor: from }), [
        cursor,
        anchor,
      ] as const);
    const run = (command: Parameters<Harness['runCommand']>[0]) =>
      page.evaluate((id) => window.harness.runCommand(id), command);
    await page.focus('[role=grid]');
    await select(32, 36);
    await page.keyboard.press('Control+c');
    await page.getByText('Copied 5 bytes as hex').waitFor();
    expect((await clipboard()).replaceAll(' ', '')).toBe(hexAt(32, 5));
    // Far from what is on screen, and across pages.
    const far = 2 ** 39 + 65_530;
    await select(far, far + 99);
    await run('copy.hex');
    await page.getByText('Copied 100 bytes as hex').waitFor();
    expect((await clipboard()).replaceAll(' ', '')).toBe(hexAt(far, 100));
    await run('copy.c');
    await page.getByText('as a C array').waitFor();
    expect(await clipboard()).toMatch(/^unsigned char data\[100\] = \{\n {2}0x/);
    await run('copy.offset');
    await page.getByText('Copied offset').waitFor();
    expect(await clipboard()).toBe('0x800000FFFA');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await page.getByText('1 TiB selected; at most 16 MiB can be copied').waitFor();
    await page.getByRole('button', { name: 'Save as a file' }).waitFor();
    expect(await clipboard()).toBe('0x800000FFFA');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.getByText('can be copied').count()).toBe(0);
  });
});

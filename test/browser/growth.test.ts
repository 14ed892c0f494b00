/**
 * What is found in a followed file, in a real Chromium: hits, their list, filtered lines and the density on the overview go with the
 * file without a key pressed, while it grows and when another takes its place.
 */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { densityOfRows } from '../../client/view/overview/paintLayers.ts';
import { launchBrowser, openRows, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 8_000 };
/** Buckets of the density that the page asks for. */
const BUCKETS = 1_024;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

interface Seen {
  /** What the bar says of the number of hits. */
  readonly hits: number;
  /** Of the list. */
  readonly listed: readonly string[];
  readonly filtered: readonly string[];
  /** Device rows of the overview that are painted: of the search, of the layer of the filter. */
  readonly search: readonly number[];
  readonly layer: readonly number[];
  /** The last line is on the screen. */
  readonly atEnd: boolean;
}

const pane = (page: Page, name: 'text' | 'filtered'): Locator => page.locator(`[data-pane="${name}"]`);

/** Texts of the rows in a pane, wholly in view or not, from top to bottom. */
const rowsIn = (page: Page, name: 'text' | 'filtered'): Promise<string[]> =>
  pane(page, name).evaluate((element) =>
    [...element.querySelectorAll('.rows-row')]
      .map((row) => ({ y: row.getBoundingClientRect().top, row }))
      .sort((a, b) => a.y - b.y)
      .map(
        ({ row }) =>
          `${row.querySelector('.text-number')?.textContent} ${row.querySelector('.text-line')?.textContent?.trimEnd()}`,
      ),
  );

/** Device rows of the overview with something at a share of its width, and how many there are. */
function paintedRows(page: Page, share: number): Promise<{ rows: number[]; count: number }> {
  return pane(page, 'text').evaluate((element, at) => {
    const canvas = element.querySelector<HTMLCanvasElement>('canvas.overview-layers');
    if (!canvas || canvas.height === 0) return { rows: [], count: 1 };
    // A copy: reading its pixels again and again would change how the canvas itself is kept.
    const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    if (!context) return { rows: [], count: 1 };
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(Math.floor(canvas.width * at), 0, 1, canvas.height);
    const rows = Array.from({ length: canvas.height }, (_, row) => row).filter((row) => data[4 * row + 3] !== 0);
    return { rows, count: canvas.height };
  }, share);
}

/** What is to be seen of a file by a plain count of it. */
function expected(path: string, height: number): Seen {
  const text = readFileSync(path, 'latin1');
  const lines = text.split('\n').map((line, n) => ({ line, n }));
  const found = lines.filter(({ line }) => line.includes('needle'));
  const rowsOf = (offsets: readonly number[]): number[] => {
    const buckets = Array<number>(BUCKETS).fill(0);
    const edge = (bucket: number): number => Math.floor((bucket * text.length) / BUCKETS);
    for (const offset of offsets) {
      const bucket = buckets.findIndex((_, n) => offset >= edge(n) && offset < edge(n + 1));
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    const levels = densityOfRows({ kind: 'density', buckets, size: text.length }, text.length, height);
    return [...levels.keys()].filter((row) => levels[row] !== 0);
  };
  const hits = [...text.matchAll(/needle/g)].map(({ index }) => index);
  return {
    hits: hits.length,
    listed: hits.map((offset) => text.slice(text.lastIndexOf('\n', offset) + 1).split('\n')[0] ?? ''),
    filtered: found.map(({ line, n }) => `${n + 1} ${line}`),
    search: rowsOf(hits),
    layer: rowsOf(found.map(({ n }) => lines.slice(0, n).reduce((sum, { line }) => sum + line.length + 1, 0))),
    atEnd: true,
  };
}

async function seen(page: Page, path: string): Promise<{ readonly seen: Seen; readonly expected: Seen }> {
  const bar = page.getByRole('contentinfo').getByRole('group', { name: 'Search' });
  const said = ((await bar.textContent({ timeout: 1_000 }).catch(() => '')) ?? '').replaceAll(',', '');
  const [search, layer] = [await paintedRows(page, 0.97), await paintedRows(page, 0.48)];
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n');
  const listed = page.getByRole('complementary', { name: 'Search' }).getByRole('option').locator('.hit-text');
  return {
    seen: {
      hits: Number(
        /(\d+) hit|of (\d+)/
          .exec(said)
          ?.slice(1)
          .find((found) => found !== undefined),
      ),
      listed: await listed.allTextContents(),
      filtered: await rowsIn(page, 'filtered'),
      search: search.rows,
      layer: layer.rows,
      atEnd: (await rowsIn(page, 'text')).includes(`${lines.length} ${lines.at(-1)}`),
    },
    expected: expected(path, search.count),
  };
}

/** Waits until all of it is as a plain count of the file says. */
async function shows(page: Page, path: string): Promise<void> {
  let last: unknown;
  const asExpected = async (): Promise<boolean> => {
    const now = await seen(page, path);
    last = now;
    return JSON.stringify(now.seen) === JSON.stringify(now.expected);
  };
  await expect
    .poll(asExpected, PATIENCE)
    .toBe(true)
    .catch(() => {
      const { seen: found, expected: wanted } = last as Awaited<ReturnType<typeof seen>>;
      expect(found).toEqual(wanted);
    });
}

const hay = (count: number): string => 'a line of hay\n'.repeat(count);

test('goes with a followed file as it grows, and on with the file that takes its place', async () => {
  const folder = tempFolder();
  const path = join(folder, 'app.log');
  writeFileSync(path, `${hay(20)}first needle\n${hay(400)}`);
  const server = await startServer({ files: [path], args: ['--follow'] });
  // What was asked of the file before comes after the switch.
  await withPage(browser, server.origin, { expected: /40[49]/ }, async (page) => {
    await openRows(page, server);
    await page.keyboard.press('&');
    await page.keyboard.type('needle');
    await page.keyboard.press('Enter');
    await pane(page, 'filtered').getByText('first needle').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Shift+f');
    await page.getByRole('complementary', { name: 'Search' }).getByRole('option').first().waitFor();
    await page.getByRole('grid').first().focus();
    await page.keyboard.press('G');
    await shows(page, path);

    for (const write of [
      `${hay(300)}needle, needle\n`,
      hay(50),
      'third nee',
      `dle\n${hay(10)}`,
      hay(400),
      'needle goes',
      ' on\n',
    ]) {
      appendFileSync(path, write);
      await shows(page, path);
    }

    renameSync(path, join(folder, 'app.log.1'));
    writeFileSync(path, `${hay(5)}a new needle\n`);
    await shows(page, path);
    for (const write of [`${hay(200)}another needle\n`, hay(30), 'last nee', 'dle\n']) {
      appendFileSync(path, write);
      await shows(page, path);
    }
  });
});

test('what comes while the page asks for the density is not missed', async () => {
  const path = join(tempFolder(), 'app.log');
  writeFileSync(path, `${hay(20)}first needle\n`);
  const server = await startServer({ files: [path], args: ['--follow'] });
  await withPage(browser, server.origin, {}, async (page) => {
    await openRows(page, server);
    await page.keyboard.press('/');
    await page.keyboard.type('needle');
    await page.keyboard.press('Enter');
    const bar = page.getByRole('contentinfo').getByRole('group', { name: 'Search' });
    await expect.poll(() => bar.textContent(), PATIENCE).toMatch('hit 1 of 1');
    await page.keyboard.press('G');
    let asked = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((go) => {
      release = go;
    });
    await page.route('**/histogram?*', async (route) => {
      asked++;
      await released;
      await route.continue();
    });
    appendFileSync(path, 'second needle\n');
    await expect.poll(() => asked, PATIENCE).toBe(1);
    appendFileSync(path, 'third needle\n');
    await pane(page, 'text').getByText('third needle').waitFor();
    // Nothing else tells the page of it any more.
    await page.waitForTimeout(1_000);
    release();
    await expect.poll(() => bar.textContent(), PATIENCE).toMatch(/3 hits|of 3/);
    await expect
      .poll(() => paintedRows(page, 0.97), PATIENCE)
      .toSatisfy((now: { rows: number[]; count: number }) => {
        return JSON.stringify(now.rows) === JSON.stringify(expected(path, now.count).search);
      });
  });
});

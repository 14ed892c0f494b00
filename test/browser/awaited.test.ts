/** A far place that is gone to while the server is away: every part of the window says that it is waited for. In a real Chromium. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openRows, still, withPage } from '../helpers/browser.ts';
import { type FaultProxy, startFaultProxy } from '../helpers/faultProxy.ts';
import { tempFolder } from '../helpers/files.ts';
import { startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 15_000 };
const LINES = 120_000;
const LINE_BYTES = 44;
const SIZE = LINES * LINE_BYTES;
const TOKEN = 'a-token-for-every-run';
/** What Chromium itself complains about when the line fails, and what a proxy looks like from outside. */
const FAILING = /Failed to load resource|net::ERR_|request elsewhere/;

let browser: Browser;
let path: string;

beforeAll(async () => {
  path = join(tempFolder(), 'app.log');
  const line = (at: number): string =>
    `${`${String(at + 1).padStart(8, '0')} says what is here `.padEnd(LINE_BYTES - 1, '.')}\n`;
  writeFileSync(path, Array.from({ length: LINES }, (_, at) => line(at)).join(''));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

const pane = (page: Page, name: 'text' | 'filtered'): Locator => page.locator(`[data-pane="${name}"]`);
const bar = (page: Page, name: 'text' | 'filtered'): Locator =>
  pane(page, name).getByRole('scrollbar', { name: 'Place in the file' });
const status = (page: Page): Locator => page.getByRole('contentinfo');

/** Numbers of the lines on screen in a pane, from top to bottom. */
const lines = (page: Page, name: 'text' | 'filtered'): Promise<number[]> =>
  pane(page, name).evaluate((element) => {
    const frame = element.querySelector('.text-rows')?.getBoundingClientRect();
    return [...element.querySelectorAll('.text-line')]
      .map((line) => ({ line, y: line.getBoundingClientRect().top }))
      .filter(({ y }) => frame !== undefined && y >= frame.top - 1 && y < frame.bottom - 10)
      .sort((a, b) => a.y - b.y)
      .map(({ line }) => Number(line.textContent?.slice(0, 8)));
  });

/** Without a filter, on a page whose server is there. */
function plain(use: (page: Page, proxy: FaultProxy) => Promise<void>, query = ''): () => Promise<void> {
  return async () => {
    const server = await startServer({ files: [path], args: ['--token', TOKEN] });
    const [file] = await server.files();
    if (file) await server.indexed(file.id);
    const proxy = await startFaultProxy(server);
    await withPage(browser, proxy.origin, { expected: FAILING }, async (page) => {
      await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), TOKEN);
      await openRows(page, Object.assign(Object.create(server) as typeof server, { origin: proxy.origin }), query);
      await expect.poll(async () => (await lines(page, 'text'))[0], PATIENCE).toBe(1);
      await use(page, proxy);
    });
  };
}

/** On the file, with its lines that end in 7 in a pane below or in place, and the server away. */
function away(place: 'below' | 'in place', use: (page: Page, proxy: FaultProxy) => Promise<void>): () => Promise<void> {
  return plain(async (page, proxy) => {
    await page.keyboard.press('&');
    const field = page.getByRole('combobox', { name: 'Filter' });
    await expect.poll(() => field.evaluate((element) => element === document.activeElement), PATIENCE).toBe(true);
    await page.keyboard.type('7 says');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await lines(page, 'filtered'))[0], PATIENCE).toBe(7);
    if (place === 'in place') {
      await page.keyboard.press('O');
      await expect.poll(() => pane(page, 'filtered').count(), PATIENCE).toBe(0);
      await expect.poll(async () => (await lines(page, 'text'))[0], PATIENCE).toBe(7);
    }
    const shown = pane(page, place === 'below' ? 'filtered' : 'text').getByRole('status', { name: 'Filter' });
    await expect.poll(() => shown.textContent(), PATIENCE).toContain('12,000 of 120,000');
    await proxy.go();
    await page.getByText('The server does not answer.').waitFor();
    await use(page, proxy);
  });
}

const about = async (page: Page): Promise<number> => Number(await bar(page, 'text').getAttribute('aria-valuenow'));

test(
  'the end: thumb, status bar and filtered lines say so, and are right once it answers',
  away('below', async (page, proxy) => {
    await page.keyboard.press('Control+End');
    await expect.poll(() => about(page), PATIENCE).toBe(100);
    expect(await bar(page, 'text').getAttribute('aria-valuetext')).toMatch(/^About offset 5,27\d,\d{3} of 5,280,000$/);
    await expect
      .poll(() => status(page).textContent(), PATIENCE)
      .toMatch(new RegExp(`Waiting for.*${(SIZE - 1).toLocaleString('en-US').replaceAll(',', ',?')}`));
    // The line where one was is none of that place.
    expect(await status(page).locator('.status-line').count()).toBe(0);
    await pane(page, 'filtered').getByText('Waiting for the server').waitFor();
    await proxy.come();
    await expect.poll(async () => (await lines(page, 'text')).at(-1), PATIENCE).toBe(LINES);
    await expect.poll(async () => (await lines(page, 'filtered')).at(-1), PATIENCE).toBe(LINES - 3);
    await status(page)
      .getByRole('button', { name: `Offset ${SIZE - 1}, go to` })
      .waitFor();
    expect(await page.getByText('Waiting for').count()).toBe(0);
    expect(await bar(page, 'text').getAttribute('aria-valuetext')).toMatch(/^Offset /);
  }),
);

test(
  'somewhere: the filtered lines come there once it answers',
  away('below', async (page, proxy) => {
    await page.keyboard.press(':');
    await page.keyboard.type('75%');
    await page.keyboard.press('Enter');
    await expect.poll(() => about(page), PATIENCE).toBeGreaterThan(74.9);
    expect(await about(page)).toBeLessThan(75.1);
    await expect.poll(() => status(page).textContent(), PATIENCE).toMatch(/Waiting for.*3,?960,?000/);
    await pane(page, 'filtered').getByText('Waiting for the server').waitFor();
    await proxy.come();
    await expect.poll(async () => (await lines(page, 'text')).includes(90_001), PATIENCE).toBe(true);
    await expect.poll(async () => (await lines(page, 'filtered')).includes(89_997), PATIENCE).toBe(true);
    await expect.poll(() => page.getByText('Waiting for').count(), PATIENCE).toBe(0);
  }),
);

test(
  'the end of rows in place of all: they wait at the last number',
  away('in place', async (page, proxy) => {
    await page.keyboard.press('Control+End');
    await expect.poll(() => about(page), PATIENCE).toBe(100);
    expect(await lines(page, 'text')).toEqual([]);
    await proxy.come();
    await expect.poll(async () => (await lines(page, 'text')).at(-1), PATIENCE).toBe(LINES - 3);
  }),
);

test(
  'somewhere among rows in place of all: it is said, and they come; who scrolls meanwhile is not fetched there',
  away('in place', async (page, proxy) => {
    const goTo = async (place: string): Promise<void> => {
      await page.keyboard.press(':');
      await page.keyboard.type(place);
      await page.keyboard.press('Enter');
    };
    await goTo('75%');
    await pane(page, 'text').getByText('Waiting for the server').waitFor();
    await expect.poll(() => status(page).textContent(), PATIENCE).toMatch(/Waiting for.*3,?960,?000/);
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, 300);
    await expect.poll(() => page.getByText('Waiting for').count(), PATIENCE).toBe(0);
    await goTo('50%');
    await pane(page, 'text').getByText('Waiting for the server').waitFor();
    await proxy.come();
    await expect.poll(async () => (await lines(page, 'text')).includes(59_997), PATIENCE).toBe(true);
  }),
);

/** The first and the last row number on screen, of rows that are here or not. */
const ends = (page: Page): Promise<[number, number]> =>
  pane(page, 'text').evaluate((element) => {
    const frame = element.querySelector('.text-rows')?.getBoundingClientRect();
    const seen = [...element.querySelectorAll('.rows-row')].filter((row) => {
      const box = row.getBoundingClientRect();
      return frame !== undefined && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
    });
    const numbers = seen.map((row) => Number(row.querySelector('.text-number')?.textContent ?? 0));
    return [Math.min(...numbers), Math.max(...numbers)];
  });

/** The server goes, and the view to the end of the file, whose rows are not here. */
async function goneToEnd(page: Page, proxy: FaultProxy): Promise<void> {
  await proxy.go();
  await page.getByText('The server does not answer.').waitFor();
  await page.keyboard.press('Control+End');
  await expect.poll(async () => (await ends(page))[1], PATIENCE).toBe(LINES);
}

test(
  'keys that are pressed while the server is away move at once or not at all: none is played when it is back',
  plain(async (page, proxy) => {
    await goneToEnd(page, proxy);
    for (let press = 0; press < 4; press++) await page.keyboard.press('PageUp');
    // A page is some thirty rows.
    await expect.poll(async () => (await ends(page))[1], PATIENCE).toBeLessThan(LINES - 4 * 25);
    const [place] = await ends(page);
    await proxy.come();
    const here = async (): Promise<boolean> => (await lines(page, 'text')).includes(place);
    await expect.poll(here, PATIENCE).toBe(true);
    await page.waitForTimeout(1_000);
    // The row that the cursor comes to was in view in part, and is now whole.
    const stays = async (): Promise<boolean> => Math.abs((await ends(page))[0] - place) <= 1;
    expect(await stays()).toBe(true);
    // The cursor is where the last one led to, and goes on from there.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('m');
    await pane(page, 'text')
      .getByLabel(/^Mark Line at/)
      .first()
      .waitFor();
    expect(await stays()).toBe(true);
  }),
);

test(
  'pages are gone up at once while nothing answers, however long each request takes to fail',
  plain(async (page, proxy) => {
    await goneToEnd(page, proxy);
    proxy.fault = () => ({ kind: 'hang' });
    await proxy.come();
    const last: number[] = [];
    for (let press = 0; press < 4; press++) {
      await page.keyboard.press('PageUp');
      last.push(await still(page, async () => (await ends(page))[1], 200));
    }
    // A page is some thirty rows.
    expect(last.every((row, n) => (last[n - 1] ?? LINES) - row > 25)).toBe(true);
    await proxy.go();
    proxy.fault = () => null;
    await proxy.come();
    // The row that the cursor comes to was in view in part, and is now whole.
    const here = async (): Promise<number> => Math.abs(((await lines(page, 'text')).at(-1) ?? 0) - (last.at(-1) ?? 0));
    await expect.poll(here, PATIENCE).toBeLessThanOrEqual(1);
  }),
);

test(
  'keys that are pressed blindly on top of a jump that takes long are not played late',
  plain(async (page, proxy) => {
    proxy.fault = ({ path: asked }) => (asked.includes('/lines') ? { kind: 'delay', ms: 4_000 } : null);
    await page.keyboard.press('Control+End');
    for (let press = 0; press < 4; press++) await page.keyboard.press('PageUp');
    await expect.poll(async () => (await lines(page, 'text')).at(-1), PATIENCE).toBe(LINES);
    proxy.fault = () => null;
    await page.waitForTimeout(1_500);
    expect((await lines(page, 'text')).at(-1)).toBe(LINES);
    await page.keyboard.press('PageUp');
    await expect.poll(async () => (await lines(page, 'text')).at(-1), PATIENCE).toBeLessThan(LINES - 25);
  }),
);

/** The first and the last byte, but for a row, of the bytes on screen, whether they are here or not. */
const bytes = (page: Page): Promise<[number, number]> =>
  page.locator('[data-pane=hex] [role=grid]').evaluate((grid) => {
    const frame = grid.getBoundingClientRect();
    const seen = [...grid.querySelectorAll<HTMLElement>('[data-row]')].filter((row) => {
      const box = row.getBoundingClientRect();
      return box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
    });
    const numbers = seen.map((row) => Number(row.dataset.row) * 16);
    return [Math.min(...numbers), Math.max(...numbers)];
  });

test(
  'bytes beside text that waits are where it goes to, and come back with it',
  plain(async (page, proxy) => {
    const shows = (offset: number): Promise<void> =>
      expect
        .poll(async () => {
          const [first, last] = await bytes(page);
          return (offset >= first && offset < last + 16) || { first, last };
        }, PATIENCE)
        .toBe(true);
    await pane(page, 'text').getByRole('grid').focus();
    await shows(0);
    await proxy.go();
    await page.getByText('The server does not answer.').waitFor();
    await page.keyboard.press('Control+End');
    await shows(SIZE - 1);
    await expect.poll(() => about(page), PATIENCE).toBe(100);
    await page.keyboard.press('Control+Home');
    await shows(0);
    await page.keyboard.press(':');
    await page.keyboard.type('75%');
    await page.keyboard.press('Enter');
    await shows(SIZE * 0.75);
    await proxy.come();
    await expect.poll(async () => (await lines(page, 'text')).includes(90_001), PATIENCE).toBe(true);
    await shows(SIZE * 0.75);
  }, '?view=both'),
);

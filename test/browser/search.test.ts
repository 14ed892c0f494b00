/** Searching in a real Chromium on a real bigview: by keyboard, held against a plain search of the same bytes. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openRows, type PageOptions, withPage } from '../helpers/browser.ts';
import { sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 8_000 };
const LINES = 30_000;

let browser: Browser;
let server: BigviewServer;
let folder: string;
let log: Buffer;
let image: Buffer;

/** A log with a word on every 37th line, in two cases, and a few in another script. */
function logText(): string {
  const lines: string[] = [];
  for (let index = 0; index < LINES; index++) {
    const level = index % 37 === 5 ? 'ERROR' : index % 101 === 7 ? 'error' : 'INFO';
    const place = index % 5_000 === 42 ? 'Zürich' : 'api';
    lines.push(`${String(index + 1).padStart(6, '0')} ${level} ${place} status=${200 + ((index * 7) % 400)} terror\n`);
  }
  return lines.join('');
}

beforeAll(async () => {
  folder = tempFolder();
  log = Buffer.from(logText());
  writeFileSync(join(folder, 'app.log'), log);
  image = Buffer.alloc(300_000, 7);
  for (const offset of [0, 1_000, 65_534, 65_540, 200_001]) image.set([0xde, 0xad, offset % 251, 0xef], offset);
  image.writeUInt32LE(123_456_789, 100_004);
  image.writeDoubleBE(2.5, 150_008);
  writeFileSync(join(folder, 'image.bin'), image);
  sparseFile(join(folder, 'huge.img'), 2 ** 40, [{ offset: 2 ** 40 - 4, bytes: 'last' }]);
  const files = ['app.log', 'image.bin', 'huge.img'].map((name) => join(folder, name));
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files })]);
  const [first] = await server.files();
  if (first) await server.indexed(first.id);
});

afterAll(async () => {
  await browser?.close();
});

/** Offsets of a pattern in the bytes, one byte a character. */
function offsetsOf(bytes: Buffer, pattern: RegExp): number[] {
  return [...bytes.toString('latin1').matchAll(pattern)].map(({ index }) => index);
}

const field = (page: Page): Locator => page.getByRole('combobox', { name: 'Search' });
const bar = (page: Page): Locator => page.getByRole('contentinfo').getByRole('group', { name: 'Search' });
const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Search' });
const params = (page: Page): URLSearchParams => new URL(page.url()).searchParams;
const count = (value: number): string => value.toLocaleString('en-US');

async function opened(page: Page, query = ''): Promise<void> {
  await openRows(page, server, query);
}

async function cursorAt(page: Page, offset: number | undefined): Promise<void> {
  await page
    .getByRole('contentinfo')
    .getByRole('button', { name: `Offset ${offset}, go to` })
    .waitFor(PATIENCE);
}

/** Types a pattern into the field and leaves it open. */
async function type(page: Page, pattern: string): Promise<void> {
  await page.keyboard.press('Control+f');
  await expect.poll(() => field(page).evaluate((element) => element === document.activeElement), PATIENCE).toBe(true);
  await page.keyboard.type(pattern);
}

/** Searches and goes back to the rows. */
async function search(page: Page, pattern: string): Promise<void> {
  await type(page, pattern);
  await page.keyboard.press('Enter');
  await bar(page).waitFor();
  await page.keyboard.press('Escape');
}

async function says(page: Page, text: string | RegExp): Promise<void> {
  await expect.poll(async () => ((await bar(page).textContent()) ?? '').replace(/\s+/g, ' '), PATIENCE).toMatch(text);
}

/** Texts of the ranges of a highlight. */
function highlighted(page: Page, name: string): Promise<string[]> {
  return page.evaluate((key) => {
    const ranges = [...(CSS.highlights.get(key) ?? [])] as StaticRange[];
    return ranges.map((range) => {
      const live = document.createRange();
      live.setStart(range.startContainer, range.startOffset);
      live.setEnd(range.endContainer, range.endOffset);
      return live.toString();
    });
  }, name);
}

/** Device px of the overview that something is painted on. */
function painted(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.overview-layers');
    if (!canvas) return 0;
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let count = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) count += 1;
    return count;
  });
}

function inPage(
  use: (page: Page, context: BrowserContext) => Promise<void>,
  options: PageOptions = {},
): () => Promise<void> {
  return () => withPage(browser, server.origin, options, use);
}

describe('text', () => {
  test(
    'begun with / gives the keyboard back to the rows; a wrong pattern stays to be mended, and ends no search',
    inPage(async (page) => {
      const hits = offsetsOf(log, /error/gi);
      await opened(page);
      await page.keyboard.press('/');
      await page.keyboard.type('error');
      await page.keyboard.press('Enter');
      await cursorAt(page, hits[0]);
      for (let at = 1; at <= 3; at++) {
        await page.keyboard.press('n');
        await cursorAt(page, hits[at]);
      }
      await page.keyboard.press('/');
      await page.keyboard.type('/er(ror/');
      await page.keyboard.press('Enter');
      await page.keyboard.type(')');
      await expect.poll(() => field(page).inputValue(), PATIENCE).toBe('/er(ror/)');
      await page.keyboard.press('Escape');
      await says(page, `hit 4 of ${count(hits.length)}`);
      await page.keyboard.press('n');
      await cursorAt(page, hits[4]);
    }),
  );

  test(
    'Enter goes to the first hit, n and N step, the counts are those of a plain search',
    inPage(async (page) => {
      const hits = offsetsOf(log, /error/gi);
      expect(hits.length).toBeGreaterThan(30_000);
      await opened(page);
      await search(page, 'error');
      await cursorAt(page, hits[0]);
      await says(page, `hit 1 of ${count(hits.length)}`);
      for (let at = 1; at <= 6; at++) {
        await page.keyboard.press('n');
        await cursorAt(page, hits[at]);
      }
      await page.keyboard.press('F3');
      await cursorAt(page, hits[7]);
      await says(page, `hit 8 of ${count(hits.length)}`);
      await page.keyboard.press('N');
      await cursorAt(page, hits[6]);
      await page.keyboard.press('Shift+F3');
      await cursorAt(page, hits[5]);
      // From where the cursor is, wherever it was put.
      await page.keyboard.press('Control+End');
      await cursorAt(page, log.length - 1);
      await page.keyboard.press('N');
      await cursorAt(page, hits.at(-1));
      await says(page, `hit ${count(hits.length)} of ${count(hits.length)}`);
    }),
  );

  test(
    'goes around at the end, and says so',
    inPage(async (page) => {
      const hits = offsetsOf(log, /Z\xc3\xbcrich/g);
      await opened(page);
      await search(page, 'Zürich');
      await cursorAt(page, hits[0]);
      await page.keyboard.press('N');
      await cursorAt(page, hits.at(-1));
      await says(page, 'went on from the end of the file');
      await page.keyboard.press('n');
      await cursorAt(page, hits[0]);
      await says(page, 'went on from the start of the file');
      await says(page, `hit 1 of ${hits.length}`);
    }),
  );

  test(
    'case and whole words are switched from the keyboard',
    inPage(async (page) => {
      await opened(page);
      await type(page, 'error');
      await page.keyboard.press('Alt+w');
      await page.keyboard.press('Enter');
      await says(page, ` of ${count(offsetsOf(log, /\berror\b/gi).length)}`);
      await page.keyboard.press('Alt+c');
      await page.keyboard.press('Enter');
      await says(page, ` of ${count(offsetsOf(log, /\berror\b/g).length)}`);
      await page.getByRole('button', { name: 'Match case', pressed: true }).waitFor();
      await page.keyboard.press('Alt+w');
      await page.keyboard.press('Enter');
      await says(page, ` of ${count(offsetsOf(log, /error/g).length)}`);
    }),
  );

  test(
    'no hit is said, with what to do',
    inPage(async (page) => {
      await opened(page);
      await search(page, 'nowhere to be found');
      await says(page, 'no hit');
      await page.keyboard.press('Control+Shift+f');
      await panel(page).getByText('The file does not hold this.').waitFor();
    }),
  );

  test(
    'the word at the cursor',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press(':');
      await page.keyboard.type('20');
      await page.keyboard.press('Enter');
      await cursorAt(page, 20);
      await page.keyboard.press('*');
      const word = /\w*$/.exec(log.subarray(0, 20).toString())?.[0] ?? '';
      const rest = /^\w*/.exec(log.subarray(20, 60).toString())?.[0] ?? '';
      const whole = new RegExp(`\\b${word}${rest}\\b`, 'g');
      await says(page, `of ${count(offsetsOf(log, whole).length)}`);
    }),
  );
});

describe('other kinds', () => {
  test(
    'bytes with wildcards are told from what is typed, in the hex view',
    inPage(async (page) => {
      await opened(page, '?file=image.bin&view=hex');
      const hits = offsetsOf(image, /\xde\xad[\s\S]\xef/g);
      expect(hits).toHaveLength(5);
      await type(page, 'de ad ?? ef');
      await page.getByText('Read as bytes.').waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await says(page, 'hit 1 of 5');
      for (const offset of [...hits.slice(1), hits[0]]) {
        await page.keyboard.press('n');
        await cursorAt(page, offset);
      }
    }),
  );

  test(
    'a number by its type and byte order',
    inPage(async (page) => {
      await opened(page, '?file=image.bin&view=hex');
      await type(page, '123456789');
      await page.keyboard.press('Alt+n');
      await page.keyboard.press('Enter');
      await cursorAt(page, 100_004);
      await says(page, 'hit 1 of 1');
      await page.keyboard.press('Escape');
      await search(page, 'f64be 2.5');
      await cursorAt(page, 150_008);
      await expect
        .poll(() => [params(page).get('qk'), params(page).get('q')], PATIENCE)
        .toEqual(['number', 'f64be 2.5']);
    }),
  );

  test(
    'a regular expression, with flags between slashes',
    inPage(async (page) => {
      await opened(page);
      const hits = offsetsOf(log, /^\d+ error .*status=5\d\d/gim);
      expect(hits.length).toBeGreaterThan(50);
      await search(page, '/^\\d+ error .*status=5\\d\\d/i');
      await cursorAt(page, hits[0]);
      await says(page, `hit 1 of ${count(hits.length)}`);
      await page.keyboard.press('n');
      await cursorAt(page, hits[1]);
    }),
  );

  test(
    'what is wrong is said at its place while typing, and nothing is searched',
    inPage(async (page) => {
      await opened(page);
      await type(page, '/a(b/i');
      const complaint = page.getByRole('alert');
      await complaint.getByText('Unterminated group.').waitFor();
      expect(await complaint.locator('mark').textContent()).toBe('(');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('de ag');
      await page.keyboard.press('Alt+b');
      expect(await complaint.locator('mark').textContent()).toBe('g');
      await page.keyboard.press('Control+a');
      await page.keyboard.type('300');
      await page.keyboard.press('Alt+n');
      await page.getByRole('combobox', { name: 'Type of the number' }).selectOption('u8');
      await complaint.getByText('u8 holds 0 to 255.').waitFor();
    }),
  );
});

describe('what is seen', () => {
  test(
    'hits are marked in the text, the current one stronger and outlined',
    inPage(async (page) => {
      await opened(page);
      await search(page, 'error');
      await expect.poll(async () => (await highlighted(page, 'text-hit')).length, PATIENCE).toBeGreaterThan(30);
      const texts = await highlighted(page, 'text-hit');
      expect(new Set(texts.map((text) => text.toLowerCase()))).toEqual(new Set(['error']));
      // As many as the rows in the page hold.
      const shown = (await page.getByRole('grid').first().textContent()) ?? '';
      expect(texts).toHaveLength([...shown.matchAll(/error/gi)].length);
      expect(await highlighted(page, 'text-hit-current')).toEqual(['error']);
      expect(await page.locator('.text-hit-ring').count()).toBe(1);
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => page.locator('.text-hit-ring').count(), PATIENCE).toBe(0);
    }),
  );

  test(
    'hits are marked in both columns of the bytes, over the ends of rows, and on the overview',
    inPage(async (page) => {
      await opened(page, '?file=image.bin&view=hex');
      expect(await painted(page)).toBe(0);
      await search(page, 'de ad ?? ef');
      await says(page, 'hit 1 of 5');
      await expect.poll(() => page.locator('.hex-hit-current').count(), PATIENCE).toBe(2);
      await expect.poll(() => painted(page), PATIENCE).toBeGreaterThan(0);
      await page.keyboard.press('n');
      await page.keyboard.press('n');
      await cursorAt(page, 65_534);
      // Two rows of two columns; and the hit 2 bytes behind it is marked as well.
      await expect.poll(() => page.locator('.hex-hit-current').count(), PATIENCE).toBe(4);
      const path = (await page.locator('.hex-hits path').getAttribute('d')) ?? '';
      expect(path.split('M').length - 1).toBe(6);
    }),
  );

  test('a hit in rows wider than the pane is whole in view, and the start of the rows again where that shows it', async () => {
    const wide = (column: number): string =>
      `${'.'.repeat(column)}NEEDLE-${column}-${'#'.repeat(20)}`.padEnd(column === 340 ? 8_000 : 400, '.');
    const path = join(folder, 'wide.log');
    writeFileSync(path, [wide(20), wide(140), wide(340), wide(20)].join('\n'));
    const other = await startServer({ files: [path] });
    await withPage(browser, other.origin, {}, async (page) => {
      await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), other.token);
      await page.goto(`${other.origin}/?view=text`);
      await page.getByRole('grid').first().waitFor();
      /** Px by which the current hit is out of its pane at either side, and whether rows begin at their start. */
      const standing = (): Promise<unknown> =>
        page.evaluate(() => {
          const [found] = [...(CSS.highlights.get('text-hit-current') ?? [])] as StaticRange[];
          const pane = document.querySelector('[data-pane="text"] .text-rows')?.getBoundingClientRect();
          if (!found || !pane) return null;
          const range = document.createRange();
          range.setStart(found.startContainer, found.startOffset);
          range.setEnd(found.endContainer, found.endOffset);
          const box = range.getBoundingClientRect();
          const start = document.querySelector('.text-header')?.textContent?.includes('from column') !== true;
          return { text: range.toString(), out: box.left < pane.left || box.right > pane.right, start };
        });
      const shows = (column: number, start: boolean): Promise<void> =>
        expect.poll(standing, PATIENCE).toEqual({ text: `NEEDLE-${column}-${'#'.repeat(20)}`, out: false, start });
      await page.keyboard.press('/');
      await page.keyboard.type('/NEEDLE-\\d+-#+/');
      await page.keyboard.press('Enter');
      await shows(20, true);
      await page.keyboard.press('n');
      await shows(140, false);
      // Narrower, and larger: what was in view stays there.
      await page.keyboard.press('Control+Shift+F');
      await page.getByRole('complementary', { name: 'Search' }).waitFor();
      await shows(140, false);
      for (let step = 0; step < 4; step++) await page.keyboard.press('Control+=');
      await shows(140, false);
      await page.keyboard.press('n');
      await shows(340, false);
      // The outline does not stay behind where the hit is not in the page any more.
      await expect.poll(() => page.locator('.text-hit-ring').count(), PATIENCE).toBe(1);
      await page.mouse.move(400, 300);
      await page.keyboard.down('Shift');
      await page.mouse.wheel(0, 40_000);
      await page.keyboard.up('Shift');
      await expect.poll(() => page.locator('.text-hit-ring').count(), PATIENCE).toBe(0);
      await page.keyboard.press('n');
      await shows(20, true);
    });
  });

  test(
    'a hit among bytes stays in view while letters grow',
    inPage(
      async (page) => {
        await opened(page, '?view=hex');
        await search(page, 'api');
        await cursorAt(page, 12);
        const out = (): Promise<number> =>
          page.evaluate(() => {
            const pane = document.querySelector('[data-pane="hex"] .hex-rows')?.getBoundingClientRect();
            const box = document.querySelector('.hex-hit-current')?.getBoundingClientRect();
            return pane && box ? Math.max(0, Math.round(box.right - pane.right)) : -1;
          });
        await expect.poll(out, PATIENCE).toBe(0);
        for (let step = 0; step < 11; step++) {
          await page.keyboard.press('Control+=');
          await expect.poll(out, PATIENCE).toBe(0);
        }
      },
      { width: 700 },
    ),
  );

  test(
    'Escape takes the selection first, then the marks; n brings the search back',
    inPage(async (page) => {
      await opened(page);
      await search(page, 'terror');
      await says(page, 'hit 1 of');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Escape');
      await bar(page).waitFor();
      await page.keyboard.press('Escape');
      await bar(page).waitFor({ state: 'detached' });
      await expect.poll(() => highlighted(page, 'text-hit'), PATIENCE).toEqual([]);
      await expect.poll(() => painted(page), PATIENCE).toBe(0);
      await page.keyboard.press('n');
      await says(page, `hit 2 of ${count(LINES)}`);
    }),
  );

  test(
    'the list has every hit by number, with its line, and goes there',
    inPage(async (page) => {
      const hits = offsetsOf(log, /error/gi);
      await opened(page);
      await search(page, 'error');
      await says(page, 'hit 1 of');
      await page.keyboard.press('Control+Shift+f');
      const options = panel(page).getByRole('option');
      await expect.poll(() => options.first().textContent(), PATIENCE).toContain('terror');
      await panel(page).getByRole('listbox').focus();
      await page.keyboard.press('End');
      const last = options.filter({ hasText: count(LINES) }).last();
      await expect.poll(() => last.getAttribute('aria-posinset'), PATIENCE).toBe(String(hits.length));
      expect(await last.getAttribute('aria-setsize')).toBe(String(hits.length));
      await page.keyboard.press('Enter');
      await cursorAt(page, hits.at(-1));
      await says(page, `hit ${count(hits.length)} of`);
      // The list follows steps in the file.
      await page.keyboard.press('n');
      await cursorAt(page, hits[0]);
      await expect.poll(() => panel(page).locator('.hit-current').getAttribute('aria-posinset'), PATIENCE).toBe('1');
      await options.nth(3).click();
      await cursorAt(page, hits[3]);
      await page.keyboard.press('Escape');
      await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), PATIENCE).toBe('grid');
    }),
  );
});

describe('a search', () => {
  test(
    'is in the link, and restored by it with the place',
    inPage(async (page, context) => {
      const hits = offsetsOf(log, /\bERROR\b/g);
      await opened(page);
      await type(page, 'ERROR');
      await page.keyboard.press('Alt+w');
      await page.keyboard.press('Alt+c');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.keyboard.press('n');
      await cursorAt(page, hits[1]);
      await expect.poll(() => params(page).get('at'), PATIENCE).toBe(String(hits[1]));
      expect(params(page).get('q')).toBe('ERROR');
      await page.reload();
      await cursorAt(page, hits[1]);
      await says(page, `hit 2 of ${count(hits.length)}`);
      const other = await context.newPage();
      await other.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
      await other.goto(page.url());
      await cursorAt(other, hits[1]);
      await says(other, `hit 2 of ${count(hits.length)}`);
      await other.keyboard.press('n');
      await cursorAt(other, hits[2]);
    }),
  );

  test(
    'of a terabyte shows how far it is, and is stopped by Escape; it goes on when asked',
    inPage(async (page) => {
      await opened(page, '?file=huge.img&view=hex');
      // Nothing can be skipped: the zeros of the hole could match.
      await type(page, '\\x00(?=q)');
      await page.keyboard.press('Alt+r');
      await page.keyboard.press('Enter');
      const stop = bar(page).getByRole('button', { name: /^Stop the search/ });
      await stop.waitFor(PATIENCE);
      await says(page, /no hit yet.*%.*\/s/);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await stop.waitFor({ state: 'detached' });
      await says(page, 'no hit in what was searched');
      await page.keyboard.press('Control+Shift+f');
      await panel(page).getByRole('button', { name: 'Go on with the search' }).click();
      await stop.waitFor(PATIENCE);
      await panel(page).getByRole('button', { name: 'Put the search away' }).click();
      await bar(page).waitFor({ state: 'detached' });
      await panel(page).getByText('Nothing is searched for in this file.').waitFor();
    }),
  );

  test(
    'that explodes is stopped, and says where and why, in place',
    inPage(
      async (page) => {
        const path = join(folder, 'evil.log');
        writeFileSync(path, `first\nsecond ${'a'.repeat(40)}!\n`);
        const fresh = await startServer({ files: [path] });
        await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), fresh.token);
        await page.goto(fresh.origin);
        await page.getByRole('grid').first().waitFor();
        await page.keyboard.press('Control+f');
        await page.keyboard.type('/second (a+)+$/');
        await page.keyboard.press('Enter');
        await expect.poll(() => bar(page).textContent(), { timeout: 30_000 }).toMatch(/takes too long.*offset 6/s);
      },
      { expected: /request elsewhere/ },
    ),
    60_000,
  );

  test(
    'goes on with what is added, and begins anew when the file is changed',
    inPage(
      async (page) => {
        const path = join(folder, 'grows.log');
        writeFileSync(path, 'one needle\n');
        const fresh = await startServer({ files: [path] });
        await openRows(page, fresh);
        await search(page, 'needle');
        await says(page, 'hit 1 of 1');
        appendFileSync(path, 'two needles, a needle\n');
        await says(page, 'hit 1 of 3');
        await expect.poll(async () => (await highlighted(page, 'text-hit')).length, PATIENCE).toBe(3);
        writeFileSync(path, 'no more\n');
        await says(page, /no hit.*changed/);
        await expect.poll(async () => (await highlighted(page, 'text-hit')).length, PATIENCE).toBe(0);
      },
      { expected: /request elsewhere|409/ },
    ),
  );

  test(
    'belongs to its file; earlier patterns come back with the arrow',
    inPage(async (page) => {
      await opened(page);
      await search(page, 'status=500');
      await says(page, 'hit 1 of');
      await search(page, 'terror');
      await says(page, `of ${count(LINES)}`);
      await page.keyboard.press(']');
      await bar(page).waitFor({ state: 'detached' });
      await page.keyboard.press('[');
      await says(page, `of ${count(LINES)}`);
      await page.keyboard.press('/');
      await expect.poll(() => field(page).inputValue(), PATIENCE).toBe('terror');
      await page.keyboard.press('ArrowUp');
      expect(await field(page).inputValue()).toBe('status=500');
      await page.keyboard.press('ArrowDown');
      expect(await field(page).inputValue()).toBe('terror');
    }),
  );

  test(
    'ends with its page: reloading leaves none behind on the server',
    inPage(async (page) => {
      const { id } = (await server.files())[2] ?? { id: '' };
      const running: string[] = [];
      page.on('response', (response) => {
        const found = /\/searches\/([\w-]+)$/.exec(response.headers().location ?? '')?.[1];
        if (found) running.push(found);
      });
      await opened(page, '?file=huge.img&view=hex');
      await type(page, '\\x00(?=q)');
      await page.keyboard.press('Alt+r');
      await page.keyboard.press('Enter');
      for (let reloads = 0; reloads < 3; reloads++) {
        await bar(page)
          .getByRole('button', { name: /^Stop the search/ })
          .waitFor(PATIENCE);
        // The address follows within a third of a second.
        await expect.poll(() => new URL(page.url()).searchParams.has('q'), PATIENCE).toBe(true);
        await page.reload();
        await page.getByRole('grid').first().waitFor();
      }
      await bar(page)
        .getByRole('button', { name: /^Stop the search/ })
        .waitFor(PATIENCE);
      expect(running).toHaveLength(4);
      const gone = running.slice(0, 3).map(async (search) => {
        const path = `/api/files/${id}/searches/${search}`;
        await expect.poll(async () => (await server.fetch(path)).status, PATIENCE).toBe(404);
      });
      await Promise.all(gone);
      await page.keyboard.press('Escape');
    }),
  );

  test(
    'finds the next hit long before it is through',
    inPage(
      async (page) => {
        const places = [2 ** 20, 2 ** 39 + 5, 2 ** 40 - 100];
        const path = sparseFile(
          join(folder, 'sparse.img'),
          2 ** 40,
          places.map((offset) => ({ offset, bytes: 'q' })),
        );
        const fresh = await startServer({ files: [path] });
        await openRows(page, fresh, '?view=hex');
        await search(page, '/\\x00(?=q)/');
        await cursorAt(page, 2 ** 20 - 1);
        await says(page, 'hit 1 of 1 so far');
        // From the end back: what lies there is searched first.
        await page.keyboard.press('Control+End');
        await cursorAt(page, 2 ** 40 - 1);
        await page.keyboard.press('N');
        await cursorAt(page, 2 ** 40 - 101);
        await says(page, /hit 2 of 2 so far/);
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
      },
      { expected: /request elsewhere/ },
    ),
  );

  test(
    'is known by name, and its keys are in the help',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('Control+k');
      await page.keyboard.type('next hit');
      await page.getByRole('option', { name: 'Next hit' }).waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await help.getByText('Previous hit').waitFor();
      await help.getByRole('heading', { name: 'Find' }).waitFor();
    }),
  );

  test(
    'that the encoding cannot write is refused where it is wrong',
    inPage(
      async (page) => {
        await opened(page, '?enc=windows-1252');
        await type(page, 'price 日本');
        await page.keyboard.press('Enter');
        await expect.poll(() => page.getByRole('alert').locator('mark').textContent(), PATIENCE).toMatch(/日/);
      },
      { expected: /400/ },
    ),
  );
});

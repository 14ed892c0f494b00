import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { still } from '../helpers/browser.ts';
import { findOrInstallChromium } from '../helpers/chromium.mjs';
import { startFaultProxy } from '../helpers/faultProxy.ts';
import { sparseFile, tempFolder } from '../helpers/files.ts';
import { startServer } from '../helpers/server.ts';

const ARGS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const ROW_PX = 20;

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = tempFolder();
  browser = await chromium.launch({ executablePath: findOrInstallChromium(), args: ARGS });
});
afterAll(async () => {
  await browser?.close();
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
}

/** The real application on a file; the test fails at its end when the page complained. */
async function open(path: string, args: readonly string[] = []): Promise<Opened> {
  return openLink((await startServer({ files: [path], args })).link);
}

async function openLink(link: string): Promise<Opened> {
  const { origin } = new URL(link);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(link);
  await page.waitForSelector('.text-line');
  return { page, context };
}

interface ShownRow {
  /** 1-based as shown; null without a number. */
  readonly number: number | null;
  readonly estimated: boolean;
  readonly text: string;
  /** px below the top edge of the rows. */
  readonly y: number;
  readonly current: boolean;
}

/** The rows of which a pixel is visible, top down. */
function shownRows(page: Page): Promise<ShownRow[]> {
  return page.evaluate(() => {
    const scroller = document.querySelector('.text-rows');
    if (!scroller) return [];
    const frame = scroller.getBoundingClientRect();
    return [...scroller.querySelectorAll('[role=row]')]
      .map((row) => {
        const box = row.getBoundingClientRect();
        const number = row.querySelector('.text-number');
        return {
          number: number ? Number(number.textContent) : null,
          estimated: number?.classList.contains('text-number-estimated') ?? false,
          text: row.querySelector('.text-line')?.textContent ?? '',
          y: box.top - frame.top,
          bottom: box.bottom - frame.top,
          current: row.getAttribute('aria-selected') === 'true',
        };
      })
      .filter((row) => row.bottom > 0 && row.y < frame.height)
      .sort((a, b) => a.y - b.y);
  });
}

/** Waits until the rows are as asked, and gives them. */
async function rowsWhen(page: Page, done: (rows: ShownRow[]) => boolean): Promise<ShownRow[]> {
  let rows: ShownRow[] = [];
  for (let waited = 0; waited < 10_000; waited += 50) {
    rows = await shownRows(page);
    if (rows.length > 0 && done(rows)) return rows;
    await page.waitForTimeout(50);
  }
  const brief = (row: ShownRow): string => JSON.stringify({ ...row, text: row.text.slice(0, 60) });
  throw new Error(`never shown: ${rows.slice(0, 3).map(brief)} … ${rows.slice(-2).map(brief)}`);
}

const allExact = (rows: ShownRow[]): boolean => rows.every((row) => row.text !== '' && !row.estimated);

async function goTo(page: Page, expression: string): Promise<void> {
  await page.focus('.text-rows');
  await page.keyboard.press('Control+g');
  await page.keyboard.type(expression);
  await page.keyboard.press('Enter');
}

const textOfLine = (line: number): string => `2026-05-01 12:00:00 INFO request ${line} of many`;

describe('text view', () => {
  test('shows the first rows, the last row and any line, with the right numbers', async () => {
    const count = 250_000;
    const path = write('many.log', `${Array.from({ length: count }, (_, line) => textOfLine(line)).join('\n')}\n`);
    const { page } = await open(path);
    let rows = await rowsWhen(page, allExact);
    expect(rows.length).toBeGreaterThan(20);
    rows.forEach((row, index) => {
      expect(row).toMatchObject({ number: index + 1, text: `${textOfLine(index)} `, y: index * ROW_PX });
    });

    await page.focus('.text-rows');
    await page.keyboard.press('Control+End');
    rows = await rowsWhen(page, (now) => allExact(now) && now.at(-1)?.number === count);
    expect(rows.map((row) => row.text)).toEqual(rows.map((row) => `${textOfLine((row.number ?? 0) - 1)} `));
    expect(rows.at(-1)?.current).toBe(true);

    await goTo(page, 'line 123456');
    rows = await rowsWhen(page, (now) => allExact(now) && now.some((row) => row.current && row.number === 123_456));
    expect(rows.map((row) => row.text)).toEqual(rows.map((row) => `${textOfLine((row.number ?? 0) - 1)} `));

    await page.keyboard.press('Control+Home');
    rows = await rowsWhen(page, (now) => now[0]?.number === 1);
    expect(rows[0]?.text).toBe(`${textOfLine(0)} `);
  });

  test('scrolls by the wheel row by row, with no row lost or doubled', async () => {
    const path = write('wheel.log', Array.from({ length: 100_000 }, (_, line) => `${line}`).join('\n'));
    const { page } = await open(path);
    await rowsWhen(page, allExact);
    await page.mouse.move(400, 400);
    for (let tick = 1; tick <= 60; tick++) {
      await page.mouse.wheel(0, 300);
      const rows = await rowsWhen(page, (now) => now[0]?.number === 1 + (tick * 300) / ROW_PX && allExact(now));
      const first = rows[0]?.number ?? 0;
      expect(rows.map((row) => row.text.trim())).toEqual(rows.map((_, index) => String(first - 1 + index)));
    }
  });

  test('a step from where one scrolled to does not go back to the cursor', async () => {
    const path = write('steps.log', Array.from({ length: 100_000 }, (_, line) => `${line}`.padStart(9)).join('\n'));
    const { page } = await open(path);
    await rowsWhen(page, allExact);
    await page.keyboard.press('ArrowRight');
    await page.mouse.move(400, 400);
    await page.mouse.wheel(0, 20_000);
    await rowsWhen(page, (now) => now[0]?.number === 1 + 20_000 / ROW_PX && allExact(now));
    await page.keyboard.press('j');
    const at = () => new URL(page.url()).searchParams.get('at');
    await expect.poll(at).toBe(String((20_000 / ROW_PX + 1) * 10 + 1));
    expect((await rowsWhen(page, allExact))[0]?.number).toBe(1 + 20_000 / ROW_PX);
    for (let step = 0; step < 60; step++) await page.keyboard.press('j');
    await expect.poll(at).toBe(String((20_000 / ROW_PX + 61) * 10 + 1));
  });

  test('selects by keys and mouse and copies lines that were never on screen', async () => {
    const count = 5_000;
    const content = `${Array.from({ length: count }, (_, line) => `${line} — ünïcode`).join('\r\n')}\r\n`;
    const { page } = await open(write('crlf.txt', content));
    await rowsWhen(page, allExact);
    await page.click('.text-rows', { position: { x: 130, y: 10 } });
    await page.keyboard.press('Home');
    for (let i = 0; i < 40; i++) await page.keyboard.press('Shift+PageDown');
    await still(page, async () => (await shownRows(page)).find((row) => row.current)?.number);
    await page.keyboard.press('Control+c');
    const copied = await clipboardWhen(page, (text) => text.length > 10_000);
    expect(content.startsWith(copied.slice(0, -1))).toBe(true);
    expect(copied.split('\r\n').length).toBeGreaterThan(1_000);

    await page.keyboard.press('Control+Home');
    await rowsWhen(page, (rows) => rows[0]?.number === 1);
    const box = await page.locator('[data-row="3"] .text-line').boundingBox();
    await page.mouse.dblclick((box?.x ?? 0) + 40, (box?.y ?? 0) + 10);
    await page.keyboard.press('Control+c');
    expect(await clipboardWhen(page, (text) => text.length < 100)).toBe('ünïcode');
    await page.mouse.click((box?.x ?? 0) + 40, (box?.y ?? 0) + 10, { clickCount: 3 });
    await page.keyboard.press('Control+c');
    expect(await clipboardWhen(page, (text) => text.includes('\n'))).toBe('3 — ünïcode\r\n');
  });

  test('drags beyond the lower edge scroll and select', async () => {
    const content = Array.from({ length: 3_000 }, (_, line) => `row ${line}`).join('\n');
    const { page } = await open(write('drag.txt', content));
    await rowsWhen(page, allExact);
    const box = await page.locator('[data-row="1"] .text-line').boundingBox();
    await page.mouse.move((box?.x ?? 0) + 2, (box?.y ?? 0) + 10);
    await page.mouse.down();
    const height = page.viewportSize()?.height ?? 800;
    await page.mouse.move((box?.x ?? 0) + 2, height - 2, { steps: 4 });
    await rowsWhen(page, (rows) => (rows[0]?.number ?? 0) > 150);
    await page.mouse.up();
    await page.keyboard.press('Control+c');
    const copied = await clipboardWhen(page, (text) => text.length > 1_000);
    expect(copied.startsWith('row 1\nrow 2\n')).toBe(true);
    expect(content.includes(copied)).toBe(true);
  });

  test('wrapping keeps the place, and back', async () => {
    const line = (index: number): string => `${index} ${'word '.repeat((index * 7) % 120)}`;
    const { page } = await open(
      write('wrap.txt', Array.from({ length: 20_000 }, (_, index) => line(index)).join('\n')),
    );
    await rowsWhen(page, allExact);
    await goTo(page, 'line 9001');
    await rowsWhen(page, (rows) => rows.some((row) => row.current && row.number === 9_001));
    const cursorY = (): Promise<number> =>
      page.evaluate(() => Math.round(document.querySelector('.text-cursor')?.getBoundingClientRect().top ?? -1));
    // The ring is drawn once the bytes of its row are here.
    await expect.poll(cursorY).toBeGreaterThan(0);
    const before = await cursorY();
    await page.keyboard.press('w');
    const wrapped = await rowsWhen(
      page,
      (rows) =>
        allExact(rows) &&
        rows.some((row) => row.current && row.number === 9_001) &&
        rows.some((row, index) => (rows[index + 1]?.y ?? 0) - row.y > ROW_PX),
    );
    for (const row of wrapped) expect(row.text.trim()).toBe(line((row.number ?? 0) - 1).trim());
    expect(await still(page, cursorY)).toBe(before);
    await page.keyboard.press('w');
    const flat = await rowsWhen(
      page,
      (rows) => allExact(rows) && rows.every((row, index) => row.y === (rows[0]?.y ?? 0) + index * ROW_PX),
    );
    for (const row of flat) expect(row.text.trim().startsWith(`${(row.number ?? 0) - 1}`)).toBe(true);
    expect(await still(page, cursorY)).toBe(before);

    // Without the cursor on screen it is the top row that stays.
    await page.mouse.move(400, 400);
    for (let tick = 0; tick < 10; tick++) await page.mouse.wheel(0, 400);
    const top = await still(page, async () => (await rowsWhen(page, allExact))[0]?.number);
    await page.keyboard.press('w');
    await rowsWhen(page, (rows) => allExact(rows) && rows[0]?.number === top);
    await page.keyboard.press('w');
    await rowsWhen(page, (rows) => allExact(rows) && rows[0]?.number === top);
  });

  test('rows that wrapped are a line high again where lines do not, far into the file too', async () => {
    // More rows than the runway holds at once.
    const part = Array.from({ length: 10_000 }, (_, n) => `${n} ${'word '.repeat((n * 7) % 9 === 0 ? 60 : 2)}\n`).join(
      '',
    );
    const { page } = await open(write('far.txt', part.repeat(400)));
    await rowsWhen(page, allExact);
    await goTo(page, '61%');
    const isTall = (rows: ShownRow[]): boolean => rows.some((row, index) => (rows[index + 1]?.y ?? 0) - row.y > ROW_PX);
    await rowsWhen(page, (rows) => allExact(rows) && (rows[0]?.number ?? 0) > 100_000);
    await page.keyboard.press('w');
    await rowsWhen(page, (rows) => allExact(rows) && isTall(rows));
    await page.keyboard.press('w');
    const rows = await still(page, () => shownRows(page));
    expect(rows.map(({ y }) => y)).toEqual(rows.map((_, index) => (rows[0]?.y ?? 0) + index * ROW_PX));
  });

  test('wrapping keeps the place however long rows and bytes take to come', async () => {
    const line = (index: number): string => `${index} ${'word '.repeat((index * 7) % 120)}`;
    const path = write('slow.txt', Array.from({ length: 20_000 }, (_, index) => line(index)).join('\n'));
    const server = await startServer({ files: [path] });
    const proxy = await startFaultProxy(server);
    const { page } = await openLink(server.link.replace(server.origin, proxy.origin));
    await rowsWhen(page, allExact);
    await goTo(page, 'line 9001');
    await rowsWhen(page, (rows) => allExact(rows) && rows.some((row) => row.current && row.number === 9_001));
    const cursorY = (): Promise<number> =>
      page.evaluate(() => Math.round(document.querySelector('.text-cursor')?.getBoundingClientRect().top ?? -1));
    await expect.poll(cursorY).toBeGreaterThan(100);
    const before = await cursorY();
    proxy.fault = ({ path: asked }) => (/\/(lines|bytes)\?/.test(asked) ? { kind: 'delay', ms: 1_200 } : null);
    for (const tall of [true, false]) {
      const came = page.waitForResponse(/\/lines\?/);
      await page.keyboard.press('w');
      await came;
      await rowsWhen(page, (rows) => {
        const isTall = rows.some((row, index) => (rows[index + 1]?.y ?? 0) - row.y > ROW_PX);
        return allExact(rows) && isTall === tall && rows.some((row) => row.current && row.number === 9_001);
      });
      expect(await still(page, cursorY)).toBe(before);
    }
  });

  test('shows a line of 200 MB by columns, without and with wrapping', async () => {
    const path = join(folder, 'long.txt');
    const part = Buffer.from(
      Array.from({ length: 100_000 }, (_, index) => String(index * 10).padStart(10, '.')).join(''),
    );
    const file = openSync(path, 'w');
    writeSync(file, 'short\n');
    for (let index = 0; index < 200; index++) writeSync(file, part);
    writeSync(file, '\nafter\n');
    closeSync(file);
    const { page } = await open(path);
    const first = await rowsWhen(page, (rows) => rows.length === 3 && allExact(rows));
    expect(first[1]?.text.startsWith('.........0........10')).toBe(true);
    expect(first[1]?.text.length).toBeLessThan(2_000);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    const end = await rowsWhen(page, (rows) => rows[1]?.text.includes('....999990') ?? false);
    expect(end[1]?.text.trimEnd().endsWith('....999990')).toBe(true);
    await goTo(page, `${6 + 123 * part.length + 500_000}`);
    await rowsWhen(page, (rows) => rows[1]?.text.includes('....500000....500010') ?? false);
    await page.keyboard.press('w');
    const wrapped = await rowsWhen(page, (rows) => rows.some((row) => row.text.includes('....500000')));
    expect(wrapped.every((row) => row.text.length <= 4_200)).toBe(true);
  });

  test('shows the last line of a file of more than 2 GiB that nothing has scanned', async () => {
    const size = 5 * 2 ** 30 + 123;
    const tail = Array.from({ length: 500 }, (_, index) => `tail ${index}`).join('\n');
    const path = sparseFile(join(folder, 'huge.log'), size, [
      { offset: 0, bytes: Buffer.from('first\nsecond\n') },
      { offset: size - tail.length - 1, bytes: Buffer.from(`\n${tail}`) },
    ]);
    const { page } = await open(path, ['--text']);
    await page.focus('.text-rows');
    await page.keyboard.press('Control+End');
    const rows = await rowsWhen(page, (now) => now.at(-1)?.text === 'tail 499');
    expect(rows.slice(-20).map((row) => row.text.trim())).toEqual(
      Array.from({ length: 20 }, (_, index) => `tail ${480 + index}`),
    );
    await rowsWhen(page, (now) => now.at(-1)?.number === 503 && now.at(-1)?.estimated === false);
    await page.keyboard.press('Control+Home');
    await rowsWhen(page, (now) => now[0]?.text === 'first ' && now[0]?.number === 1);
  });

  test('UTF-16, and another encoding by choice', async () => {
    const content = Array.from({ length: 3_000 }, (_, line) => `Zeile ${line} ਊ 😀`).join('\r\n');
    const { page } = await open(write('utf16.txt', Buffer.from(`\ufeff${content}`, 'utf16le')));
    const rows = await rowsWhen(page, allExact);
    expect(rows[1]).toMatchObject({ number: 2, text: 'Zeile 1 ਊ 😀 ' });
    await page.keyboard.press('Control+End');
    await rowsWhen(page, (now) => now.at(-1)?.number === 3_000 && now.at(-1)?.text === 'Zeile 2999 ਊ 😀');
  });

  test('nothing in the file is hidden or acts', async () => {
    const hostile = [
      'plain',
      'rtl \u202e override \u2066 isolate \u200b zero',
      'nul \0 esc \x1b[2J bell \x07',
      '\x1b[31mred\x1b[0m \x1b[1mbold\x1b[0m \x1b[38;2;1;2;3mdeep\x1b[0m',
      'tab\tto\teight',
      '<script>alert(1)</script><img src=x onerror=alert(1)>',
    ];
    const bytes = Buffer.concat([
      Buffer.from(`${hostile.join('\n')}\n`),
      Buffer.from([0x62, 0xff, 0x64, 0xe2, 0x82, 0x0a]),
    ]);
    const { page } = await open(write('hostile.txt', bytes), ['--text']);
    let asked = false;
    page.on('dialog', (dialog) => {
      asked = true;
      void dialog.dismiss();
    });
    await page.keyboard.press('e');
    await page.keyboard.type('utf-8');
    await page.keyboard.press('Enter');
    const rows = await rowsWhen(page, (now) => now[6]?.text.includes('‹FF›') ?? false);
    const text = rows.map((row) => row.text.trimEnd());
    expect(text[1]).toBe('rtl ‹U+202E› override ‹U+2066› isolate ‹U+200B› zero');
    expect(text[2]).toMatch(/^nul (␀|\^@) esc (␛|\^\[)\[2J bell (␇|\^G)$/);
    expect(text[3]).toBe('red bold deep');
    expect(text[4]).toBe('tab     to      eight');
    expect(text[5]).toBe(hostile[5]);
    expect(text[6]).toBe('b‹FF›d‹E2›‹82›');
    const bidi = await page.locator('[data-row="1"] .text-line').evaluate((line) => getComputedStyle(line).unicodeBidi);
    expect(bidi).toBe('isolate');
    const weight = await page
      .locator('[data-row="3"] .text-bold')
      .evaluate((span) => getComputedStyle(span).fontWeight);
    expect(weight).toBe('700');
    expect(asked).toBe(false);
  });

  test('grows with the file', async () => {
    const path = write('growing.log', 'one\ntwo');
    const { page } = await open(path);
    await rowsWhen(page, (rows) => rows.length === 2 && rows[1]?.text === 'two');
    writeFileSync(path, ' and a half\nthree\n', { flag: 'a' });
    const rows = await rowsWhen(page, (now) => now.length === 3 && allExact(now));
    expect(rows.map((row) => row.text.trim())).toEqual(['one', 'two and a half', 'three']);
    expect(rows.map((row) => row.number)).toEqual([1, 2, 3]);
    writeFileSync(path, 'new\n');
    await rowsWhen(page, (now) => now.length === 1 && now[0]?.text === 'new ');
  });
});

async function clipboardWhen(page: Page, done: (text: string) => boolean): Promise<string> {
  let text = '';
  for (let waited = 0; waited < 5_000; waited += 50) {
    text = await page.evaluate(() => navigator.clipboard.readText());
    if (done(text)) return text;
    await page.waitForTimeout(50);
  }
  throw new Error(`not in the clipboard: ${JSON.stringify(text.slice(0, 200))}`);
}

/** The frame in a real Chromium on a real bigview: session, go to, links, history, commands, keyboard, states. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openRows, type PageOptions, still, withPage } from '../helpers/browser.ts';
import { sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 5_000 };
const LINES = 200_000;
const line = (index: number): string =>
  `${String(index + 1).padStart(7, '0')} the quick brown fox is line ${index + 1}\n`;

let browser: Browser;
let server: BigviewServer;
let folder: string;
const starts: number[] = [];

beforeAll(async () => {
  folder = tempFolder();
  const parts: string[] = [];
  let at = 0;
  for (let index = 0; index < LINES; index++) {
    starts.push(at);
    const text = line(index);
    parts.push(text);
    at += text.length;
  }
  writeFileSync(join(folder, 'big.log'), parts.join(''));
  sparseFile(join(folder, 'huge.img'), 2 ** 40, [{ offset: 2 ** 40 - 4, bytes: Buffer.from('last') }]);
  writeFileSync(join(folder, 'empty.txt'), '');
  const files = ['big.log', 'huge.img', 'empty.txt'].map((name) => join(folder, name));
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files })]);
  const [log] = await server.files();
  if (log) await server.indexed(log.id);
});

afterAll(async () => {
  await browser?.close();
});

const rows = (page: Page): Locator => page.getByRole('grid');
const field = (page: Page): Locator => page.getByRole('combobox', { name: 'Go to, or > for commands' });
const status = (page: Page): Locator => page.getByRole('contentinfo');
const params = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

/** Waits until the cursor is there and the address names it (which, after Back, it does first). */
async function cursorAt(page: Page, offset: number): Promise<void> {
  await status(page)
    .getByRole('button', { name: `Offset ${offset}, go to` })
    .waitFor();
  await expect.poll(() => params(page).get('at'), PATIENCE).toBe(String(offset));
}

const opened = (page: Page, query = ''): Promise<void> => openRows(page, server, query);

function inPage(
  use: (page: Page, context: BrowserContext) => Promise<void>,
  options: PageOptions = {},
): () => Promise<void> {
  return () => withPage(browser, server.origin, options, use);
}

/** A row with this text is on the screen. */
async function sees(page: Page, text: string): Promise<void> {
  await page.getByRole('row').filter({ hasText: text }).first().waitFor({ timeout: 5_000 });
}

describe('session', () => {
  test(
    'the code of the link is traded once, leaves the address, and other tabs get in by this one',
    inPage(
      async (page, context) => {
        const fresh = await startServer({ files: [join(folder, 'big.log')] });
        await page.goto(fresh.link);
        await rows(page).waitFor();
        expect(page.url()).not.toContain('code');
        expect(await page.evaluate(() => sessionStorage.getItem('bigview.token'))).toBe(fresh.token);

        const other = await context.newPage();
        await other.goto(`${fresh.origin}/?at=${starts[5]}`);
        await sees(other, 'line 6');
        await cursorAt(other, starts[5] ?? -1);

        await page.reload();
        await rows(page).waitFor();
      },
      { expected: /request elsewhere/ },
    ),
  );

  test(
    'a used code leads to a page that says what to do, and takes a token',
    inPage(
      async (page) => {
        await page.goto(`${server.origin}/?at=100#code=${'A'.repeat(43)}`);
        await page.getByRole('heading', { name: 'A fresh link is needed' }).waitFor();
        await page.getByText('This link was used already, or it is older than a minute.').waitFor();
        expect(page.url()).not.toContain('code');

        await page.getByLabel('Link or token').fill('hello');
        await page.keyboard.press('Enter');
        await page.getByText('This is neither a link that bigview printed nor a token.').waitFor();

        await page.getByLabel('Link or token').fill(server.token);
        await page.getByRole('button', { name: 'Open' }).click();
        await rows(page).waitFor();
        await cursorAt(page, 100);
      },
      { expected: /401/ },
    ),
  );

  test(
    'without any link the page says why',
    inPage(async (page) => {
      await page.goto(`${server.origin}/`);
      await page.getByText('This page was opened without a link from bigview').waitFor();
    }),
  );
});

describe('go to', () => {
  test.each([
    ['0x1F4', 500],
    ['1,234,567', 1_234_567],
    ['50%', Math.floor((LINES * 43) / 2)],
  ])('%s', (input, offset) =>
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press(':');
      await expect
        .poll(() => field(page).evaluate((element) => element === document.activeElement), PATIENCE)
        .toBe(true);
      await page.keyboard.type(input);
      await page.keyboard.press('Enter');
      const size = (await server.file()).size;
      await cursorAt(page, input === '50%' ? Math.floor(size / 2) : offset);
      expect(await rows(page).evaluate((element) => element === document.activeElement)).toBe(true);
    })(),
  );

  test(
    'a line number leads to its first byte, with a preview of what is there',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('Control+g');
      await page.keyboard.type('line 150,000');
      await page.getByText('the quick brown fox is line 150000').waitFor();
      await page.keyboard.press('Enter');
      await cursorAt(page, starts[149_999] ?? -1);
      await sees(page, 'is line 150000');
      await status(page).getByText('150000').waitFor();
    }),
  );

  test(
    'a bare number is an offset, and with Alt+Enter a line, which is said',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press(':');
      await page.keyboard.type('150,000');
      const keys = page.locator('.goto-keys');
      await expect.poll(() => keys.textContent(), PATIENCE).toBe('Enter byte 150,000AltEnter line 150,000');
      await page.keyboard.press('Alt+Enter');
      await cursorAt(page, starts[149_999] ?? -1);
      await page.keyboard.press(':');
      await page.keyboard.type('150,000');
      await page.keyboard.press('Enter');
      await cursorAt(page, 150_000);
      await page.keyboard.press(':');
      await page.keyboard.type('line 7');
      await page.getByText('is line 7', { exact: false }).first().waitFor();
      expect(await keys.count()).toBe(0);
      await page.keyboard.press('Control+a');
      await page.keyboard.type('foo');
      await page
        .getByRole('alert')
        .getByText('Such as 1,234,567 or 0x12D687, +64K, 42.7%, end-1G, line 5000.')
        .waitFor();
    }),
  );

  test(
    'relative to the cursor, and from the end',
    inPage(async (page) => {
      await opened(page, '?file=huge.img&at=0x100000');
      await page.keyboard.press(':');
      await page.keyboard.type('+1G');
      await page.keyboard.press('Enter');
      await cursorAt(page, 2 ** 20 + 2 ** 30);
      await page.keyboard.press(':');
      await page.keyboard.type('end-4');
      await page.keyboard.press('Enter');
      await cursorAt(page, 2 ** 40 - 4);
      await sees(page, 'last');
    }),
  );

  test(
    'says what was not understood, and where; Escape gives the keyboard back to the rows',
    inPage(async (page) => {
      await opened(page);
      await cursorAt(page, 0);
      await expect.poll(() => params(page).get('at'), PATIENCE).toBe('0');
      const before = page.url();
      await page.keyboard.press(':');
      await page.keyboard.type('12 + foo');
      await page.getByRole('alert').getByText('“foo” is not understood.').waitFor();
      expect(await page.locator('.goto-echo mark').textContent()).toBe('foo');
      await page.keyboard.press('Enter');
      expect(await field(page).inputValue()).toBe('12 + foo');

      await page.keyboard.press('Control+a');
      await page.keyboard.type('line 9e9');
      await page.getByText(`Past the end: the file has 200,000 lines.`).waitFor();
      await page.keyboard.press('Escape');
      expect(await rows(page).evaluate((element) => element === document.activeElement)).toBe(true);
      expect(page.url()).toBe(before);
    }),
  );
});

describe('links and history', () => {
  test(
    'a link leads to file, view, cursor, selection and top, in a fresh page too',
    inPage(async (page, context) => {
      await opened(page);
      await page.keyboard.press(':');
      await page.keyboard.type('line 1000');
      await page.keyboard.press('Enter');
      await cursorAt(page, starts[999] ?? -1);
      await page.keyboard.press('Shift+ArrowDown');
      await page.keyboard.press('x');
      await expect.poll(() => params(page).get('view'), PATIENCE).toBe('hex');
      await cursorAt(page, starts[1000] ?? -1);
      // The address follows within a third of a second.
      const link = await still(page, () => page.url());
      const firstRow = await rows(page).getByRole('row').first().getAttribute('id');
      expect(params(page).get('sel')).toBe(String(starts[999]));

      const other = await context.newPage();
      await other.goto(link);
      await rows(other).waitFor();
      await status(other)
        .getByText(`${(starts[1000] ?? 0) - (starts[999] ?? 0) + 1} selected`)
        .waitFor();
      await expect.poll(() => params(other).get('top'), PATIENCE).toBe(new URL(link).searchParams.get('top'));
      expect(await rows(other).getByRole('row').first().getAttribute('id')).toBe(firstRow);
      expect(await still(other, () => other.url())).toBe(link);
    }),
  );

  test(
    'Back and Forward go through jumps, and Back never leaves the page by key',
    inPage(async (page) => {
      await opened(page);
      for (const place of ['1M', '2M', '3M']) {
        await page.keyboard.press(':');
        await page.keyboard.type(place);
        await page.keyboard.press('Enter');
        await cursorAt(page, Number.parseInt(place, 10) * 2 ** 20);
      }
      await page.keyboard.press('Alt+ArrowLeft');
      await cursorAt(page, 2 * 2 ** 20);
      await page.keyboard.press('Alt+ArrowLeft');
      await cursorAt(page, 2 ** 20);
      await page.goForward();
      await cursorAt(page, 2 * 2 ** 20);
      await page.keyboard.press('Alt+ArrowRight');
      await cursorAt(page, 3 * 2 ** 20);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Shift+G');
      await expect.poll(() => Number(params(page).get('at')), PATIENCE).toBeGreaterThan(8_000_000);
      await page.goBack();
      await expect.poll(() => Number(params(page).get('at')), PATIENCE).toBeLessThan(3 * 2 ** 20 + 200);
      for (let presses = 0; presses < 6; presses++) await page.keyboard.press('Alt+ArrowLeft');
      await cursorAt(page, 0);
      await page.keyboard.press(':');
      await page.keyboard.type('1M');
      await page.keyboard.press('Enter');
      await cursorAt(page, 2 ** 20);
      // Keys that come faster than the browser goes back, as of one that is held down on a busy machine.
      await page.evaluate(() => {
        const init = { key: 'ArrowLeft', code: 'ArrowLeft', altKey: true, bubbles: true, cancelable: true };
        for (let presses = 0; presses < 4; presses++) {
          document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', init));
        }
      });
      await cursorAt(page, 0);
      await page.keyboard.press('Alt+ArrowRight');
      await cursorAt(page, 2 ** 20);
      await page.keyboard.press('Alt+ArrowLeft');
      await cursorAt(page, 0);
      expect(page.url().startsWith(server.origin)).toBe(true);
    }),
  );

  test(
    'the address changes at most four times a second',
    inPage(async (page) => {
      await opened(page);
      // Of keys pressed while no rows are here only the first ones are made up for.
      await sees(page, 'is line 1');
      await page.evaluate(() => {
        const recorded = window as unknown as { replaced: number[] };
        recorded.replaced = [];
        const original = history.replaceState.bind(history);
        history.replaceState = (...args) => {
          recorded.replaced.push(performance.now());
          original(...args);
        };
      });
      const replaced = () => page.evaluate(() => (window as unknown as { replaced: number[] }).replaced);
      let steps = 0;
      for (; (await replaced()).length < 6; steps++) await page.keyboard.press('ArrowDown');
      // It names the last place in the end, however many were left out.
      await cursorAt(page, starts[steps] ?? -1);
      const times = await still(page, replaced);
      const gaps = times.slice(1).map((time, at) => Math.round(time - (times[at] ?? 0)));
      expect(steps).toBeGreaterThan(times.length);
      // Between two of them, so that a page that is late now and then cannot hide more of them elsewhere.
      expect(gaps.filter((gap) => gap < 250)).toEqual([]);
    }),
  );

  test(
    'a link that is wrong in part is used in part, and says so',
    inPage(async (page) => {
      await opened(page, '?file=big.log&view=tree&at=12x&top=0');
      await page.getByText('The link asks for a view named “tree”, which does not exist.').waitFor();
      await page.getByText('The link says at=“12x”, which is not an offset.').waitFor();
      await sees(page, 'is line 1');
    }),
  );

  test(
    'a link to another file says that it is not open, one past the end leads to the end',
    inPage(async (page) => {
      await opened(page, '?file=other.log&at=5');
      await page.getByText('The link is for “other.log”, which is not open here.').waitFor();
      await page.goto(`${server.origin}/?file=big.log&at=99999999999`);
      await page.getByText('The link leads past the end of the file; this is its end.').waitFor();
      await sees(page, `is line ${LINES}`);
    }),
  );
});

describe('commands', () => {
  test(
    'a file is chosen from a list; where the tabs need more room than there is, a button shows it',
    inPage(
      async (page) => {
        await opened(page);
        const all = page.getByRole('button', { name: 'All files' });
        expect(await all.count()).toBe(0);
        await page.keyboard.press('Control+p');
        await page.keyboard.type('hug');
        await page.keyboard.press('Enter');
        await expect.poll(() => params(page).get('file'), PATIENCE).toBe('huge.img');
        await expect
          .poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), PATIENCE)
          .toBe('grid');
        await page.setViewportSize({ width: 700, height: 600 });
        await all.click();
        await page.getByRole('option', { name: 'big.log' }).click();
        await expect.poll(() => params(page).get('file'), PATIENCE).toBe('big.log');
        await page.setViewportSize({ width: 1280, height: 800 });
        await expect.poll(() => all.count(), PATIENCE).toBe(0);
      },
      { width: 1280 },
    ),
  );

  test(
    'the list finds a command by a few letters, and does it',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('Control+k');
      expect(await page.getByRole('option').count()).toBeGreaterThan(30);
      await page.keyboard.type('hexv');
      await expect
        .poll(() => page.getByRole('option', { selected: true }).textContent(), PATIENCE)
        .toContain('Hex view');
      await page.keyboard.press('Enter');
      await expect.poll(() => params(page).get('view'), PATIENCE).toBe('hex');
      expect(await rows(page).evaluate((element) => element === document.activeElement)).toBe(true);

      await page.keyboard.press('>');
      await page.keyboard.type('bytes per row');
      await page.keyboard.press('Enter');
      await page.getByRole('option', { name: '32 bytes' }).click();
      await page.locator('.hex-header').getByText('1F').waitFor();
      expect(await page.evaluate(() => JSON.parse(localStorage.getItem('bigview.settings') ?? '{}').rowBytes)).toBe(32);
    }),
  );

  test(
    'help shows the keys of the table, Escape closes it and the rows have the keyboard again',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('?');
      const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await dialog.getByText('Switch between hex and text').waitFor();
      // Keys of the rows do nothing meanwhile.
      await page.keyboard.press('x');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await expect
        .poll(() => rows(page).evaluate((element) => element === document.activeElement), PATIENCE)
        .toBe(true);
      await page.keyboard.press('ArrowDown');
      await cursorAt(page, starts[1] ?? -1);
      expect(params(page).get('view')).toBe('text');
    }),
  );

  test(
    'the context menu opens by keyboard and mouse, with what fits the place',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('Shift+F10');
      const menu = page.getByRole('menu', { name: 'Menu for this place' });
      await menu.waitFor();
      await page.keyboard.press('Escape');
      await menu.waitFor({ state: 'detached' });
      await page.mouse.click(400, 250, { button: 'right' });
      await menu.getByRole('menuitem', { name: 'Copy the offset' }).click();
      await menu.waitFor({ state: 'detached' });
      await expect
        .poll(() => page.evaluate(() => navigator.clipboard.readText()), PATIENCE)
        .toMatch(/^(0x)?[0-9A-Fa-f]+$/);
    }),
  );

  test(
    'the encoding is chosen from a filtered list and kept in the link',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('e');
      await page.keyboard.type('koi8u');
      await page.keyboard.press('Enter');
      await expect.poll(() => params(page).get('enc'), PATIENCE).toBe('koi8-u');
      await status(page).getByRole('button', { name: 'Encoding KOI8-U, choose' }).waitFor();
    }),
  );

  test(
    'single letters typed into the field are text',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press(':');
      await page.keyboard.type('xtwi');
      expect(await field(page).inputValue()).toBe('xtwi');
      await page.keyboard.press('Escape');
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBeUndefined();
    }),
  );
});

describe('look', () => {
  test(
    'the theme follows the system until it is chosen, and is remembered',
    inPage(async (page) => {
      await opened(page);
      const surface = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await surface();
      await page.emulateMedia({ colorScheme: 'light' });
      const light = await surface();
      expect(light).not.toBe(dark);
      await page.keyboard.press('t');
      expect(await surface()).toBe(dark);
      await page.reload();
      await rows(page).waitFor();
      expect(await surface()).toBe(dark);
      await page.keyboard.press('t');
      expect(await surface()).toBe(light);
    }),
  );

  test(
    'Ctrl with + and - sizes the rows',
    inPage(async (page) => {
      await opened(page);
      const height = (): Promise<number> =>
        rows(page)
          .getByRole('row')
          .first()
          .evaluate((element) => element.getBoundingClientRect().height);
      expect(await height()).toBe(20);
      await page.keyboard.press('Control+=');
      await page.keyboard.press('Control+=');
      await expect.poll(height, PATIENCE).toBe(23);
      await page.keyboard.press('Control+0');
      await expect.poll(height, PATIENCE).toBe(20);
    }),
  );

  test.each([
    [1280, 800],
    [900, 600],
    [640, 500],
  ])('nothing scrolls the page at %i x %i, panel open', (width, height) =>
    inPage(
      async (page) => {
        await opened(page);
        await page.keyboard.press('i');
        await page.getByRole('complementary', { name: 'Inspector' }).waitFor();
        const overflow = await page.evaluate(() => {
          const { scrollWidth, scrollHeight } = document.documentElement;
          return [scrollWidth - innerWidth, scrollHeight - innerHeight];
        });
        expect(overflow).toEqual([0, 0]);
      },
      { width, height },
    )(),
  );
});

describe('keyboard and screen reader', () => {
  test(
    'Tab stops once at each view, and every stop has a name',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('\\');
      await expect.poll(() => rows(page).count(), PATIENCE).toBe(2);
      const stops: string[] = [];
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        const stop = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement | null;
          // Past the last one the focus is with the browser for a moment.
          if (!element || element === document.body) return '';
          if (element.dataset.visited) return null;
          element.dataset.visited = 'yes';
          const name = element.getAttribute('aria-label') ?? element.textContent;
          return `${element.getAttribute('role') ?? element.tagName.toLowerCase()} ${name?.trim()}`;
        });
        if (stop === null) break;
        if (stop !== '') stops.push(stop);
      }
      expect(stops.filter((stop) => stop.startsWith('grid'))).toHaveLength(2);
      // Linked panes share one strip.
      expect(stops.filter((stop) => stop.startsWith('scrollbar'))).toEqual(['scrollbar Place in the file']);
      expect(stops.filter((stop) => stop.startsWith('tab '))).toHaveLength(1);
      expect(stops.filter((stop) => /^\S+ (null|undefined)?$/.test(stop))).toEqual([]);
      expect(stops.length).toBeLessThan(30);
    }),
  );

  test(
    'has landmarks and names',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('i');
      const tree = await page.locator('body').ariaSnapshot();
      expect(tree).toContain('banner');
      expect(tree).toContain('region "Text view"');
      expect(tree).toContain('tablist "Files"');
      expect(tree).toContain('tab "big.log');
      expect(tree).toContain('combobox "Go to, or > for commands"');
      expect(tree).toContain('button "Hex view"');
      expect(tree).toContain('button "Text view" [pressed]');
      expect(tree).toContain('main "big.log"');
      expect(tree).toContain('grid "Lines of big.log"');
      expect(tree).toContain('scrollbar "Place in the file"');
      expect(tree).toContain('complementary "Inspector"');
      expect(tree).toContain('contentinfo');
    }),
  );
});

describe('side panel', () => {
  test(
    'arrows go through the tabs, and the panel is as it was left after a reload',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('i');
      const tabs = page.getByRole('tablist', { name: 'Side panel' }).getByRole('tab');
      const names = await tabs.evaluateAll((all) => all.map((tab) => tab.getAttribute('aria-label')));
      expect(names.slice(0, 2)).toEqual(['Inspector', 'Search']);
      const chosen = tabs.and(page.locator('[aria-selected="true"]'));
      expect(await tabs.and(page.locator('[tabindex="0"]')).count()).toBe(1);
      await chosen.focus();
      for (const name of [...names.slice(1), names[0]]) {
        await page.keyboard.press('ArrowRight');
        await page.getByRole('complementary', { name: name ?? '' }).waitFor();
        expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(name);
        expect(await chosen.textContent()).toBe(name);
      }
      await page.keyboard.press('End');
      const last = names[names.length - 1] ?? '';
      await page.getByRole('complementary', { name: last }).waitFor();
      await page.reload();
      await page.getByRole('complementary', { name: last }).waitFor();
      await page.getByRole('banner').getByRole('button', { name: 'Side panel' }).click();
      await expect.poll(() => page.getByRole('complementary').count(), PATIENCE).toBe(0);
    }),
  );
});

describe('states', () => {
  test(
    'over an empty file the field gives the keyboard up when it closes',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('[');
      await page.getByText('This file is empty: 0 bytes.').waitFor();
      for (const key of ['Enter', 'Escape']) {
        await page.keyboard.press('/');
        await page.keyboard.type('a');
        await page.keyboard.press(key);
        await expect.poll(() => page.evaluate(() => document.activeElement?.tagName), PATIENCE).toBe('BODY');
      }
      await page.keyboard.press(']');
      await expect.poll(() => params(page).get('file'), PATIENCE).toBe('big.log');
    }),
  );

  test(
    'an empty file says so, and shows what is written to it',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('[');
      await page.getByText('This file is empty').waitFor();
      await expect.poll(() => page.title(), PATIENCE).toBe('empty.txt — bigview');
      appendFileSync(join(folder, 'empty.txt'), 'hello there\n');
      await sees(page, 'hello there');
    }),
  );

  test(
    'a lost server is said over the data that stays, and comes back by itself',
    inPage(
      async (page) => {
        const files = [join(folder, 'big.log')];
        const first = await startServer({ files, args: ['--token', 'a-token-for-both-runs'] });
        await page.goto(first.link);
        await sees(page, 'is line 3');
        await first.stop();
        await page.getByText('The server does not answer.').waitFor();
        await sees(page, 'is line 3');
        await page.keyboard.press('ArrowDown');
        await cursorAt(page, starts[1] ?? -1);

        const args = ['--token', 'a-token-for-both-runs', '--port', String(first.port)];
        await startServer({ files, args });
        await page.getByRole('button', { name: /Reload|Try now/ }).click();
        await page.getByText('The server does not answer.').waitFor({ state: 'detached' });
      },
      { expected: /request elsewhere|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|404|Failed to load/ },
    ),
  );
});

/** Highlighters in a real Chromium: rules and words colour the rows on screen, are kept and exchanged, and never stop the view. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openRows, type PageOptions, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 8_000 };
const ROWS = 2_000;

let browser: Browser;
let server: BigviewServer;
let folder: string;

beforeAll(async () => {
  folder = tempFolder();
  const lines: string[] = [];
  for (let row = 1; row <= ROWS; row++) {
    const level = row % 5 === 0 ? 'ERROR' : 'INFO';
    lines.push(`${String(row).padStart(5, '0')} ${level} worker-${row % 3} said\thello${row} worker`);
  }
  writeFileSync(join(folder, 'app.log'), `${lines.join('\n')}\n`);
  const slow = Array.from({ length: 200 }, (_, row) => `${'a'.repeat(40 + (row % 7))}b`);
  writeFileSync(join(folder, 'slow.log'), `${slow.join('\n')}\n`);
  [browser, server] = await Promise.all([
    launchBrowser(),
    startServer({ files: ['app.log', 'slow.log'].map((name) => join(folder, name)) }),
  ]);
});

afterAll(async () => {
  await browser?.close();
});

const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Highlighters' });

async function opened(page: Page, query = ''): Promise<void> {
  await openRows(page, server, query);
  await page.getByRole('row').filter({ hasText: /./ }).first().waitFor();
}

function inPage(
  use: (page: Page, context: BrowserContext) => Promise<void>,
  options: PageOptions = {},
): () => Promise<void> {
  return () => withPage(browser, server.origin, options, use);
}

/** The texts that have a colour on the page, each as often as it does, sorted. */
function coloured(page: Page, tint: number): Promise<string[]> {
  return page.evaluate((name) => {
    const found: string[] = [];
    for (const range of CSS.highlights.get(name) ?? []) {
      const { startContainer, startOffset, endOffset } = range;
      if (startContainer.isConnected) found.push((startContainer.textContent ?? '').slice(startOffset, endOffset));
    }
    return found.sort();
  }, `text-tint-${tint}`);
}

/** The texts of the rows on the page. */
function rowTexts(page: Page): Promise<string[]> {
  return page.locator('.text-line').evaluateAll((lines) => lines.map((line) => line.textContent ?? ''));
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

async function addRule(page: Page, pattern: string): Promise<void> {
  await panel(page).getByLabel('Pattern').last().fill(pattern);
}

describe('rules', () => {
  test(
    'colour the rows as they are typed, by text, expression, case and word',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('H');
      await panel(page).getByRole('button', { name: 'Add a set' }).click();
      await addRule(page, 'WORKER');
      await expect.poll(() => coloured(page, 1).then(distinct), PATIENCE).toEqual(['worker']);
      const rows = await rowTexts(page);
      // The name with its number, and the word at the end.
      expect(await coloured(page, 1)).toHaveLength(rows.length * 2);

      await panel(page).getByRole('button', { name: 'Match case' }).click();
      await expect.poll(() => coloured(page, 1), PATIENCE).toEqual([]);
      await addRule(page, 'worker-\\d|^\\d+|\\thello\\d');
      await panel(page).getByRole('button', { name: 'Regular expression' }).click();
      const pieces = /^(worker-\d|\d+| +hello\d)$/;
      await expect.poll(() => coloured(page, 1).then((all) => all.length), PATIENCE).toBe(rows.length * 3);
      for (const text of await coloured(page, 1)) expect(text).toMatch(pieces);

      await addRule(page, 'worker');
      await panel(page).getByRole('button', { name: 'Whole words' }).click();
      await expect.poll(() => coloured(page, 1), PATIENCE).toHaveLength(rows.length * 2);
      await addRule(page, 'hello');
      await expect.poll(() => coloured(page, 1), PATIENCE).toEqual([]);
      await addRule(page, '(');
      await panel(page).getByRole('alert').getByText('At character 1: Unterminated group.').waitFor();
    }),
  );

  test(
    'colour whole lines; the count is of the rows on screen, and order decides',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('H');
      await panel(page).getByRole('button', { name: 'Add a set' }).click();
      await addRule(page, 'ERROR');
      await panel(page).getByRole('button', { name: 'Colour the whole line' }).click();
      const painted = page.locator('.text-painted');
      await expect.poll(() => painted.count(), PATIENCE).toBeGreaterThan(4);
      for (const text of await painted.allTextContents()) expect(text).toContain('ERROR');
      const looks = await painted.first().evaluate((cell) => {
        const style = getComputedStyle(cell);
        return [style.backgroundColor, style.boxShadow];
      });
      expect(looks[0]).not.toBe('rgba(0, 0, 0, 0)');
      expect(looks[1]).toContain('inset');
      const seen = await page.evaluate(() => {
        const box = document.querySelector('.text-rows')?.getBoundingClientRect();
        return [...document.querySelectorAll('.rows-row')].filter((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return box && bottom > box.top && top < box.bottom && row.textContent?.includes('ERROR');
        }).length;
      });
      await panel(page).getByText(`${seen} rows on screen`).waitFor();

      await panel(page).getByRole('button', { name: 'Add a rule' }).click();
      await addRule(page, 'ERROR');
      await expect.poll(() => coloured(page, 2).then(distinct), PATIENCE).toEqual(['ERROR']);
      await panel(page).getByRole('button', { name: 'Add a rule' }).click();
      await addRule(page, 'ERR');
      await panel(page).getByText('7 rows on screen').nth(2).waitFor();
      expect(await coloured(page, 3)).toEqual([]);
      await panel(page).getByLabel('Pattern').last().press('Alt+ArrowUp');
      await expect.poll(() => coloured(page, 3).then(distinct), PATIENCE).toEqual(['ERR']);
      expect(distinct(await coloured(page, 2))).toEqual(['OR']);

      // Scrolled to, other rows have their colours as well.
      await page.getByRole('grid').focus();
      await page.keyboard.press('G');
      await page.getByRole('row').filter({ hasText: '02000' }).waitFor();
      await expect.poll(() => painted.filter({ hasText: '02000' }).count(), PATIENCE).toBe(1);
    }),
  );

  test(
    'say over bytes that only lines of text are highlighted',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('H');
      const note = panel(page).getByRole('note');
      await panel(page).waitFor();
      expect(await note.count()).toBe(0);
      await page.keyboard.press('x');
      await expect
        .poll(() => note.textContent(), PATIENCE)
        .toBe('Only lines of text are highlighted, and this view shows bytes. x shows the text, \\ both.');
      await page.keyboard.press('\\');
      await expect.poll(() => note.count(), PATIENCE).toBe(0);
    }),
  );

  test(
    'are typed until Escape, which gives the keyboard back to the rows',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('H');
      await page.getByRole('button', { name: 'Add a set' }).click();
      const field = page.getByRole('textbox', { name: 'Pattern' });
      await expect.poll(() => field.evaluate((element) => element === document.activeElement), PATIENCE).toBe(true);
      await page.keyboard.press('Escape');
      await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), PATIENCE).toBe('grid');
    }),
  );

  test(
    'are removed and put back, survive a reload, and reach other tabs',
    inPage(async (page, context) => {
      await opened(page);
      await page.keyboard.press('H');
      await panel(page).getByRole('button', { name: 'Add a set' }).click();
      await addRule(page, 'said');
      await expect.poll(() => coloured(page, 1).then(distinct), PATIENCE).toEqual(['said']);
      await panel(page).getByLabel('Colour of said').click();
      await page.getByRole('menuitemradio', { name: 'Purple' }).click();
      await expect.poll(() => coloured(page, 7).then(distinct), PATIENCE).toEqual(['said']);

      await panel(page).getByRole('button', { name: 'Remove said' }).click();
      await expect.poll(() => coloured(page, 7), PATIENCE).toEqual([]);
      await panel(page).getByText('said was removed.').waitFor();
      await panel(page).getByRole('button', { name: 'Undo' }).click();
      await expect.poll(() => coloured(page, 7).then(distinct), PATIENCE).toEqual(['said']);

      await page.reload();
      await expect.poll(() => coloured(page, 7).then(distinct), PATIENCE).toEqual(['said']);

      const other = await context.newPage();
      await opened(other);
      await expect.poll(() => coloured(other, 7).then(distinct), PATIENCE).toEqual(['said']);
      await addRule(page, 'hello');
      await expect.poll(() => coloured(other, 7).then(distinct), PATIENCE).toEqual(['hello']);
    }),
  );

  test(
    'are exported and imported; what is wrong with a file is said',
    inPage(async (page) => {
      await opened(page);
      await page.keyboard.press('H');
      await panel(page).getByRole('button', { name: 'Add a set' }).click();
      await panel(page).getByLabel('Name of the set').fill('Mine');
      await addRule(page, 'INFO|ERROR');
      await panel(page).getByRole('button', { name: 'Regular expression' }).click();
      const saving = page.waitForEvent('download');
      await panel(page).getByRole('button', { name: 'Export all sets' }).click();
      const download = await saving;
      expect(download.suggestedFilename()).toBe('bigview-highlighters.json');
      const path = join(folder, 'exported.json');
      await download.saveAs(path);
      const file = JSON.parse(readFileSync(path, 'utf8'));
      const rule = {
        pattern: 'INFO|ERROR',
        kind: 'regex',
        matchCase: false,
        wholeWord: false,
        applies: 'match',
        on: true,
        colour: 1,
      };
      expect(file).toEqual({ bigview: 'highlighters', version: 1, sets: [{ name: 'Mine', on: true, rules: [rule] }] });

      const give = async (text: string): Promise<void> => {
        const choosing = page.waitForEvent('filechooser');
        await panel(page).getByRole('button', { name: 'Import sets' }).click();
        const chooser = await choosing;
        await chooser.setFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(text) });
      };
      await give(JSON.stringify({ ...file, sets: [{ name: 'Theirs', rules: [{ ...rule, colour: 11 }] }] }));
      await page
        .getByText('Not imported. Rule 1 of “Theirs”: “colour” must be a whole number from 1 to 9, but is 11.')
        .waitFor();
      expect(await panel(page).getByLabel('Name of the set').count()).toBe(1);
      await give(
        JSON.stringify({ ...file, sets: [{ name: 'Theirs', rules: [{ ...rule, pattern: 'said', colour: 5 }] }] }),
      );
      await page.getByText('1 set with 1 rule came in.').waitFor();
      await expect.poll(() => coloured(page, 5).then(distinct), PATIENCE).toEqual(['said']);
      expect(distinct(await coloured(page, 1))).toEqual(['ERROR', 'INFO']);
    }),
  );

  test(
    'an expression that never ends is switched off with a sentence; the view and the other rules go on',
    inPage(async (page) => {
      await opened(page, '?file=slow.log');
      await page.getByRole('row').filter({ hasText: 'aaab' }).first().waitFor();
      await page.keyboard.press('H');
      await panel(page).getByRole('button', { name: 'Add a set' }).click();
      await addRule(page, 'b$');
      await panel(page).getByRole('button', { name: 'Regular expression' }).click();
      await expect.poll(() => coloured(page, 1).then(distinct), PATIENCE).toEqual(['b']);
      await panel(page).getByRole('button', { name: 'Add a rule' }).click();
      await panel(page).getByRole('button', { name: 'Regular expression' }).last().click();
      await page.evaluate(() => {
        const state = { longest: 0, last: performance.now() };
        (window as unknown as { gaps: typeof state }).gaps = state;
        const tick = (): void => {
          const now = performance.now();
          state.longest = Math.max(state.longest, now - state.last);
          state.last = now;
          setTimeout(tick, 4);
        };
        tick();
      });
      await addRule(page, '^(a+)+$');
      await page.getByRole('grid').focus();
      // While the expression is still being tried, the cursor moves.
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      await page
        .getByRole('contentinfo')
        .getByText('3 : 1')
        .or(page.getByRole('contentinfo').getByText('3:1'))
        .waitFor();
      await panel(page).getByRole('alert').getByText('longer than 0.5 s').waitFor();
      await page.getByRole('list', { name: 'Notifications' }).getByText('^(a+)+$ takes too long').waitFor();
      expect(await panel(page).getByRole('checkbox', { name: 'Use ^(a+)+$' }).isChecked()).toBe(false);
      const longest = await page.evaluate(() => (window as unknown as { gaps: { longest: number } }).gaps.longest);
      // On the page itself it would never have ended; the machine may be busy with other tests.
      expect(longest).toBeLessThan(2_000);
      await page.keyboard.press('G');
      await expect.poll(() => coloured(page, 1).then(distinct), PATIENCE).toEqual(['b']);
      await page.reload();
      await expect.poll(() => coloured(page, 1).then(distinct), PATIENCE).toEqual(['b']);
    }),
  );
});

describe('words', () => {
  /** Puts the cursor into the word of the row. */
  async function point(page: Page, row: string, word: string): Promise<void> {
    const line = page.getByRole('row').filter({ hasText: row }).first().locator('.text-line');
    const box = await line.evaluate((element, text) => {
      const node = element.firstChild as Text;
      const range = document.createRange();
      const at = node.data.indexOf(text);
      range.setStart(node, at + 1);
      range.setEnd(node, at + 2);
      const { left, top, width, height } = range.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    }, word);
    await page.mouse.click(box.x, box.y);
  }

  test(
    'get a colour by key, another, and none; Ctrl+Shift+0 clears all; a reload and other tabs keep them',
    inPage(async (page, context) => {
      await opened(page);
      await point(page, '00002', 'INFO');
      await page.keyboard.press('Control+Shift+Digit3');
      await expect.poll(() => coloured(page, 3).then(distinct), PATIENCE).toEqual(['INFO']);
      await page.keyboard.press('Control+Shift+Digit4');
      await expect.poll(() => coloured(page, 4).then(distinct), PATIENCE).toEqual(['INFO']);
      expect(await coloured(page, 3)).toEqual([]);

      // A selection is taken as it is, also within words.
      await point(page, '00003', 'worker-0');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press('Control+Shift+Digit9');
      await expect.poll(() => coloured(page, 9).then(distinct), PATIENCE).toEqual(['ork']);

      const other = await context.newPage();
      await opened(other);
      await expect.poll(() => coloured(other, 4).then(distinct), PATIENCE).toEqual(['INFO']);
      await page.reload();
      await expect.poll(() => coloured(page, 9).then(distinct), PATIENCE).toEqual(['ork']);

      await point(page, '00002', 'INFO');
      await page.keyboard.press('Control+Shift+Digit4');
      await expect.poll(() => coloured(page, 4), PATIENCE).toEqual([]);
      await expect.poll(() => coloured(other, 4), PATIENCE).toEqual([]);
      expect(distinct(await coloured(page, 9))).toEqual(['ork']);
      await page.keyboard.press('Control+Shift+Digit0');
      await expect.poll(() => coloured(page, 9), PATIENCE).toEqual([]);
    }),
  );

  test(
    'show in the panel and go from there; between words there is none',
    inPage(async (page) => {
      await opened(page);
      await point(page, '00002', 'INFO');
      await page.keyboard.press('Control+Shift+Digit1');
      await page.keyboard.press('H');
      const words = panel(page).getByRole('region', { name: 'Highlighted words' });
      await words.getByText('INFO').waitFor();
      await words.getByRole('button', { name: 'Do not highlight INFO' }).click();
      await expect.poll(() => coloured(page, 1), PATIENCE).toEqual([]);
      await page.getByRole('grid').focus();
      await page.keyboard.press('End');
      await page.keyboard.press('Control+Shift+Digit1');
      await page.getByText('There is no word at the cursor').waitFor();
    }),
  );
});

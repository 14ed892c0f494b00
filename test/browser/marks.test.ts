/** Marks in a real Chromium: set and named by key, in gutter, hex view, overview and list, kept with the file, exchanged. */
import { appendFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, type PageOptions, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 8_000 };
const LINES = 5_000;
const LINE = (number: number): string => `${String(number).padStart(6, '0')} one line of the log\n`;
const LINE_BYTES = LINE(1).length;
const startOf = (number: number): number => (number - 1) * LINE_BYTES;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
});

interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly server: BigviewServer;
  readonly path: string;
}

const panel = (page: Page): Locator => page.getByRole('complementary', { name: 'Marks' });
const list = (page: Page): Locator => panel(page).getByRole('grid', { name: 'Marks' });
const ribbons = (page: Page): Locator => page.locator('.row-ribbon');

async function show(page: Page, server: BigviewServer, query = ''): Promise<void> {
  await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
  await page.goto(`${server.origin}/${query}`);
  await page.getByRole('row').first().waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), PATIENCE).toBe('grid');
}

/** A page on a log of its own. */
function onLog(use: (opened: Opened) => Promise<void>, options: PageOptions = {}): () => Promise<void> {
  return async () => {
    const path = join(tempFolder(), 'app.log');
    writeFileSync(path, Array.from({ length: LINES }, (_, index) => LINE(index + 1)).join(''));
    const server = await startServer({ files: [path] });
    const [file] = await server.files();
    if (file) await server.indexed(file.id);
    await withPage(browser, server.origin, options, async (page, context) => {
      await show(page, server);
      await use({ page, context, server, path });
    });
  };
}

async function cursorAt(page: Page, offset: number): Promise<void> {
  await page
    .getByRole('contentinfo')
    .getByRole('button', { name: `Offset ${offset}, go to` })
    .waitFor();
}

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

async function goTo(page: Page, line: number): Promise<void> {
  await page.keyboard.press('Control+g');
  await page.keyboard.type(`line ${line}`);
  await page.keyboard.press('Enter');
  await cursorAt(page, startOf(line));
}

/** Names in the list, as they are shown. */
function listed(page: Page): Promise<string[]> {
  return list(page).locator('.mark-name').allTextContents();
}

const stored = (page: Page): Promise<string[]> =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('bigview.marks.')));

describe('marks by key', () => {
  test(
    'm marks the line at the cursor and takes the mark away, at the byte where the line begins',
    onLog(async ({ page }) => {
      await press(page, 'j', 'j', 'ArrowRight', 'ArrowRight', 'm');
      const ribbon = ribbons(page);
      await expect.poll(() => ribbon.count(), PATIENCE).toBe(1);
      expect(await page.locator('.rows-row', { has: ribbon }).locator('.text-line').textContent()).toContain('000003');
      expect(await ribbon.evaluate((element) => getComputedStyle(element).backgroundColor)).not.toBe(
        'rgba(0, 0, 0, 0)',
      );
      await expect.poll(() => ribbon.getAttribute('aria-label'), PATIENCE).toBe(`Mark Line at ${startOf(3)}`);
      await press(page, 'Alt+m');
      await expect.poll(() => listed(page), PATIENCE).toEqual([`Line at ${startOf(3)}`]);
      await list(page).getByText('line 3', { exact: true }).waitFor();
      await list(page).getByText('000003 one line of the log').waitFor();
      await page.getByRole('grid', { name: 'Lines of app.log' }).focus();
      await press(page, 'm');
      await expect.poll(() => ribbon.count(), PATIENCE).toBe(0);
      await panel(page).getByText('Nothing is marked in this file.').waitFor();
      expect(await stored(page)).toEqual([]);
    }),
  );

  test(
    'keys that come fast act where the moves before them led',
    onLog(async ({ page }) => {
      await press(page, 'm', 'j', 'm', 'j', 'm', 'G', 'm', 'g', 'j', 'm');
      await press(page, 'Alt+m');
      await expect
        .poll(() => listed(page), PATIENCE)
        .toEqual([0, startOf(3), startOf(LINES)].map((at) => `Line at ${at.toLocaleString('en')}`));
    }),
  );

  test(
    'M names the mark, and the rows have the keyboard again; Escape leaves the name',
    onLog(async ({ page }) => {
      await press(page, 'j', 'M');
      await page.keyboard.type('Here it fails');
      await press(page, 'Enter');
      await expect.poll(() => ribbons(page).getAttribute('aria-label'), PATIENCE).toBe('Mark Here it fails');
      await expect.poll(() => page.evaluate(() => document.activeElement?.id.startsWith('text-')), PATIENCE).toBe(true);
      await press(page, 'M');
      await page.keyboard.type('no');
      await press(page, 'Escape');
      expect(await ribbons(page).getAttribute('aria-label')).toBe('Mark Here it fails');
      await press(page, 'M', 'End');
      await page.keyboard.type(' again');
      await press(page, 'Enter');
      await expect.poll(() => ribbons(page).getAttribute('aria-label'), PATIENCE).toBe('Mark Here it fails again');
      // Taken away by a slip of the finger it comes back with its name.
      await press(page, 'm');
      await expect.poll(() => ribbons(page).count(), PATIENCE).toBe(0);
      await page.getByText('The mark Here it fails again was taken away').waitFor();
      await press(page, 'm');
      await expect.poll(() => ribbons(page).getAttribute('aria-label'), PATIENCE).toBe('Mark Here it fails again');
    }),
  );

  test(
    'next and previous go through lines and bytes, and around',
    onLog(async ({ page }) => {
      for (const line of [10, 2_500, 4_900]) {
        await goTo(page, line);
        await press(page, 'm');
      }
      await press(page, 'Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'm', 'Escape');
      await goTo(page, 1);
      await press(page, "'");
      await cursorAt(page, startOf(10));
      await press(page, "'");
      await cursorAt(page, startOf(2_500));
      await page.getByRole('row').filter({ hasText: '002500' }).waitFor();
      await press(page, '"');
      await cursorAt(page, startOf(10));
      await press(page, '"');
      await cursorAt(page, startOf(4_900));
      await page.getByText('On from the last mark.').first().waitFor();
      await press(page, "'");
      await cursorAt(page, startOf(10));
      // It was a jump: Back leads to where it began.
      await press(page, 'Alt+ArrowLeft');
      await cursorAt(page, startOf(4_900));
    }),
  );

  test(
    'without marks it is said what to do',
    onLog(async ({ page }) => {
      await press(page, "'");
      await page.getByText('There are no marks in this file; m sets one.').waitFor();
    }),
  );
});

describe('where marks show', () => {
  test(
    'in the hex view: boxes under the bytes in both columns and a ribbon beside the address',
    onLog(async ({ page }) => {
      await press(page, 'x');
      await page.getByRole('grid', { name: 'Bytes of app.log' }).waitFor();
      await press(page, 'j', 'ArrowRight', 'ArrowRight');
      for (let count = 0; count < 19; count++) await page.keyboard.press('Shift+ArrowRight');
      await press(page, 'm', 'Escape');
      const boxes = page.locator('.hex-bookmark-box');
      // 20 bytes from 18 on lie in two rows, in two columns each.
      await expect.poll(() => boxes.count(), PATIENCE).toBe(4);
      const [first, second] = await boxes.evaluateAll((all) => all.map((box) => box.getBoundingClientRect().width));
      expect(first).toBeGreaterThan(second ?? 0);
      const styles = await boxes.first().evaluate((box) => {
        const { backgroundColor, borderBottomWidth } = getComputedStyle(box);
        return [backgroundColor, borderBottomWidth];
      });
      expect(styles[0]).not.toBe('rgba(0, 0, 0, 0)');
      expect(styles[1]).toBe('2px');
      const row = page.locator('.rows-row', { has: page.getByRole('img', { name: 'Mark Bytes at 0x12' }) });
      expect(await row.locator('.hex-address').textContent()).toContain('00000010');
      // From anywhere in the range the key takes it away.
      await press(page, 'ArrowLeft', 'ArrowLeft', 'm');
      await expect.poll(() => boxes.count(), PATIENCE).toBe(0);
    }),
  );

  test(
    'in the overview, with their names',
    onLog(
      async ({ page }) => {
        await goTo(page, 2_500);
        await press(page, 'M');
        await page.keyboard.type('Half way');
        await press(page, 'Enter');
        const strip = page.getByRole('scrollbar', { name: 'Place in the file' });
        const box = await strip.boundingBox();
        if (!box) throw new Error('no strip');
        const painted = (): Promise<number[]> =>
          strip.locator('canvas').evaluate((canvas) => {
            const { width, height } = canvas as HTMLCanvasElement;
            const pixels = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(2, 0, 1, height).data;
            const rows: number[] = [];
            for (let row = 0; row < height && width > 0; row++) if ((pixels?.[row * 4 + 3] ?? 0) > 0) rows.push(row);
            return rows;
          });
        await expect.poll(() => painted().then((rows) => rows.length), PATIENCE).toBeGreaterThan(0);
        const expected = (startOf(2_500) / (LINES * LINE_BYTES)) * box.height;
        for (const row of await painted()) expect(Math.abs(row - expected)).toBeLessThan(3);
        await page.mouse.move(box.x + box.width / 2, box.y + expected);
        await page.getByRole('tooltip').getByText('Half way').waitFor();
        await page.mouse.move(box.x + box.width / 2, box.y + expected - 40);
        await expect.poll(() => page.getByRole('tooltip').getByText('Half way').count(), PATIENCE).toBe(0);
      },
      { expected: /getImageData/ },
    ),
  );
});

describe('the list', () => {
  test(
    'goes there, renames, colours, removes and puts back, all by keyboard',
    onLog(async ({ page }) => {
      for (const line of [5, 300, 900]) {
        await goTo(page, line);
        await press(page, 'm');
      }
      await press(page, 'Alt+m');
      await expect.poll(() => page.evaluate(() => document.activeElement?.id), PATIENCE).toBe('marks-list');
      await press(page, 'Home', 'ArrowDown', 'Enter');
      await cursorAt(page, startOf(300));
      await press(page, 'F2');
      await page.keyboard.type('Second');
      await press(page, 'Enter');
      await expect.poll(() => listed(page).then((names) => names[1]), PATIENCE).toBe('Second');
      await expect.poll(() => page.evaluate(() => document.activeElement?.id), PATIENCE).toBe('marks-list');
      await press(page, '3');
      await list(page).getByRole('button', { name: 'Colour of Second: Green' }).waitFor();
      await press(page, 'Delete');
      await expect.poll(() => listed(page).then((names) => names.length), PATIENCE).toBe(2);
      await panel(page).getByText('Second was removed.').waitFor();
      await press(page, 'Control+z');
      await expect.poll(() => listed(page).then((names) => names[1]), PATIENCE).toBe('Second');
      await list(page).getByRole('button', { name: 'Colour of Second: Green' }).waitFor();
      await press(page, 'Escape');
      await expect.poll(() => page.evaluate(() => document.activeElement?.id.startsWith('text-')), PATIENCE).toBe(true);
    }),
  );

  test(
    'a reload, another tab and another run of the server have the same marks; the file may grow meanwhile, or move',
    onLog(async ({ page, context, server, path }) => {
      await goTo(page, 42);
      await press(page, 'M');
      await page.keyboard.type('Answer');
      await press(page, 'Enter', 'Alt+m');
      await expect.poll(() => listed(page), PATIENCE).toEqual(['Answer']);
      await page.reload();
      await expect.poll(() => listed(page), PATIENCE).toEqual(['Answer']);

      const other = await context.newPage();
      await show(other, server, '?at=0');
      await expect.poll(() => listed(other), PATIENCE).toEqual(['Answer']);
      await press(other, 'm');
      await expect.poll(() => listed(page), PATIENCE).toEqual(['Line at 0', 'Answer']);
      await press(other, 'm');
      await expect.poll(() => listed(page), PATIENCE).toEqual(['Answer']);

      // Storage is by origin, which a restarted server would have again.
      const kept = await page.evaluate(() => ({ ...localStorage }));
      appendFileSync(path, LINE(LINES + 1));
      renameSync(path, `${path}.1`);
      writeFileSync(path, LINE(1).repeat(100));
      const again = await startServer({ files: [path, `${path}.1`] });
      await withPage(browser, again.origin, {}, async (fresh) => {
        await fresh.addInitScript((items) => {
          if (localStorage.length === 0)
            for (const [key, text] of Object.entries(items)) localStorage.setItem(key, text);
        }, kept);
        await show(fresh, again, '?file=app.log.1');
        await expect.poll(() => listed(fresh), PATIENCE).toEqual(['Answer']);
        await list(fresh).getByText('line 42', { exact: true }).waitFor();
        // The file that took the path has none.
        await press(fresh, '[');
        await panel(fresh).getByText('Nothing is marked in this file.').waitFor();
      });
    }),
  );

  test(
    'marks past the end of a file that was cut stay, dimmed, and it is said',
    onLog(
      async ({ page, server, path }) => {
        for (const line of [5, 4_000]) {
          await goTo(page, line);
          await press(page, 'm');
        }
        await press(page, 'Alt+m');
        // Where a line begins may have to be asked for: the mark is there a little later than its key.
        await panel(page).getByText('2 marks').waitFor();
        truncateSync(path, startOf(100));
        await panel(page).getByText('The file was cut or rewritten after marks were set.').waitFor();
        await panel(page).getByText('2 marks, 1 past the end').waitFor();
        await list(page).getByText('Past the end of the file').waitFor();
        const dimmed = list(page).locator('.mark-past .mark-name');
        expect(await dimmed.evaluate((name) => Number(getComputedStyle(name).opacity))).toBeLessThan(1);
        await panel(page).getByRole('button', { name: 'Keep them' }).click();
        await expect.poll(() => panel(page).getByRole('alert').count(), PATIENCE).toBe(0);
        await page.reload();
        await panel(page).getByText('2 marks, 1 past the end').waitFor();
        expect(await panel(page).getByRole('alert').count()).toBe(0);

        // Also while nobody looked.
        await page.goto('about:blank');
        truncateSync(path, startOf(3));
        await show(page, server);
        await panel(page).getByText('The file was cut or rewritten after marks were set.').waitFor();
        await panel(page).getByText('2 marks, 2 past the end').waitFor();
        await page.getByRole('grid', { name: 'Lines of app.log' }).focus();
        await press(page, "'");
        await page.getByText('All marks are past the end.').waitFor();
        // What was asked for just before the file was cut is refused; a blank page has no storage.
      },
      { expected: /416|sessionStorage/ },
    ),
  );
});

describe('exchange', () => {
  test(
    'Markdown and JSON say where, what and how it is called; JSON comes back',
    onLog(async ({ page, path }) => {
      await goTo(page, 7);
      await press(page, 'M');
      await page.keyboard.type('A|B');
      await press(page, 'Enter');
      await expect.poll(() => ribbons(page).getAttribute('aria-label'), PATIENCE).toBe('Mark A|B');
      await goTo(page, 9);
      await press(page, 'Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight', 'm', 'Escape', 'Alt+m');
      await expect.poll(() => listed(page), PATIENCE).toHaveLength(2);

      const save = async (name: string): Promise<{ readonly name: string; readonly text: string }> => {
        const saving = page.waitForEvent('download');
        await panel(page).getByRole('button', { name }).click();
        const download = await saving;
        const target = join(tempFolder(), 'saved');
        await download.saveAs(target);
        return { name: download.suggestedFilename(), text: readFileSync(target, 'utf8') };
      };
      const markdown = await save('Export the marks as Markdown');
      expect(markdown.name).toBe('app.log.marks.md');
      expect(markdown.text).toContain('# Marks in app.log');
      expect(markdown.text).toContain(`| 7 | ${startOf(7)} (0x`);
      expect(markdown.text).toContain('| A\\|B | Purple | `000007 one line of the log` |');
      const json = await save('Export the marks as JSON');
      expect(json.name).toBe('app.log.marks.json');
      const parsed = JSON.parse(json.text);
      expect(parsed.file).toMatchObject({ name: 'app.log', path, size: LINES * LINE_BYTES });
      const bytes = { offset: startOf(9), length: 4, name: '', colour: 7, line: 9, text: '0000' };
      expect(parsed.marks).toEqual([
        { offset: startOf(7), length: 0, name: 'A|B', colour: 7, line: 7, text: '000007 one line of the log' },
        bytes,
      ]);

      const give = async (text: string): Promise<void> => {
        const choosing = page.waitForEvent('filechooser');
        await panel(page).getByRole('button', { name: 'Import marks' }).click();
        await (await choosing).setFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(text) });
      };
      await list(page).focus();
      await press(page, 'Home', 'Delete', 'Delete');
      await panel(page).getByText('Nothing is marked in this file.').waitFor();
      await give(json.text);
      await page.getByText('2 marks came in.').waitFor();
      await expect.poll(() => listed(page), PATIENCE).toHaveLength(2);
      expect((await listed(page))[0]).toBe('A|B');

      await give(JSON.stringify({ ...parsed, marks: [{ ...bytes, offset: -1 }] }));
      await page.getByText('Not imported. Mark 1: “offset” must be a whole number').waitFor();
      const far = { ...parsed, file: { identity: 'another' }, marks: [{ ...bytes, offset: 10 ** 9, name: 'far' }] };
      await give(JSON.stringify(far));
      await page
        .getByText('1 mark came in. They were set in another file. 1 mark of them is past the end of this file.')
        .waitFor();
      expect(await list(page).locator('.mark-past').count()).toBe(1);
    }),
  );

  test(
    'the list of a thousand marks scrolls, and one more is refused with a sentence',
    onLog(async ({ page }) => {
      const marks = Array.from({ length: 1_000 }, (_, index) => ({ offset: startOf(index + 2), name: `n${index}` }));
      await press(page, 'Alt+m');
      const choosing = page.waitForEvent('filechooser');
      await panel(page).getByRole('button', { name: 'Import marks' }).click();
      const text = JSON.stringify({ bigview: 'marks', version: 1, marks });
      await (await choosing).setFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(text) });
      await panel(page).getByText('1,000 marks', { exact: true }).waitFor();
      expect(await list(page).getByRole('row').count()).toBeLessThan(100);
      await list(page).focus();
      await press(page, 'End');
      await list(page).getByText('n999').waitFor();
      await page.getByRole('grid', { name: 'Lines of app.log' }).focus();
      await press(page, 'm');
      await page.getByText('A file has at most 1,000 marks. Remove some to set others.').waitFor();
      await panel(page).getByText('1,000 marks', { exact: true }).waitFor();
    }),
  );
});

/** Following the end in a real Chromium: growth reaches the screen, scrolling away pauses, rotation is followed with a seam. */
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, type PageOptions, still, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { piped } from '../helpers/piped.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { smallDisk } from '../helpers/smallDisk.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 5_000 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

interface Scene {
  readonly page: Page;
  readonly path: string;
  readonly folder: string;
  readonly server: BigviewServer;
}

/** A file of its own for each test, as it changes. */
function following(
  content: string,
  args: readonly string[],
  use: (scene: Scene) => Promise<void>,
  options: PageOptions = {},
): () => Promise<void> {
  return async () => {
    const folder = tempFolder();
    const path = join(folder, 'app.log');
    writeFileSync(path, content);
    const server = await startServer({ files: [path], args });
    await withPage(browser, server.origin, options, async (page) => {
      await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
      await page.goto(server.origin);
      await page.getByRole('tab', { name: 'app.log' }).first().waitFor();
      await use({ page, path, folder, server });
    });
  };
}

const line = (n: number): string => `${String(n).padStart(7, '0')} a line of the log\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
const row = (page: Page, text: string): Locator => page.getByRole('row').filter({ hasText: text });
const rows = (page: Page): Locator => page.getByRole('grid');
const button = (page: Page): Locator => page.getByRole('button', { name: 'Follow the end', exact: true });
const pill = (page: Page): Locator => page.locator('.news-pill');

/** The row is on the screen, not only in the page. */
async function inView(page: Page, text: string): Promise<boolean> {
  if ((await row(page, text).count()) === 0) return false;
  const [box, frame] = await Promise.all([
    row(page, text)
      .first()
      .boundingBox({ timeout: 1_000 })
      .catch(() => null),
    rows(page).first().boundingBox(),
  ]);
  return box !== null && frame !== null && box.y >= frame.y - 1 && box.y + box.height <= frame.y + frame.height + 1;
}
const sees = (page: Page, text: string): Promise<void> => expect.poll(() => inView(page, text), PATIENCE).toBe(true);

describe('following', () => {
  test(
    'F goes to the end and stays there as lines come; F again stops',
    following(lines(0, 5_000), [], async ({ page, path }) => {
      await sees(page, '0000000 a line');
      await rows(page).focus();
      await page.keyboard.press('F');
      await sees(page, '0004999 a line');
      expect(await button(page).getAttribute('aria-pressed')).toBe('true');
      for (let n = 5_000; n < 5_060; n += 20) {
        appendFileSync(path, lines(n, n + 20));
        await sees(page, `${String(n + 19).padStart(7, '0')} a line`);
      }
      // Faster than rows are asked for one after the other.
      appendFileSync(path, lines(5_060, 90_000));
      await sees(page, '0089999 a line');
      await page.keyboard.press('F');
      expect(await button(page).getAttribute('aria-pressed')).toBe('false');
      appendFileSync(path, lines(90_000, 90_100));
      // The page knows of them, and stays.
      await page.getByRole('contentinfo').getByText('90100 lines').waitFor();
      await still(page, () => rows(page).evaluate((element) => element.scrollTop));
      expect(await inView(page, '0090099 a line')).toBe(false);
      expect(await inView(page, '0089999 a line')).toBe(true);
    }),
  );

  test(
    'a last line without an end is shown as it grows, and characters are never torn',
    following('first\n', ['--follow'], async ({ page, path }) => {
      await sees(page, 'first');
      // Every text that a row ever has: what is wrong for a moment only is as wrong.
      await page.evaluate(() => {
        const texts = new Set<string>();
        Object.assign(window, { texts });
        const look = (): void => {
          for (const cell of document.querySelectorAll('.text-line')) texts.add((cell.textContent ?? '').trimEnd());
        };
        look();
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
      });
      const ever = (): Promise<string[]> =>
        page.evaluate(() => [...(window as unknown as { texts: Set<string> }).texts]);
      const fd = openSync(path, 'a');
      try {
        writeSync(fd, 'half');
        await sees(page, 'half');
        // Two bytes of three: all there is, and shown as that.
        writeSync(fd, Buffer.concat([Buffer.from(' done '), Buffer.from([0xe2, 0x82])]));
        await sees(page, 'half done ‹E2›‹82›');
        writeSync(fd, Buffer.from([0xac]));
        await sees(page, 'half done €');
        writeSync(fd, ' end\r');
        await sees(page, 'half done € end^M');
        writeSync(fd, '\nnext\n');
        await sees(page, 'next');
        await expect.poll(() => rows(page).locator('[role=row]').count(), PATIENCE).toBe(3);
        await sees(page, 'half done € end');
        const lasting = ['half', 'half done ‹E2›‹82›', 'half done €', 'half done € end^M', 'half done € end'];
        expect(await ever()).toEqual(['first', ...lasting, 'next']);
      } finally {
        closeSync(fd);
      }
    }),
  );

  test(
    'a last line without an end is marked until it has one, also while lines wrap, and said',
    following('first\n', ['--follow'], async ({ page, path }) => {
      await sees(page, 'first');
      const marked = async (): Promise<string[]> => {
        const found = page.getByRole('row').filter({ has: page.getByRole('img', { name: 'no line end yet' }) });
        const drawn = page.locator('.text-line-unfinished');
        return [...(await found.locator('.text-line').allTextContents()), ...(await drawn.allTextContents())];
      };
      expect(await marked()).toEqual([]);
      for (const [more, whole] of [
        ['half', 'half'],
        [' and more', 'half and more'],
      ] as const) {
        appendFileSync(path, more);
        await expect.poll(marked, PATIENCE).toEqual([whole, whole]);
      }
      await rows(page).focus();
      await page.keyboard.press('Control+Home');
      await page.keyboard.press('ArrowDown');
      await expect
        .poll(() => page.locator('.rows-live').allTextContents(), PATIENCE)
        .toContain('Line 2, no line end yet: half and more');
      await page.keyboard.press('w');
      await page.locator('.text-view-wrap').waitFor();
      await expect.poll(marked, PATIENCE).toEqual(['half and more', 'half and more']);
      // What is drawn there is no text: nothing of it is copied.
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Control+c');
      await expect
        .poll(() => page.evaluate(() => navigator.clipboard.readText()), PATIENCE)
        .toBe('first\nhalf and more');
      appendFileSync(path, '\nnext\n');
      await sees(page, 'next');
      await expect.poll(marked, PATIENCE).toEqual([]);
    }),
  );

  test(
    'a last line without an end is not marked once nothing can follow: the file was replaced and is kept',
    following('old, cut off', ['--follow'], async ({ page, path, folder }) => {
      await sees(page, 'old, cut off');
      const mark = page.getByRole('img', { name: 'no line end yet' });
      await mark.waitFor();
      renameSync(path, join(folder, 'app.log.1'));
      writeFileSync(path, 'new\n');
      await sees(page, 'new');
      await page.getByRole('tab', { name: /^app\.log, rotated/ }).click();
      await sees(page, 'old, cut off');
      expect(await mark.count()).toBe(0);
    }),
  );

  test.each(['text', 'hex'])(
    'the wheel pauses it in the %s view, what has come is said, and going back resumes it',
    async (view) =>
      following(lines(0, 3_000), ['--follow', `--${view}`], async ({ page, path }) => {
        await expect.poll(() => button(page).getAttribute('aria-pressed'), PATIENCE).toBe('true');
        const at = (): Promise<string | null> =>
          page.getByRole('scrollbar', { name: 'Place in the file' }).getAttribute('aria-valuenow');
        await expect.poll(at, PATIENCE).toBe('100');
        await rows(page).hover();
        await page.mouse.wheel(0, -400);
        await pill(page).waitFor();
        expect(await pill(page).textContent()).toContain('nothing new');
        appendFileSync(path, lines(3_000, 4_204));
        await expect.poll(() => pill(page).textContent(), PATIENCE).toBe('1,204 new lines · 30.6 KiB');
        const before = await rows(page).evaluate((element) => element.scrollTop);
        appendFileSync(path, lines(4_204, 4_300));
        await expect.poll(() => pill(page).textContent(), PATIENCE).toContain('1,300 new lines');
        expect(await still(page, () => rows(page).evaluate((element) => element.scrollTop))).toBe(before);
        await pill(page).click();
        await expect.poll(at, PATIENCE).toBe('100');
        expect(await pill(page).count()).toBe(0);
        // Scrolled back to the end by hand.
        await rows(page).hover();
        await page.mouse.wheel(0, -100);
        await pill(page).waitFor();
        await page.mouse.wheel(0, 4_000);
        await expect.poll(() => pill(page).count(), PATIENCE).toBe(0);
        expect(await button(page).getAttribute('aria-pressed')).toBe('true');
      })(),
  );

  test(
    'keys, jumps and G pause and resume it; f pages down until there is nothing more, and then follows',
    following(lines(0, 3_000), ['--follow'], async ({ page }) => {
      await sees(page, '0002999 a line');
      await rows(page).focus();
      await page.keyboard.press('b');
      await pill(page).waitFor();
      await page.keyboard.press('G');
      await expect.poll(() => pill(page).count(), PATIENCE).toBe(0);
      await page.keyboard.press('g');
      await pill(page).waitFor();
      await sees(page, '0000000 a line');
      await page.keyboard.press('F');
      await sees(page, '0002999 a line');
      await page.keyboard.press('F');
      expect(await button(page).getAttribute('aria-pressed')).toBe('false');
      await page.keyboard.press('g');
      await sees(page, '0000000 a line');
      await page.keyboard.press('f');
      await expect.poll(() => inView(page, '0000000 a line'), PATIENCE).toBe(false);
      expect(await button(page).getAttribute('aria-pressed')).toBe('false');
      await page.keyboard.press('G');
      await sees(page, '0002999 a line');
      await page.keyboard.press('f');
      expect(await button(page).getAttribute('aria-pressed')).toBe('true');
    }),
  );

  test(
    'is left by a jump to rows that are not here yet, in all of the file and in what a filter shows',
    following(lines(0, 20_000), ['--follow'], async ({ page }) => {
      await sees(page, '0019999 a line');
      await rows(page).focus();
      await page.keyboard.press('g');
      await sees(page, '0000000 a line');
      await pill(page).waitFor();
      await page.keyboard.press('G');
      await sees(page, '0019999 a line');
      await expect.poll(() => pill(page).count(), PATIENCE).toBe(0);
      await page.keyboard.press('&');
      await page.getByRole('combobox', { name: 'Filter' }).waitFor();
      await page.keyboard.type('7 a line');
      await page.keyboard.press('Enter');
      await page.locator('[data-pane="filtered"]').waitFor();
      await page.keyboard.press('O');
      await sees(page, '0019997 a line');
      await rows(page).focus();
      await page.keyboard.press('g');
      await sees(page, '0000007 a line');
      await still(page, () => inView(page, '0000007 a line'));
      await pill(page).waitFor();
    }),
  );

  test(
    'goes to the end at once, whether that is near or far, and however much comes',
    following(lines(0, 5_000), [], async ({ page, path }) => {
      await sees(page, '0000000 a line');
      const asked = new Set<string>();
      page.on('request', (request) => {
        if (request.url().includes('/lines?')) asked.add(request.url());
      });
      await rows(page).focus();
      await page.keyboard.press('F');
      await sees(page, '0004999 a line');
      await still(page, () => asked.size);
      // The end and what lies around it; one after the other from the start they would be fourteen.
      expect(asked.size).toBeLessThan(6);
      asked.clear();
      appendFileSync(path, lines(5_000, 9_900));
      await sees(page, '0009899 a line');
      await still(page, () => asked.size);
      expect(asked.size).toBeLessThan(6);
    }),
  );

  test(
    'one notch of the wheel pauses, also while the rows of a far end are on their way',
    following(lines(0, 500), ['--follow'], async ({ page, path }) => {
      await sees(page, '0000499 a line');
      let release = (): void => undefined;
      const released = new Promise<void>((go) => {
        release = go;
      });
      let held = 0;
      await page.route('**/lines?*', async (route) => {
        held += 1;
        await released;
        await route.continue().catch(() => undefined);
      });
      appendFileSync(path, lines(500, 20_000));
      await expect.poll(() => held, PATIENCE).toBeGreaterThan(0);
      const before = await rows(page).evaluate((element) => element.scrollTop);
      await rows(page).hover();
      await page.mouse.wheel(0, -100);
      await expect.poll(() => rows(page).evaluate((element) => element.scrollTop), PATIENCE).toBeLessThan(before - 90);
      await pill(page).waitFor();
      const replied = page.waitForResponse(/\/lines\?/, { timeout: 3_000 }).catch(() => null);
      release();
      await replied;
      await still(page, () => held);
      expect(await pill(page).count()).toBe(1);
      await sees(page, '0000490 a line');
      await pill(page).click();
      await sees(page, '0019999 a line');
    }),
  );

  test(
    'wrapped lines are followed as well',
    following(`${'wide '.repeat(400)}\n`.repeat(200), ['--follow'], async ({ page, path }) => {
      await rows(page).focus();
      await page.keyboard.press('w');
      for (let n = 0; n < 5; n++) {
        appendFileSync(path, `${'more '.repeat(300)} end of ${n}\n`);
        const last = (): Promise<boolean> =>
          rows(page).evaluate((element) => element.scrollTop + element.clientHeight >= element.scrollHeight - 2);
        await row(page, `end of ${n}`).first().waitFor();
        await expect.poll(last, PATIENCE).toBe(true);
        expect(await pill(page).count()).toBe(0);
      }
    }),
  );

  test(
    'bytes that come late to wrapped lines are no move away from the end, the wheel is one',
    following(`${'wide '.repeat(400)}\n`.repeat(200), ['--follow'], async ({ page, path }) => {
      const hold = async (url: string): Promise<() => void> => {
        let release = (): void => undefined;
        const released = new Promise<void>((go) => {
          release = go;
        });
        await page.route(url, async (route) => {
          await released;
          await route.continue();
        });
        return release;
      };
      const releaseBytes = await hold('**/bytes?*');
      // Wrapping makes the view higher, which scrolls it up by a little; a busy page thinks for long that it is being scrolled.
      await page.addInitScript(() => {
        const { setTimeout } = window;
        Object.assign(window, {
          setTimeout: (act: TimerHandler, ms: number) => setTimeout(act, ms === 150 ? 8_000 : ms),
        });
      });
      await page.reload();
      // The last rows are there, each as high as one line, and stay so with wrapping, for which they are asked for anew.
      await page.locator('.rows-row[data-row="199"]').waitFor();
      const releaseLines = await hold('**/lines?*');
      await rows(page).focus();
      await page.keyboard.press('w');
      await page.locator('.text-view-wrap .rows-row[data-row="199"]').waitFor();
      const height = (): Promise<number> => rows(page).evaluate((element) => element.scrollHeight);
      const before = await height();
      expect(await page.locator('.text-line').count()).toBe(0);
      releaseBytes();
      await expect.poll(height, PATIENCE).toBeGreaterThan(before * 2);
      await still(page, height);
      expect(await button(page).getAttribute('aria-pressed')).toBe('true');
      releaseLines();
      appendFileSync(path, 'the last one\n');
      await sees(page, 'the last one');
      await rows(page).hover();
      await page.mouse.wheel(0, -100);
      await pill(page).waitFor();
      const top = (): Promise<number> => rows(page).evaluate((element) => element.scrollTop);
      const place = await still(page, top);
      appendFileSync(path, 'one after it\n');
      await pill(page).getByText('1 new line').waitFor();
      expect(await still(page, top)).toBe(place);
    }),
  );
});

/** What was asked of the file before comes after the switch. */
const LATE: PageOptions = { expected: /40[49]/ };

describe('rotation', () => {
  test(
    'is followed by itself, with a seam and a tab for the file before',
    following(
      lines(0, 500),
      ['--follow'],
      async ({ page, path, folder }) => {
        await sees(page, '0000499 a line');
        renameSync(path, join(folder, 'app.log.1'));
        writeFileSync(path, 'a new day\n');
        await sees(page, 'a new day');
        await page
          .getByRole('note')
          .getByText(/app\.log was replaced at \d\d:\d\d:\d\d; the one before is kept as/)
          .waitFor();
        const tabs = page.getByRole('tab');
        await expect.poll(() => tabs.count(), PATIENCE).toBe(2);
        expect(await tabs.first().getAttribute('aria-selected')).toBe('true');
        appendFileSync(path, 'and more\n');
        await sees(page, 'and more');

        await page.getByRole('note').getByRole('button').click();
        await sees(page, '0000499 a line');
        await page.getByText('This is what').waitFor();
        await page.getByRole('button', { name: 'Show the present one' }).click();
        await sees(page, 'and more');
        await page.getByRole('note').getByRole('button').click();
        await page.getByRole('button', { name: 'Close', exact: true }).click();
        await expect.poll(() => tabs.count(), PATIENCE).toBe(1);
        await sees(page, 'and more');
        await page.getByText('the one before is no longer kept').waitFor();
      },
      LATE,
    ),
  );

  test(
    'is followed when the file was missing for a while, and when it is cut',
    following(
      'one\n',
      ['--follow'],
      async ({ page, path }) => {
        await sees(page, 'one');
        rmSync(path);
        await page.getByText('A new one will be followed as soon as it is there.').waitFor();
        writeFileSync(path, 'two\n');
        await sees(page, 'two');
        await expect.poll(() => page.getByText('A new one will be followed').count(), PATIENCE).toBe(0);
        truncateSync(path, 0);
        appendFileSync(path, 'three\n');
        await sees(page, 'three');
      },
      LATE,
    ),
  );

  test.each(['text', 'hex', 'wrapped'])(
    'that fails and is undone leaves the end of %s followed, though lines over the rows came and went',
    async (view) => {
      const run = following(
        lines(0, 500),
        ['--follow', ...(view === 'hex' ? ['--hex'] : [])],
        async ({ page, path, folder }) => {
          const grid = rows(page).first();
          await grid.focus();
          if (view === 'wrapped') await page.keyboard.press('w');
          const last = async (): Promise<string> => (await grid.getByRole('row').allTextContents()).at(-1) ?? '';
          await expect.poll(last, PATIENCE).toContain(view === 'hex' ? 'the log' : '0000499');
          const settled = (): Promise<unknown> => still(page, async () => [await grid.boundingBox(), await last()]);
          const live = async (): Promise<void> => {
            expect(await pill(page).count()).toBe(0);
            expect(await button(page).getAttribute('aria-pressed')).toBe('true');
          };
          const missing = page.getByText('nothing has this path any more');
          for (let n = 0; n < 2; n++) {
            await settled();
            renameSync(path, join(folder, 'app.log.1'));
            await missing.waitFor();
            await settled();
            mkdirSync(path);
            await page.getByText('is a directory').waitFor();
            await settled();
            await live();
            rmSync(path, { recursive: true });
            await missing.waitFor();
            await settled();
            renameSync(join(folder, 'app.log.1'), path);
            await expect.poll(() => missing.count(), PATIENCE).toBe(0);
            await settled();
            await live();
          }
          appendFileSync(path, `${' '.repeat(64)}end`);
          await expect.poll(last, PATIENCE).toContain('end');
        },
      );
      await run();
    },
  );

  test(
    'is offered when nothing is followed, and whoever reads elsewhere keeps the place',
    following(
      lines(0, 500),
      [],
      async ({ page, path, folder }) => {
        await sees(page, '0000000 a line');
        renameSync(path, join(folder, 'app.log.1'));
        writeFileSync(path, 'a new day\n');
        const offer = page.getByRole('button', { name: 'Follow the new one' });
        await offer.waitFor();
        await page.waitForTimeout(500);
        expect(await inView(page, '0000000 a line')).toBe(true);
        await offer.click();
        await sees(page, 'a new day');
        expect(await button(page).getAttribute('aria-pressed')).toBe('true');
      },
      LATE,
    ),
  );

  test(
    'to what cannot be shown is said, and tried again when something else is there',
    following(
      'kept\n',
      ['--follow'],
      async ({ page, path, folder }) => {
        await sees(page, 'kept');
        renameSync(path, join(folder, 'app.log.1'));
        mkdirSync(path);
        await page.getByText('is a directory').waitFor();
        expect(await inView(page, 'kept')).toBe(true);
        rmSync(path, { recursive: true });
        writeFileSync(path, 'good\n');
        await sees(page, 'good');
      },
      LATE,
    ),
  );
});

/** As a tab behind others is, which no page can be made to be from outside. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((now) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (now ? 'hidden' : 'visible') });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

describe('rotation while the page is hidden', () => {
  /** Resolves once the page has given its event stream back. */
  async function hide(page: Page): Promise<void> {
    const gone = page.waitForEvent('requestfailed', {
      predicate: (request) => request.url().includes('/events'),
      timeout: 40_000,
    });
    await setHidden(page, true);
    await gone;
  }

  /** Gives the path to one file after the other, each for as long as it takes to be noticed. */
  async function rotate({ path, folder, server }: Scene, contents: readonly string[]): Promise<void> {
    for (const [n, content] of contents.entries()) {
      const { switches } = (await server.file()).rotation;
      renameSync(path, join(folder, `app.log.${n}`));
      writeFileSync(path, content);
      await expect.poll(async () => (await server.file()).rotation.switches, PATIENCE).toBe(switches + 1);
    }
  }

  test(
    'loses nothing: all are there when it is shown again, with a word for how many, and the end is followed on',
    following('day 0\n', [], async (scene) => {
      const { page, path } = scene;
      await sees(page, 'day 0');
      await rows(page).focus();
      // The page asks for it: nothing was said of it on the command line.
      await page.keyboard.press('F');
      await expect.poll(async () => (await scene.server.file()).rotation.followed, PATIENCE).toBe(true);
      await hide(page);
      await rotate(scene, ['day 1\n', 'day 2\n', 'day 3\n']);
      expect(await page.getByRole('tab').count()).toBe(1);
      await setHidden(page, false);
      await sees(page, 'day 3');
      await page
        .getByText(/app\.log was replaced 3 times, last at [\d:]{8}\. Those before are kept in tabs/)
        .first()
        .waitFor();
      await expect.poll(() => page.getByRole('tab').count(), PATIENCE).toBe(4);
      appendFileSync(path, 'more of it\n');
      await sees(page, 'more of it');
      // Every seam, one after the other.
      for (const day of [2, 1, 0]) {
        await page.getByRole('note').getByRole('button').click();
        await sees(page, `day ${day}`);
      }
    }),
  );

  test(
    'leaves who has paused at the lines that are read, and says what was closed',
    following(lines(0, 3_000), ['--follow'], async (scene) => {
      const { page } = scene;
      await sees(page, '0002999 a line');
      await rows(page).hover();
      await page.mouse.wheel(0, -20_000);
      await pill(page).waitFor();
      // It has paused before the rows of where it comes to are here.
      const mounted = (): Promise<string[]> => row(page, ' a line of the log').allTextContents();
      await expect.poll(async () => (await mounted()).length, PATIENCE).toBeGreaterThan(30);
      const texts = await still(page, mounted);
      const first = texts[Math.floor(texts.length / 2)]?.match(/\d{7} a line/)?.[0] ?? '?';
      await sees(page, first);
      await hide(page);
      await rotate(scene, ['one\n', 'two\n']);
      await setHidden(page, false);
      await page.getByText('app.log was replaced 2 times').first().waitFor();
      await sees(page, first);
      await page.getByText('This is what').waitFor();
      await page.getByRole('button', { name: 'Show the present one' }).click();
      await sees(page, 'two');

      await hide(page);
      await rotate(
        scene,
        Array.from({ length: 9 }, (_, n) => `later ${n}\n`),
      );
      await setHidden(page, false);
      await sees(page, 'later 8');
      await page.getByText('To keep no more than 8 of them, 3 older ones were closed.').first().waitFor();
      await expect.poll(() => page.getByRole('tab').count(), PATIENCE).toBe(9);
    }),
  );
});

test.each(['shown', 'put away'])(
  'who has paused goes on with the search in the file that was replaced, %s as it was',
  (kind) =>
    following(
      lines(0, 3_000),
      ['--follow'],
      async ({ page, path, folder }) => {
        await sees(page, '0002999 a line');
        await rows(page).focus();
        await page.keyboard.press('/');
        await page.getByRole('combobox', { name: 'Search' }).waitFor();
        await page.keyboard.type('00015');
        await page.keyboard.press('Enter');
        await pill(page).waitFor();
        const said = (): Promise<string> => page.locator('.field-search').allTextContents().then(String);
        await expect.poll(said, PATIENCE).toMatch(/\d+ of 111/);
        await sees(page, '0000015 a line');
        await page.keyboard.press('n');
        await sees(page, '0000150 a line');
        await expect.poll(said, PATIENCE).toContain('2 of 111');
        if (kind === 'put away') {
          await page.keyboard.press('Escape');
          await expect.poll(said, PATIENCE).toBe('');
        }
        renameSync(path, join(folder, 'app.log.1'));
        writeFileSync(path, 'a new day\n');
        await page.getByText('This is what').waitFor();
        await sees(page, '0000150 a line');
        if (kind === 'put away') {
          expect(await still(page, said)).toBe('');
          // The last pattern of all files would be found without its having been kept.
          await page.evaluate(() => localStorage.removeItem('bigview.searches'));
          await rows(page).first().focus();
          await page.keyboard.press('n');
          await sees(page, '0000151 a line');
          await expect.poll(said, PATIENCE).toContain('3 of 111');
          return;
        }
        await expect.poll(said, PATIENCE).toContain('2 of 111');
        expect(new URL(page.url()).searchParams.get('q')).toBe('00015');
        await page.keyboard.press('n');
        await expect.poll(said, PATIENCE).toContain('3 of 111');
      },
      LATE,
    )(),
);

test(
  'filtered lines are followed with the full view, and pause alone when they are scrolled away',
  following(
    lines(0, 2_000),
    ['--follow'],
    async ({ page, path }) => {
      await sees(page, '0001999 a line');
      await rows(page).focus();
      await page.keyboard.press('&');
      await page.getByRole('combobox', { name: 'Filter' }).waitFor();
      await page.keyboard.type('7 a line');
      await page.keyboard.press('Enter');
      const filtered = page.locator('[data-pane="filtered"]');
      const last = async (): Promise<string> => {
        const texts = await filtered.locator('.text-line').allTextContents();
        return (
          texts
            .map((text) => text.trimEnd())
            .sort()
            .at(-1) ?? ''
        );
      };
      await expect.poll(last, PATIENCE).toBe('0001997 a line of the log');
      appendFileSync(path, lines(2_000, 3_000));
      await expect.poll(last, PATIENCE).toBe('0002997 a line of the log');
      await sees(page, '0002999 a line');
      await expect
        .poll(() => filtered.getByRole('status', { name: 'Filter' }).textContent(), PATIENCE)
        .toContain('300 of 3,000');
      await filtered.getByRole('grid').hover();
      await page.mouse.wheel(0, -2_000);
      await filtered.locator('.news-pill').getByText('Paused · nothing new').waitFor();
      appendFileSync(path, lines(3_000, 3_100));
      await sees(page, '0003099 a line');
      await filtered.locator('.news-pill').getByText('10 new rows').waitFor();
      expect(await last()).not.toBe('0003097 a line of the log');
      await filtered.locator('.news-pill').click();
      await expect.poll(last, PATIENCE).toBe('0003097 a line of the log');
      await expect.poll(() => pill(page).count(), PATIENCE).toBe(0);
      // The keyboard alone does not take the full view from its end.
      await filtered.getByRole('grid').focus();
      appendFileSync(path, lines(3_100, 3_200));
      await sees(page, '0003199 a line');
      await expect.poll(last, PATIENCE).toBe('0003197 a line of the log');
    },
    LATE,
  ),
);

describe('clear from here', () => {
  const strip = (page: Page): Locator => page.locator('.hidden-strip');
  const clear = async (page: Page): Promise<void> => {
    await rows(page).focus();
    await page.keyboard.press('Alt+c');
    await strip(page).waitFor();
  };
  const numbers = (page: Page): Promise<string[]> =>
    rows(page).evaluate((grid) => [...grid.querySelectorAll('.text-number')].map((cell) => cell.textContent ?? ''));

  test(
    'hides what is there, keeps the numbers of lines, and shows it again',
    following(lines(0, 2_000), [], async ({ page, path }) => {
      await sees(page, '0000000 a line');
      await clear(page);
      expect(await strip(page).textContent()).toContain('50.8 KiB before this are hidden');
      await page.getByText('Nothing has come since.').waitFor();
      expect(await rows(page).locator('[role=row]').count()).toBe(0);
      appendFileSync(path, lines(2_000, 2_010));
      await sees(page, '0002000 a line');
      expect(await rows(page).locator('[role=row]').count()).toBe(10);
      await expect.poll(() => numbers(page), PATIENCE).toEqual(Array.from({ length: 10 }, (_, i) => String(2_001 + i)));
      // Neither keys nor the wheel lead to what is hidden.
      await page.keyboard.press('g');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('PageUp');
      await page.mouse.wheel(0, -1_000);
      await page.waitForTimeout(200);
      expect(await rows(page).locator('[role=row]').count()).toBe(10);
      await expect.poll(() => new URL(page.url()).searchParams.get('at'), PATIENCE).toBe('52000');
      // Many rows: all of them can be reached, and none before.
      appendFileSync(path, lines(2_010, 12_000));
      await page.getByRole('contentinfo').getByText('12000 lines').waitFor();
      await page.keyboard.press('G');
      await sees(page, '0011999 a line');
      await page.keyboard.press('g');
      await sees(page, '0002000 a line');
      expect(await row(page, '0001999 a line').count()).toBe(0);
      // Also after the page was loaded anew.
      await still(page, () => page.url(), 600);
      await page.reload();
      await strip(page).waitFor();
      await sees(page, '0002000 a line');
      await strip(page).getByRole('button', { name: 'Show all' }).click();
      await expect.poll(() => strip(page).count(), PATIENCE).toBe(0);
      await page.keyboard.press('Control+Home');
      await rows(page).focus();
      await page.keyboard.press('g');
      await sees(page, '0000000 a line');
    }),
  );

  test(
    'leaves hits in what is hidden alone, and a jump there shows it again',
    following(`needle\n${lines(0, 100)}`, [], async ({ page, path }) => {
      await sees(page, 'needle');
      await clear(page);
      appendFileSync(path, 'one needle\nand another needle\n');
      await sees(page, 'another needle');
      await rows(page).focus();
      await page.keyboard.press('/');
      await page.keyboard.type('needle');
      await page.keyboard.press('Enter');
      const at = (): string | null => new URL(page.url()).searchParams.get('at');
      await expect.poll(at, PATIENCE).toMatch(/^26(11|30)$/);
      const seen = new Set<string | null>();
      await rows(page).focus();
      // There are two hits that are not hidden: each step goes to the other one.
      for (const key of ['n', 'n', 'n', 'n', 'n', 'N', 'N']) {
        const before = at();
        await page.keyboard.press(key);
        await expect.poll(at, PATIENCE).not.toBe(before);
        seen.add(await still(page, at));
      }
      expect([...seen].sort()).toEqual(['2611', '2630']);
      // Where nothing before is shown, that is where it goes on from.
      const said = page.getByText('went on from the start of what is shown');
      for (let n = 0; n < 2 && (await said.count()) === 0; n++) {
        await page.keyboard.press('n');
        await page.waitForTimeout(500);
      }
      await said.first().waitFor();
      expect(await strip(page).count()).toBe(1);
      await page.keyboard.press(':');
      await page.keyboard.type('0');
      await page.keyboard.press('Enter');
      await expect.poll(() => strip(page).count(), PATIENCE).toBe(0);
      await sees(page, '0000000 a line');
    }),
  );

  test(
    'neither lists nor counts hits and filtered lines of what is hidden, and brings them back',
    following(`${lines(0, 100)}a needle\n`, ['--follow'], async ({ page, path }) => {
      await sees(page, 'a needle');
      await rows(page).focus();
      await page.keyboard.press('/');
      await page.keyboard.type('needle');
      await page.keyboard.press('Enter');
      await page.keyboard.press('&');
      await page.getByRole('combobox', { name: 'Filter' }).waitFor();
      await page.keyboard.type('needle');
      await page.keyboard.press('Enter');
      const filtered = page.locator('[data-pane="filtered"]');
      const status = page.getByRole('group', { name: 'Search' });
      const texts = async (): Promise<string[]> =>
        (await filtered.locator('.text-line').allTextContents()).map((text) => text.trimEnd());
      const listed = (): Promise<string[]> =>
        page.getByRole('listbox', { name: 'Hits' }).locator('.hit-text').allTextContents();
      await expect.poll(texts, PATIENCE).toEqual(['a needle']);
      await status.getByRole('button').first().click();
      await expect.poll(listed, PATIENCE).toEqual(['a needle']);
      await rows(page).first().focus();
      await page.keyboard.press('Alt+c');
      await strip(page).waitFor();
      await page.getByText('1 hit in what is hidden, none since.').waitFor();
      await filtered.getByText('No line that passes the filter has come since.').waitFor();
      expect(await status.textContent()).toContain('no hit · 1 hidden');
      appendFileSync(path, `${lines(100, 300)}new needle\nno\nnewest needle\n`);
      await expect.poll(texts, PATIENCE).toEqual(['new needle', 'newest needle']);
      expect(await filtered.locator('.text-number').allTextContents()).toEqual(['302', '304']);
      await expect.poll(listed, PATIENCE).toEqual(['new needle', 'newest needle']);
      await expect.poll(() => status.textContent(), PATIENCE).toContain('2 hits · 1 hidden');
      await page.getByRole('listbox', { name: 'Hits' }).locator('.hit').last().click();
      await expect.poll(() => status.textContent(), PATIENCE).toContain('hit 2 of 2 · 1 hidden');
      await strip(page).getByRole('button', { name: 'Show all' }).click();
      await expect.poll(texts, PATIENCE).toEqual(['a needle', 'new needle', 'newest needle']);
      await expect.poll(listed, PATIENCE).toEqual(['a needle', 'new needle', 'newest needle']);
      await expect.poll(() => status.textContent(), PATIENCE).toContain('hit 3 of 3');
    }),
  );

  test(
    'keeps an unfinished line whole, in bytes begins at the row, and is followed like the rest',
    following(
      `${lines(0, 500)}half a`,
      ['--follow'],
      async ({ page, path }) => {
        await sees(page, 'half a');
        await clear(page);
        await expect.poll(() => rows(page).locator('[role=row]').count(), PATIENCE).toBe(1);
        appendFileSync(path, ' line\n');
        await sees(page, 'half a line');
        expect(await numbers(page)).toEqual(['501']);
        appendFileSync(path, lines(600, 2_600));
        await sees(page, '0002599 a line');
        await page.keyboard.press('x');
        await page.getByRole('grid', { name: /Bytes/ }).waitFor();
        await strip(page).waitFor();
        await page.getByRole('grid', { name: /Bytes/ }).focus();
        await page.keyboard.press('g');
        await expect.poll(() => page.locator('[role=row]').first().getAttribute('data-row'), PATIENCE).toBe('812');
        truncateSync(path, 0);
        appendFileSync(path, 'anew\n');
        await expect.poll(() => strip(page).count(), PATIENCE).toBe(0);
      },
      LATE,
    ),
  );
});

describe('standard input', () => {
  test('is followed from its first byte to its end', async () => {
    const { server, child } = await piped(['-'], 'pipe');
    await withPage(browser, server.origin, {}, async (page) => {
      await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
      await page.goto(server.origin);
      await page.getByText('Nothing has come on standard input yet.').waitFor();
      child.stdin?.write(lines(0, 3));
      await sees(page, '0000002 a line');
      child.stdin?.write(lines(3, 5_000));
      await sees(page, '0004999 a line');
      await page.getByRole('contentinfo').getByText('Input open').waitFor();
      child.stdin?.end('the end');
      await sees(page, 'the end');
      await page.getByRole('contentinfo').getByText('Input ended, 127 KiB').waitFor();
      expect(await button(page).getAttribute('aria-pressed')).toBe('true');
    });
  });

  test('says so when its disk is full, keeps what came, and goes on at the end when there is room', async (context) => {
    const disk = smallDisk(8);
    if (disk === null) return context.skip();
    const { server, child } = await piped(['-', '--no-cache'], 'pipe', disk.folder);
    const hog = join(disk.folder, 'hog');
    writeFileSync(hog, Buffer.alloc(8_000_000));
    await withPage(browser, server.origin, {}, async (page) => {
      await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
      await page.goto(server.origin);
      await page.getByText('Nothing has come on standard input yet.').waitFor();
      child.stdin?.write(lines(0, 10));
      const news = page.getByText(
        /The disk has hardly any room left, so the input waits; .* It is kept in .*\/input\./,
      );
      await news.waitFor();
      await page.getByText('What has come on standard input waits for the disk.').waitFor();
      expect(await page.getByText('Nothing has come').count()).toBe(0);
      rmSync(hog);
      await sees(page, '0000009 a line');
      await expect.poll(() => news.count(), PATIENCE).toBe(0);
      // Three times as much as there is room for.
      child.stdin?.write(lines(10, 1_000_000));
      await news.waitFor();
      await page.getByRole('contentinfo').getByText('Input waits').waitFor();
      // How much finds room depends on how it comes; the end of that is shown.
      const atEnd = async (): Promise<number> => {
        const whole = Math.floor((await server.file()).size / lines(0, 1).length);
        return page.getByText(lines(whole - 1, whole).trim()).count();
      };
      await expect.poll(atEnd, PATIENCE).toBe(1);
      disk.resize(200);
      await sees(page, '0999999 a line');
      expect(await news.count()).toBe(0);
      expect(await pill(page).count()).toBe(0);
      child.stdin?.end('the end');
      await sees(page, 'the end');
      await page.getByRole('contentinfo').getByText('Input ended, 24.8 MiB').waitFor();
      expect(await button(page).getAttribute('aria-pressed')).toBe('true');
    });
  });

  test('of bytes is shown as bytes', async () => {
    const { server, child } = await piped(['-'], 'pipe');
    await withPage(browser, server.origin, {}, async (page) => {
      await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
      await page.goto(server.origin);
      await page.getByText('Nothing has come on standard input yet.').waitFor();
      child.stdin?.write(Buffer.from(Array.from({ length: 20_000 }, (_, n) => (n * 7) % 256)));
      await page.getByRole('grid', { name: 'Bytes of stdin' }).waitFor();
      await expect
        .poll(() => page.locator('[role=row]').last().getAttribute('data-row'), PATIENCE)
        .toBe(String(20_000 / 16 - 1));
    });
  });
});

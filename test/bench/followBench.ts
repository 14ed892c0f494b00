/** From the write of a line to its row in the page while the end is followed, and from a rotation to the first row of the new file. */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { withBrowser, withPage } from './browser.ts';
import { withBigview } from './process.ts';
import { median, ms, percentile, type Row } from './stats.ts';

const AIM_MS = 300;
/** Not a multiple of the interval at which the server looks: every phase of it is met. */
const EVERY_MS = 437;
const ROTATION_AIM_MS = 1_000;
const ROTATE_MS = 1_537;

declare const window: Window & { seen?: Record<string, number> };

function watchMarks(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    window.seen = {};
    const look = (): void => {
      const text = document.querySelector('[role=grid]')?.textContent ?? '';
      for (const [mark] of text.matchAll(/mark[0-9]{3}/g)) {
        if (window.seen && window.seen[mark] === undefined) {
          window.seen[mark] = performance.timeOrigin + performance.now();
        }
      }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  });
}

/** How long each of the marks, numbered from `first`, was on its way. */
async function took(
  page: Page,
  written: readonly number[],
  first: number,
  limitMs: number,
): Promise<readonly number[]> {
  const seen = await page.evaluate(() => window.seen ?? {});
  return written.map((at, round) => {
    const came = seen[`mark${first + round}`];
    if (came === undefined) throw new Error(`mark ${round} has not come within ${limitMs} ms`);
    return came - at;
  });
}

async function once(path: string, view: 'text' | 'hex', rounds: number): Promise<readonly number[]> {
  const first = view === 'text' ? 100 : 500;
  return withBrowser((browser) =>
    withPage(browser, async (page) => {
      await watchMarks(page);
      return withBigview([path], ['--no-cache', '--follow', `--${view}`], async ({ server, indexed }) => {
        await page.goto(server.link);
        await page.locator('[role=grid]').waitFor();
        await indexed();
        await page.waitForTimeout(1_000);
        const written: number[] = [];
        for (let round = 0; round < rounds; round++) {
          written.push(performance.timeOrigin + performance.now());
          // Sixteen bytes, so that the mark is in one row of the hex view.
          appendFileSync(path, `mark${first + round}________\n`);
          await page.waitForTimeout(EVERY_MS);
        }
        return took(page, written, first, EVERY_MS);
      });
    }),
  );
}

/** From a new file under the path (renamed over, as a whole) to its first row. */
async function rotations(path: string, rounds: number): Promise<readonly number[]> {
  return withBrowser((browser) =>
    withPage(browser, async (page) => {
      await watchMarks(page);
      return withBigview([path], ['--no-cache', '--follow', '--text'], async ({ server }) => {
        await page.goto(server.link);
        await page.locator('[role=grid]').waitFor();
        await page.waitForTimeout(1_000);
        const written: number[] = [];
        for (let round = 0; round < rounds; round++) {
          writeFileSync(`${path}.next`, `mark${100 + round} of a new file\n`);
          written.push(performance.timeOrigin + performance.now());
          renameSync(`${path}.next`, path);
          await page.waitForTimeout(ROTATE_MS);
        }
        return took(page, written, 100, ROTATE_MS);
      });
    }),
  );
}

/** `path` is appended to, and then replaced; its length is a multiple of 16. */
export async function followBench(path: string, rounds: number): Promise<Row[]> {
  const row = (what: string, times: readonly number[], aim: number): Row => ({
    what,
    figure: `${ms(median(times))}  99 % ${ms(percentile(times, 0.99))}  longest ${ms(Math.max(...times))}`,
    aim: { text: ms(aim), met: Math.max(...times) <= aim },
  });
  return [
    row(`text, ${rounds} lines`, await once(path, 'text', rounds), AIM_MS),
    row(`hex, ${rounds} lines`, await once(path, 'hex', rounds), AIM_MS),
    row(`rotation, ${rounds / 3} files`, await rotations(path, rounds / 3), ROTATION_AIM_MS),
  ];
}

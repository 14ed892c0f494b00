/** From the write of a line to its row in the page, while the end is followed. */
import { appendFileSync } from 'node:fs';
import { withBrowser, withPage } from './browser.ts';
import { withBigview } from './process.ts';
import { median, ms, percentile, type Row } from './stats.ts';

const AIM_MS = 300;
/** Not a multiple of the interval at which the server looks: every phase of it is met. */
const EVERY_MS = 437;

declare const window: Window & { seen?: Record<string, number> };

async function once(path: string, view: 'text' | 'hex', rounds: number): Promise<readonly number[]> {
  return withBrowser((browser) =>
    withPage(browser, async (page) => {
      await page.addInitScript(() => {
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
      return withBigview([path], ['--no-cache', '--follow', `--${view}`], async ({ server, indexed }) => {
        await page.goto(server.link);
        await page.locator('[role=grid]').waitFor();
        await indexed();
        await page.waitForTimeout(1_000);
        const written: number[] = [];
        for (let round = 0; round < rounds; round++) {
          const mark = `mark${view === 'text' ? 100 + round : 500 + round}`;
          written.push(performance.timeOrigin + performance.now());
          // Sixteen bytes, so that the mark is in one row of the hex view.
          appendFileSync(path, `${mark}________\n`);
          await page.waitForTimeout(EVERY_MS);
        }
        const seen = await page.evaluate(() => window.seen ?? {});
        return written.map((at, round) => {
          const came = seen[`mark${view === 'text' ? 100 + round : 500 + round}`];
          if (came === undefined) throw new Error(`line ${round} has not come within ${EVERY_MS} ms`);
          return came - at;
        });
      });
    }),
  );
}

/** `path` is appended to; its length is a multiple of 16. */
export async function followBench(path: string, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const view of ['text', 'hex'] as const) {
    const took = await once(path, view, rounds);
    const worst = Math.max(...took);
    rows.push({
      what: `${view}, ${rounds} lines`,
      figure: `${ms(median(took))}  99 % ${ms(percentile(took, 0.99))}  longest ${ms(worst)}`,
      aim: { text: `${AIM_MS} ms`, met: worst <= AIM_MS },
    });
  }
  return rows;
}

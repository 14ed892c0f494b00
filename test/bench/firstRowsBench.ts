/**
 * From the start of the process to rows on the screen, for files of very different sizes that begin with the same bytes. The
 * browser is running already; everything else is cold: process, connection, page, token.
 */
import type { Browser } from 'playwright-core';
import { withBrowser, withPage } from './browser.ts';
import { withBigview } from './process.ts';
import { median, mib, ms, type Row, ratio } from './stats.ts';

const AIM = 0.1;

interface FirstRows {
  readonly took: number;
  readonly peakRss: number;
}

declare const window: Window & { firstRows?: number };

async function once(browser: Browser, path: string, needle: string): Promise<FirstRows> {
  return withPage(browser, async (page) => {
    await page.addInitScript((text) => {
      const look = (): void => {
        const rows = document.querySelector('[role=grid]');
        if (rows?.textContent?.includes(text)) window.firstRows = performance.timeOrigin + performance.now();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, needle);
    return withBigview([path], ['--no-cache', '--text'], async ({ server, startedAt, peakRss }) => {
      await page.goto(server.link);
      // The page's CSP forbids what waitForFunction does.
      let at: number | undefined;
      for (let polls = 0; at === undefined; polls++) {
        if (polls === 500) throw new Error(`${path}: no rows within 20 s`);
        await page.waitForTimeout(40);
        at = await page.evaluate(() => window.firstRows);
      }
      return { took: at - startedAt, peakRss: peakRss() };
    });
  });
}

/** `files` are named by their size; each begins with a line that holds `needle`. The first is what the others are held against. */
export async function firstRowsBench(
  files: readonly { readonly size: string; readonly path: string }[],
  needle: string,
  runs: number,
): Promise<Row[]> {
  const results = new Map<string, FirstRows[]>(files.map(({ size }) => [size, []]));
  await withBrowser(async (browser) => {
    for (let run = 0; run <= runs; run++) {
      for (const { size, path } of files) {
        const result = await once(browser, path, needle);
        if (run > 0) results.get(size)?.push(result);
      }
    }
  });
  const middle = (size: string): number => median((results.get(size) ?? []).map(({ took }) => took));
  const base = middle(files[0]?.size ?? '');
  return files.map(({ size }, index) => {
    const rss = mib(Math.max(...(results.get(size) ?? []).map(({ peakRss }) => peakRss)));
    const share = middle(size) / base;
    return {
      what: size,
      figure: `${ms(middle(size))}  ${ratio(share)}  peak RSS ${rss}`,
      ...(index > 0 && { aim: { text: 'within 10 %', met: share <= 1 + AIM } }),
    };
  });
}

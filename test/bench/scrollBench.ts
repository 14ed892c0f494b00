/** What a person sees while the wheel turns: frames that miss rows or bytes, and tasks that hold up the page. */
import type { Browser } from 'playwright-core';
import { withBrowser, withPage } from './browser.ts';
import { withBigview } from './process.ts';
import { median, ms, percentile, type Row } from './stats.ts';

const TICKS = 300;
const TICK_PX = 300;

interface Seen {
  frames: number[];
  uncovered: number;
  waiting: number;
  longTasks: number[];
  recording: boolean;
}
declare const window: Window & { seen: Seen };

async function once(browser: Browser, path: string, view: 'hex' | 'text'): Promise<Seen> {
  return withBigview([path], [`--${view}`], async ({ server, indexed }) => {
    await indexed();
    return withPage(browser, async (page) => {
      await page.goto(server.link);
      await page.waitForSelector('[role=grid] [role=row]');
      await page.mouse.move(400, 400);
      await page.evaluate(() => {
        window.seen = { frames: [], uncovered: 0, waiting: 0, longTasks: [], recording: true };
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.seen.longTasks.push(entry.duration);
        }).observe({ type: 'longtask' });
        let before = performance.now();
        const look = (): void => {
          const now = performance.now();
          window.seen.frames.push(now - before);
          before = now;
          const grid = document.querySelector('[role=grid]');
          const box = grid?.getBoundingClientRect();
          if (!grid || !box) throw new Error('no rows');
          let covered = 0;
          for (const row of grid.querySelectorAll('[role=row]')) {
            const place = row.getBoundingClientRect();
            covered += Math.max(0, Math.min(place.bottom, box.bottom) - Math.max(place.top, box.top));
          }
          if (covered < grid.clientHeight - 1) window.seen.uncovered += 1;
          if (grid.querySelector('.hex-skeleton, .text-skeleton')) window.seen.waiting += 1;
          if (window.seen.recording) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
      for (let tick = 0; tick < TICKS; tick++) await page.mouse.wheel(0, TICK_PX);
      await page.waitForTimeout(300);
      return page.evaluate(() => {
        window.seen.recording = false;
        return window.seen;
      });
    });
  });
}

export async function scrollBench(log: string): Promise<Row[]> {
  return withBrowser(async (browser) => {
    const rows: Row[] = [];
    for (const view of ['hex', 'text'] as const) {
      const seen = await once(browser, log, view);
      const worst = Math.max(0, ...seen.longTasks);
      rows.push(
        {
          what: `${view}: ${TICKS} wheel ticks of ${TICK_PX} px`,
          figure: `${seen.frames.length} frames, median ${ms(median(seen.frames))}, 99th percentile ${ms(percentile(seen.frames, 0.99))}`,
        },
        {
          what: `${view}: frames with a place that no row covers`,
          figure: `${seen.uncovered}`,
          aim: { text: '0', met: seen.uncovered === 0 },
        },
        { what: `${view}: frames with a row still waiting for its bytes`, figure: `${seen.waiting}` },
        { what: `${view}: tasks over 50 ms`, figure: `${seen.longTasks.length}, longest ${ms(worst)}` },
      );
    }
    return rows;
  });
}

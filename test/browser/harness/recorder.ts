/** What a person would have seen: each animation frame's first row and its place, taken inside the page. */
import type { Page } from 'playwright-core';
import type { Harness } from './main.tsx';

export interface Frame {
  /** Distance of the view's top edge from the top of row 0, CSS px. */
  readonly position: number;
  /** Every px of the viewport belongs to a row, and the rows follow each other. */
  readonly covered: boolean;
  /** All rows that touch the viewport have their bytes. */
  readonly filled: boolean;
}

interface RecorderWindow {
  harness: Harness;
  frames: Frame[];
  recording: boolean;
  look: () => Frame;
}
declare const window: RecorderWindow;

/** Puts `look` and the recorder into the page. */
export async function installRecorder(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.look = () => {
      const scroller = document.querySelector('[role=grid]');
      if (!(scroller instanceof HTMLElement)) throw new Error('no rows');
      const box = scroller.getBoundingClientRect();
      const rows = [...scroller.querySelectorAll<HTMLElement>('[role=row]')]
        .map((element) => {
          const place = element.getBoundingClientRect();
          return { element, row: Number(element.dataset.row), top: place.top - box.top, height: place.height };
        })
        .filter(({ top, height }) => top + height > 0.01 && top < box.height - 0.01)
        .sort((a, b) => a.row - b.row);
      const [first] = rows;
      const last = rows[rows.length - 1];
      if (!first || !last) return { position: Number.NaN, covered: false, filled: false };
      const follows = rows.every((row, index) => {
        const before = rows[index - 1];
        return !before || (row.row === before.row + 1 && Math.abs(before.top + before.height - row.top) < 0.01);
      });
      const covered = follows && first.top < 0.01 && last.top + last.height > box.height - 0.01;
      const filled = rows.every(({ element }) => element.querySelector('.hex-bytes') !== null);
      return { position: first.row * first.height - first.top, covered, filled };
    };
    const tick = () => {
      if (window.recording) window.frames.push(window.look());
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
}

export async function startRecording(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.frames = [];
    window.recording = true;
  });
}

export async function stopRecording(page: Page): Promise<Frame[]> {
  return page.evaluate(() => {
    window.recording = false;
    return window.frames;
  });
}

export async function look(page: Page): Promise<Frame> {
  return page.evaluate(() => window.look());
}

/** Waits until nothing has moved for `ms`, and returns where the view then is. */
export async function settled(page: Page, ms: number): Promise<Frame> {
  return page.evaluate(async (quiet) => {
    let frame = window.look();
    let since = performance.now();
    const deadline = since + 10_000;
    while (performance.now() - since < quiet) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const next = window.look();
      if (next.position !== frame.position) since = performance.now();
      frame = next;
      if (since > deadline) throw new Error('never comes to rest');
    }
    return frame;
  }, ms);
}

/** Waits until a predicate of the frame holds in the page. */
export async function waitForPosition(page: Page, position: number): Promise<Frame> {
  await page.waitForFunction((wanted) => Math.abs(window.look().position - wanted) < 0.01, position, {
    polling: 'raf',
    timeout: 10_000,
  });
  return look(page);
}

/**
 * Which pages a view wants, and which requests get them: pure, so that a test can count the reads. A page is named by its
 * number (offset / PAGE_BYTES).
 */
import type { Extent } from '../../shared/extent.ts';
import { MAX_WINDOW_BYTES, PAGE_BYTES } from '../../shared/limits.ts';

/** Contiguous pages `[first, first + count)`, got by one request. */
export interface PageWindow {
  readonly first: number;
  readonly count: number;
}

/** -1: towards the start of the file, 1: towards its end, 0: standing still. */
export type Travel = -1 | 0 | 1;

/** Pages asked for by one request at most. */
const MAX_WINDOW_PAGES = MAX_WINDOW_BYTES / PAGE_BYTES;

export function pageOf(offset: number): number {
  return Math.floor(offset / PAGE_BYTES);
}

/** Number of pages of a file, the last one perhaps partial. */
export function pageCount(size: number): number {
  return Math.ceil(size / PAGE_BYTES);
}

/** Bytes that page `page` of a file of `size` bytes holds; 0 past the end. */
export function pageLength(page: number, size: number): number {
  return Math.max(0, Math.min(PAGE_BYTES, size - page * PAGE_BYTES));
}

/**
 * The pages wanted for `visible` bytes, most urgent first: the visible ones, those next to them, and two more ahead in the
 * direction of travel. Nothing but the visible ones while the thumb is dragged, as the next frame may be anywhere.
 */
export function wantedPages(visible: Extent, travel: Travel, dragging: boolean, size: number): number[] {
  const count = pageCount(size);
  if (count === 0 || visible.offset >= size) return [];
  const first = pageOf(visible.offset);
  const last = Math.min(count - 1, pageOf(Math.max(visible.offset, visible.end - 1)));
  const pages: number[] = [];
  for (let page = first; page <= last; page++) pages.push(page);
  if (dragging) return pages;
  const around =
    travel < 0
      ? [first - 1, first - 2, first - 3, last + 1]
      : [last + 1, ...(travel > 0 ? [last + 2, last + 3] : []), first - 1];
  return pages.concat(around.filter((page) => page >= 0 && page < count));
}

export interface PlanInput {
  /** Most urgent first; may hold a page twice. */
  readonly wanted: readonly number[];
  /** True for a page that is neither here nor on its way, nor has to wait. */
  readonly isMissing: (page: number) => boolean;
  /** True for a page that may not share a request, since one that held it failed. */
  readonly isAlone: (page: number) => boolean;
  /** Requests that may still be started. */
  readonly slots: number;
}

/** The requests to start now: the most urgent missing page first, each grown by its contiguous missing neighbours. */
export function planWindows(input: PlanInput): PageWindow[] {
  const missing = new Set(input.wanted.filter(input.isMissing));
  const windows: PageWindow[] = [];
  for (const page of missing) {
    if (windows.length >= input.slots) break;
    let first = page;
    let end = page + 1;
    if (!input.isAlone(page)) {
      const joins = (next: number) => end - first < MAX_WINDOW_PAGES && missing.has(next) && !input.isAlone(next);
      while (joins(end)) end++;
      while (joins(first - 1)) first--;
    }
    for (let taken = first; taken < end; taken++) missing.delete(taken);
    windows.push({ first, count: end - first });
  }
  return windows;
}

/** The numbers of a window's pages. */
export function pagesOf(window: PageWindow): number[] {
  return Array.from({ length: window.count }, (_, index) => window.first + index);
}

/** The most urgent of each list first, then the second of each …: no view starves another. */
export function interleave(lists: readonly (readonly number[])[]): number[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const all: number[] = [];
  for (let index = 0; index < longest; index++) {
    for (const list of lists) {
      const page = list[index];
      if (page !== undefined) all.push(page);
    }
  }
  return all;
}

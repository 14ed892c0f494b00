/** Wants the pages of the visible rows (of long ones only what is visible), those around and ahead of them, and of the cursor. */
import { useEffect, useRef } from 'react';
import type { PageCache, PageInterest } from '../../cache/pageCache.ts';
import { pageCount, pageOf, type Travel } from '../../cache/plan.ts';
import type { TextContents } from '../../rows/textContent.ts';
import { rowAt, type TextRow, type TextRun } from '../../rows/textRun.ts';

/** Pages that one view may want: half of what the cache holds would throw out what is on screen. */
const MAX_PAGES = 256;
/** Rows of a filter whose pages are wanted ahead: each may be in one of its own. */
const AHEAD_ROWS = 24;

export interface TextPagesParts {
  readonly cache: PageCache;
  readonly contents: TextContents;
  readonly run: TextRun | null;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly cursorRow: number | null;
  readonly left: number;
  readonly cells: number;
  readonly version: number;
}

function addPages(pages: Set<number>, contents: TextContents, row: TextRow, left: number, cells: number): void {
  const { offset, end } = contents.extent(row, left, cells);
  for (let page = pageOf(offset); page <= pageOf(Math.max(offset, end - 1)) && pages.size < MAX_PAGES; page++) {
    pages.add(page);
  }
}

/** The pages of the rows that come next where rows are far from each other. */
function addRows(pages: Set<number>, run: TextRun, from: number): void {
  for (let at = from; at < from + AHEAD_ROWS; at++) {
    const row = rowAt(run, at);
    if (row && pages.size < MAX_PAGES) pages.add(pageOf(row.offset));
  }
}

export function useTextPages(parts: TextPagesParts): void {
  const { cache, contents, run, firstRow, lastRow, cursorRow, left, cells, version } = parts;
  const interest = useRef<PageInterest | null>(null);
  const before = useRef({ offset: 0, travel: 0 as Travel });

  useEffect(() => {
    const mine = cache.interest();
    interest.current = mine;
    return () => {
      mine.release();
      interest.current = null;
    };
  }, [cache]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the cache may have made a page wanted again
  useEffect(() => {
    if (!run) return;
    const pages = new Set<number>();
    for (let at = firstRow; at <= lastRow; at++) {
      const row = rowAt(run, at);
      if (row) addPages(pages, contents, row, left, cells);
    }
    const offset = rowAt(run, firstRow)?.offset ?? before.current.offset;
    const moved = offset - before.current.offset;
    const travel: Travel = moved > 0 ? 1 : moved < 0 ? -1 : before.current.travel;
    before.current = { offset, travel };
    const first = pages.size > 0 ? Math.min(...pages) : pageOf(offset);
    const last = pages.size > 0 ? Math.max(...pages) : pageOf(offset);
    const count = pageCount(cache.size);
    if (run.picked) addRows(pages, run, travel < 0 ? firstRow - AHEAD_ROWS : lastRow + 1);
    const near = travel < 0 ? [first - 1, first - 2, first - 3, last + 1] : [last + 1, last + 2, last + 3, first - 1];
    // What lies around rows of a filter is not theirs.
    const around = run.picked ? [] : near;
    for (const page of around) if (page >= 0 && page < count) pages.add(page);
    const cursor = cursorRow === null ? null : rowAt(run, cursorRow);
    if (cursor) addPages(pages, contents, cursor, left, cells);
    interest.current?.want([...pages], false);
  }, [cache, contents, run, firstRow, lastRow, cursorRow, left, cells, version]);
}

/** What of long rows is in view while lines are not wrapped: by the wheel, the bar, the pointer at an edge, and moves of the cursor. */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { TextContents } from '../../rows/textContent.ts';
import { rowAt, rowOfOffset, type TextRun } from '../../rows/textRun.ts';
import type { RunwayItem } from '../../rows/useRunway.ts';
import type { FileView } from '../../state/store.ts';
import { useLongest, useSidewaysWheel } from './textViewHooks.ts';

/** Cells kept between the cursor and the edge when a move scrolls sideways. */
const MARGIN_CELLS = 4;

export interface SidewaysParts {
  readonly main: RefObject<HTMLElement | null>;
  readonly view: FileView;
  readonly run: TextRun | null;
  readonly items: readonly RunwayItem[];
  readonly contents: TextContents;
  readonly size: number;
  readonly wrap: boolean;
  /** Of the pane, px; 0 until it is there. */
  readonly width: number;
  /** Cells that are in view at once. */
  readonly cells: number;
  readonly cellWidth: number;
  /** Of the cache: a change may have brought the bytes of a row. */
  readonly version: number;
  /** The cursor stays where it is on screen while wrapping is switched. */
  readonly isHeld: () => boolean;
  /** What is left of a view that has just begun, px; null: the start of the rows, unless the cursor is on a hit. */
  readonly firstPx: number | null;
}

export interface Sideways {
  /** What is left of the view, px; may be more than 0 with `wrap`, which shows all. */
  readonly px: number;
  /** The same in cells; 0 with `wrap`. */
  readonly left: number;
  /** Cells that can come into view. */
  readonly total: number;
  readonly scrollTo: (cells: number) => void;
  readonly scrollBy: (px: number) => void;
}

/** The left edge with which a cell is in view, when `left` is where one is: by as little as needed. */
function leftForCursor(cell: number, left: number, cells: number): number {
  if (cell < left) return Math.max(0, cell - MARGIN_CELLS);
  return cell >= left + cells - 1 ? cell - cells + 1 + MARGIN_CELLS : left;
}

/**
 * The left edge with which all cells from `first` to `last` are in view, as a hit is to be: the start of the rows where that shows
 * them, else as little as needed; of what is wider than the pane, its start. Pure.
 */
export function leftFor(first: number, last: number, left: number, cells: number): number {
  if (last < cells - 1) return 0;
  const most = Math.max(0, first - MARGIN_CELLS);
  if (first < left) return most;
  return last < left + cells - 1 ? left : Math.min(most, last - cells + 1 + MARGIN_CELLS);
}

function leftOf(here: { first: number; last: number; hit: boolean }, left: number, cells: number): number {
  return here.hit ? leftFor(here.first, here.last, left, cells) : leftForCursor(here.first, left, cells);
}

export function useSideways(parts: SidewaysParts): Sideways {
  const { main, view, run, items, contents, size, wrap, width, cells, cellWidth, version, isHeld } = parts;
  const [px, setPx] = useState(parts.firstPx ?? 0);
  const onHit = view.reveal.length !== undefined && view.reveal.offset === view.cursor;
  /** The last wish to reveal a byte that was also followed sideways; -1: `offset` is to be. */
  const followed = useRef(
    parts.firstPx === null && onHit ? { seq: -1, offset: view.cursor } : { seq: view.reveal.seq, offset: 0 },
  );
  const left = wrap ? 0 : px / cellWidth;
  const total = useLongest(items, run, contents, version) + MARGIN_CELLS;
  const most = useRef(0);
  most.current = wrap ? 0 : Math.max(px, (total - cells) * cellWidth, 0);

  const scrollTo = useCallback((next: number) => setPx(Math.max(0, Math.round(next * cellWidth))), [cellWidth]);
  const scrollBy = useCallback((by: number) => setPx((before) => Math.max(0, Math.min(before + by, most.current))), []);
  useSidewaysWheel(main, scrollBy);

  const wrapped = useRef(wrap);
  useLayoutEffect(() => {
    if (wrapped.current === wrap) return;
    wrapped.current = wrap;
    setPx(0);
    // What the cursor is on comes into view sideways, too.
    if (isHeld()) followed.current = { seq: -1, offset: view.cursor };
  });

  /** First and last cell of what is at an offset, a hit where one was gone to; null while its row or its bytes are not here. */
  const cellsAt = (offset: number): { readonly first: number; readonly last: number; readonly hit: boolean } | null => {
    const at = run && rowOfOffset(run, offset, size);
    const row = run && at !== null ? rowAt(run, at) : null;
    const first = row && contents.cellAt(row, offset);
    if (!row || first === null) return null;
    const length = view.reveal.offset === offset ? view.reveal.length : undefined;
    if (length === undefined) return { first, last: first, hit: false };
    const last = contents.cellAt(row, Math.min(offset + length, row.offset + row.length) - 1) ?? first;
    return { first, last: Math.max(first, last), hit: true };
  };

  // A pane that becomes narrower, or has larger letters, keeps its first column, and the cursor where it was in view.
  const before = useRef({ cells, cellWidth });
  useLayoutEffect(() => {
    const old = before.current;
    before.current = { cells, cellWidth };
    if (wrap || width === 0 || (old.cells === cells && old.cellWidth === cellWidth)) return;
    const was = px / old.cellWidth;
    const here = cellsAt(view.cursor);
    const seen = here !== null && here.first >= was && here.last < was + old.cells;
    setPx(Math.round((seen ? leftOf(here, was, cells) : was) * cellWidth));
  });

  // A move brings its cell into view once its row is here.
  useLayoutEffect(() => {
    if (followed.current.seq === view.reveal.seq || wrap || width === 0) return;
    const { offset } = followed.current.seq === -1 ? followed.current : view.reveal;
    const here = cellsAt(offset);
    if (here === null) return;
    followed.current = { seq: view.reveal.seq, offset };
    const next = leftOf(here, left, cells);
    if (next !== left) scrollTo(next);
  });

  return { px, left, total, scrollTo, scrollBy };
}

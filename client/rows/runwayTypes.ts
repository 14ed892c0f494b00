/** What a view says to its runway and hears from it (useRunway.ts). */
import type { RowAlign } from './runway.ts';

export interface RunwayOptions {
  /** Rows in all, below 2^53. May change: growth at the end moves nothing. */
  readonly rowCount: number;
  /** Rows before this one are not there; absent where all are. */
  readonly firstRow?: number;
  /** Whole CSS px; the estimate when `measured`. */
  readonly rowHeight: number;
  /** Rows have heights of their own and are measured (`measureElement` on each). */
  readonly measured: boolean;
  /** Row at the top at first. */
  readonly initialRow: number;
  /** Called in each scroll event and after each jump, before the frame is painted. */
  readonly onScroll?: (top: RowPosition) => void;
}

/** A place in the file as rows: px of `row` are above the top edge. */
export interface RowPosition {
  readonly row: number;
  readonly px: number;
}

export interface RunwayItem {
  /** Steady identity while mounted, also when rows are renamed. */
  readonly key: number;
  /** Absolute row, 0-based. */
  readonly row: number;
  /** Index in the runway; the `data-index` of a measured element. */
  readonly index: number;
  /** px from the top of the runway. */
  readonly start: number;
  readonly size: number;
}

export interface Runway {
  readonly scrollerRef: (element: HTMLDivElement | null) => void;
  /** The scroller, null until mounted. */
  readonly scroller: () => HTMLDivElement | null;
  readonly items: readonly RunwayItem[];
  /** Height of the runway, px. */
  readonly totalSize: number;
  readonly rowHeight: number;
  readonly rowCount: number;
  /** px; 0 until mounted. */
  readonly viewportHeight: number;
  /** First and last row of which a pixel is visible, as of this render. */
  readonly firstVisibleRow: number;
  readonly lastVisibleRow: number;
  /** Whole rows that fit, at least 1: the length of a page. */
  readonly pageRows: number;
  /** px from the top of the runway to the top of `row`; only meaningful for rows of the runway. Fixed heights only. */
  readonly startOf: (row: number) => number;
  /** Where the view is right now. */
  readonly position: () => RowPosition;
  /** Row at `y` px below the top edge of the scroller, right now; clamped to the rows there are. */
  readonly rowAt: (y: number) => number;
  readonly scrollToRow: (row: number, align: RowAlign) => void;
  /** Puts the view at an exact place, clamped. */
  readonly scrollToPosition: (position: RowPosition) => void;
  readonly scrollBy: (px: number) => void;
  readonly scrollByRows: (rows: number) => void;
  /**
   * Renames the rows: what was row n is row n + delta from now on, and no pixel moves. Call together with the state change that
   * gives the new `rowCount`.
   */
  readonly shift: (delta: number) => void;
  readonly measureElement: (element: HTMLElement | null) => void;
  /** Forgets measured heights (the width or the font changed) and keeps the top row in its place. */
  readonly remeasure: () => void;
}

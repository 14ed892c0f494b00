/** Which bytes the mounted rows draw: neighbours as one, and of a line that is not wrapped only about what is in the view. */
import type { Extent } from '../../../shared/extent.ts';
import { byteOf, characterAtCell } from '../../../shared/text/lineLayout.ts';
import { isLong, type TextContents } from '../../rows/textContent.ts';
import { estimateOffset, rowAt, rowEnd, type TextFacts, type TextRow, type TextRun } from '../../rows/textRun.ts';
import type { Runway, RunwayItem } from '../../rows/useRunway.ts';

/** Rows up to so many bytes are taken whole: the view may go sideways in them without anything to ask for. */
const WHOLE_BYTES = 4_096;

export interface Columns {
  /** First visible cell, and how many are visible. */
  readonly left: number;
  readonly cells: number;
}

/** `columns` is null while lines wrap. */
export function textExtents(
  items: readonly RunwayItem[],
  run: TextRun | null,
  contents: TextContents,
  columns: Columns | null,
): readonly Extent[] {
  const extents: { offset: number; end: number }[] = [];
  for (const item of items) {
    const row = run && rowAt(run, item.row);
    const extent = row && rowExtent(row, contents, columns);
    if (!extent) continue;
    const last = extents[extents.length - 1];
    if (last?.end === extent.offset) last.end = extent.end;
    else extents.push({ ...extent });
  }
  return extents;
}

/** The rows on screen are here with their bytes: their heights are known once they are drawn. */
export function areWhole(runway: Runway, run: TextRun, contents: TextContents): boolean {
  const last = Math.min(runway.lastVisibleRow, runway.rowCount - 1);
  for (let number = runway.firstVisibleRow; number <= last; number++) {
    const row = rowAt(run, number);
    if (row === null || contents.rowCells(row) === null) return false;
  }
  return true;
}

/** All bytes of the rows of the run among the mounted ones, and at most those between them. */
export function rowsExtent(items: readonly RunwayItem[], run: TextRun | null): Extent {
  const first = run && (rowAt(run, items[0]?.row ?? 0) ?? run.rows[0]);
  const last = run && (rowAt(run, items.at(-1)?.row ?? 0) ?? run.rows.at(-1));
  return first && last ? { offset: first.offset, end: rowEnd(last) + 1 } : { offset: 0, end: 0 };
}

function rowExtent(row: TextRow, contents: TextContents, columns: Columns | null): Extent | null {
  if (row.length <= WHOLE_BYTES || (columns === null && !isLong(row))) return { offset: row.offset, end: rowEnd(row) };
  const { left, cells } = columns ?? { left: 0, cells: WHOLE_BYTES };
  const content = contents.content(row, left, cells);
  if (!content) return null;
  const { layout, start, startCell } = content;
  const byteAt = (cell: number): number => byteOf(layout, characterAtCell(layout, Math.max(0, cell - startCell)));
  const base = row.offset + start;
  return { offset: base + byteAt(left), end: Math.max(base + byteAt(left) + 1, base + byteAt(left + cells + 1)) };
}

/** Bytes on screen; null where no row is known. Behind the last row of a filter nothing of the file is left to be shown. */
function visibleExtent(runway: Runway, run: TextRun | null, size: number, wrap: boolean): Extent | null {
  const first = run && rowAt(run, runway.firstVisibleRow);
  const last = run && (rowAt(run, runway.lastVisibleRow) ?? run.rows.at(-1));
  if (!first || !last) return null;
  const gone = wrap ? 0 : fraction(first, runway.position().px, runway.rowHeight);
  const atEnd = run.picked !== undefined && runway.lastVisibleRow >= run.picked.total - 1;
  return { offset: Math.min(size, first.offset + gone), end: atEnd ? size : Math.min(size, rowEnd(last)) };
}

/** About which bytes are on screen where the first rows are not here yet; null where that cannot be told. */
function estimatedExtent(runway: Runway, run: TextRun | null, facts: TextFacts): Extent | null {
  if (!run || run.picked) return null;
  const place = (row: number): number => rowAt(run, row)?.offset ?? estimateOffset(run, row, facts);
  const offset = place(runway.firstVisibleRow);
  const last = runway.lastVisibleRow + 1;
  return { offset, end: Math.max(offset, last >= runway.rowCount ? facts.size : place(last)) };
}

/** In place of what is visible while nothing is. */
function startingAt(offset: number, size: number): Extent {
  return { offset: Math.min(size, offset), end: Math.min(size, offset + 1) };
}

interface OnScreen {
  /** Bytes of rows that are here, as far as they are on screen. */
  readonly visible: Extent;
  /** About what is on screen where nothing of it is here; null: something is, or nobody knows. */
  readonly estimate: Extent | null;
}

/** `top`: where a view without rows would begin; null: it shows all that a filter leaves. */
export function onScreen(
  runway: Runway,
  run: TextRun | null,
  facts: TextFacts,
  wrap: boolean,
  top: number | null,
): OnScreen {
  const { size } = facts;
  const visible = visibleExtent(runway, run, size, wrap);
  if (visible) return { visible, estimate: null };
  return {
    visible: top === null ? { offset: 0, end: size } : startingAt(top, size),
    estimate: estimatedExtent(runway, run, facts),
  };
}

/** Bytes of the first visible row that are scrolled away, so that the thumb moves with each px. */
function fraction(row: TextRow, px: number, rowHeight: number): number {
  return Math.floor(((rowEnd(row) - row.offset) * Math.min(px, rowHeight)) / rowHeight);
}

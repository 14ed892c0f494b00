/** Which bytes the mounted rows draw: neighbours as one, and of a line that is not wrapped only about what is in the view. */
import type { Extent } from '../../../shared/extent.ts';
import { byteOf, characterAtCell } from '../../../shared/text/lineLayout.ts';
import { isLong, type TextContents } from '../../rows/textContent.ts';
import { rowAt, rowEnd, type TextRow, type TextRun } from '../../rows/textRun.ts';
import type { RunwayItem } from '../../rows/useRunway.ts';

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

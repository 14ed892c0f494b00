/** Cursor and selection in runway coordinates. A selection is at most three boxes a column, so it needs no range per row. */
import type { Extent } from '../../../shared/extent.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { bytesBox, type HexLayout, textBox } from './hexLayout.ts';

interface Box {
  readonly row: number;
  readonly rows: number;
  /** First and last byte of the row that the box covers. */
  readonly first: number;
  readonly last: number;
}

/** The boxes that cover `selection` within rows `[firstRow, lastRow]`: a first partial row, whole rows, a last partial row. */
export function selectionBoxes(selection: Extent, rowBytes: number, firstRow: number, lastRow: number): Box[] {
  if (selection.end <= selection.offset) return [];
  const from = Math.floor(selection.offset / rowBytes);
  const to = Math.floor((selection.end - 1) / rowBytes);
  const startColumn = selection.offset - from * rowBytes;
  const endColumn = selection.end - 1 - to * rowBytes;
  const boxes: Box[] = [];
  const add = (row: number, end: number, first: number, last: number) => {
    const start = Math.max(row, firstRow);
    const stop = Math.min(end, lastRow + 1);
    if (start < stop) boxes.push({ row: start, rows: stop - start, first, last });
  };
  if (from === to) {
    add(from, from + 1, startColumn, endColumn);
    return boxes;
  }
  const bodyStart = startColumn === 0 ? from : from + 1;
  const bodyEnd = endColumn === rowBytes - 1 ? to + 1 : to;
  if (bodyStart > from) add(from, from + 1, startColumn, rowBytes - 1);
  add(bodyStart, bodyEnd, 0, rowBytes - 1);
  if (bodyEnd <= to) add(to, to + 1, 0, endColumn);
  return boxes;
}

interface MarksProps {
  readonly runway: Runway;
  readonly layout: HexLayout;
}

export function HexSelection({ runway, layout, selection }: MarksProps & { readonly selection: Extent | null }) {
  const first = runway.items[0]?.row;
  const last = runway.items[runway.items.length - 1]?.row;
  if (selection === null || first === undefined || last === undefined) return null;
  return selectionBoxes(selection, layout.rowBytes, first, last).map((box) => {
    const place = { top: runway.startOf(box.row), height: box.rows * runway.rowHeight };
    return [bytesBox(layout, box.first, box.last), textBox(layout, box.first, box.last)].map((column) => (
      <div key={`${box.row}:${column.left}`} className="hex-selection" style={{ ...place, ...column }} />
    ));
  });
}

/** A ring around the byte in both columns; the row that holds it is tinted. */
export function HexCursor({ runway, layout, cursor }: MarksProps & { readonly cursor: number }) {
  const row = Math.floor(cursor / layout.rowBytes);
  const first = runway.items[0]?.row ?? Number.POSITIVE_INFINITY;
  const last = runway.items[runway.items.length - 1]?.row ?? Number.NEGATIVE_INFINITY;
  if (row < first || row > last) return null;
  const index = cursor - row * layout.rowBytes;
  const place = { top: runway.startOf(row), height: runway.rowHeight };
  return (
    <>
      <div className="hex-cursor" style={{ ...place, ...bytesBox(layout, index, index) }} />
      <div className="hex-cursor" style={{ ...place, ...textBox(layout, index, index) }} />
    </>
  );
}

export function HexCurrentRow({ runway, layout, cursor }: MarksProps & { readonly cursor: number }) {
  const row = Math.floor(cursor / layout.rowBytes);
  const first = runway.items[0]?.row ?? Number.POSITIVE_INFINITY;
  const last = runway.items[runway.items.length - 1]?.row ?? Number.NEGATIVE_INFINITY;
  if (row < first || row > last) return null;
  return <div className="hex-current-row" style={{ top: runway.startOf(row), height: runway.rowHeight }} />;
}

/** From a point on screen to a byte. */
import type { RefObject } from 'react';
import { byteOf, characterAtCell, characterAtIndex, type LineLayout } from '../../../shared/text/lineLayout.ts';
import type { TextContents } from '../../rows/textContent.ts';
import { rowAt, type TextRun } from '../../rows/textRun.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { rowWindow } from './rowWindow.ts';
import { indexAtPoint } from './textHighlights.ts';

export interface TextPointParts {
  readonly main: RefObject<HTMLElement | null>;
  readonly run: TextRun | null;
  readonly contents: TextContents;
  readonly wrap: boolean;
  /** px of the text beyond the left edge. */
  readonly leftPx: number;
  readonly cells: number;
  readonly cellWidth: number;
  /** px from the left edge of the rows to the text. */
  readonly textLeft: number;
}

export interface TextPoint {
  /** Coordinate of the row. */
  readonly row: number;
  /** px from the left edge of the rows. */
  readonly x: number;
  readonly clientX: number;
  readonly clientY: number;
}

/** The byte at a point: its character's first, the terminator's right of the text; null where no row is known. */
export function offsetAtPoint(parts: TextPointParts, point: TextPoint): number | null {
  const { run, contents, wrap, leftPx, cells, cellWidth } = parts;
  const row = run && rowAt(run, point.row);
  if (!row) return null;
  const left = wrap ? 0 : leftPx / cellWidth;
  const content = contents.content(row, left, cells);
  if (!content) return row.offset;
  const { layout, start, startCell } = content;
  const line = parts.main.current?.querySelector(`[data-row="${point.row}"] .text-line`) ?? null;
  const x = point.x - parts.textLeft;
  let character: number;
  if (!wrap && (x < 0 || layout.maps === null || line === null)) {
    // Every character of such a row is one cell, and cells are whole px.
    const cell = x < 0 ? left : (x + leftPx) / cellWidth;
    character = characterAtCell(layout, Math.max(0, Math.floor(cell - startCell)));
  } else if (line) {
    const part = wrap ? { from: 0, to: layout.text.length } : rowWindow(content, left, cells);
    character = characterInLine(layout, line, part, point);
  } else return row.offset;
  if (character >= layout.count) return contents.lastOffset(row) ?? row.offset;
  return row.offset + start + byteOf(layout, character);
}

/** Asks the page, as characters that the row font lacks have widths of their own, and lines wrap. */
function characterInLine(
  layout: LineLayout,
  line: Element,
  part: { readonly from: number; readonly to: number },
  point: TextPoint,
): number {
  const text = line.textContent ?? '';
  const length = Math.min(text.length, part.to - part.from + 1);
  return characterAtIndex(layout, part.from + indexAtPoint(line, length, text, point.clientX, point.clientY));
}

/** The byte one line on screen above or below the cursor while lines wrap; null where that cannot be told. */
export function offsetOnNextLine(
  parts: TextPointParts,
  runway: Runway,
  rowHeight: number,
  lines: 1 | -1,
): number | null {
  const scroller = runway.scroller();
  const ring = scroller?.querySelector('.text-cursor');
  if (!parts.wrap || !scroller || !ring) return null;
  const box = ring.getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  const clientX = box.left + Math.min(box.width, parts.cellWidth) / 2;
  const clientY = box.top + box.height / 2 + lines * rowHeight;
  const row = runway.rowAt(clientY - frame.top);
  const element = scroller.querySelector(`[data-row="${row}"]`)?.getBoundingClientRect();
  if (!element || clientY < element.top || clientY > element.bottom) return null;
  return offsetAtPoint(parts, { row, x: clientX - frame.left, clientX, clientY });
}

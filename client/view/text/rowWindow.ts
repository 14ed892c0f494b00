/** Which part of a row is in the page while lines do not wrap, and where: arithmetic only. */
import { cellOf, characterAtCell, indexOf, type LineLayout } from '../../../shared/text/lineLayout.ts';
import type { RowContent } from '../../rows/textContent.ts';

/** Rows up to so many characters are in the page whole: scrolling sideways does not draw them again. */
const WHOLE_CHARACTERS = 1_024;
/** Longer ones are cut at multiples of so many cells, and so far beyond the visible ones. */
const CUT_CELLS = 256;

export interface RowWindow {
  /** Part of the layout's text, `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Cells of the line before it. */
  readonly cell: number;
}

/** The part of a row to put in the page when cells `[left, left + cells)` of the line are visible. */
export function rowWindow(content: RowContent, left: number, cells: number): RowWindow {
  const { layout, startCell } = content;
  if (layout.text.length <= WHOLE_CHARACTERS) return { from: 0, to: layout.text.length, cell: startCell };
  const first = Math.max(0, (Math.floor((left - startCell) / CUT_CELLS) - 1) * CUT_CELLS);
  const last = (Math.ceil((left - startCell + cells) / CUT_CELLS) + 1) * CUT_CELLS;
  const character = characterAtCell(layout, first);
  return {
    from: indexOf(layout, character),
    to: last >= layout.cellCount ? layout.text.length : indexAtCell(layout, last),
    cell: startCell + cellOf(layout, character),
  };
}

function indexAtCell(layout: LineLayout, cell: number): number {
  return indexOf(layout, characterAtCell(layout, Math.max(0, cell)));
}

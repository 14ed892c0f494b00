/**
 * Where everything of a hex row is, in cells and px: pure, so that mouse, cursor, selection and colours agree with the text.
 *
 *     0000 1A40   00 01 02 03 04 05 06 07  08 09 …   ········…
 *     address     bytes                              text
 */

import { digitGroups, formatHex, addressDigits as hexDigits } from '../../../shared/units.ts';

/** What a person may choose. */
export interface HexShape {
  /** Bytes per row, 8–64. */
  readonly rowBytes: number;
  readonly grouping: 1 | 2 | 4 | 8;
  readonly radix: 'hex' | 'decimal';
  /** Digits of the widest address. */
  readonly addressDigits: number;
  /** Whole CSS px. */
  readonly cellWidth: number;
}

export interface HexLayout extends HexShape {
  /** Left edges and widths, CSS px. */
  readonly addressLeft: number;
  readonly addressWidth: number;
  readonly bytesLeft: number;
  readonly bytesWidth: number;
  readonly textLeft: number;
  readonly textWidth: number;
  readonly width: number;
  /** Cell in the bytes column of the first digit of byte i of a row. */
  readonly cells: readonly number[];
}

/** Space at either side of a row and between groups of address digits, CSS px. */
const MARGIN_PX = 12;
const ADDRESS_GAP_PX = 5;
/** Cells between the columns. */
const COLUMN_GAP = 2;

export const MIN_ROW_BYTES = 8;
export const MAX_ROW_BYTES = 64;

/** Digits that every address of a file needs: hex in groups of four and at least eight, decimal as many as there are. */
export function addressDigits(size: number, radix: 'hex' | 'decimal'): number {
  return radix === 'hex' ? hexDigits(size) : Math.max(6, String(Math.max(0, size - 1)).length);
}

function addressGroup(radix: 'hex' | 'decimal'): 3 | 4 {
  return radix === 'hex' ? 4 : 3;
}

/** The groups of an address as they are shown. Joined they are the plain address: the gaps between are drawn, not written. */
export function addressGroups(offset: number, digits: number, radix: 'hex' | 'decimal'): readonly string[] {
  return digitGroups(radix === 'hex' ? formatHex(offset, digits) : String(offset), addressGroup(radix));
}

/** Cells before byte `index`: two a byte, one between groups, one more between eights. */
function cellOf(index: number, grouping: number): number {
  return index * 2 + Math.floor(index / grouping) + Math.floor(index / 8);
}

export function hexLayout(shape: HexShape): HexLayout {
  const { rowBytes, grouping, cellWidth, radix } = shape;
  const cells = Array.from({ length: rowBytes }, (_, index) => cellOf(index, grouping));
  const gaps = Math.ceil(shape.addressDigits / addressGroup(radix)) - 1;
  const addressWidth = shape.addressDigits * cellWidth + gaps * ADDRESS_GAP_PX;
  const bytesLeft = MARGIN_PX + addressWidth + COLUMN_GAP * cellWidth;
  const bytesWidth = ((cells[rowBytes - 1] ?? 0) + 2) * cellWidth;
  const textLeft = bytesLeft + bytesWidth + COLUMN_GAP * cellWidth;
  const textWidth = rowBytes * cellWidth;
  const width = textLeft + textWidth + MARGIN_PX;
  return { ...shape, addressLeft: MARGIN_PX, addressWidth, bytesLeft, bytesWidth, textLeft, textWidth, width, cells };
}

/** Most bytes a row that fit into `width` px: a multiple of 8. */
export function fittingRowBytes(width: number, shape: Omit<HexShape, 'rowBytes'>): number {
  let best = MIN_ROW_BYTES;
  for (let rowBytes = MIN_ROW_BYTES; rowBytes <= MAX_ROW_BYTES; rowBytes += 8) {
    if (hexLayout({ ...shape, rowBytes }).width <= width) best = rowBytes;
  }
  return best;
}

export type HexColumn = 'address' | 'bytes' | 'text';

/** The byte of a row that `x` px from its left edge means, and the column. The nearest one, so that every press hits a byte. */
export function byteAt(layout: HexLayout, x: number): { readonly index: number; readonly column: HexColumn } {
  const last = layout.rowBytes - 1;
  const between = layout.bytesLeft + layout.bytesWidth + (COLUMN_GAP * layout.cellWidth) / 2;
  if (x >= between) {
    const index = Math.floor((x - layout.textLeft) / layout.cellWidth);
    return { index: Math.max(0, Math.min(index, last)), column: 'text' };
  }
  if (x < layout.bytesLeft - layout.cellWidth) return { index: 0, column: 'address' };
  const cell = (x - layout.bytesLeft) / layout.cellWidth;
  let index = 0;
  // A gap belongs half to the byte before and half to the byte after it.
  while (index < last && cell >= ((layout.cells[index] ?? 0) + 2 + (layout.cells[index + 1] ?? 0)) / 2) index++;
  return { index, column: 'bytes' };
}

/** Left edge and width, px, of bytes `[first, last]` of a row in the bytes column. */
export function bytesBox(layout: HexLayout, first: number, last: number): { left: number; width: number } {
  const start = layout.cells[first] ?? 0;
  const end = (layout.cells[last] ?? 0) + 2;
  return { left: layout.bytesLeft + start * layout.cellWidth, width: (end - start) * layout.cellWidth };
}

/** The same in the text column, where a byte is one cell. */
export function textBox(layout: HexLayout, first: number, last: number): { left: number; width: number } {
  return { left: layout.textLeft + first * layout.cellWidth, width: (last - first + 1) * layout.cellWidth };
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'));

/** Two upper-case digits. */
export function hexByte(byte: number): string {
  return HEX[byte] ?? '';
}

/** The bytes column of a row as text: digit i of byte b is at `cells[b] + i`. */
export function bytesText(bytes: Uint8Array, grouping: number): string {
  let text = '';
  for (let index = 0; index < bytes.length; index++) {
    if (index > 0) {
      if (index % grouping === 0) text += ' ';
      if (index % 8 === 0) text += ' ';
    }
    text += HEX[bytes[index] ?? 0];
  }
  return text;
}

/**
 * What is in the rows: their bytes laid out as text, and the four questions a cursor asks. Synchronous: null means that the bytes
 * are not here yet. Knows neither DOM nor scrolling.
 *
 * A line of up to LONG_LINE bytes is decoded whole and its cells are exact. A longer one is never: its cells are its *bytes*
 * (cell c of the row is byte c of the line, moved back to the start of its character), and only the bytes around the visible
 * columns are decoded. So it needs no scan from its start, however far to the right one is.
 */
import type { TextCodec } from '../../shared/text/characters.ts';
import {
  byteOf,
  cellOf,
  characterAtByte,
  characterAtCell,
  type LayoutOptions,
  type LineLayout,
  layoutLine,
} from '../../shared/text/lineLayout.ts';
import { rowEnd, type TextRow } from './textRun.ts';

/** Longest line, bytes, that is decoded whole. */
const LONG_LINE = 65_536;

/** A laid out part of a row. */
export interface RowContent {
  readonly layout: LineLayout;
  /** Bytes of the row before the layout. */
  readonly start: number;
  /** Cells of the row before the layout. */
  readonly startCell: number;
}

/** A character under the cursor: absolute half-open bytes, and the cells it takes. */
export interface CharacterPlace {
  readonly offset: number;
  readonly end: number;
  readonly cells: number;
}

export interface ContentOptions {
  readonly codec: TextCodec;
  readonly tabSize: number;
  readonly escapes: LayoutOptions['escapes'];
  readonly controls: LayoutOptions['controls'];
  /** `[offset, offset + length)` or null unless all of it is here. */
  readonly readBytes: (offset: number, length: number) => Uint8Array | null;
}

export function isLong(row: TextRow): boolean {
  return row.length > LONG_LINE || row.open;
}

export class TextContents {
  readonly options: ContentOptions;
  /** Layouts of whole rows, as long as their run lives. */
  readonly #whole = new WeakMap<TextRow, RowContent>();

  constructor(options: ContentOptions) {
    this.options = options;
  }

  /** The row, or of a long one what is needed to show `cells` cells from cell `left` on. */
  content(row: TextRow, left: number, cells: number): RowContent | null {
    return isLong(row) ? this.#window(row, left, cells) : this.#all(row);
  }

  /** First and last byte (half-open, absolute) that `content` would read. */
  extent(row: TextRow, left: number, cells: number): { readonly offset: number; readonly end: number } {
    if (!isLong(row)) return { offset: row.offset, end: row.offset + row.length };
    const { first, end } = this.#windowBytes(row, left, cells);
    return { offset: row.offset + first, end: row.offset + end };
  }

  /** Cells from the start of the row to its end, the terminator not counted; null while unknown. */
  rowCells(row: TextRow): number | null {
    return isLong(row) ? row.length : (this.#all(row)?.layout.cellCount ?? null);
  }

  /** The character of the row that holds the byte; past the content it is the terminator. */
  characterAt(row: TextRow, offset: number): CharacterPlace | null {
    const byte = offset - row.offset;
    if (byte >= row.length && row.terminatorLength > 0) {
      return { offset: row.offset + row.length, end: rowEnd(row), cells: 1 };
    }
    const content = this.content(row, byte, 16);
    if (!content) return null;
    const { layout, start } = content;
    const character = Math.min(characterAtByte(layout, byte - start), Math.max(0, layout.count - 1));
    return {
      offset: row.offset + start + byteOf(layout, character),
      end: row.offset + start + byteOf(layout, character + 1),
      cells: cellOf(layout, character + 1) - cellOf(layout, character),
    };
  }

  /** The cell at which the character that holds the byte begins. */
  cellAt(row: TextRow, offset: number): number | null {
    if (isLong(row)) return Math.min(offset - row.offset, row.length);
    const content = this.#all(row);
    return content && cellOf(content.layout, characterAtByte(content.layout, offset - row.offset));
  }

  /** First byte of the character at a cell; right of the text, of the terminator or of the last character. */
  offsetAtCell(row: TextRow, cell: number): number | null {
    const cells = this.rowCells(row);
    if (cells === null) return null;
    if (cell >= cells) return this.lastOffset(row);
    if (isLong(row)) return this.characterAt(row, row.offset + Math.max(0, Math.floor(cell)))?.offset ?? null;
    const layout = this.#all(row)?.layout;
    return layout ? row.offset + byteOf(layout, characterAtCell(layout, cell)) : null;
  }

  /** First byte of what ends the row: the terminator if it has one, else the last character. */
  lastOffset(row: TextRow): number | null {
    if (row.terminatorLength > 0 || row.length === 0) return row.offset + row.length;
    const last = this.characterAt(row, row.offset + row.length - 1)?.offset ?? null;
    // The bytes there of a very long row come when the cursor goes there.
    return last ?? (isLong(row) ? row.offset + row.length - this.options.codec.unitBytes : null);
  }

  #all(row: TextRow): RowContent | null {
    const known = this.#whole.get(row);
    if (known) return known;
    const { codec, tabSize, escapes, controls, readBytes } = this.options;
    const bytes = readBytes(row.offset, row.length);
    if (bytes === null || bytes.length < row.length) return null;
    const startCell = row.column ?? 0;
    const layout = layoutLine(bytes, codec, { tabSize, startCell, escapes, controls, more: false });
    const content: RowContent = { layout, start: 0, startCell: 0 };
    this.#whole.set(row, content);
    return content;
  }

  #windowBytes(row: TextRow, left: number, cells: number): { first: number; at: number; end: number } {
    const { codec } = this.options;
    const column = Math.max(0, Math.min(Math.floor(left), row.length));
    const at = column - (column % codec.unitBytes);
    // Enough to find where the character at the left edge begins; legacy multi-byte text has to look further back.
    const context = codec.longest <= 1 ? 0 : Math.min(at, codec.longest > 4 ? 1_024 : 256);
    return { first: at - context, at, end: Math.min(row.length, at + (cells + 16) * 4) };
  }

  #window(row: TextRow, left: number, cells: number): RowContent | null {
    const { codec, tabSize, escapes, controls, readBytes } = this.options;
    const { first, at, end } = this.#windowBytes(row, left, cells);
    const bytes = readBytes(row.offset + first, end - first);
    if (bytes === null || bytes.length < end - first) return null;
    const begin = at >= row.length ? at - first : codec.boundary(bytes, at - first);
    const start = first + begin;
    const layout = layoutLine(bytes.subarray(begin), codec, {
      tabSize,
      startCell: start,
      escapes,
      controls,
      more: end < row.length,
    });
    return { layout, start, startCell: start };
  }
}

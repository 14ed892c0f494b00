/**
 * One line (or piece of a line) as it is shown: its display text, and exact maps between four ways to name a place in it:
 *
 *   byte  (relative to the first byte decoded)  <->  character  <->  index in the display text  <->  cell (column on screen)
 *
 * A *character* here is what the cursor stands on: a decoded character with the marks that join it, an invalid byte, a control
 * character, or a whole obeyed colour escape (which has bytes but no text and no cells). Characters tile the bytes.
 *
 * A line of printable ASCII has no maps at all: byte = character = index = cell. That is nearly every line of a log.
 */
import type { Characters, TextCodec } from './characters.ts';
import { applySgr, MAX_SGR_CHARACTERS, PLAIN, type TextStyle } from './sgr.ts';
import { caretSymbol, characterSymbol, type MarkKind } from './symbols.ts';
import { isWide, joinsPrevious } from './width.ts';

export interface LayoutOptions {
  readonly tabSize: number;
  /** Cell of the line at which the bytes begin; tab stops count from the start of the line. */
  readonly startCell: number;
  /** Obey colour escapes, or show them as symbols like every other escape. */
  readonly escapes: 'colour' | 'symbols';
  /** How control characters are shown: as `\u241b` or as `^[`. */
  readonly controls: 'pictures' | 'carets';
  /** The line goes on after these bytes: a character cut at their end is left out. */
  readonly more: boolean;
}

/** `[start, end)` in the display text. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly kind: MarkKind;
}

/** `[start, end)` in the display text. */
export interface StyleRun {
  readonly start: number;
  readonly end: number;
  readonly style: TextStyle;
}

interface LineMaps {
  /** Each has `count + 1` entries that never fall: where character i begins. */
  readonly bytes: Uint32Array;
  readonly indices: Uint32Array;
  readonly cells: Uint32Array;
}

export interface LineLayout {
  readonly text: string;
  readonly count: number;
  readonly byteCount: number;
  readonly cellCount: number;
  /** Null when all four are the same. */
  readonly maps: LineMaps | null;
  /** Ascending, disjoint, neighbours of one kind merged. */
  readonly marks: readonly Mark[];
  /** Ascending, disjoint; plain stretches are left out. */
  readonly styles: readonly StyleRun[];
  /** Where each tab begins in the display text, and how many spaces stand for it, in turns. */
  readonly tabs: readonly number[];
}

const EMPTY_LAYOUT: LineLayout = {
  text: '',
  count: 0,
  byteCount: 0,
  cellCount: 0,
  maps: null,
  marks: [],
  styles: [],
  tabs: [],
};

const TAB = 0x09;
const ESCAPE = 0x1b;

/** Decodes and lays out `bytes`, which begin at a character boundary. */
export function layoutLine(bytes: Uint8Array, codec: TextCodec, options: LayoutOptions): LineLayout {
  if (codec.ascii && isPrintableAscii(bytes)) {
    const length = bytes.length;
    return { ...EMPTY_LAYOUT, text: asciiText(bytes), count: length, byteCount: length, cellCount: length };
  }
  return new Builder(codec, options).build(codec.decode(bytes, options.more));
}

class Builder {
  readonly #codec: TextCodec;
  readonly #options: LayoutOptions;
  readonly #marks: Mark[] = [];
  readonly #styles: StyleRun[] = [];
  readonly #tabs: number[] = [];
  #text = '';
  #cell = 0;
  #count = 0;
  #style = PLAIN;
  #styleStart = 0;

  constructor(codec: TextCodec, options: LayoutOptions) {
    this.#codec = codec;
    this.#options = options;
  }

  build(characters: Characters): LineLayout {
    const { codes, starts, count } = characters;
    const bytes = new Uint32Array(count + 1);
    const indices = new Uint32Array(count + 1);
    const cells = new Uint32Array(count + 1);
    let previous = -1;
    for (let i = 0; i < count; ) {
      const code = codes[i] ?? 0;
      if (previous >= 0 && joinsPrevious(code, previous)) {
        this.#text += this.#codec.codeText(code);
        previous = code;
        i += 1;
        continue;
      }
      bytes[this.#count] = starts[i] ?? 0;
      indices[this.#count] = this.#text.length;
      cells[this.#count] = this.#cell;
      this.#count += 1;
      const obeyed = code === ESCAPE && this.#options.escapes === 'colour' ? sgrLength(codes, i) : 0;
      if (obeyed > 0) {
        this.#restyle(applySgr(this.#style, asciiText(codes.subarray(i + 2, i + obeyed - 1))));
        i += obeyed;
        // A mark after an escape has nothing to join.
        previous = -1;
      } else {
        this.#show(code);
        previous = code;
        i += 1;
      }
    }
    this.#restyle(PLAIN);
    const end = this.#count;
    bytes[end] = starts[count] ?? 0;
    indices[end] = this.#text.length;
    cells[end] = this.#cell;
    return {
      text: this.#text,
      count: end,
      byteCount: bytes[end] ?? 0,
      cellCount: this.#cell,
      maps: {
        bytes: bytes.subarray(0, end + 1),
        indices: indices.subarray(0, end + 1),
        cells: cells.subarray(0, end + 1),
      },
      marks: this.#marks,
      styles: this.#styles,
      tabs: this.#tabs,
    };
  }

  #show(code: number): void {
    if (code === TAB) {
      const { tabSize, startCell } = this.#options;
      const width = tabSize - ((startCell + this.#cell) % tabSize);
      this.#tabs.push(this.#text.length, width);
      this.#text += ' '.repeat(width);
      this.#cell += width;
      return;
    }
    const caret = this.#options.controls === 'carets' ? caretSymbol(code) : null;
    const symbol = caret ?? characterSymbol(code);
    if (symbol) {
      this.#mark(symbol.kind, symbol.text.length);
      this.#text += symbol.text;
      this.#cell += symbol.text.length;
      return;
    }
    // A mark at the start of a line has nothing to stand on but this.
    if (joinsPrevious(code, 0)) this.#text += '\u25cc';
    this.#text += this.#codec.codeText(code);
    this.#cell += isWide(code) ? 2 : 1;
  }

  #mark(kind: MarkKind, length: number): void {
    const start = this.#text.length;
    const last = this.#marks.at(-1);
    if (last && last.end === start && last.kind === kind) {
      this.#marks[this.#marks.length - 1] = { start: last.start, end: start + length, kind };
    } else {
      this.#marks.push({ start, end: start + length, kind });
    }
  }

  #restyle(style: TextStyle): void {
    const end = this.#text.length;
    if (this.#style !== PLAIN && end > this.#styleStart) {
      this.#styles.push({ start: this.#styleStart, end, style: this.#style });
    }
    this.#style = style;
    this.#styleStart = end;
  }
}

/** Characters of the colour escape that starts at `at`, or 0 when there is none. */
function sgrLength(codes: Uint32Array, at: number): number {
  if (codes[at + 1] !== 0x5b) return 0;
  for (let i = at + 2; i < Math.min(codes.length, at + 2 + MAX_SGR_CHARACTERS); i++) {
    const code = codes[i] ?? 0;
    if (code === 0x6d) return i + 1 - at;
    if (code < 0x30 || code > 0x3b) return 0;
  }
  return 0;
}

function isPrintableAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}

/** Text of ASCII codes; in parts, since a call takes a bounded number of arguments. */
function asciiText(codes: Uint8Array | Uint32Array): string {
  let text = '';
  for (let at = 0; at < codes.length; at += 4_096) text += String.fromCharCode(...codes.subarray(at, at + 4_096));
  return text;
}

/** The last i with `starts[i] <= value`, at most `count`. */
function lastAtOrBefore(starts: Uint32Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

const clamp = (value: number, count: number): number => Math.max(0, Math.min(count, Math.floor(value)));

/** The character that holds byte `byte`; `count` from the end on. */
export function characterAtByte(layout: LineLayout, byte: number): number {
  return layout.maps ? lastAtOrBefore(layout.maps.bytes, layout.count, byte) : clamp(byte, layout.count);
}

/** The character that holds the display text's index; `count` from the end on. */
export function characterAtIndex(layout: LineLayout, index: number): number {
  return layout.maps ? lastAtOrBefore(layout.maps.indices, layout.count, index) : clamp(index, layout.count);
}

/** The visible character that holds the cell; `count` from the end on. */
export function characterAtCell(layout: LineLayout, cell: number): number {
  return layout.maps ? lastAtOrBefore(layout.maps.cells, layout.count, cell) : clamp(cell, layout.count);
}

/** First byte of a character; `count` gives the end. */
export function byteOf(layout: LineLayout, character: number): number {
  return layout.maps ? (layout.maps.bytes[character] ?? layout.byteCount) : clamp(character, layout.count);
}

/** Where a character begins in the display text; `count` gives the end. */
export function indexOf(layout: LineLayout, character: number): number {
  return layout.maps ? (layout.maps.indices[character] ?? layout.text.length) : clamp(character, layout.count);
}

/** First cell of a character; `count` gives the end. */
export function cellOf(layout: LineLayout, character: number): number {
  return layout.maps ? (layout.maps.cells[character] ?? layout.cellCount) : clamp(character, layout.count);
}

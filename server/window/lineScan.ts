/**
 * Finds lines, and pieces of long lines, around a place of the file.
 *
 * The index says which pages hold terminators, as far as it has come; beyond, windows are searched one after the other. What is
 * found is a list of *spans*, contiguous and in file order. A span is a line, or with `split` a piece of one: lines are then cut at
 * `start of the line + k * split` (raw cuts; the reader moves them back to a character's start). Where the start of a line is
 * too far away to be found, cuts are multiples of `split` in the file, so that they still are the same for every request.
 */
import { PAGE_BYTES } from '../../shared/limits.ts';
import type { LineFormat } from '../../shared/lineFormat.ts';
import { lineKernel } from '../index/kernel.ts';
import type { LineTable } from '../index/lineTable.ts';
import type { LineGaps } from './lineGaps.ts';
import type { LineWindow, LineWindows } from './lineWindows.ts';

export interface Span {
  /** Start of the line, null when it was not found. */
  readonly lineStart: number | null;
  /** Number of the piece in its line, or in the file when `lineStart` is null; 0 for a whole line. */
  readonly piece: number;
  /** A raw cut, unless `piece` is 0. */
  readonly offset: number;
  /** End of the content; a raw cut when `cut`. */
  readonly contentEnd: number;
  /** Terminator included. */
  readonly end: number;
  /** The line goes on after `end` in a next piece. */
  readonly cut: boolean;
  /** The line goes on after `end`, but nobody knows how far. */
  readonly open: boolean;
}

/** Where a line begins; or, when that was not found, how far back there is no other line's end. */
export interface LineStart {
  readonly known: boolean;
  readonly offset: number;
}

/** A place to go on from: piece `piece` of a line. */
export interface Place {
  readonly start: LineStart;
  readonly piece: number;
}

const FIRST_WINDOW = 131_072;
const MAX_WINDOW = 1_048_576;
/** Stretches worth remembering. */
const MIN_GAP = 524_288;

export class LineScan {
  readonly #windows: LineWindows;
  readonly #format: LineFormat;
  readonly #unit: 1 | 2;
  readonly #table: LineTable | null;
  readonly #gaps: LineGaps;
  readonly #split: number;

  /** `table` is what the index has counted of this generation, null for nothing; `split` is Infinity for whole lines. */
  constructor(windows: LineWindows, format: LineFormat, table: LineTable | null, gaps: LineGaps, split: number) {
    this.#windows = windows;
    this.#format = format;
    this.#unit = format.unitBytes;
    this.#table = table;
    this.#gaps = gaps;
    this.#split = split;
  }

  /** The start of the line that holds the byte at `offset`. */
  async lineStart(offset: number): Promise<LineStart> {
    const { size } = this.#windows;
    this.#windows.renewBudget();
    const aligned = offset - (offset % this.#unit);
    // One read for both what the search looks at first and what follows.
    const from = Math.max(0, aligned - FIRST_WINDOW / 2);
    await this.#windows.load(from - (from % PAGE_BYTES), Math.min(size, aligned + PAGE_BYTES));
    const search = this.#searchBack(aligned);
    const found = await search.next(1);
    const position = found[0];
    if (position !== undefined) return { known: true, offset: position + this.#unit };
    return search.at === 0 ? { known: true, offset: 0 } : { known: false, offset: search.at };
  }

  /** The piece that the byte at `offset` is in, or the one before that: go on from there until a span ends after `offset`. */
  placeOf(start: LineStart, offset: number): Place {
    if (this.#split === Number.POSITIVE_INFINITY) return { start, piece: 0 };
    const base = start.known ? start.offset : 0;
    const piece = Math.max(0, Math.floor((offset - base) / this.#split) - 1);
    // Cuts of an unknown line reach back no further than it was looked at.
    const first = start.known ? 0 : Math.ceil(start.offset / this.#split);
    return { start, piece: Math.min(Math.max(piece, first), Math.floor((offset - base) / this.#split)) };
  }

  /** Raw position of cut number `piece` of a line. */
  cut(start: LineStart, piece: number): number {
    const base = start.known ? start.offset : 0;
    if (this.#split === Number.POSITIVE_INFINITY || (piece === 0 && start.known)) return start.offset;
    const at = base + piece * this.#split;
    return at - (at % this.#unit);
  }

  /** Up to `count` spans from `place` on; fewer at the end of the file or of the budget. */
  async forward(place: Place, count: number): Promise<Span[]> {
    this.#windows.renewBudget();
    const { size } = this.#windows;
    const spans: Span[] = [];
    let { start, piece } = place;
    let offset = this.cut(start, piece);
    let at = offset;
    let step = FIRST_WINDOW;
    /** Spans up to `contentEnd`; with `end` null only those that are sure to be cut. */
    const emit = (contentEnd: number, end: number | null): void => {
      const lineStart = start.known ? start.offset : null;
      for (; spans.length < count; piece++) {
        const next = this.#split === Number.POSITIVE_INFINITY ? contentEnd : this.cut(start, piece + 1);
        if (next >= contentEnd) break;
        spans.push({ lineStart, piece, offset, contentEnd: next, end: next, cut: true, open: false });
        offset = next;
      }
      if (end === null || spans.length === count) return;
      spans.push({ lineStart, piece, offset, contentEnd, end, cut: false, open: false });
      start = { known: true, offset: end };
      piece = 0;
      offset = end;
    };
    while (spans.length < count && offset < size) {
      if (at >= size) {
        emit(size, size);
        break;
      }
      if (this.#split === Number.POSITIVE_INFINITY) at = this.#skipAhead(at);
      if (at >= size) continue;
      const window = this.#windows.from(at) ?? (await this.#loadAhead(at, step));
      if (!window) break;
      step = Math.min(MAX_WINDOW, step * 2);
      const positions = lineKernel()
        .locate(window.bytes.subarray(0, MAX_WINDOW), this.#format, 0, count - spans.length)
        .slice();
      for (const position of positions) {
        const terminator = at + position;
        emit(await this.#contentEnd(terminator, offset), terminator + this.#unit);
      }
      const from = at;
      at += Math.min(MAX_WINDOW, window.bytes.length);
      if (positions.length === 0) this.#noteGap(from, at);
      // A CR at the end may belong to a terminator that follows, so the last units are not content for sure.
      if (spans.length < count) emit(at - this.#unit, null);
    }
    if (spans.length === 0 && count > 0 && offset < size) {
      const lineStart = start.known ? start.offset : null;
      spans.push({ lineStart, piece, offset, contentEnd: at, end: at, cut: false, open: true });
    }
    return spans;
  }

  /** Up to `count` spans before `place`, in file order; fewer at the start of the file or at the end of the budget. */
  async backward(place: Place, count: number): Promise<Span[]> {
    this.#windows.renewBudget();
    const spans: Span[] = [];
    this.#piecesBefore(place, count, spans);
    // Where a line's start is unknown, so is all before it.
    if (!place.start.known) return spans.reverse();
    let end = place.start.offset;
    const aligned = end - (end % this.#unit);
    // The unit before a line's start is the terminator of the line before it, not one that ends a line before that.
    const search = this.#searchBack(aligned === end ? Math.max(0, end - this.#unit) : aligned);
    while (spans.length < count && end > 0) {
      const found = await search.next(Math.min(count - spans.length, 4096));
      for (const position of found) {
        if (spans.length === count) break;
        const start = position + this.#unit;
        await this.#lineBackward({ known: true, offset: start }, end, count, spans);
        end = start;
      }
      if (found.length > 0) continue;
      if (search.at === 0) await this.#lineBackward({ known: true, offset: 0 }, end, count, spans);
      else if (spans.length === 0) await this.#lineBackward({ known: false, offset: search.at }, end, count, spans);
      break;
    }
    return spans.reverse();
  }

  /** Number of terminators in `[pageStart, offset)` of the page that holds `offset`. */
  async countBefore(offset: number): Promise<number> {
    const pageStart = offset - (offset % PAGE_BYTES);
    if (pageStart === offset) return 0;
    return lineKernel().count(await this.#windows.bytes(pageStart, offset), this.#format);
  }

  /** End of terminator number `skip` (0-based) of the page at `pageStart`, or null when the page does not hold as many. */
  async nthEnd(pageStart: number, skip: number): Promise<number | null> {
    const { size } = this.#windows;
    const window = await this.#windows.load(pageStart, Math.min(size, pageStart + FIRST_WINDOW));
    const page = window.bytes.subarray(0, PAGE_BYTES);
    const [position] = lineKernel().locate(page, this.#format, skip, 1);
    return position === undefined ? null : pageStart + position + this.#unit;
  }

  #piecesBefore(place: Place, count: number, spans: Span[]): void {
    const { start } = place;
    if (this.#split === Number.POSITIVE_INFINITY) return;
    for (let piece = place.piece - 1; piece >= 0 && spans.length < count; piece--) {
      const offset = this.cut(start, piece);
      if (!start.known && offset < start.offset) return;
      const contentEnd = this.cut(start, piece + 1);
      const lineStart = start.known ? start.offset : null;
      spans.push({ lineStart, piece, offset, contentEnd, end: contentEnd, cut: true, open: false });
    }
  }

  /** The spans of the line `[start, end)`, last first; of a line with an unknown start, what was looked at. */
  async #lineBackward(start: LineStart, end: number, count: number, spans: Span[]): Promise<void> {
    const { size } = this.#windows;
    const lineStart = start.known ? start.offset : null;
    let contentEnd = await this.#endOfContent(start.offset, end, size);
    let piece = 0;
    if (this.#split !== Number.POSITIVE_INFINITY) {
      const base = start.known ? start.offset : 0;
      piece = Math.max(0, Math.floor((contentEnd - base) / this.#split));
      while (piece > 0 && this.cut(start, piece) >= contentEnd) piece--;
    }
    let spanEnd = end;
    for (let cut = false; piece >= 0 && spans.length < count; piece--, cut = true) {
      const offset = this.cut(start, piece);
      if (!start.known && offset < start.offset) return;
      spans.push({ lineStart, piece, offset, contentEnd, end: spanEnd, cut, open: false });
      spanEnd = offset;
      contentEnd = offset;
      if (this.#split === Number.POSITIVE_INFINITY) return;
    }
  }

  /** Content of the line `[start, end)` ends before its terminator, if it has one. */
  async #endOfContent(start: number, end: number, size: number): Promise<number> {
    const terminator = end - this.#unit;
    if (terminator < start || terminator % this.#unit !== 0) return end;
    if (end === size && !(await this.#isTerminator(terminator))) return end;
    return this.#contentEnd(terminator, start);
  }

  async #isTerminator(offset: number): Promise<boolean> {
    return lineKernel().count(await this.#windows.bytes(offset, offset + this.#unit), this.#format) === 1;
  }

  /** Where the content ends before the terminator at `terminator`: a CR directly before an LF is not content. */
  async #contentEnd(terminator: number, start: number): Promise<number> {
    const before = terminator - this.#unit;
    if (this.#format.terminator === 'cr' || before < start) return terminator;
    const bytes = this.#windows.held(before, terminator) ?? (await this.#windows.bytes(before, terminator));
    const low = this.#unit === 2 && this.#format.bigEndian ? 1 : 0;
    const isReturn = bytes[low] === 0x0d && (this.#unit === 1 || bytes[1 - low] === 0);
    return isReturn ? before : terminator;
  }

  async #loadAhead(at: number, step: number): Promise<LineWindow | null> {
    if (this.#windows.exhausted) return null;
    const { size } = this.#windows;
    // Ending at a page's end, where the index can be asked.
    const end = at + step - ((at + step) % PAGE_BYTES);
    return this.#windows.load(at, Math.min(size, end));
  }

  /** The first place from `at` on where a terminator may be, as far as is known without reading. */
  #skipAhead(at: number): number {
    let to = Math.min(this.#windows.size, this.#gaps.after(at));
    const table = this.#table;
    if (table && to % PAGE_BYTES === 0 && to / PAGE_BYTES < table.pages) {
      to = table.nextHolder(to / PAGE_BYTES) * PAGE_BYTES;
    }
    return to;
  }

  /** The last place up to which, from `at` backwards, a terminator may be. */
  #skipBack(at: number): number {
    let to = this.#gaps.before(at);
    const table = this.#table;
    if (table && to % PAGE_BYTES === 0 && to / PAGE_BYTES <= table.pages) {
      to = (table.previousHolder(to / PAGE_BYTES) + 1) * PAGE_BYTES;
    }
    return to;
  }

  #noteGap(from: number, end: number): void {
    // Half a unit at the end of the file may become a terminator when the file grows.
    const to = end - (end % this.#unit);
    const adjacent = this.#gaps.before(from) < from || this.#gaps.after(to) > to;
    if (adjacent || to - from >= MIN_GAP) this.#gaps.note(from, to);
  }

  /** Looks for terminators that lie before `from` (a multiple of the unit), last first. */
  #searchBack(from: number): BackSearch {
    return new BackSearch(from, {
      windows: this.#windows,
      format: this.#format,
      skip: (at) => this.#skipBack(at),
      gap: (start, end) => this.#noteGap(start, end),
    });
  }
}

interface BackContext {
  readonly windows: LineWindows;
  readonly format: LineFormat;
  readonly skip: (at: number) => number;
  readonly gap: (from: number, to: number) => void;
}

/** A search for terminators from some place backwards, batch by batch. */
class BackSearch {
  /** All before this is still to be searched. */
  at: number;
  readonly #context: BackContext;
  #step = FIRST_WINDOW / 2;

  constructor(from: number, context: BackContext) {
    this.at = from;
    this.#context = context;
  }

  /** Positions of up to `limit` terminators before `at`, last first. Empty only at the start of the file or of the budget. */
  async next(limit: number): Promise<number[]> {
    const { windows, format, skip, gap } = this.#context;
    while (this.at > 0) {
      this.at = skip(this.at);
      if (this.at === 0) break;
      // From a page's start on, where the index can be asked.
      const wanted = Math.max(0, this.at - this.#step);
      const from = wanted - (wanted % PAGE_BYTES);
      const held = windows.held(from, this.at);
      if (!held && windows.exhausted) break;
      const bytes = held ?? (await windows.load(from, this.at)).bytes;
      this.#step = Math.min(MAX_WINDOW - PAGE_BYTES, this.#step * 2);
      const count = lineKernel().count(bytes, format);
      const taken = Math.min(limit, count);
      const found = [...lineKernel().locate(bytes, format, count - taken, taken)].map((position) => from + position);
      if (count === 0) gap(from, this.at);
      this.at = taken < count ? (found[0] ?? from) : from;
      if (taken > 0) return found.reverse();
    }
    return [];
  }
}

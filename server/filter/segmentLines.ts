/**
 * The lines that belong to one segment, found in its bytes: exactly those that searches report (../search/scanLines.ts). A line
 * belongs to the segment in which it begins; one longer than `pieceBytes` is cut at the borders of segments, and each piece
 * counts as a line of its own. Every whole segment has at least one.
 */
import { assert } from '../../shared/assert.ts';
import type { LineFormat } from '../../shared/lineFormat.ts';
import { LINES, MAX_GATHERED_LINES, type SearchKernel, TEXT, TEXT_LIMIT } from '../search/kernel.ts';
import { type EdgeContext, lineEndAfter, lineStartBefore } from '../search/lineEdges.ts';
import type { LoadedBytes } from '../search/loadedBytes.ts';

/** Where the segment is; nothing at or after `size` is read. */
export interface LinePlace {
  readonly fd: number;
  readonly offset: number;
  readonly end: number;
  readonly size: number;
  readonly format: LineFormat;
  readonly pieceBytes: number;
}

/** Start and length of the content of a line, in the file. */
export type VisitLine = (start: number, length: number) => void;

/** Read at once where a few lines are wanted. */
const SHORT_STEP = 65_536;
/** So many lines are few. */
const FEW_LINES = 512;

export class SegmentLines {
  readonly #kernel: SearchKernel;
  readonly #bytes: LoadedBytes;
  #place: LinePlace | null = null;
  #unit: 1 | 2 = 1;

  constructor(kernel: SearchKernel, bytes: LoadedBytes) {
    this.#kernel = kernel;
    this.#bytes = bytes;
  }

  open(place: LinePlace): void {
    this.#place = place;
    this.#unit = place.format.unitBytes;
    this.#kernel.setLines(place.format);
    // What was loaded may be of another file.
    this.#load(place.offset, place.offset);
  }

  /** Start of the first line of the segment; its end, or after, when there is none. */
  first(): number {
    return this.#ownedFrom(this.#here.offset);
  }

  /** Where the last line of the segment ends, its terminator included. */
  last(): number {
    const { end, size } = this.#here;
    return end === size ? size : this.#ownedFrom(end);
  }

  /**
   * Visits at most `most` lines of the segment from the one at `at` on that start before `stop`; returns where the next starts,
   * or the end of the segment.
   */
  forward(at: number, most: number, stop: number, visit: VisitLine): number {
    const { end, pieceBytes } = this.#here;
    const before = Math.min(stop, end);
    let left = most;
    let next = at;
    let step = left <= FEW_LINES ? Math.min(SHORT_STEP, pieceBytes) : pieceBytes;
    while (next < before && left > 0) {
      const wholeEnd = this.#wholeLines(next, step, before);
      if (wholeEnd === null) {
        if (step === pieceBytes) {
          next = this.#longLine(next, visit);
          left--;
        } else step = pieceBytes;
        continue;
      }
      const count = this.#gather(next, wholeEnd, Math.min(left, MAX_GATHERED_LINES));
      const { lines, exports } = this.#kernel;
      next = this.#bytes.offsetOf(exports.gatherEnd());
      const base = this.#bytes.offsetOf(0);
      for (let i = 0; i < count; i++) visit(base + (lines[3 * i + 1] ?? 0), lines[3 * i + 2] ?? 0);
      left -= count;
    }
    return next;
  }

  /**
   * Goes back over at most `most` lines of the segment from where one ends (its terminator included), but not past `least`, where
   * one starts. Returns where it came to, and over how many lines.
   */
  back(from: number, most: number, least: number): { readonly start: number; readonly lines: number } {
    let start = from;
    let lines = 0;
    while (lines < most && start > least) {
      start = this.#previousStart(start, least);
      lines++;
    }
    return { start, lines };
  }

  /** Where the line after the one with this content starts. */
  after(contentEnd: number): number {
    const { end, size } = this.#here;
    const unit = this.#unit;
    if (contentEnd >= size) return size;
    const most = Math.min(size, contentEnd + 2 * unit);
    if (!this.#holds(contentEnd, most)) this.#load(contentEnd, Math.min(size, contentEnd + SHORT_STEP));
    const pointer = this.#bytes.pointer(contentEnd);
    const stop = this.#bytes.pointer(most);
    // A piece that ends with the segment has no terminator there.
    const found = this.#kernel.exports.nextTerminator(pointer, stop);
    return found < stop ? this.#bytes.offsetOf(found) + unit : end;
  }

  get #here(): LinePlace {
    assert(this.#place !== null, 'a segment is opened before its lines are asked for');
    return this.#place;
  }

  #context(): EdgeContext {
    const { fd, size, pieceBytes } = this.#here;
    return { kernel: this.#kernel, bytes: this.#bytes, sizes: { pieceBytes }, job: { fd, size } };
  }

  /** The first start of a line, or of a piece, that belongs to the segment at `offset`. */
  #ownedFrom(offset: number): number {
    if (offset === 0) return 0;
    const context = this.#context();
    const start = lineStartBefore(context, offset, 0, this.#unit);
    if (start === offset) return offset;
    if (start === null) return offset;
    return lineEndAfter(context, offset, start + this.#here.pieceBytes, this.#unit) ?? offset;
  }

  /**
   * The end of the last of the whole lines from `at` on that start before `before`, as far as bytes are loaded, else in the next
   * `step` bytes, which are loaded then; null when not even one is whole there.
   */
  #wholeLines(at: number, step: number, before: number): number | null {
    const { size, pieceBytes } = this.#here;
    const bytes = this.#bytes;
    const loaded = Math.min(bytes.end, at + pieceBytes);
    if (bytes.offset <= at && at < loaded) {
      const end = this.#wholeLoaded(at, loaded, before);
      if (end !== null) return end;
    }
    const limit = Math.min(size, at + step);
    this.#load(at, limit);
    return this.#wholeLoaded(at, limit, before);
  }

  #wholeLoaded(at: number, limit: number, before: number): number | null {
    const bytes = this.#bytes;
    const { previousTerminator, nextTerminator } = this.#kernel.exports;
    let end = limit;
    if (limit < this.#here.size) {
      const last = previousTerminator(bytes.pointer(limit - ((limit - at) % this.#unit)), bytes.pointer(at));
      if (last < 0) return null;
      end = bytes.offsetOf(last) + this.#unit;
    }
    if (end <= before) return end;
    const from = bytes.pointer(Math.max(at, before - this.#unit));
    const cut = nextTerminator(from, bytes.pointer(end));
    return cut < bytes.pointer(end) ? bytes.offsetOf(cut) + this.#unit : end;
  }

  #gather(at: number, end: number, most: number): number {
    const { exports } = this.#kernel;
    const bytes = this.#bytes;
    return exports.gather(bytes.pointer(at), bytes.pointer(end), true, false, TEXT, TEXT_LIMIT, LINES, most);
  }

  /** The part of a long line from `at` on that lies in the segment; returns where the next line starts, or the segment ends. */
  #longLine(at: number, visit: VisitLine): number {
    const { end, pieceBytes } = this.#here;
    const unit = this.#unit;
    for (let from = at; from < end; from += pieceBytes) {
      const to = Math.min(end, from + pieceBytes);
      // The CR of the terminator may lie before the edge of what is looked at.
      this.#load(Math.max(at, from - unit), to);
      const stop = this.#bytes.pointer(to);
      const found = this.#kernel.exports.nextTerminator(this.#bytes.pointer(from), stop);
      if (found >= stop) continue;
      const lineEnd = this.#bytes.offsetOf(found);
      const carriage = lineEnd >= at + unit && this.#isCarriage(found - unit) ? unit : 0;
      visit(at, lineEnd - carriage - at);
      return lineEnd + unit;
    }
    visit(at, end - at);
    return end;
  }

  #isCarriage(pointer: number): boolean {
    const { unitBytes, bigEndian, terminator } = this.#here.format;
    if (terminator === 'cr') return false;
    const { memory } = this.#kernel;
    if (unitBytes === 1) return memory[pointer] === 13;
    return (bigEndian ? memory.readUInt16BE(pointer) : memory.readUInt16LE(pointer)) === 13;
  }

  /** Start of the line that ends at `end`, its terminator included; it begins at or after `least`. */
  #previousStart(end: number, least: number): number {
    const unit = this.#unit;
    const bytes = this.#bytes;
    const { pieceBytes } = this.#here;
    const { previousTerminator } = this.#kernel.exports;
    // Half a unit at the end of the file belongs to its last line.
    const odd = end % unit;
    let high = odd === 0 ? end - unit : end - odd;
    for (let step = Math.min(SHORT_STEP, pieceBytes); high > least; ) {
      let low = Math.max(least, bytes.offset);
      if (low >= high || high > bytes.end) {
        low = Math.max(least, high - step);
        // With the terminator of the line, as what is visited next are the lines that were gone back over.
        this.#load(low, Math.min(end, high + unit));
        step = pieceBytes;
      }
      const found = previousTerminator(bytes.pointer(high), bytes.pointer(low));
      if (found >= 0) return bytes.offsetOf(found) + unit;
      high = low;
    }
    return least;
  }

  #holds(from: number, to: number): boolean {
    return this.#bytes.offset <= from && to <= this.#bytes.end;
  }

  #load(from: number, to: number): void {
    this.#bytes.load(this.#here.fd, from, to);
  }
}

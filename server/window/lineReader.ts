/**
 * Answers requests for lines of one file in one encoding: by number as far as the index has come, and by offset anywhere at
 * any moment.
 *
 * A reply is contiguous, of one generation, and costs a bounded number of reads whatever the lines are like: it ends early
 * rather than take more. What is not known is said: `line` is null while the index has not come that far, `column` is null where
 * the start of a line is more than SCAN_BUDGET away in a part that is not scanned yet, and `open` marks an end like that.
 */
import { TextDecoder } from 'node:util';
import { assert } from '../../shared/assert.ts';
import { MAX_LINES, MAX_REPLY_CHARACTERS, PAGE_BYTES } from '../../shared/limits.ts';
import { type LineFormat, lineFormat } from '../../shared/lineFormat.ts';
import type { LineRecord, LinesReply } from '../../shared/protocol.ts';
import { createTextCodec } from '../../shared/text/codec.ts';
import { lineKernel } from '../index/kernel.ts';
import type { LineTable } from '../index/lineTable.ts';
import { type Source, StaleReadError } from '../source/source.ts';
import { LineGaps } from './lineGaps.ts';
import { LineScan, type LineStart, type Place, type Span } from './lineScan.ts';
import { LineText, SYNC_BYTES } from './lineText.ts';
import { LineWindows } from './lineWindows.ts';

/** What the reader asks of a LineIndex; every answer is about the scanned prefix. */
export interface LineCounts {
  readonly format: LineFormat;
  readonly generation: number;
  readonly table: LineTable;
  readonly terminators: number;
  readonly scannedBytes: number;
  readonly totalLines: number | null;
  distrust(): void;
}

export interface LineOptions {
  /** Most characters (UTF-16 units) of text a line. */
  readonly columns: number;
  /** Where in the line (or piece) the text starts, bytes; moved back to the start of a character. */
  readonly column: number;
  readonly text: boolean;
  /** Bytes after which long lines are cut into pieces; null for whole lines. A piece may be longer by one character. */
  readonly split: number | null;
}

/** A line number or an offset past the end of the file. */
export class PastEndError extends RangeError {
  override readonly name = 'PastEndError';
  readonly parameter: 'start' | 'offset';
  readonly value: number;
  /** The largest value that is not past the end. */
  readonly limit: number;
  constructor(parameter: 'start' | 'offset', value: number, limit: number) {
    super(`${parameter} is ${value}, past the end at ${limit}`);
    this.parameter = parameter;
    this.value = value;
    this.limit = limit;
  }
}

/** Bytes that a request may search for terminators at a time, at most thrice: about 20 ms each from the page cache. */
const SCAN_BUDGET = 67_108_864;
/** Bytes of the head that are looked at when the length of lines has to be guessed. */
const SAMPLE_BYTES = 65_536;

/** What one request works with. */
interface Request {
  readonly windows: LineWindows;
  readonly scan: LineScan;
  /** Null when the index belongs to another generation. */
  readonly counts: LineCounts | null;
  readonly total: number | null;
  readonly options: LineOptions;
}

export class LineReader {
  readonly #source: Source;
  readonly #counts: LineCounts;
  readonly #format: LineFormat;
  readonly #text: LineText;
  readonly #bomBytes: number;
  readonly #gaps = new LineGaps();

  /** `encoding` is a WHATWG label; `bomBytes` are in line 0 but not in its text. Throws a RangeError for unknown labels. */
  constructor(source: Source, counts: LineCounts, encoding: string, bomBytes: number) {
    this.#source = source;
    this.#counts = counts;
    this.#format = lineFormat(encoding, counts.format.terminator);
    assert(this.#format.unitBytes === counts.format.unitBytes, 'the index is of the same format');
    const codec = createTextCodec(encoding, (label, options) => new TextDecoder(label, options));
    this.#text = new LineText(encoding, codec);
    this.#bomBytes = bomBytes;
  }

  /**
   * `count` lines from line `start` on, or with a negative count those before it. While the index has not passed `start` the
   * lines near its estimated offset, with `exact: false`. Rejects with PastEndError when the file has fewer than `start` lines.
   */
  async byLine(start: number, count: number, options: LineOptions, signal: AbortSignal | null): Promise<LinesReply> {
    return this.#answer(options, signal, async (request) => {
      if (request.total !== null && start > request.total) throw new PastEndError('start', start, request.total);
      const offset = await this.#offsetOf(start, request);
      if (offset === null) return this.#near(await this.#estimate(start, request), count, false, request);
      return this.#around({ start: { known: true, offset }, piece: 0 }, null, count, true, request);
    });
  }

  /**
   * `count` lines from the one that holds the byte at `offset` on, or with a negative count those before that; at the end of
   * the file none, or the last ones. Rejects with PastEndError when the file is shorter.
   */
  async byOffset(offset: number, count: number, options: LineOptions, signal: AbortSignal | null): Promise<LinesReply> {
    return this.#answer(options, signal, async (request) => {
      const { size } = request.windows;
      if (offset > size) throw new PastEndError('offset', offset, size);
      return this.#near(offset, count, true, request);
    });
  }

  async #answer(
    options: LineOptions,
    signal: AbortSignal | null,
    answer: (request: Request) => Promise<LinesReply>,
  ): Promise<LinesReply> {
    const windows = new LineWindows(this.#source, SCAN_BUDGET, signal);
    try {
      const counts = this.#counts.generation === windows.generation ? this.#counts : null;
      const split = options.split ?? Number.POSITIVE_INFINITY;
      const scan = new LineScan(windows, this.#format, counts?.table ?? null, this.#gaps, split);
      return await answer({ windows, scan, counts, total: counts?.totalLines ?? null, options });
    } finally {
      windows.release();
    }
  }

  /** Where line `line` starts, or null when the index has not passed it. */
  async #offsetOf(line: number, { windows, scan, counts, total }: Request): Promise<number | null> {
    if (line === 0) return 0;
    if (!counts) return null;
    const { table } = counts;
    if (line > counts.terminators) return line === total ? windows.size : null;
    const last = line - 1;
    const page = last < table.terminators ? table.pageOf(last) : table.pages;
    const offset = await scan.nthEnd(page * PAGE_BYTES, last - table.before(page));
    // Without a new generation the file may still have been written to in place.
    if (offset === null) this.#contradicted(`page ${page} lacks terminators`);
    return offset;
  }

  /** A byte in or near line `line`, which is past the scanned part. */
  async #estimate(line: number, { windows, counts }: Request): Promise<number> {
    const { size } = windows;
    if (size === 0) return 0;
    const scanned = counts?.scannedBytes ?? 0;
    const known = counts?.terminators ?? 0;
    let mean = known > 0 ? scanned / known : 0;
    if (mean === 0) {
      const bytes = await windows.bytes(0, Math.min(size, SAMPLE_BYTES));
      mean = bytes.length / Math.max(1, lineKernel().count(bytes, this.#format));
    }
    return Math.min(size - 1, Math.floor(scanned + Math.max(0, line - known) * mean));
  }

  async #near(offset: number, count: number, exact: boolean, request: Request): Promise<LinesReply> {
    const { scan, windows } = request;
    if (offset === windows.size) {
      return this.#around({ start: { known: true, offset }, piece: 0 }, null, count, exact, request);
    }
    const start = await scan.lineStart(offset);
    return this.#around(scan.placeOf(start, offset), offset, count, exact, request);
  }

  /** The reply of spans after or before a place; when `offset` is given, the place is the span that holds it. */
  async #around(
    place: Place,
    offset: number | null,
    count: number,
    exact: boolean,
    request: Request,
  ): Promise<LinesReply> {
    const { windows } = request;
    const wanted = Math.min(Math.abs(count), MAX_LINES);
    const spans =
      count < 0 ? await this.#before(place, offset, wanted, request) : await this.#from(place, offset, wanted, request);
    const records = await this.#records(spans, count < 0, request);
    windows.assertOneGeneration();
    const { generation, size } = windows;
    return { generation, size, exact, lines: records, totalLines: request.total };
  }

  async #from(place: Place, offset: number | null, count: number, request: Request): Promise<Span[]> {
    if (offset === null) return this.#aligned(await request.scan.forward(place, count), request);
    // The place may be a piece too early, and a cut may have moved back past the offset: two more than asked will do.
    const spans = await this.#aligned(await request.scan.forward(place, count + 2), request);
    const first = spans.findIndex((span) => span.end > offset);
    return spans.slice(Math.max(0, first), Math.max(0, first) + count);
  }

  async #before(place: Place, offset: number | null, count: number, request: Request): Promise<Span[]> {
    const { scan, options } = request;
    let from = place;
    if (offset !== null && options.split !== null) {
      const [holding] = await this.#from(place, offset, 1, request);
      if (holding) from = { start: startOf(holding, place.start), piece: holding.piece };
    }
    if (!from.start.known && options.split === null) {
      // A line of which not even the start is known: the part of it that was looked at.
      const end = offset ?? from.start.offset;
      const span = {
        lineStart: null,
        piece: 0,
        offset: from.start.offset,
        contentEnd: end,
        end,
        cut: true,
        open: false,
      };
      return end > span.offset ? this.#aligned([span], request) : [];
    }
    return this.#aligned(await scan.backward(from, count), request);
  }

  /** Moves raw cuts back to the starts of characters. */
  async #aligned(spans: readonly Span[], request: Request): Promise<Span[]> {
    const aligned: Span[] = [];
    for (const span of spans) {
      const inner = span.piece > 0 || span.lineStart === null;
      const offset = inner ? await this.#boundary(span.offset, span.lineStart, request) : span.offset;
      if (!span.cut) aligned.push({ ...span, offset });
      else {
        const end = await this.#boundary(span.end, span.lineStart, request);
        aligned.push({ ...span, offset, contentEnd: end, end });
      }
    }
    return aligned;
  }

  /** The start of the character that holds `at`, by a few bytes around it; the same whoever asks. */
  async #boundary(at: number, lineStart: number | null, { windows }: Request): Promise<number> {
    const { codec } = this.#text;
    if (codec.longest === 1) return at;
    const from = Math.max(lineStart ?? 0, at - SYNC_BYTES);
    const bytes = await windows.bytes(from, Math.min(windows.size, at + codec.longest));
    return from + codec.boundary(bytes, at - from);
  }

  async #records(spans: readonly Span[], backwards: boolean, request: Request): Promise<LineRecord[]> {
    const first = spans[0];
    if (!first) return [];
    let line = first.lineStart === null ? null : await this.#numberOf(first.lineStart, request);
    const records: LineRecord[] = [];
    for (const span of spans) {
      if (records.length > 0 && span.piece === 0 && line !== null) line++;
      const { offset, contentEnd, end, open, lineStart } = span;
      const length = contentEnd - offset;
      const column = lineStart === null ? null : offset - lineStart;
      if (open) records.push({ line, offset, length, terminatorLength: 0, column, open });
      else records.push({ line, offset, length, terminatorLength: end - contentEnd, column });
    }
    return request.options.text ? this.#withText(records, backwards, request) : records;
  }

  /** The number of the line that starts at `offset`, or null when the index has not come to its page. */
  async #numberOf(offset: number, { scan, counts }: Request): Promise<number | null> {
    if (offset === 0) return 0;
    const page = Math.floor(offset / PAGE_BYTES);
    if (!counts || page > counts.table.pages) return null;
    // Asked before anything is awaited: the table may be dropped meanwhile.
    const before = counts.table.before(page);
    return before + (await scan.countBefore(offset));
  }

  /** Decodes from the side that was asked for, until the reply is full. */
  async #withText(records: readonly LineRecord[], backwards: boolean, request: Request): Promise<LineRecord[]> {
    const order = backwards ? [...records].reverse() : records;
    const done: LineRecord[] = [];
    let room = MAX_REPLY_CHARACTERS;
    for (const record of order) {
      const withText = this.#decodeHeld(record, request) ?? (await this.#decode(record, request));
      room -= withText.text?.length ?? 0;
      if (room < 0 && done.length > 0) break;
      done.push(withText);
    }
    return backwards ? done.reverse() : done;
  }

  /** The quick way, for ASCII text from the start of a line on that was read already; else null. */
  #decodeHeld(record: LineRecord, { windows, options }: Request): LineRecord | null {
    const { line, offset, length, terminatorLength, column } = record;
    if (!this.#text.ascii || options.column > 0 || record.open || (offset === 0 && this.#bomBytes > 0)) return null;
    const whole = length <= options.columns;
    const ascii = windows.heldAscii(offset, offset + (whole ? length : options.columns));
    if (ascii === null) return null;
    const { text, truncated } = this.#text.cut(ascii, whole, options.columns);
    return { line, offset, length, terminatorLength, column, text, truncated };
  }

  async #decode(record: LineRecord, request: Request): Promise<LineRecord> {
    const { windows, options } = request;
    const { offset, length } = record;
    // A byte order mark is no text.
    const least = offset === 0 ? Math.min(length, this.#bomBytes) : 0;
    let column = Math.max(least, Math.min(options.column, length));
    if (column > least && column < length) {
      const lineStart = record.column === null ? null : offset - record.column;
      column = Math.max(least, (await this.#boundary(this.#evenly(offset + column), lineStart, request)) - offset);
    }
    const from = offset + column;
    const end = Math.min(offset + length, from + this.#text.bytesFor(options.columns));
    const whole = end === offset + length && record.open !== true;
    const bytes = windows.held(from, end) ?? (await windows.bytes(from, end));
    const { text, truncated } = this.#text.decode(bytes, whole, options.columns);
    return column > 0 ? { ...record, text, truncated, textColumn: column } : { ...record, text, truncated };
  }

  #evenly(offset: number): number {
    return offset - (offset % this.#format.unitBytes);
  }

  #contradicted(what: string): never {
    this.#gaps.clear();
    this.#counts.distrust();
    throw new StaleReadError(`the line index contradicts the file: ${what}`);
  }
}

function startOf(span: Span, fallback: LineStart): LineStart {
  return span.lineStart === null ? fallback : { known: true, offset: span.lineStart };
}

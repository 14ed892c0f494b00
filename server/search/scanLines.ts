/**
 * Searches a segment line by line.
 *
 * A line belongs to the segment in which it begins, wherever it ends, and is seen whole: an expression can neither miss what
 * crosses a border nor find `^` in the middle of a line. Lines longer than `pieceBytes` (1 MiB) are the exception, since nothing
 * may hold a line of gigabytes: each segment searches the part of them that lies in it, in windows (scanWindows.ts). Whether a line is
 * long depends on the line alone, so that neighbours agree on who searches it.
 *
 * Lines are searched many at a time. With a finder only those that may match are looked at: the kernel copies them together.
 */
import { assert } from '../../shared/assert.ts';
import type { DecodedText as Decoded, TextDecoding } from './decodeText.ts';
import { HAS_CR, HAS_HIGH, HAS_LF, LINES, MAX_GATHERED_LINES, TEXT, TEXT_LIMIT } from './kernel.ts';
import { lineEndAfter, lineStartBefore } from './lineEdges.ts';
import type { SearchPlan } from './plan.ts';
import { runRegex, snapDown, snapUp } from './runRegex.ts';
import type { ScanContext } from './scanContext.ts';
import { WindowScan } from './scanWindows.ts';

/** What `m` of a regular expression takes for ends of lines besides U+000A. */
const FOREIGN_ENDS = /[\r\u2028\u2029]/;
/** Matches between two signs of life. */
const BEAT_MATCHES = 8_192;

/** The compiled expressions of a plan, made once for each worker. */
export interface CompiledRegex {
  /** For one line. */
  readonly line: RegExp;
  /** For many lines at once. */
  readonly clean: RegExp;
  /** As `clean`, at one place only. */
  readonly here: RegExp;
}

/** A run of content in memory: one line, or many joined by newlines. */
interface Lines {
  /** Pointers of the text, its last newline left out. */
  readonly from: number;
  readonly end: number;
  /** Lines in the kernel's table when they were gathered, else 0: the text lies in memory as it does in the file. */
  readonly gathered: number;
}

export class LineScan {
  readonly #context: ScanContext;
  readonly #plan: SearchPlan;
  readonly #regex: CompiledRegex | null;
  readonly #decoding: TextDecoding;
  readonly #unit: 1 | 2;

  constructor(context: ScanContext, plan: SearchPlan, regex: CompiledRegex | null, decoding: TextDecoding) {
    this.#context = context;
    this.#plan = plan;
    this.#regex = regex;
    this.#decoding = decoding;
    this.#unit = plan.format.unitBytes;
  }

  run(): void {
    const { job, output } = this.#context;
    let at = this.#firstOwnLine();
    while (at < job.end) {
      at = this.#piece(at);
      output.advance(Math.min(at, job.end));
    }
  }

  /** Start of the first line that begins in the segment, after what is ours of a long line that began before. */
  #firstOwnLine(): number {
    const { job, sizes } = this.#context;
    const first = this.#plan.firstOffset;
    if (job.offset <= first) return first;
    const start = lineStartBefore(this.#context, job.offset, first, this.#unit);
    if (start === job.offset) return start;
    if (start !== null) {
      const end = lineEndAfter(this.#context, job.offset, start + sizes.pieceBytes, this.#unit);
      if (end !== null) return end;
    }
    return this.#longLine(job.offset, start);
  }

  /** Searches whole lines from the start of one at `at` on; returns the start of the next. */
  #piece(at: number): number {
    const { kernel, bytes, sizes, job, beat } = this.#context;
    const { previousTerminator, nextTerminator } = kernel.exports;
    const unit = this.#unit;
    const limit = Math.min(job.size, at + sizes.pieceBytes);
    // A text that goes over the end of a line is seen whole.
    const beyond = this.#regex === null && this.#plan.finder?.kind === 'forms' ? this.#plan.finder.longest : 16;
    bytes.load(job.fd, at, Math.min(job.size, limit + beyond));
    let end = limit;
    if (limit < job.size) {
      const last = previousTerminator(bytes.pointer(limit), bytes.pointer(at));
      if (last < 0) return this.#longLine(at, at);
      end = bytes.offsetOf(last) + unit;
    }
    if (end > job.end) {
      const from = bytes.pointer(Math.max(at, job.end - unit));
      const cut = nextTerminator(from, bytes.pointer(end));
      if (cut < bytes.pointer(end)) end = bytes.offsetOf(cut) + unit;
    }
    beat(at, end - at);
    this.#search(bytes.pointer(at), bytes.pointer(end));
    return end;
  }

  #longLine(from: number, lineStart: number | null): number {
    return new WindowScan(this.#context, this.#plan, this.#regex, this.#decoding).line(from, lineStart);
  }

  /** Searches the whole lines in `[from, to)`. */
  #search(from: number, to: number): void {
    const { kernel } = this.#context;
    const { finder } = this.#plan;
    if (finder && !(this.#plan.mode === 'lines' && this.#plan.anchored)) {
      kernel.narrow(from, to);
      this.#gather(from, to, false);
      return;
    }
    const flags = kernel.exports.classify(from, to);
    if (finder) {
      // In ASCII a place in the bytes is a place in the text: matches are tried where they can begin.
      const careful = this.#context.job.carefulFrom !== null || this.#plan.report === 'lines';
      kernel.narrow(from, to);
      if ((flags & (HAS_CR | HAS_HIGH)) === 0 && this.#isPlain && !careful) this.#searchPlaces(from, to);
      else this.#gather(from, to, false);
      return;
    }
    const isLf = this.#plan.format.terminator === 'lf';
    if (isLf && (flags & HAS_CR) === 0) this.#searchText({ from, end: this.#withoutLast(from, to), gathered: 0 });
    else this.#gather(from, to, true);
  }

  /** ASCII bytes are ASCII characters, and lines end with LF. */
  get #isPlain(): boolean {
    return this.#unit === 1 && this.#plan.format.terminator === 'lf' && this.#plan.encoding !== 'iso-2022-jp';
  }

  /** Tries the expression wherever the finder finds what every match begins with. */
  #searchPlaces(from: number, to: number): void {
    const regex = this.#regex?.here;
    assert(regex !== undefined, 'text is searched by an expression');
    const { kernel, bytes, output, beat } = this.#context;
    const { find } = kernel.exports;
    let text: string | null = null;
    let tries = 0;
    for (let at = find(from, to); at >= 0; ) {
      text ??= kernel.memory.toString('latin1', from, this.#withoutLast(from, to));
      if (++tries % BEAT_MATCHES === 0) beat(bytes.offset, bytes.end - bytes.offset);
      regex.lastIndex = at - from;
      const length = regex.exec(text)?.[0].length ?? 0;
      // What a match begins with is not empty, and so neither is the match.
      if (length > 0) output.add(bytes.offsetOf(at), length);
      const next = at + Math.max(1, length);
      if (next >= to) return;
      at = find(next, to);
    }
  }

  #withoutLast(from: number, to: number): number {
    const { previousTerminator } = this.#context.kernel.exports;
    const last = previousTerminator(to, Math.max(from, to - this.#unit));
    return last >= 0 && last + this.#unit === to ? last : to;
  }

  /** Copies lines together, all or those that hold what the finder finds, and searches them. */
  #gather(from: number, to: number, all: boolean): void {
    const { kernel, bytes, output } = this.#context;
    const { gather, gatherEnd, textEnd } = kernel.exports;
    const copy = this.#regex !== null;
    for (let at = from; at < to; at = gatherEnd()) {
      const count = gather(at, to, all, copy, TEXT, TEXT_LIMIT, LINES, MAX_GATHERED_LINES);
      if (count === 0) {
        assert(gatherEnd() >= to, 'a line fits into the text');
        return;
      }
      if (copy) {
        const next = gatherEnd();
        this.#searchText({ from: TEXT, end: textEnd() - this.#unit, gathered: count });
        assert(gatherEnd() === next, 'searching text does not gather');
        continue;
      }
      for (let i = 0; i < count; i++) {
        output.add(bytes.offsetOf(kernel.lines[3 * i + 1] ?? 0), kernel.lines[3 * i + 2] ?? 0);
      }
    }
  }

  #searchText(lines: Lines): void {
    const { job, bytes, kernel } = this.#context;
    const start = bytes.offsetOf(lines.gathered > 0 ? (kernel.lines[1] ?? 0) : lines.from);
    const careful = job.carefulFrom !== null && start >= job.carefulFrom;
    const decoded = careful ? null : this.#joined(lines);
    if (decoded) this.#searchJoined(lines, decoded);
    else this.#searchEach(lines);
  }

  /** The text of all lines, or null when they have to be searched one by one. */
  #joined({ from, end, gathered }: Lines): Decoded | null {
    const { kernel } = this.#context;
    const flags = kernel.exports.classify(from, end);
    const wide = this.#unit === 2;
    // In a file whose lines end with CR, an LF is content, which the joined text could not show.
    if (gathered > 0 && this.#plan.format.terminator === 'cr' && this.#holdsFeed(gathered)) return null;
    if (!wide && (flags & HAS_CR) !== 0) return null;
    const decoded = this.#decoding.quick(from, end);
    const foreign = decoded !== null && (wide || (flags & HAS_HIGH) !== 0) && FOREIGN_ENDS.test(decoded.text);
    return foreign ? null : decoded;
  }

  #holdsFeed(gathered: number): boolean {
    const { kernel } = this.#context;
    for (let i = 0; i < gathered; i++) {
      const start = kernel.lines[3 * i + 1] ?? 0;
      if ((kernel.exports.classify(start, start + (kernel.lines[3 * i + 2] ?? 0)) & HAS_LF) !== 0) return true;
    }
    return false;
  }

  #searchJoined({ gathered }: Lines, { text, pointer }: Decoded): void {
    const regex = this.#regex?.clean;
    assert(regex !== undefined, 'text is searched by an expression');
    const { bytes, output, beat, kernel } = this.#context;
    const table = kernel.lines;
    const byLine = this.#plan.report === 'lines';
    let line = 0;
    /** Offset in the file of a pointer into the text; pointers only grow. */
    const offsetOf = (at: number): number => {
      if (gathered === 0) return bytes.offsetOf(at);
      while (line + 1 < gathered && (table[3 * line + 3] ?? 0) <= at) line++;
      return bytes.offsetOf((table[3 * line + 1] ?? 0) + at - (table[3 * line] ?? 0));
    };
    let matches = 0;
    let lastEnd = -1;
    runRegex(regex, text, { from: 0, before: text.length + 1, lastEnd: -1 }, (start, end) => {
      if (++matches % BEAT_MATCHES === 0) beat(bytes.offset, bytes.end - bytes.offset);
      let from = snapDown(text, start);
      let to = snapUp(text, end);
      if (byLine) {
        from = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
        to = text.indexOf('\n', end);
        if (to < 0) to = text.length;
      } else if (from < lastEnd) return -1;
      lastEnd = to;
      const first = pointer(from);
      const offset = offsetOf(first);
      output.add(offset, pointer(to) - first);
      return byLine ? to + 1 : -1;
    });
  }

  /** One line at a time: exact whatever the lines hold. */
  #searchEach(lines: Lines): void {
    const { kernel, bytes } = this.#context;
    if (lines.gathered === 0) {
      // Nothing was copied yet, and the lines have to be told apart.
      const to = lines.end + this.#unit <= bytes.pointer(bytes.end) ? lines.end + this.#unit : lines.end;
      this.#gatherEach(lines.from, to);
      return;
    }
    for (let i = 0; i < lines.gathered; i++) {
      this.#searchLine(kernel.lines[3 * i + 1] ?? 0, kernel.lines[3 * i + 2] ?? 0);
    }
  }

  #gatherEach(from: number, to: number): void {
    const { kernel } = this.#context;
    const { gather, gatherEnd } = kernel.exports;
    for (let at = from; at < to; at = gatherEnd()) {
      const count = gather(at, to, true, false, TEXT, TEXT_LIMIT, LINES, MAX_GATHERED_LINES);
      for (let i = 0; i < count; i++) this.#searchLine(kernel.lines[3 * i + 1] ?? 0, kernel.lines[3 * i + 2] ?? 0);
    }
  }

  #searchLine(from: number, length: number): void {
    const regex = this.#regex?.line;
    assert(regex !== undefined, 'a line is searched by an expression');
    const { bytes, output, beat } = this.#context;
    // Half a unit at the end of the file is no text.
    const end = from + length - (length % this.#unit);
    const { text, pointer } = this.#decoding.exact(from, end);
    const offset = bytes.offsetOf(from);
    beat(offset, length);
    let lastEnd = -1;
    const byLine = this.#plan.report === 'lines';
    runRegex(regex, text, { from: 0, before: text.length + 1, lastEnd: -1 }, (start, stop) => {
      if (byLine) {
        output.add(offset, length);
        return text.length + 1;
      }
      const low = snapDown(text, start);
      if (low < lastEnd) return -1;
      lastEnd = snapUp(text, stop);
      const first = pointer(low);
      output.add(bytes.offsetOf(first), pointer(lastEnd) - first);
      return -1;
    });
  }
}

/**
 * Searches what has no bounded lines: raw bytes under an expression, and lines longer than a piece.
 *
 * Windows tile the segment; a match belongs to the window in which it starts and sees `contextBytes` (64 KiB) before and after
 * the window. So a match of up to 64 KiB that looks no further than that around itself is found exactly; a longer one may be cut
 * there. Windows are searched in order, so that no match begins inside the one before.
 */
import { assert } from '../../shared/assert.ts';
import type { TextDecoding } from './decodeText.ts';
import type { SearchPlan } from './plan.ts';
import { runRegex, snapDown, snapUp } from './runRegex.ts';
import type { ScanContext } from './scanContext.ts';
import type { CompiledRegex } from './scanLines.ts';

/** What one window looks at; offsets in the file. */
interface View {
  /** Where the window starts and ends: matches start in it. */
  readonly start: number;
  readonly end: number;
  /** What is seen; `seenEnd` is without the terminator of the line. */
  readonly seen: number;
  readonly seenEnd: number;
  /** What is seen may begin inside a character: there is more before it. */
  readonly cut: boolean;
  /** A match of nothing may stand at `seenEnd` itself: the line ends there. */
  readonly closed: boolean;
}

export class WindowScan {
  readonly #context: ScanContext;
  readonly #plan: SearchPlan;
  readonly #regex: CompiledRegex | null;
  readonly #decoding: TextDecoding;
  /** Where the last match ended, or -1. */
  #lastEnd: number;

  constructor(context: ScanContext, plan: SearchPlan, regex: CompiledRegex | null, decoding: TextDecoding) {
    this.#context = context;
    this.#plan = plan;
    this.#regex = regex;
    this.#decoding = decoding;
    this.#lastEnd = context.job.carry;
  }

  /** Raw bytes: the whole segment is one line that never ends. */
  segment(): void {
    const { job, sizes, bytes, output } = this.#context;
    for (let at = job.offset; at < job.end; ) {
      const end = this.#windowEnd(at);
      const seen = Math.max(0, at - sizes.contextBytes);
      const seenEnd = Math.min(job.size, end + sizes.contextBytes);
      bytes.load(job.fd, seen, seenEnd);
      this.#search({ start: at, end, seen, seenEnd, cut: false, closed: false }, this.#regex?.clean);
      at = end;
      output.advance(at);
    }
  }

  /** The part of a long line from `from` on that lies in the segment; returns where the next line starts, or the segment ends. */
  line(from: number, lineStart: number | null): number {
    const { job, sizes, bytes, output, kernel } = this.#context;
    const { unitBytes: unit, terminator } = this.#plan.format;
    const first = lineStart ?? this.#plan.firstOffset;
    let found = false;
    for (let at = from; at < job.end; ) {
      const end = this.#windowEnd(at);
      const seen = Math.max(first, at - sizes.contextBytes);
      const loadEnd = Math.min(job.size, end + sizes.contextBytes);
      bytes.load(job.fd, seen, loadEnd);
      const stop = kernel.exports.nextTerminator(bytes.pointer(at), bytes.pointer(loadEnd));
      const ends = stop < bytes.pointer(loadEnd);
      const lineEnd = bytes.offsetOf(stop);
      const cr = ends && terminator === 'lf' && this.#isCarriage(stop - unit) ? unit : 0;
      const contentEnd = lineEnd - cr;
      // The place where the line ends belongs to the window that holds it, or to the last of the file.
      const closed = ends ? contentEnd < end : end === job.size;
      const before = found && this.#plan.report === 'lines';
      const cut = lineStart === null || seen > lineStart;
      const view = { start: at, end, seen, seenEnd: contentEnd, cut, closed };
      if (!before && this.#search(view, this.#regex?.line)) found = true;
      const ended = ends && lineEnd < end;
      if (this.#plan.report === 'lines' && (ended || end === job.end) && found) {
        output.add(from, (ended ? contentEnd : end) - from);
      }
      if (ended) return lineEnd + unit;
      at = end;
      output.advance(this.#plan.report === 'lines' ? from : at);
    }
    return job.end;
  }

  #windowEnd(at: number): number {
    const { windowBytes } = this.#context.sizes;
    return Math.min(this.#context.job.end, (Math.floor(at / windowBytes) + 1) * windowBytes);
  }

  #isCarriage(pointer: number): boolean {
    const { memory } = this.#context.kernel;
    const { unitBytes, bigEndian } = this.#plan.format;
    if (unitBytes === 1) return memory[pointer] === 13;
    return (bigEndian ? memory.readUInt16BE(pointer) : memory.readUInt16LE(pointer)) === 13;
  }

  /** Whether the window holds a match; reports them unless whole lines are wanted. */
  #search(view: View, regex: RegExp | undefined): boolean {
    const { kernel, bytes, beat } = this.#context;
    beat(view.start, view.end - view.start);
    const from = Math.max(view.start, this.#lastEnd);
    if (from > view.seenEnd || (from === view.seenEnd && !view.closed)) return false;
    const { finder } = this.#plan;
    if (finder) {
      const stop = regex ? bytes.pointer(view.seenEnd) : bytes.pointer(Math.min(view.end, view.seenEnd));
      kernel.narrow(bytes.pointer(from), bytes.pointer(view.seenEnd));
      if (kernel.exports.find(bytes.pointer(from), stop) < 0) return false;
      if (!regex) return true;
    }
    assert(regex !== undefined, 'a window is searched by a finder or an expression');
    return this.#run(view, from, regex);
  }

  #run(view: View, from: number, regex: RegExp): boolean {
    const { bytes, output } = this.#context;
    const { text, pointer, indexAt } = this.#decoding.exact(this.#characterStart(view), bytes.pointer(view.seenEnd));
    const first = indexAt(bytes.pointer(from));
    const offsetOf = (index: number): number => bytes.offsetOf(pointer(index));
    const lastEnd = this.#lastEnd === from ? first : -1;
    let found = false;
    runRegex(regex, text, { from: first, before: text.length + 1, lastEnd }, (start, end) => {
      const low = Math.max(first, snapDown(text, start));
      const offset = offsetOf(low);
      const owned = offset < view.end && offset < view.seenEnd;
      if (!owned && !(view.closed && offset === view.seenEnd)) return text.length + 1;
      if (offset < this.#lastEnd) return -1;
      found = true;
      const stop = offsetOf(snapUp(text, end));
      this.#lastEnd = stop;
      if (this.#plan.report === 'lines') return text.length + 1;
      output.add(offset, stop - offset);
      return -1;
    });
    return found;
  }

  /** Pointer of what is seen, moved to the next character of UTF-8 when it begins inside one. */
  #characterStart({ seen, seenEnd, cut }: View): number {
    const { kernel, bytes } = this.#context;
    const pointer = bytes.pointer(seen);
    if (!cut || this.#plan.encoding !== 'utf-8') return pointer;
    const stop = Math.min(pointer + 3, bytes.pointer(seenEnd));
    let at = pointer;
    while (at < stop && ((kernel.memory[at] ?? 0) & 0xc0) === 0x80) at++;
    return at;
  }
}

/**
 * Makes the rows of one segment out of what its layers hit.
 *
 * Where only lines that some layer hits are shown, and no context, packed hits are merged and no byte of the file is read. With
 * context the lines around matches are found in the file; where lines that no layer hits are shown, all lines are.
 */
import { type EdgesJob, MOST_COUNTED, type PackedRows, type RowsJob, type Surroundings } from './filterJob.ts';
import { LayerLines } from './layerLines.ts';
import { RowPacker } from './rowPacking.ts';
import { passTable, showsOthers } from './rule.ts';
import type { SegmentLines } from './segmentLines.ts';

const NO_SURROUNDINGS: Surroundings = { head: 0, tail: 0 };

/** Lines that end at or before `from` are left out; an empty one that begins there is not. */
function isHidden(start: number, length: number, from: number): boolean {
  return start < from && start + length <= from;
}

export class Combiner {
  readonly #lines: SegmentLines;
  /** Goes through what is shown. */
  readonly #layers = new LayerLines();
  /** Tells which layers lines of context match, which are behind that. */
  readonly #masks = new LayerLines();
  readonly #packer = new RowPacker();
  #firstMatch = -1;
  #lastMatchEnd = -1;

  constructor(lines: SegmentLines) {
    this.#lines = lines;
  }

  rows(job: RowsJob): { readonly rows: PackedRows; readonly surroundings: Surroundings } {
    this.#packer.clear();
    this.#firstMatch = -1;
    this.#layers.open(job.layers, job.offset);
    const context = job.before > 0 || job.after > 0;
    if (context || showsOthers(job.rule)) this.#lines.open(job);
    if (showsOthers(job.rule)) this.#others(job);
    else if (context) this.#around(job);
    else this.#merge(job);
    const rows = this.#packer.take();
    const surroundings = context && rows.matches > 0 ? this.#surroundings(job) : NO_SURROUNDINGS;
    return { rows, surroundings };
  }

  edges(job: EdgesJob): { readonly head: PackedRows; readonly tail: PackedRows; readonly lines: number } {
    const { offset, end } = job;
    const lines = this.#lines;
    this.#packer.clear();
    lines.open(job);
    this.#masks.open(job.layers, offset);
    const context = (start: number, length: number): void => this.#context(start, length, offset, job.from);
    const first = lines.first();
    let count = 0;
    lines.forward(first, MOST_COUNTED, end, () => count++);
    const headEnd = lines.forward(first, job.head, end, context);
    const head = this.#packer.take();
    if (job.tail > 0 && headEnd < end) {
      const { start } = lines.back(lines.last(), job.tail, headEnd);
      lines.forward(start, job.tail, end, context);
    }
    return { head, tail: this.#packer.take(), lines: count };
  }

  /** Lines that layers hit, without context. */
  #merge({ rule, offset, from }: RowsJob): void {
    const passes = passTable(rule);
    const cut = from - offset;
    const packer = this.#packer;
    while (this.#layers.nextPage()) {
      const { starts, lengths, masks, count } = this.#layers.columns;
      for (let i = 0; i < count; i++) {
        const mask = masks[i] ?? 0;
        if (passes[mask] !== 1 || isHidden(starts[i] ?? 0, lengths[i] ?? 0, cut)) continue;
        packer.add(starts[i] ?? 0, lengths[i] ?? 0, mask, true);
      }
    }
  }

  /** Lines that layers hit, and those around them. */
  #around({ rule, offset, end, layers, before, after, format, from }: RowsJob): void {
    const passes = passTable(rule);
    const lines = this.#lines;
    this.#masks.open(layers, offset);
    const context = (start: number, length: number): void => this.#context(start, length, offset, from);
    /** Start of the first line that is not packed yet. */
    let at = lines.first();
    let contentEnd = -1;
    while (this.#layers.nextPage()) {
      const { starts, lengths, masks, count } = this.#layers.columns;
      for (let i = 0; i < count; i++) {
        const mask = masks[i] ?? 0;
        if (passes[mask] !== 1) continue;
        const start = offset + (starts[i] ?? 0);
        const length = lengths[i] ?? 0;
        if (isHidden(start, length, from)) continue;
        // Nothing but a terminator fits into one unit.
        if (contentEnd >= 0) at = start - contentEnd === format.unitBytes ? start : lines.after(contentEnd);
        if (at < start && contentEnd >= 0) at = lines.forward(at, after, start, context);
        if (at < start) lines.forward(lines.back(start, before, at).start, before, start, context);
        this.#match(start, length, mask, offset);
        contentEnd = start + length;
      }
    }
    if (contentEnd >= 0) lines.forward(lines.after(contentEnd), after, end, context);
  }

  /** All lines but some of those that layers hit. */
  #others({ rule, offset, end, before, after, from }: RowsJob): void {
    const passes = passTable(rule);
    const lines = this.#lines;
    // The last lines that are no matches: context if a match follows.
    const starts = new Float64Array(before);
    const lengths = new Float64Array(before);
    const masks = new Uint16Array(before);
    let kept = 0;
    let owed = 0;
    lines.forward(lines.first(), Infinity, end, (start, length) => {
      const mask = this.#layers.maskAt(start - offset);
      if (isHidden(start, length, from)) return;
      if (passes[mask] === 1) {
        for (let i = Math.max(0, kept - before); i < kept; i++) {
          const slot = i % before;
          this.#packer.add((starts[slot] ?? 0) - offset, lengths[slot] ?? 0, masks[slot] ?? 0, false);
        }
        kept = 0;
        owed = after;
        this.#match(start, length, mask, offset);
      } else if (owed > 0) {
        owed--;
        this.#packer.add(start - offset, length, mask, false);
      } else if (before > 0) {
        const slot = kept++ % before;
        starts[slot] = start;
        lengths[slot] = length;
        masks[slot] = mask;
      }
    });
  }

  #match(start: number, length: number, mask: number, offset: number): void {
    if (this.#firstMatch < 0) this.#firstMatch = start;
    this.#lastMatchEnd = start + length;
    this.#packer.add(start - offset, length, mask, true);
  }

  #context(start: number, length: number, offset: number, from: number): void {
    if (isHidden(start, length, from)) return;
    this.#packer.add(start - offset, length, this.#masks.maskAt(start - offset), false);
  }

  #surroundings({ end }: RowsJob): Surroundings {
    const lines = this.#lines;
    const head = lines.back(this.#firstMatch, MOST_COUNTED, lines.first()).lines;
    let tail = 0;
    lines.forward(lines.after(this.#lastMatchEnd), MOST_COUNTED, end, () => tail++);
    return { head, tail };
  }
}

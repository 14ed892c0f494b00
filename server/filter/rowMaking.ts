/**
 * The rows of a filter in the making: which segments go to threads, and what becomes of their answers. Rows are made of segments
 * that all layers have searched, once more whenever a layer tells one anew; the context that segments owe each other is added when those
 * around are known.
 */
import { assert } from '../../shared/assert.ts';
import type { Extent } from '../../shared/extent.ts';
import type { FilterStatus } from '../../shared/protocol.ts';
import { readFailure } from '../search/course.ts';
import type { HitBudget } from '../search/hitParts.ts';
import { CombinedRows } from './combinedRows.ts';
import { ContextChain } from './contextChain.ts';
import { type FilterAnswer, type FilterJob, MOST_COUNTED, type Surroundings } from './filterJob.ts';
import type { FilterLayers } from './filterLayers.ts';
import type { FilterRule } from './rule.ts';
import { SegmentKinds } from './segmentKinds.ts';
import { SegmentQueue } from './segmentQueue.ts';

export interface MakingOptions {
  readonly layers: FilterLayers;
  readonly rule: FilterRule;
  readonly before: number;
  readonly after: number;
  /** Lines that end at or before this byte are no rows. */
  readonly from: number;
  readonly budget: HitBudget;
  readonly spillFolder: string;
  /** The data of a sparse file, see server/source/holes.ts; null when it has no holes. */
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
}

/** Runs of segments that are gone through in one go. */
const SLICE_STEPS = 512;
/** The first and the last line of the segment match. */
const NO_SURROUNDINGS: Surroundings = { head: 0, tail: 0 };

/** What adds rows throws a SpillError when there is no room for more. */
export class RowMaking {
  readonly rows: CombinedRows;
  readonly #options: MakingOptions;
  readonly #segmentBytes: number;
  readonly #queue: SegmentQueue;
  readonly #chain: ContextChain | null;
  #size: number;
  #version = 0;
  #error: FilterStatus['error'] = null;

  constructor(options: MakingOptions) {
    const { layers, rule, before, after, from, budget, spillFolder, nextData } = options;
    this.#options = options;
    this.#size = layers.size;
    const { segmentBytes, pieceBytes } = layers.space(this.#size);
    this.#segmentBytes = segmentBytes;
    this.rows = new CombinedRows(segmentBytes, budget, spillFolder);
    // The last line of a segment may reach so far into the next one.
    const hidden = Math.max(0, Math.floor((from - pieceBytes) / segmentBytes));
    this.#queue = new SegmentQueue(new SegmentKinds({ layers: layers.searches, rule, hidden, segmentBytes, nextData }));
    const isKnown = (segment: number): boolean => this.#queue.isCombined(segment);
    const context = before > 0 || after > 0;
    this.#chain = context ? new ContextChain(before, after, { count: () => this.#count, isKnown }) : null;
  }

  /** Grows whenever rows change. */
  get version(): number {
    return this.#version;
  }

  /** What could not be read, and so has no rows. */
  get error(): FilterStatus['error'] {
    return this.#error;
  }

  /** Something that layers have searched is not made of rows yet. */
  get busy(): boolean {
    return this.#queue.busy || !(this.#chain?.settled ?? true);
  }

  /** Segment `from` or one after it is being made of rows. */
  worksFrom(from: number): boolean {
    return this.#queue.worksFrom(from);
  }

  /** All segments have been made of rows, and nothing is left to do. */
  get complete(): boolean {
    return !this.busy && this.#queue.coversFirst(this.#count);
  }

  get decidedBytes(): number {
    const last = this.#count - 1;
    let bytes = this.#queue.combined * this.#segmentBytes;
    if (this.#queue.isCombined(last)) bytes -= this.#segmentBytes - this.#bytesOf(last);
    for (const segment of this.#chain?.pending ?? []) {
      if (this.#queue.isCombined(segment)) bytes -= this.#bytesOf(segment);
    }
    return bytes;
  }

  /** Whether the rows of the first `count` segments will not change, as long as no layer tells any of them anew. */
  isFinal(count: number): boolean {
    if (!this.#queue.coversFirst(count)) return false;
    const chain = this.#chain;
    if (!chain || count === 0) return true;
    for (const segment of chain.pending) if (segment < count) return false;
    return chain.isFinal(count - 1);
  }

  /** The file has grown. */
  grow(size: number): void {
    this.#size = size;
  }

  /** A layer tells segments `[from, end)` anew: as long as not all have told them, they are not made. */
  unsettle(from: number, end: number): void {
    this.#queue.unsettle(from, end);
  }

  /** Finds those of the segments `[from, end)` that all layers have searched. */
  look(from: number, end: number): void {
    const stop = Math.min(end, this.#count);
    if (from >= stop) return;
    const bytesEnd = Math.min(this.#size, stop * this.#segmentBytes);
    if (this.#options.layers.isSearched(from * this.#segmentBytes, bytesEnd)) this.#queue.searched(from, stop);
    else if (stop - from > 1) {
      const middle = Math.floor((from + stop) / 2);
      this.look(from, middle);
      this.look(middle, stop);
    }
  }

  /** Goes through a slice of what was searched, and makes rows where that takes no thread; false when there is more. */
  sort(): boolean {
    for (let steps = 0; steps < SLICE_STEPS && this.#queue.unsorted; steps++) {
      const { kind, from, end } = this.#queue.sort(this.#size);
      if (kind === 'none') {
        if (this.rows.remove(from, end)) this.#version++;
        this.#chain?.foundNone(from, end);
      } else if (kind === 'hole') {
        this.#version++;
        this.rows.setHole(from);
        this.#chain?.found(from, NO_SURROUNDINGS);
      }
    }
    return !this.#queue.unsorted;
  }

  nextJob(id: number): FilterJob | null {
    const edges = this.#nextEdges();
    const segment = edges ?? this.#queue.first();
    if (segment === null) return null;
    const job = this.#job(id, segment, edges !== null);
    this.#queue.takeOff(id, segment);
    return job;
  }

  /** The job will not be answered. */
  lost(job: FilterJob): void {
    const segment = this.#queue.land(job.id);
    if (job.type === 'rows' && segment !== null) this.#queue.again(segment);
  }

  /** The answer to a job; null when it does not count. */
  answered(job: FilterJob, answer: FilterAnswer | null): void {
    const segment = this.#queue.land(job.id);
    if (segment === null || answer === null) return;
    this.#version++;
    // What cannot be read has no rows: the filter must come to an end, and says what is missing.
    if (answer.type === 'failed') this.#error ??= { message: readFailure(answer.code, 'filtered'), offset: job.offset };
    if (job.type === 'edges') {
      if (answer.type === 'edges') this.rows.setEdges(segment, answer.head, answer.tail);
      this.#chain?.given(segment, job, answer.type === 'edges' ? answer.lines : MOST_COUNTED);
      return;
    }
    this.#queue.done(segment);
    if (answer.type === 'rows' && answer.rows.rows > 0) {
      this.rows.set(segment, answer.rows);
      this.#chain?.found(segment, answer.surroundings);
    } else {
      this.rows.remove(segment, segment + 1);
      this.#chain?.foundNone(segment, segment + 1);
    }
  }

  get #count(): number {
    return Math.ceil(this.#size / this.#segmentBytes);
  }

  #bytesOf(segment: number): number {
    return Math.min(this.#size, (segment + 1) * this.#segmentBytes) - segment * this.#segmentBytes;
  }

  /** A segment whose context is to be completed, or null. */
  #nextEdges(): number | null {
    for (const segment of this.#chain?.pending ?? []) {
      if (this.#queue.isCombined(segment) && !this.#queue.flies(segment)) return segment;
    }
    return null;
  }

  #job(id: number, segment: number, edges: boolean): FilterJob {
    const { layers, rule, before, after, from } = this.#options;
    const offset = segment * this.#segmentBytes;
    const end = offset + this.#bytesOf(segment);
    const { format, pieceBytes } = layers.space(this.#size);
    const { fd } = layers.source;
    const place = { id, fd, offset, end, size: this.#size, format, pieceBytes, layers: layers.hits(segment), from };
    if (!edges) return { ...place, type: 'rows', rule, before, after };
    assert(this.#chain !== null, 'only with context there are edges');
    return { ...place, type: 'edges', ...this.#chain.edges(segment) };
  }
}

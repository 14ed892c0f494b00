/**
 * One filter of one file: layers, which are searches of whole lines, combined into rows.
 *
 * A segment is combined as soon as all layers have searched it, in any order; what that takes is done by threads (combine.ts), or
 * nothing at all where no layer hits anything. Context that goes over borders is added when the segments around
 * are known (contextChain.ts). Whenever a layer tells a segment anew (the file has grown, neighbours have agreed), it is made
 * again. A filter belongs to the generation of its layers and is stale when they are.
 */
import { assert } from '../../shared/assert.ts';
import type { Extent } from '../../shared/extent.ts';
import type { FilterRole, FilterStatus } from '../../shared/protocol.ts';
import { ProgressTeller } from '../index/progressTeller.ts';
import { ExtentSet } from '../search/extentSet.ts';
import type { HitBudget } from '../search/hitStore.ts';
import type { Search } from '../search/search.ts';
import { SpillError } from '../search/spill.ts';
import { Stopwatch } from '../search/stopwatch.ts';
import { type Source, SourceError } from '../source/source.ts';
import { CombinedRows } from './combinedRows.ts';
import { ContextChain } from './contextChain.ts';
import type { FilterAnswer, FilterJob, PackedRows, Surroundings } from './filterJob.ts';
import type { FilterClient, FilterPool } from './filterPool.ts';
import { LayerRows } from './layerRows.ts';
import type { RowSpace } from './rowEnds.ts';
import { RowPacker } from './rowPacking.ts';
import type { RowSource } from './rowSource.ts';
import { type FilterRule, filterRule, showsOthers } from './rule.ts';
import { SegmentKinds } from './segmentKinds.ts';

export interface FilterOptions {
  readonly id: string;
  /** All of one generation and one line format. */
  readonly layers: readonly { readonly search: Search; readonly role: FilterRole }[];
  readonly combine: FilterRule['combine'];
  readonly before: number;
  readonly after: number;
  readonly pool: FilterPool;
  readonly budget: HitBudget;
  readonly spillFolder: string;
  /** The data of a sparse file, see server/source/holes.ts; null when it has no holes. */
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
}

/** A fault that kills every thread that comes near it must not go on for ever. */
const MAX_LOST = 8;
/** Runs of segments that are gone through in one go. */
const SLICE_STEPS = 2_048;
/** CR and LF in UTF-16. */
const MAX_TERMINATOR = 4;
const NO_SURROUNDINGS: Surroundings = { head: 0, tail: 0 };

interface Flight {
  readonly segment: number;
  /** A layer has told the segment anew meanwhile. */
  void: boolean;
}

export class Filter implements FilterClient {
  readonly id: string;
  readonly generation: number;
  readonly layers: readonly Search[];
  readonly rows: RowSource;
  /** Those who are being sent its rows. */
  exports = 0;
  readonly #options: FilterOptions;
  readonly #rule: FilterRule;
  readonly #segmentBytes: number;
  /** Null when the hits of the only layer are the rows. */
  readonly #made: CombinedRows | null;
  readonly #chain: ContextChain | null;
  readonly #teller = new ProgressTeller();
  readonly #clock = new Stopwatch();
  readonly #unlisten: (() => void)[] = [];
  /** Segments that all layers have searched: yet to be looked at, yet to be combined by a thread, and combined. */
  readonly #searched = new ExtentSet();
  readonly #ready = new ExtentSet();
  readonly #combined = new ExtentSet();
  readonly #flights = new Map<number, Flight>();
  readonly #first: Search;
  readonly #kinds: SegmentKinds;
  /** The rows of a segment that is a hole. */
  readonly #hole: PackedRows;
  #goingOn: NodeJS.Immediate | null = null;
  #size: number;
  #version = 0;
  #lost = 0;
  #stale = false;
  #closed = false;
  #stopped = false;
  #error: FilterStatus['error'] = null;

  constructor(options: FilterOptions) {
    this.id = options.id;
    this.#options = options;
    this.layers = options.layers.map(({ search }) => search);
    const [first] = this.layers;
    assert(first !== undefined, 'a filter has layers');
    this.#first = first;
    this.generation = first.generation;
    this.#size = first.size;
    this.#segmentBytes = first.sizes.segmentBytes;
    const { before, after } = options;
    this.#rule = filterRule(
      options.layers.map(({ role }) => role),
      options.combine,
    );
    this.#kinds = new SegmentKinds({
      layers: this.layers,
      rule: this.#rule,
      segmentBytes: this.#segmentBytes,
      nextData: options.nextData,
    });
    const hole = new RowPacker();
    hole.add(0, this.#segmentBytes, 0, true);
    this.#hole = hole.take();
    const single = this.layers.length === 1 && !showsOthers(this.#rule) && before === 0 && after === 0;
    this.#made = single ? null : new CombinedRows(this.#segmentBytes, options.budget, options.spillFolder);
    this.rows = this.#made ?? new LayerRows(first);
    const segments = this;
    this.#chain =
      before === 0 && after === 0
        ? null
        : new ContextChain(before, after, {
            get count() {
              return segments.#count;
            },
            isKnown: (segment) => this.#combined.has(segment),
          });
  }

  get size(): number {
    return this.#size;
  }

  /** What is filtered are these bytes. */
  get source(): Source {
    return this.#first.source;
  }

  /** The encoding of the lines. */
  get encoding(): string {
    return this.#first.plan.encoding;
  }

  /** What the rows are rows of, now. */
  get space(): RowSpace {
    const { segmentBytes, pieceBytes } = this.#first.sizes;
    const { format } = this.#first.plan;
    return { format, generation: this.generation, size: this.#size, segmentBytes, pieceBytes };
  }

  get stale(): boolean {
    return this.#stale;
  }

  get version(): number {
    return this.#version;
  }

  get error(): FilterStatus['error'] {
    return this.#error ?? this.layers.find((layer) => layer.status().error)?.status().error ?? null;
  }

  /** All rows there are, as far as the file is known to reach. */
  get complete(): boolean {
    if (this.#ended || !this.layers.every((layer) => layer.complete)) return false;
    return this.#made === null || (!this.#working && this.#combined.covers(0, this.#count));
  }

  /** Nothing is going on. */
  get idle(): boolean {
    if (this.#ended) return true;
    return !this.#working && this.layers.every((layer) => layer.idle);
  }

  status(): FilterStatus {
    return {
      id: this.id,
      generation: this.generation,
      size: this.#size,
      complete: this.complete,
      running: !this.idle,
      stale: this.#stale,
      rows: this.rows.total,
      matches: this.rows.matches,
      decidedBytes: this.#decidedBytes,
      elapsedMs: Math.round(this.#clock.elapsedMs),
      error: this.error,
      version: this.#version,
    };
  }

  /** `listener` hears of progress, at most every 50 ms, and of every end of it; returns how to stop that. */
  onProgress(listener: () => void): () => void {
    return this.#teller.add(listener);
  }

  start(): void {
    this.#clock.start();
    for (const layer of this.layers) {
      this.#unlisten.push(layer.segments.add((from, end) => this.#told(from, end)));
      this.#unlisten.push(layer.onProgress(() => this.#layerChanged()));
    }
    this.#look(0, this.#count);
    this.#layerChanged();
  }

  /** Ends the filter and forgets its rows. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end();
    this.#teller.tell();
    this.#teller.close();
  }

  /** Looks what became of the file: growth is filtered, anything worse makes the filter stale. */
  noticeSource(): void {
    if (this.#closed || this.#stale) return;
    for (const layer of this.layers) layer.noticeSource();
    if (this.layers.some((layer) => layer.stale)) {
      this.#stale = true;
      this.#end();
      this.#teller.tell();
      return;
    }
    const size = Math.min(...this.layers.map((layer) => layer.size));
    if (size <= this.#size) return;
    // The last line goes on, or has got its terminator.
    const from = Math.floor(
      Math.max(0, this.#size - this.#first.sizes.pieceBytes - MAX_TERMINATOR) / this.#segmentBytes,
    );
    this.#size = size;
    this.#clock.start();
    this.#told(from, this.#count);
  }

  /** Whether rows that start before `offset` will not change any more, as far as the file is known to reach. */
  isExact(offset: number): boolean {
    if (offset >= this.#size) return this.complete;
    const count = Math.ceil(offset / this.#segmentBytes);
    const end = Math.min(this.#size, count * this.#segmentBytes);
    if (this.#stale || !this.layers.every((layer) => layer.isSearched(0, end))) return false;
    if (this.#made === null) return true;
    if (!this.#combined.covers(0, count)) return false;
    const chain = this.#chain;
    if (!chain || count === 0) return true;
    for (const segment of chain.pending) if (segment < count) return false;
    return chain.isFinal(count - 1);
  }

  nextJob(id: number): FilterJob | null {
    if (this.#ended) return null;
    const edges = this.#nextEdges();
    const segment = edges ?? this.#ready.nextMember(0);
    if (segment === null) return null;
    try {
      const job = this.#job(id, segment, edges !== null);
      if (edges === null) this.#ready.remove(segment, segment + 1);
      this.#flights.set(id, { segment, void: false });
      return job;
    } catch (error) {
      this.#fail(error);
      return null;
    }
  }

  jobDone(job: FilterJob, answer: FilterAnswer): void {
    const flight = this.#flights.get(job.id);
    this.#flights.delete(job.id);
    // Looked at after the bytes were read: had they been of another generation, it would show now.
    if (!flight || this.#ended || !this.#sameGeneration()) return;
    if (!flight.void) {
      this.#lost = 0;
      try {
        this.#take(flight.segment, job, answer);
      } catch (error) {
        this.#fail(error);
        return;
      }
    }
    this.#goOn();
  }

  jobLost(job: FilterJob): void {
    const flight = this.#flights.get(job.id);
    this.#flights.delete(job.id);
    if (!flight || this.#ended) return;
    if (++this.#lost > MAX_LOST) {
      this.#stop('The filter stopped: its threads died again and again.', job.offset);
      return;
    }
    if (job.type === 'rows' && !flight.void) this.#ready.add(flight.segment, flight.segment + 1);
    this.#goOn();
  }

  get #count(): number {
    return Math.ceil(this.#size / this.#segmentBytes);
  }

  get #ended(): boolean {
    return this.#stale || this.#stopped || this.#closed;
  }

  get #working(): boolean {
    const chain = this.#chain;
    return this.#flights.size > 0 || this.#ready.size > 0 || this.#searched.size > 0 || !(chain?.settled ?? true);
  }

  get #decidedBytes(): number {
    if (this.#made === null) return this.#first.status().scannedBytes;
    const last = this.#count - 1;
    let bytes = this.#combined.size * this.#segmentBytes;
    if (this.#combined.has(last)) bytes -= this.#count * this.#segmentBytes - this.#size;
    for (const segment of this.#chain?.pending ?? []) bytes -= this.#bytesOf(segment);
    return bytes;
  }

  #bytesOf(segment: number): number {
    return Math.min(this.#size, (segment + 1) * this.#segmentBytes) - segment * this.#segmentBytes;
  }

  /** A layer has searched segments `[from, end)`, for the first time or again. */
  #told(from: number, end: number): void {
    if (this.#ended) return;
    if (this.#made === null) {
      this.#version++;
      return;
    }
    for (const set of [this.#searched, this.#ready, this.#combined]) set.remove(from, end);
    for (const flight of this.#flights.values()) if (flight.segment >= from && flight.segment < end) flight.void = true;
    this.noticeSource();
    this.#look(from, Math.min(end, this.#count));
  }

  #layerChanged(): void {
    this.noticeSource();
    if (this.#ended) return;
    if (this.complete) this.#settle();
    else if (this.idle) this.#teller.tell();
    else {
      this.#clock.start();
      this.#teller.tellSoon();
    }
  }

  /** Finds those of the segments `[from, end)` that all layers have searched. */
  #look(from: number, end: number): void {
    if (this.#made === null || from >= end) return;
    const offset = from * this.#segmentBytes;
    const stop = Math.min(this.#size, end * this.#segmentBytes);
    if (this.layers.every((layer) => layer.isSearched(offset, stop))) {
      this.#searched.add(from, end);
      this.#goOn();
    } else if (end - from > 1) {
      const middle = Math.floor((from + end) / 2);
      this.#look(from, middle);
      this.#look(middle, end);
    }
  }

  /** Goes through what was searched, a slice at a time, and wakes the threads. */
  #goOn(): void {
    if (this.#ended || this.#goingOn) return;
    for (let steps = 0; steps < SLICE_STEPS && this.#searched.size > 0; steps++) this.#step();
    if (this.#searched.size > 0) {
      this.#goingOn = setImmediate(() => {
        this.#goingOn = null;
        this.#goOn();
      });
    }
    this.#options.pool.wake(this);
    if (this.complete) this.#settle();
    else this.#teller.tellSoon();
  }

  /** Takes the first segments that were searched: what needs no thread is done here. */
  #step(): void {
    const made = this.#made;
    const from = this.#searched.nextMember(0);
    assert(made !== null && from !== null, 'there are segments to go through');
    const run = this.#kinds.runFrom(from, this.#searched.nextGap(from), this.#size);
    // One at a time: a hole has a row in each.
    const end = run.kind === 'hole' ? from + 1 : run.end;
    this.#searched.remove(from, end);
    if (run.kind === 'work') {
      this.#ready.add(from, end);
      return;
    }
    this.#combined.add(from, end);
    if (run.kind === 'hole') {
      made.set(from, this.#hole);
      this.#version++;
      this.#chain?.found(from, NO_SURROUNDINGS);
    } else {
      if (made.remove(from, end)) this.#version++;
      this.#chain?.foundNone(from, end);
    }
  }

  /** A segment whose context is to be completed, or null. */
  #nextEdges(): number | null {
    for (const segment of this.#chain?.pending ?? []) {
      if (this.#combined.has(segment) && !this.#flies(segment)) return segment;
    }
    return null;
  }

  #flies(segment: number): boolean {
    for (const flight of this.#flights.values()) if (flight.segment === segment && !flight.void) return true;
    return false;
  }

  #job(id: number, segment: number, edges: boolean): FilterJob {
    const { before, after } = this.#options;
    const offset = segment * this.#segmentBytes;
    const place = {
      id,
      fd: this.#first.source.fd,
      offset,
      end: offset + this.#bytesOf(segment),
      size: this.#size,
      format: this.#first.plan.format,
      pieceBytes: this.#first.sizes.pieceBytes,
      layers: this.layers.map(({ hits, plan }) => ({ parts: hits.parts(segment), firstOffset: plan.firstOffset })),
    };
    if (!edges) return { ...place, type: 'rows', rule: this.#rule, before, after };
    assert(this.#chain !== null, 'only with context there are edges');
    return { ...place, type: 'edges', ...this.#chain.edges(segment) };
  }

  #take(segment: number, job: FilterJob, answer: FilterAnswer): void {
    const made = this.#made;
    assert(made !== null, 'jobs make rows');
    this.#version++;
    if (answer.type === 'edges') {
      made.setEdges(segment, answer.head, answer.tail);
      if (job.type === 'edges') this.#chain?.given(segment, { head: job.head, tail: job.tail }, answer.lines);
      return;
    }
    // Also what could not be read: the filter must come to an end, and says what is missing.
    if (answer.type === 'failed') this.#error ??= { message: readFailure(answer.code), offset: job.offset };
    this.#combined.add(segment, segment + 1);
    if (answer.type === 'failed' || answer.rows.rows === 0) {
      made.remove(segment, segment + 1);
      this.#chain?.foundNone(segment, segment + 1);
      return;
    }
    made.set(segment, answer.rows);
    this.#chain?.found(segment, answer.surroundings);
  }

  #sameGeneration(): boolean {
    try {
      this.#first.source.refresh();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#stop(`The filter stopped: ${error.message}.`, null);
      return false;
    }
    this.noticeSource();
    return !this.#stale;
  }

  #fail(error: unknown): void {
    if (!(error instanceof SpillError)) throw error;
    this.#stop(error.message, null);
  }

  #stop(message: string, offset: number | null): void {
    this.#error = { message, offset };
    this.#stopped = true;
    this.#settle();
  }

  /** Nothing more is made: rows and listeners go. */
  #end(): void {
    this.#options.pool.forget(this);
    for (const unlisten of this.#unlisten) unlisten();
    this.#unlisten.length = 0;
    if (this.#goingOn) clearImmediate(this.#goingOn);
    this.#goingOn = null;
    this.#clock.stop();
    this.#made?.close();
  }

  /** The clock stops, and listeners hear of the new state at once. */
  #settle(): void {
    this.#clock.stop();
    this.#teller.tell();
  }
}

function readFailure(code: string): string {
  if (code === 'SHORT') return 'A part of the file from here on was not filtered: the file ended early.';
  return `A part of the file from here on was not filtered: it cannot be read (${code}).`;
}

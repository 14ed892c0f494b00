/**
 * One filter of one file: layers, which are searches of whole lines, combined into rows.
 *
 * It listens to its layers: a segment is made of rows (rowMaking.ts) as soon as all of them have searched it, in any order, and
 * again when a layer tells it anew (the file has grown, neighbours have agreed). A filter belongs to the generation of its layers
 * and is stale when they are.
 */
import type { Extent } from '../../shared/extent.ts';
import type { FilterStatus } from '../../shared/protocol.ts';
import { Course } from '../search/course.ts';
import { type Grower, Growth } from '../search/growth.ts';
import type { HitBudget } from '../search/hitParts.ts';
import { SpillError } from '../search/spill.ts';
import type { Source } from '../source/source.ts';
import type { FilterAnswer, FilterJob } from './filterJob.ts';
import { FilterLayers, type Layer } from './filterLayers.ts';
import type { FilterClient, FilterPool } from './filterPool.ts';
import { LayerRows } from './layerRows.ts';
import type { RowSpace } from './rowEnds.ts';
import { RowMaking } from './rowMaking.ts';
import type { RowSource } from './rowSource.ts';
import { type FilterRule, filterRule, showsOthers } from './rule.ts';

export interface FilterOptions {
  readonly id: string;
  /** All of one generation and one line format. */
  readonly layers: readonly Layer[];
  readonly combine: FilterRule['combine'];
  readonly before: number;
  readonly after: number;
  /** Lines that end at or before this byte are no rows. */
  readonly from: number;
  readonly pool: FilterPool;
  readonly budget: HitBudget;
  readonly spillFolder: string;
  /** The data of a sparse file, see server/source/holes.ts; null when it has no holes. */
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
}

/** CR and LF in UTF-16. */
const MAX_TERMINATOR = 4;

export class Filter implements FilterClient, Grower {
  readonly id: string;
  readonly generation: number;
  readonly rows: RowSource;
  readonly #pool: FilterPool;
  readonly #layers: FilterLayers;
  readonly #growth: Growth;
  readonly #segmentBytes: number;
  /** Null when the hits of the only layer are the rows. */
  readonly #making: RowMaking | null;
  readonly #course = new Course('filter');
  readonly #unlisten: (() => void)[] = [];
  /** Those who are being sent its rows. */
  #readers = 0;
  /** To be done when there are none. */
  readonly #unread: (() => void)[] = [];
  #goingOn: NodeJS.Immediate | null = null;
  #size: number;
  #version = 0;
  #stale = false;
  #closed = false;

  constructor(options: FilterOptions) {
    const { layers, combine, before, after, from } = options;
    this.id = options.id;
    this.#pool = options.pool;
    this.#layers = new FilterLayers(layers);
    this.#growth = Growth.of(this.#layers.source);
    this.#size = this.#layers.size;
    const { generation, segmentBytes } = this.#layers.space(this.#size);
    this.generation = generation;
    this.#segmentBytes = segmentBytes;
    const rule = filterRule(
      layers.map(({ role }) => role),
      combine,
    );
    const [only, ...others] = this.#layers.searches;
    if (only && others.length === 0 && !showsOthers(rule) && before + after + from === 0) {
      this.#making = null;
      this.rows = new LayerRows(only);
    } else {
      this.#making = new RowMaking({ ...options, layers: this.#layers, rule });
      this.rows = this.#making.rows;
    }
  }

  get size(): number {
    return this.#size;
  }

  /** What is filtered are these bytes. */
  get source(): Source {
    return this.#layers.source;
  }

  /** Of the lines. */
  get encoding(): string {
    return this.#layers.encoding;
  }

  /** What the rows are rows of, now. */
  get space(): RowSpace {
    return this.#layers.space(this.#size);
  }

  /** Its rows are gone. */
  get closed(): boolean {
    return this.#closed;
  }

  get stale(): boolean {
    return this.#stale;
  }

  get version(): number {
    return this.#making?.version ?? this.#version;
  }

  get error(): FilterStatus['error'] {
    return this.#course.error ?? this.#making?.error ?? this.#layers.error;
  }

  /** All rows there are, as far as the file is known to reach. */
  get complete(): boolean {
    return !this.#ended && this.#layers.complete && (this.#making?.complete ?? true);
  }

  /** Nothing is going on. */
  get idle(): boolean {
    return this.#ended || (this.#layers.idle && !(this.#making?.busy ?? false));
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
      decidedBytes: this.#making?.decidedBytes ?? this.#layers.scannedBytes,
      elapsedMs: Math.round(this.#course.clock.elapsedMs),
      error: this.error,
      version: this.version,
    };
  }

  /** `listener` hears of progress, at most every 50 ms, and of every end of it; returns how to stop that. */
  onProgress(listener: () => void): () => void {
    return this.#course.teller.add(listener);
  }

  start(): void {
    this.#growth.join(this);
    this.#course.clock.start();
    for (const search of this.#layers.searches) {
      this.#unlisten.push(search.segments.add((from, end) => this.#told(from, end)));
      this.#unlisten.push(search.onProgress(() => this.#layerChanged()));
    }
    this.#making?.look(0, Infinity);
    this.#goOn();
    this.#layerChanged();
  }

  /** Ends the filter and forgets its rows. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end();
    this.#course.teller.tell();
    this.#course.teller.close();
  }

  /** Somebody is being sent its rows. */
  get read(): boolean {
    return this.#readers > 0;
  }

  /**
   * Keeps the rows, whatever becomes of the filter, until the returned function is called: as long as somebody holds them, others must
   * not be given their part of the memory.
   */
  keepRows(): () => void {
    this.#readers++;
    return () => {
      if (--this.#readers > 0) return;
      for (const action of this.#unread.splice(0)) action();
    };
  }

  /** Calls `action` when nobody is sent its rows: at once, or later. */
  whenUnread(action: () => void): void {
    if (this.read) this.#unread.push(action);
    else action();
  }

  /** Looks what became of the file: growth is filtered, anything worse makes the filter stale. */
  noticeSource(): void {
    if (this.#closed || this.#stale) return;
    this.#layers.noticeSource();
    if (this.#layers.stale) {
      this.#stale = true;
      this.#end();
      this.#course.teller.tell();
      return;
    }
  }

  get atEnd(): boolean {
    return !this.#ended && (this.#making?.worksFrom(this.#lastSegments) ?? false);
  }

  grow(size: number): void {
    const from = this.#lastSegments;
    this.#size = size;
    this.#making?.grow(size);
    this.#course.clock.start();
    this.#told(from, Infinity);
  }

  /** Whether rows that start before `offset` will not change any more, as far as the file is known to reach. */
  isExact(offset: number): boolean {
    if (offset >= this.#size) return this.complete;
    const count = Math.ceil(offset / this.#segmentBytes);
    if (this.#stale || !this.#layers.isSearched(0, Math.min(this.#size, count * this.#segmentBytes))) return false;
    return this.#making?.isFinal(count) ?? true;
  }

  nextJob(id: number): FilterJob | null {
    return this.#try((making) => making.nextJob(id));
  }

  jobDone(job: FilterJob, answer: FilterAnswer): void {
    // Looked at after the bytes were read: had they been of another generation, or fewer, it would show now.
    const counts = !this.#ended && this.#sameGeneration();
    this.#try((making) => making.answered(job, counts ? answer : null));
    this.#course.jobBack();
    this.#goOn();
  }

  jobLost(job: FilterJob): void {
    this.#try((making) => making.lost(job));
    if (this.#course.jobLost(job.offset)) this.#goOn();
    else this.#growth.leave(this);
  }

  /** The first segment in which growth changes rows: the last line goes on, or has got its terminator. */
  get #lastSegments(): number {
    return Math.floor(Math.max(0, this.#size - this.space.pieceBytes - MAX_TERMINATOR) / this.#segmentBytes);
  }

  get #ended(): boolean {
    return this.#stale || this.#course.stopped || this.#closed;
  }

  /** A layer has searched segments `[from, end)`, for the first time or again. */
  #told(from: number, end: number): void {
    if (this.#ended) return;
    this.#version++;
    this.#making?.unsettle(from, end);
    this.#making?.look(from, end);
    this.#goOn();
  }

  #layerChanged(): void {
    this.noticeSource();
    if (this.#ended) return;
    // Hits of segments that are not searched to their end are rows of a single layer already.
    this.#version++;
    if (this.complete) this.#course.settle();
    else if (this.idle) this.#course.teller.tell();
    else {
      this.#course.clock.start();
      this.#course.teller.tellSoon();
    }
  }

  /** Goes through what was searched, a slice at a time, and wakes the threads. */
  #goOn(): void {
    if (this.#ended || this.#goingOn) return;
    const sorted = this.#try((making) => making.sort());
    if (sorted === false) {
      this.#goingOn = setImmediate(() => {
        this.#goingOn = null;
        this.#goOn();
      });
    }
    if (this.#making && !this.#ended) this.#pool.wake(this);
    this.noticeSource();
    if (this.complete) this.#course.settle();
    else this.#course.teller.tellSoon();
  }

  /** Makes some rows, or stops when there is no room for more; null then, and when there are none to make. */
  #try<T>(make: (making: RowMaking) => T): T | null {
    if (this.#ended || !this.#making) return null;
    try {
      return make(this.#making);
    } catch (error) {
      if (!(error instanceof SpillError)) throw error;
      this.#course.stop(error.message, null);
      this.#growth.leave(this);
      return null;
    }
  }

  #sameGeneration(): boolean {
    if (!this.#course.refresh(this.source)) {
      this.#growth.leave(this);
      return false;
    }
    this.noticeSource();
    return !this.#stale;
  }

  /** Nothing more is made: rows and listeners go. */
  #end(): void {
    this.#pool.forget(this);
    for (const unlisten of this.#unlisten) unlisten();
    this.#unlisten.length = 0;
    if (this.#goingOn) clearImmediate(this.#goingOn);
    this.#goingOn = null;
    this.#course.clock.stop();
    this.whenUnread(() => this.#making?.rows.close());
    this.#growth.leave(this);
  }
}

/**
 * One search of one file: which segments are done, what was found, and what is wrong.
 *
 * Segments of 16 MiB are searched in any order, by any thread; borders.ts makes neighbours agree, so that the outcome is exactly
 * that of one pass from the start of the file.
 * A search belongs to one generation of its source. When the file grows, what may have changed at its old end is searched
 * again together with the new (growth.ts says when); when it is cut or rewritten, the search is *stale*: its hits are dropped.
 */
import { assert } from '../../shared/assert.ts';
import type { SearchStatus } from '../../shared/protocol.ts';
import type { Source } from '../source/source.ts';
import { Borders } from './borders.ts';
import { CarefulSegments } from './carefulSegments.ts';
import { Course, readFailure } from './course.ts';
import { ExtentSet } from './extentSet.ts';
import { type Flight, Flights } from './flights.ts';
import { type Grower, Growth } from './growth.ts';
import { type Coverage, HitQueries, type NearHit } from './hitQueries.ts';
import { HitStore, plainHits, SegmentHits } from './hitStore.ts';
import type { SearchPlan } from './plan.ts';
import { hitsCompete, leadBytes, marginBytes } from './planFacts.ts';
import type { FromWorker, SearchJob, SearchSizes } from './searchJob.ts';
import type { SearchOptions } from './searchOptions.ts';
import type { SearchClient, SearchPool } from './searchPool.ts';
import { SegmentOrder } from './segmentOrder.ts';
import { SegmentTeller } from './segmentTeller.ts';
import { SpillError } from './spill.ts';
import { Wishes } from './wishes.ts';

export class Search implements SearchClient, Coverage, Grower {
  readonly id: string;
  readonly plan: SearchPlan;
  readonly generation: number;
  /** Answers about the hits found so far. */
  readonly hits: HitQueries;
  /** Tells of segments that were searched, for the first time or again. */
  readonly segments = new SegmentTeller();
  /** What is searched are these bytes. */
  readonly source: Source;
  readonly sizes: SearchSizes;
  readonly leadBytes: number;
  readonly #pool: SearchPool;
  readonly #growth: Growth;
  readonly #store: HitStore;
  readonly #order: SegmentOrder;
  readonly #course = new Course('search');
  readonly #segmentBytes: number;
  /** Bytes that are searched. */
  readonly #searched = new ExtentSet();
  readonly #borders: Borders;
  readonly #flights = new Flights();
  readonly #careful = new CarefulSegments();
  readonly #wishes = new Wishes();
  #size: number;
  #cancelled = false;
  #closed = false;
  #stale = false;

  constructor(options: SearchOptions) {
    const { source, plan, pool } = options;
    this.id = options.id;
    this.plan = plan;
    this.generation = source.generation;
    this.source = source;
    this.sizes = pool.sizes;
    this.leadBytes = leadBytes(plan, pool.sizes);
    this.#pool = pool;
    this.#growth = Growth.of(source);
    this.#size = this.#growth.size;
    this.#segmentBytes = pool.sizes.segmentBytes;
    this.#store = new HitStore(this.#segmentBytes, plainHits(plan.fixed), options.budget, options.spillFolder);
    this.hits = new HitQueries(this.#store, this);
    this.#borders = new Borders({
      segmentBytes: this.#segmentBytes,
      matter: hitsCompete(plan),
      empty: plan.mode !== 'finder',
    });
    this.#order = new SegmentOrder({
      segmentBytes: this.#segmentBytes,
      size: this.#size,
      first: Math.floor(Math.min(options.from, Math.max(0, this.#size - 1)) / this.#segmentBytes),
      nextData: plan.skipsZeros ? options.nextData : null,
      marginBytes: marginBytes(plan, pool.sizes),
    });
    this.#growth.join(this);
  }

  /** Everything was searched, as far as the file is known to reach. */
  get complete(): boolean {
    return !this.#stale && this.isSearched(0, this.#size);
  }

  /** Nothing is going on. */
  get idle(): boolean {
    return this.complete || this.#cancelled || this.#stale || this.#course.stopped || this.#closed;
  }

  get size(): number {
    return this.#size;
  }

  get total(): number {
    return this.#store.total;
  }

  get stale(): boolean {
    return this.#stale;
  }

  status(): SearchStatus {
    return {
      id: this.id,
      generation: this.generation,
      size: this.#size,
      complete: this.complete,
      running: !this.idle,
      cancelled: this.#cancelled,
      stale: this.#stale,
      hits: this.#store.total,
      scannedBytes: this.#searched.size,
      elapsedMs: Math.round(this.#course.clock.elapsedMs),
      error: this.#course.error,
    };
  }

  /** `listener` hears of progress, at most every 50 ms, and of every end of it; returns how to stop that. */
  onProgress(listener: () => void): () => void {
    return this.#course.teller.add(listener);
  }

  /** Begins, or goes on after `cancel`. */
  start(): void {
    this.#cancelled = false;
    this.#run();
    this.#course.teller.tell();
  }

  /** Stops after the jobs under way; what was found stays. */
  cancel(): void {
    if (this.idle) return;
    this.#cancelled = true;
    this.#settle();
    this.noticeSource();
  }

  /** Ends the search and forgets its hits. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pool.forget(this);
    this.#settle();
    this.#course.teller.close();
    this.#store.close();
    this.#growth.leave(this);
  }

  /** Looks what became of the file: growth is searched, anything worse makes the search stale. */
  noticeSource(): void {
    if (this.#closed || this.#stale) return;
    if (this.source.generation !== this.generation) {
      this.#stale = true;
      this.#store.close();
      this.#settle();
      this.#growth.leave(this);
      return;
    }
    this.#growth.notice(this.source.size);
  }

  get atEnd(): boolean {
    const from = this.#lastSegments;
    return this.#flights.anyFrom(from) || (!this.idle && this.#borders.disputed(from * this.#segmentBytes, Infinity));
  }

  grow(size: number): void {
    const from = this.#lastSegments;
    this.#size = size;
    this.#order.grow(size, from);
    this.#searched.remove(from * this.#segmentBytes, Infinity);
    this.#borders.forget(from);
    this.#run();
  }

  /** The first segment in which growth may change what was found. */
  get #lastSegments(): number {
    return Math.max(0, Math.floor((this.#size - marginBytes(this.plan, this.#pool.sizes)) / this.#segmentBytes));
  }

  /** As `hits.near`, but searches there first and waits for the outcome until `signal` aborts. */
  async findNear(offset: number, direction: 'next' | 'previous', signal: AbortSignal): Promise<NearHit> {
    for (;;) {
      const answer = this.hits.near(offset, direction);
      if (answer.decided || this.idle || signal.aborted) return answer;
      const place = this.hits.missing(offset, direction, answer.hit, this.#searched);
      const wish = { segment: Math.floor(place / this.#segmentBytes), direction };
      await this.#wishes.wait(wish, signal, () => this.#pool.wake(this));
    }
  }

  nextJob(id: number, search: number): SearchJob | null {
    if (this.idle) return null;
    const redo = this.#borders.next();
    const segment = redo ?? this.#order.next(this.#wishes.all, (from, end) => this.#skip(from, end));
    if (segment === null) {
      if (this.complete) this.#settle();
      return null;
    }
    const offset = segment * this.#segmentBytes;
    const end = Math.min(this.#size, offset + this.#segmentBytes);
    const carry = this.#borders.enter(segment);
    const hits = new SegmentHits(segment);
    const replaces = this.#store.has(segment);
    this.#flights.add(id, { segment, hits, replaces, redo: redo !== null });
    const carefulFrom = this.#careful.from(segment);
    return { id, search, fd: this.source.fd, offset, end, size: this.#size, carry, carefulFrom };
  }

  jobSaid(job: SearchJob, message: FromWorker): void {
    const flight = this.#flights.get(job.id);
    assert(flight !== null, 'a job that speaks was handed out');
    // Looked at after the bytes were read: had they been of another generation, it would show now.
    const fresh = !this.#closed && this.#sameGeneration();
    if (message.done) this.#flights.remove(job.id);
    if (!fresh) return;
    const before = this.#store.total;
    try {
      this.#store.append(flight.hits, message.part);
    } catch (error) {
      if (!(error instanceof SpillError)) throw error;
      this.#stop(error.message, null);
      return;
    }
    if (!flight.replaces && flight.hits.count > 0) this.#store.attach(flight.hits);
    // The last byte counts when the job is done: hits of its last line may lie behind it and come last.
    if (!flight.replaces) this.#searched.add(job.offset, Math.min(message.scannedTo, job.end - 1));
    if (message.done) this.#finish(job, flight, message);
    else this.#course.teller.tellSoon();
    // The first hits are worth more than an even pace.
    if (before === 0 && this.#store.total > 0) this.#course.teller.tell();
    this.#wishes.wakeAll();
  }

  jobStuck(job: SearchJob, offset: number, length: number): void {
    const flight = this.#land(job);
    if (!flight) return;
    const given = this.#careful.stuck(job, flight.segment, offset, length, this.plan.mode);
    if (given === null) this.#again(flight);
    else this.#stop(given, offset);
    this.noticeSource();
  }

  jobLost(job: SearchJob): void {
    const flight = this.#land(job);
    if (!flight) return;
    if (this.#course.jobLost(job.offset)) this.#again(flight);
    else this.#wishes.wakeAll();
    this.noticeSource();
  }

  /** The flight of a job that did not come back, if it is still wanted. */
  #land(job: SearchJob): Flight | null {
    const flight = this.#flights.get(job.id);
    const wanted = flight !== null && !this.#closed;
    this.#flights.remove(job.id);
    return wanted ? flight : null;
  }

  #run(): void {
    if (this.idle) {
      if (this.complete) this.#settle();
      return;
    }
    this.#course.clock.start();
    this.#pool.wake(this);
  }

  #again(flight: Flight): void {
    // What the lost job has told already will be told again.
    if (flight.replaces) this.#store.discard(flight.hits);
    else this.#store.detach(flight.hits);
    const offset = flight.segment * this.#segmentBytes;
    this.#searched.remove(offset, offset + this.#segmentBytes);
    this.#order.release(flight.segment);
    this.#run();
  }

  #finish(job: SearchJob, flight: Flight, message: FromWorker): void {
    const { segment, hits } = flight;
    this.#course.jobBack();
    if (message.error !== null) {
      this.#course.error ??= { message: readFailure(message.error, 'searched'), offset: job.offset };
    }
    if (flight.replaces) {
      if (hits.count > 0) this.#store.attach(hits);
      else this.#store.remove(segment);
    }
    // Also what could not be read: the search must come to an end, and says what is missing.
    this.#searched.add(job.offset, job.end);
    this.#careful.done(segment);
    const { first, reach } = message;
    this.#borders.searched(segment, { carry: job.carry, first, reach }, (each) => this.#isDone(each));
    this.segments.tell(segment, segment + 1);
    this.noticeSource();
    if (this.complete) this.#settle();
    else {
      this.#course.teller.tellSoon();
      if (!this.#borders.agreed) this.#pool.wake(this);
    }
  }

  /** The segment was searched, and nothing is under way that may change what was found. */
  #isDone(segment: number): boolean {
    const offset = segment * this.#segmentBytes;
    const end = Math.min(this.#size, offset + this.#segmentBytes);
    if (offset >= this.#size || !this.#searched.covers(offset, end)) return false;
    return !this.#flights.in(segment);
  }

  #skip(from: number, end: number): void {
    this.#searched.add(from * this.#segmentBytes, Math.min(this.#size, end * this.#segmentBytes));
    this.segments.tell(from, end);
    this.#course.teller.tellSoon();
  }

  /** Whether all hits of segments in `[offset, end)` are told for good. */
  isSearched(offset: number, end: number): boolean {
    if (!this.#searched.covers(offset, Math.min(end, this.#size)) || this.#borders.disputed(offset, end)) return false;
    return !this.#flights.redoing(Math.floor(offset / this.#segmentBytes), Math.ceil(end / this.#segmentBytes));
  }

  #sameGeneration(): boolean {
    if (!this.#course.refresh(this.source)) {
      this.#wishes.wakeAll();
      return false;
    }
    this.noticeSource();
    return !this.#stale;
  }

  #stop(message: string, offset: number | null): void {
    this.#course.stop(message, offset);
    this.#wishes.wakeAll();
  }

  /** The clock stops, and all who listen or wait hear of the new state at once. */
  #settle(): void {
    this.#course.settle();
    this.#wishes.wakeAll();
  }
}

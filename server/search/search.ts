/**
 * One search of one file: what was found, and what is wrong.
 *
 * Segments of 16 MiB are searched in any order, by any thread; segmentLedger.ts knows which, and makes neighbours agree, so that the
 * outcome is exactly that of one pass from the start of the file.
 * A search belongs to one generation of its source. When the file grows, what may have changed at its old end is searched
 * again together with the new (growth.ts says when); when it is cut or rewritten, the search is *stale*: its hits are dropped.
 */
import { assert } from '../../shared/assert.ts';
import type { SearchStatus } from '../../shared/protocol.ts';
import type { Source } from '../source/source.ts';
import { Course, readFailure } from './course.ts';
import type { Flight } from './flights.ts';
import { type Grower, Growth } from './growth.ts';
import { HitQueries, type NearHit } from './hitQueries.ts';
import { HitStore, plainHits } from './hitStore.ts';
import type { SearchPlan } from './plan.ts';
import type { FromWorker, SearchJob, SearchSizes, StuckAt } from './searchJob.ts';
import type { SearchOptions } from './searchOptions.ts';
import type { SearchClient, SearchPool } from './searchPool.ts';
import { SegmentLedger } from './segmentLedger.ts';
import { SegmentTeller } from './segmentTeller.ts';
import { SpillError } from './spill.ts';
import { Wishes } from './wishes.ts';

export class Search implements SearchClient, Grower {
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
  readonly #pool: SearchPool;
  readonly #growth: Growth;
  readonly #store: HitStore;
  readonly #ledger: SegmentLedger;
  readonly #course = new Course('search');
  readonly #wishes = new Wishes();
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
    this.#pool = pool;
    this.#growth = Growth.of(source);
    this.#store = new HitStore(pool.sizes.segmentBytes, plainHits(plan.fixed), options.budget, options.spillFolder);
    this.#ledger = new SegmentLedger({
      plan,
      sizes: pool.sizes,
      size: this.#growth.size,
      from: options.from,
      nextData: options.nextData,
      hasHits: (segment) => this.#store.has(segment),
    });
    this.hits = new HitQueries(this.#store, this.#ledger);
    this.#growth.join(this);
  }

  /** Everything was searched, as far as the file is known to reach. */
  get complete(): boolean {
    return !this.#stale && this.#ledger.complete;
  }

  /** Nothing is going on. */
  get idle(): boolean {
    return this.complete || this.#cancelled || this.#stale || this.#course.stopped || this.#closed;
  }

  get size(): number {
    return this.#ledger.size;
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
      size: this.size,
      complete: this.complete,
      running: !this.idle,
      cancelled: this.#cancelled,
      stale: this.#stale,
      hits: this.#store.total,
      scannedBytes: this.#ledger.searched.size,
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

  /** Its hits are gone. */
  get closed(): boolean {
    return this.#closed;
  }

  get atEnd(): boolean {
    return this.#ledger.fliesAtEnd || (!this.idle && this.#ledger.disputedAtEnd);
  }

  grow(size: number): void {
    this.#ledger.grow(size);
    this.#run();
  }

  /** As `hits.near`, but searches there first and waits for the outcome until `signal` aborts. */
  async findNear(offset: number, direction: 'next' | 'previous', signal: AbortSignal): Promise<NearHit> {
    for (;;) {
      const answer = this.hits.near(offset, direction);
      if (answer.decided || this.idle || signal.aborted) return answer;
      const place = this.hits.missing(offset, direction, answer.hit, this.#ledger.searched);
      const wish = { segment: this.#ledger.segmentOf(place), direction };
      await this.#wishes.wait(wish, signal, () => this.#pool.wake(this));
    }
  }

  nextJob(id: number, search: number): SearchJob | null {
    if (this.idle) return null;
    const job = this.#ledger.next(id, this.#wishes.all, (from, end) => {
      this.segments.tell(from, end);
      this.#course.teller.tellSoon();
    });
    if (job) return { ...job, search, fd: this.source.fd };
    if (this.complete) this.#settle();
    return null;
  }

  jobSaid(job: SearchJob, message: FromWorker): void {
    const flight = this.#ledger.flight(job);
    assert(flight !== null, 'a job that speaks was handed out');
    // Looked at after the bytes were read: had they been of another generation, it would show now.
    const fresh = !this.#closed && this.#sameGeneration();
    if (message.done) this.#ledger.land(job);
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
    this.#ledger.told(job, flight, message);
    if (message.done) this.#finish(job, flight, message);
    else this.#course.teller.tellSoon();
    // The first hits are worth more than an even pace.
    if (before === 0 && this.#store.total > 0) this.#course.teller.tell();
    this.#wishes.wakeAll();
  }

  jobStuck(job: SearchJob, at: StuckAt): void {
    const flight = this.#land(job);
    if (!flight) return;
    const given = this.#ledger.stuck(job, flight, at);
    if (given === null) this.#again(flight);
    else this.#stop(given, at.offset);
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
    const flight = this.#ledger.flight(job);
    const wanted = flight !== null && !this.#closed;
    this.#ledger.land(job);
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
    this.#ledger.again(flight.segment);
    this.#run();
  }

  #finish(job: SearchJob, flight: Flight, message: FromWorker): void {
    const { segment, hits } = flight;
    this.#course.jobBack();
    if (message.error !== null) {
      this.#course.error ??= { message: readFailure(message.error, 'searched'), offset: job.offset };
    }
    if (flight.replaces) this.#store.replaceAfter(hits, flight.before?.parts ?? 0);
    this.#ledger.finish(job, flight, message);
    this.segments.tell(segment, segment + 1);
    this.noticeSource();
    if (this.complete) this.#settle();
    else {
      this.#course.teller.tellSoon();
      if (!this.#ledger.agreed) this.#pool.wake(this);
    }
  }

  /** Whether all hits of segments in `[offset, end)` are told for good. */
  isSearched(offset: number, end: number): boolean {
    return this.#ledger.isSearched(offset, end);
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

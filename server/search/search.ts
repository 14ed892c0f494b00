/**
 * One search of one file: which segments are done, what was found, and what is wrong.
 *
 * Segments of 16 MiB are searched in any order, by any thread. Where a hit of one reaches into the next (`aaa` in a run of `a`),
 * hits depend on where the run was entered; the next segment is then searched again with a *carry*, the offset before which
 * no hit may start, until neighbours agree. The outcome is exactly that of one pass from the start of the file.
 *
 * A search belongs to one generation of its source. When the file grows, what may have changed at its old end is searched
 * again together with the new; when it is cut or rewritten, the search is *stale*: its hits are dropped and it must be made anew.
 */
import { assert } from '../../shared/assert.ts';
import type { Extent } from '../../shared/extent.ts';
import type { SearchStatus } from '../../shared/protocol.ts';
import { ProgressTeller } from '../index/progressTeller.ts';
import { type Source, SourceError } from '../source/source.ts';
import { ExtentSet } from './extentSet.ts';
import { type Hit, type HitBudget, HitStore, SegmentHits } from './hitStore.ts';
import type { SearchPlan } from './plan.ts';
import type { FromWorker, SearchJob } from './searchJob.ts';
import type { SearchClient, SearchPool } from './searchPool.ts';
import { SegmentOrder, type Wish } from './segmentOrder.ts';
import { SpillError } from './spill.ts';

export interface SearchOptions {
  readonly id: string;
  readonly source: Source;
  readonly plan: SearchPlan;
  /** Offset that is in view. */
  readonly from: number;
  readonly pool: SearchPool;
  readonly budget: HitBudget;
  readonly spillFolder: string;
  /** The data of a sparse file, see server/source/holes.ts; null when it has no holes. */
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
}

/** A segment that was searched. */
interface Done {
  /** The carry with which it was searched. */
  readonly carry: number;
  /** Its first hit, or null. */
  readonly first: number | null;
  /** Where its last hit ends. */
  readonly reach: number;
}

/** Most hits that can lie over one byte: numbers of 8 bytes. */
const MAX_REACHING = 7;

/** A fault that kills every thread that comes near it must not go on for ever. */
const MAX_LOST = 8;

interface Flying {
  readonly segment: number;
  readonly hits: SegmentHits;
  /** False once the segment is to be searched again: the result no longer counts. */
  valid: boolean;
  /** In place of earlier hits, which stay until these are whole. */
  readonly replaces: boolean;
  /** Was searched already, with another carry. */
  readonly redo: boolean;
}

/** Answer to "the first hit from here": `decided` says that no unsearched part could hold a nearer one. */
export interface NearHit {
  readonly hit: Hit | null;
  readonly number: number | null;
  readonly decided: boolean;
  readonly exact: boolean;
}

export class Search implements SearchClient {
  readonly id: string;
  readonly plan: SearchPlan;
  readonly generation: number;
  readonly #source: Source;
  readonly #pool: SearchPool;
  readonly #store: HitStore;
  readonly #order: SegmentOrder;
  readonly #teller = new ProgressTeller();
  readonly #segmentBytes: number;
  /** Bytes that are searched. */
  readonly #searched = new ExtentSet();
  /** By segment; those without hits and carry are left out. */
  readonly #done = new Map<number, Done>();
  readonly #flying = new Map<number, Flying>();
  /** Carries with which segments have to be searched again. */
  readonly #carries = new Map<number, number>();
  /** Offsets from which a segment has to be searched carefully, after its expression got stuck. */
  readonly #careful = new Map<number, number>();
  readonly #wishes = new Set<Wish>();
  /** Called at every change, without the teller's delay. */
  readonly #waiters = new Set<() => void>();
  /** Jobs lost with their threads since one came back. */
  #lost = 0;
  #size: number;
  #cancelled = false;
  #closed = false;
  #stale = false;
  #error: { readonly message: string; readonly offset: number | null } | null = null;
  /** Nothing more is searched because of the error. */
  #stopped = false;
  #runningSince: number | null = null;
  #elapsedMs = 0;

  constructor(options: SearchOptions) {
    const { source, plan, pool } = options;
    this.id = options.id;
    this.plan = plan;
    this.generation = source.generation;
    this.#source = source;
    this.#pool = pool;
    this.#size = source.size;
    this.#segmentBytes = pool.sizes.segmentBytes;
    this.#store = new HitStore(this.#segmentBytes, plan.fixed, options.budget, options.spillFolder);
    this.#order = new SegmentOrder({
      segmentBytes: this.#segmentBytes,
      size: this.#size,
      first: Math.floor(Math.min(options.from, Math.max(0, this.#size - 1)) / this.#segmentBytes),
      nextData: plan.skipsZeros ? options.nextData : null,
      marginBytes: this.#marginBytes,
    });
  }

  /** Everything was searched, as far as the file is known to reach. */
  get complete(): boolean {
    return !this.#stale && this.#isSearched(0, this.#size);
  }

  /** Nothing is going on. */
  get idle(): boolean {
    return this.complete || this.#cancelled || this.#stale || this.#stopped || this.#closed;
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
    const running = this.#runningSince === null ? 0 : performance.now() - this.#runningSince;
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
      elapsedMs: Math.round(this.#elapsedMs + running),
      error: this.#error,
    };
  }

  /** `listener` hears of progress, at most every 50 ms, and of every end of it; returns how to stop that. */
  onProgress(listener: () => void): () => void {
    return this.#teller.add(listener);
  }

  /** Begins, or goes on after `cancel`. */
  start(): void {
    this.#cancelled = false;
    this.#run();
    this.#teller.tell();
  }

  /** Stops after the jobs under way; what was found stays. */
  cancel(): void {
    if (this.idle) return;
    this.#cancelled = true;
    this.#settle();
  }

  /** Ends the search and forgets its hits. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pool.forget(this);
    this.#settle();
    this.#teller.close();
    this.#store.close();
  }

  /** Looks what became of the file: growth is searched, anything worse makes the search stale. */
  noticeSource(): void {
    if (this.#closed || this.#stale) return;
    if (this.#source.generation !== this.generation) {
      this.#stale = true;
      this.#store.close();
      this.#settle();
      return;
    }
    const { size } = this.#source;
    if (size <= this.#size) return;
    const from = Math.max(0, Math.floor((this.#size - this.#marginBytes) / this.#segmentBytes));
    this.#size = size;
    this.#order.grow(size, from);
    this.#searched.remove(from * this.#segmentBytes, Infinity);
    for (const segment of this.#carries.keys()) if (segment >= from) this.#carries.delete(segment);
    for (const flying of this.#flying.values()) if (flying.segment >= from) flying.valid = false;
    this.#run();
  }

  /** Hits number `start` and on, and whether their numbers will stay. */
  hits(start: number, count: number): { hits: readonly Hit[]; exact: boolean } {
    const hits = this.#store.range(start, count);
    const last = hits.at(-1);
    return { hits, exact: last ? this.#isSearched(0, last.offset + 1) : this.complete };
  }

  /**
   * Hits that touch `[offset, end)`, in file order and at most `count`, with the number of the first of them (or where it would
   * be). `exact`: nothing in the extent is left to search; `more`: there are further ones.
   */
  hitsIn(
    offset: number,
    end: number,
    count: number,
  ): { start: number; hits: readonly Hit[]; more: boolean; exact: boolean } {
    const before = this.#store.countBefore(offset);
    // What starts before the extent may reach into it: one hit, or several numbers, which lie at most 7 bytes inside each other.
    const first = Math.max(0, before - MAX_REACHING);
    const found = this.#store.range(first, before - first + count + 1);
    const late = found.slice(before - first);
    const early = found.slice(0, before - first);
    const reaching = early.length - early.filter((hit) => hit.offset + hit.length > offset).length;
    const inside = [...early.slice(reaching), ...late.filter((hit) => hit.offset < end)];
    const exact = this.#isSearched(Math.min(offset, this.#size), Math.min(end, this.#size));
    return { start: first + reaching, hits: inside.slice(0, count), more: inside.length > count, exact };
  }

  histogram(buckets: number): readonly number[] {
    return this.#size === 0 ? new Array<number>(buckets).fill(0) : this.#store.histogram(this.#size, buckets);
  }

  /** The first hit at or after `offset`, or the last before it, as far as is known now. */
  near(offset: number, direction: 'next' | 'previous'): NearHit {
    const before = this.#store.countBefore(offset);
    const number = direction === 'next' ? before : before - 1;
    const hit = number < 0 ? null : (this.#store.range(number, 1)[0] ?? null);
    const [from, end] = direction === 'next' ? [offset, hit ? hit.offset + 1 : this.#size] : [hit?.offset ?? 0, offset];
    const decided = this.#isSearched(Math.max(0, Math.min(from, this.#size) - this.#leadBytes), end);
    const exact = hit !== null && this.#isSearched(0, hit.offset + 1);
    return { hit, number: hit ? number : null, decided, exact };
  }

  /** As `near`, but searches there first and waits for the outcome until `signal` aborts. */
  async findNear(offset: number, direction: 'next' | 'previous', signal: AbortSignal): Promise<NearHit> {
    for (;;) {
      const answer = this.near(offset, direction);
      if (answer.decided || this.idle || signal.aborted) return answer;
      const wish = { segment: this.#wishedSegment(offset, direction, answer.hit), direction };
      this.#wishes.add(wish);
      this.#pool.wake(this);
      try {
        await this.#change(signal);
      } finally {
        this.#wishes.delete(wish);
      }
    }
  }

  nextJob(id: number, search: number): SearchJob | null {
    if (this.idle) return null;
    const redo = this.#nextRedo();
    const segment = redo ?? this.#order.next(this.#wishes, (from, end) => this.#skip(from, end));
    if (segment === null) {
      if (this.complete) this.#settle();
      return null;
    }
    const offset = segment * this.#segmentBytes;
    const end = Math.min(this.#size, offset + this.#segmentBytes);
    const carry = this.#carryInto(segment);
    this.#carries.delete(segment);
    const hits = new SegmentHits(segment);
    const replaces = this.#store.has(segment);
    this.#flying.set(id, { segment, hits, valid: true, replaces, redo: redo !== null });
    const carefulFrom = this.#careful.get(segment) ?? null;
    return { id, search, fd: this.#source.fd, offset, end, size: this.#size, carry, carefulFrom };
  }

  jobSaid(job: SearchJob, message: FromWorker): void {
    const flying = this.#flying.get(job.id);
    assert(flying !== undefined, 'a job that speaks was handed out');
    if (message.done) this.#flying.delete(job.id);
    // Looked at after the bytes were read: had they been of another generation, it would show now.
    if (this.#closed || !this.#sameGeneration()) return;
    if (!flying.valid) {
      this.#store.discard(flying.hits);
      return;
    }
    const before = this.#store.total;
    try {
      this.#store.append(flying.hits, message.part, message.count);
    } catch (error) {
      if (!(error instanceof SpillError)) throw error;
      this.#stop(error.message, null);
      return;
    }
    if (!flying.replaces && flying.hits.count > 0) this.#store.attach(flying.hits);
    // The last byte counts when the job is done: hits of its last line may lie behind it and come last.
    if (!flying.replaces) this.#searched.add(job.offset, Math.min(message.scannedTo, job.end - 1));
    if (message.done) this.#finish(job, flying, message);
    else this.#teller.tellSoon();
    // The first hits are worth more than an even pace.
    if (before === 0 && this.#store.total > 0) this.#teller.tell();
    this.#wakeWaiters();
  }

  jobStuck(job: SearchJob, offset: number, length: number): void {
    const flying = this.#flying.get(job.id);
    this.#flying.delete(job.id);
    if (this.#closed || !flying?.valid) return;
    if (job.carefulFrom !== null && offset >= job.carefulFrom) {
      this.#stop('The expression takes too long on the line here, so the search was stopped.', offset);
      return;
    }
    // Many lines were matched at once; line by line it will show which one it was, or that it was only slow.
    if (this.plan.mode === 'bytes') {
      this.#stop(`The expression takes too long on the ${length} bytes here, so the search was stopped.`, offset);
      return;
    }
    this.#careful.set(flying.segment, offset);
    this.#again(flying);
  }

  jobLost(job: SearchJob): void {
    const flying = this.#flying.get(job.id);
    this.#flying.delete(job.id);
    if (!flying?.valid || this.#closed) return;
    if (++this.#lost > MAX_LOST) this.#stop('The search stopped: its threads died again and again.', job.offset);
    else this.#again(flying);
  }

  /** Hits that start so far before data may need it: a whole line, a match and what it looks at. */
  get #marginBytes(): number {
    const { pieceBytes, contextBytes } = this.#pool.sizes;
    const longest = this.plan.finder?.kind === 'forms' ? this.plan.finder.longest : 8;
    return pieceBytes + 2 * contextBytes + longest;
  }

  /** A hit may be told by the segment in which its line starts, so far before it. */
  get #leadBytes(): number {
    const byLines = this.plan.mode === 'lines' || this.plan.report === 'lines';
    return byLines ? this.#pool.sizes.pieceBytes : 0;
  }

  #run(): void {
    if (this.idle) {
      if (this.complete) this.#settle();
      return;
    }
    this.#runningSince ??= performance.now();
    this.#pool.wake(this);
  }

  #again(flying: Flying): void {
    // What the lost job has told already will be told again.
    if (!flying.replaces) {
      this.#store.detach(flying.hits);
      const offset = flying.segment * this.#segmentBytes;
      this.#searched.remove(offset, offset + this.#segmentBytes);
    } else this.#store.discard(flying.hits);
    this.#order.release(flying.segment);
    this.#run();
  }

  #finish(job: SearchJob, flying: Flying, message: FromWorker): void {
    const { segment, hits } = flying;
    this.#lost = 0;
    if (message.error !== null && this.#error === null) {
      this.#error = { message: failure(message.error), offset: job.offset };
    }
    if (flying.replaces) {
      if (hits.count > 0) this.#store.attach(hits);
      else this.#store.remove(segment);
    }
    // Also what could not be read: the search must come to an end, and says what is missing.
    this.#searched.add(job.offset, job.end);
    this.#careful.delete(segment);
    if (this.#mayOverlapBorders && (message.first !== null || job.carry >= job.offset)) {
      this.#done.set(segment, { carry: job.carry, first: message.first, reach: message.reach });
    } else this.#done.delete(segment);
    this.#agree(segment);
    this.#agree(segment + 1);
    if (this.complete) this.#settle();
    else {
      this.#teller.tellSoon();
      if (this.#carries.size > 0) this.#pool.wake(this);
    }
  }

  /** Has `segment` searched again if its neighbour turned out to reach into it in another way than was assumed. */
  #agree(segment: number): void {
    const offset = segment * this.#segmentBytes;
    if (!this.#mayOverlapBorders || !this.#searched.has(offset) || offset >= this.#size) return;
    if ([...this.#flying.values()].some((flying) => flying.segment === segment && flying.valid)) return;
    const carry = this.#carryInto(segment);
    const done = this.#done.get(segment);
    const used = done?.carry ?? -1;
    if (carry === used) return;
    const first = done?.first ?? null;
    // Nothing changes while the carry stays before the first hit, whatever it was.
    const harmless = used < offset && (first === null || carry < first);
    if (!harmless) this.#carries.set(segment, carry);
  }

  /** The end of the last hit that starts before `segment`, if it lies in it; else -1. */
  #carryInto(segment: number): number {
    if (!this.#mayOverlapBorders) return -1;
    const offset = segment * this.#segmentBytes;
    for (let before = segment - 1; before >= 0; before--) {
      const done = this.#done.get(before);
      const reach = done?.first === null ? -1 : (done?.reach ?? -1);
      // A match of nothing at the border itself would follow another at once; bytes never are nothing.
      const least = this.plan.mode === 'finder' ? offset + 1 : offset;
      if (reach >= 0) return reach >= least ? reach : -1;
      // A carry may run through segments that hold no start of a hit at all.
      if (!done || done.carry < (before + 1) * this.#segmentBytes) return -1;
    }
    return -1;
  }

  get #mayOverlapBorders(): boolean {
    const { plan } = this;
    return plan.mode === 'finder' ? !plan.overlapping && plan.report === 'matches' && isSelfOverlapping(plan) : true;
  }

  #nextRedo(): number | null {
    for (const segment of this.#carries.keys()) {
      const offset = segment * this.#segmentBytes;
      if (this.#searched.has(offset)) return segment;
      this.#carries.delete(segment);
    }
    return null;
  }

  #skip(from: number, end: number): void {
    this.#searched.add(from * this.#segmentBytes, Math.min(this.#size, end * this.#segmentBytes));
    this.#teller.tellSoon();
  }

  #isSearched(offset: number, end: number): boolean {
    return this.#searched.covers(offset, Math.min(end, this.#size)) && !this.#redoIn(offset, end);
  }

  #redoIn(offset: number, end: number): boolean {
    for (const segment of this.#carries.keys()) {
      const start = segment * this.#segmentBytes;
      if (start < end && start + this.#segmentBytes > offset) return true;
    }
    return [...this.#flying.values()].some(({ redo, segment }) => {
      const start = segment * this.#segmentBytes;
      return redo && start < end && start + this.#segmentBytes > offset;
    });
  }

  #wishedSegment(offset: number, direction: 'next' | 'previous', hit: Hit | null): number {
    const last = Math.max(0, this.#size - 1);
    if (direction === 'next') {
      const from = Math.max(0, Math.min(offset, last) - this.#leadBytes);
      return Math.floor(this.#searched.nextGap(from) / this.#segmentBytes);
    }
    const gap = this.#searched.previousGap(Math.min(Math.max(0, offset - 1), last));
    return Math.floor(Math.max(0, gap, (hit?.offset ?? 0) - this.#leadBytes) / this.#segmentBytes);
  }

  /** Resolves at the next change, or when `signal` aborts. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #wakeWaiters(): void {
    for (const waiter of this.#waiters) waiter();
  }

  #sameGeneration(): boolean {
    try {
      this.#source.refresh();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#stop(`The search stopped: ${error.message}.`, null);
      return false;
    }
    this.noticeSource();
    return !this.#stale;
  }

  #stop(message: string, offset: number | null): void {
    this.#error = { message, offset };
    this.#stopped = true;
    this.#settle();
  }

  /** The clock stops, and listeners hear of the new state at once. */
  #settle(): void {
    if (this.#runningSince !== null) this.#elapsedMs += performance.now() - this.#runningSince;
    this.#runningSince = null;
    this.#teller.tell();
    this.#wakeWaiters();
  }
}

function isSelfOverlapping(plan: SearchPlan): boolean {
  return plan.finder?.kind !== 'forms' || plan.finder.selfOverlapping;
}

function failure(code: string): string {
  if (code === 'SHORT') return 'A part of the file from here on was not searched: the file ended early.';
  return `A part of the file from here on was not searched: it cannot be read (${code}).`;
}

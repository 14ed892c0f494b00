/**
 * Which segments of a file one search has searched, which are under way, and which comes next: first, once more because neighbours
 * do not agree (borders.ts), or from where growth changes something on (settled.ts). Pure bookkeeping.
 */
import type { Extent } from '../../shared/extent.ts';
import { Borders } from './borders.ts';
import { CarefulSegments } from './carefulSegments.ts';
import { ExtentSet } from './extentSet.ts';
import { type Flight, Flights } from './flights.ts';
import type { Coverage } from './hitQueries.ts';
import { SegmentHits } from './hitStore.ts';
import type { SearchPlan } from './plan.ts';
import { hitsCompete, leadBytes, marginBytes } from './planFacts.ts';
import type { FromWorker, SearchJob, SearchSizes, StuckAt } from './searchJob.ts';
import { SegmentOrder, type Wish } from './segmentOrder.ts';
import { joined, SettledParts, settledPart } from './settled.ts';

export interface LedgerOptions {
  readonly plan: SearchPlan;
  readonly sizes: SearchSizes;
  /** Bytes of the file. */
  readonly size: number;
  /** Offset that is in view. */
  readonly from: number;
  /** The data of a sparse file, see server/source/holes.ts; null when it has no holes. */
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
  /** Whether hits of the segment are known. */
  hasHits(segment: number): boolean;
}

/** A job without what the ledger knows nothing of. */
export type LedgerJob = Omit<SearchJob, 'search' | 'fd'>;

export class SegmentLedger implements Coverage {
  readonly leadBytes: number;
  readonly segmentBytes: number;
  /** Bytes that are searched. */
  readonly searched = new ExtentSet();
  readonly #options: LedgerOptions;
  readonly #marginBytes: number;
  readonly #order: SegmentOrder;
  readonly #borders: Borders;
  readonly #flights = new Flights();
  readonly #careful = new CarefulSegments();
  readonly #settled = new SettledParts();
  #size: number;

  constructor(options: LedgerOptions) {
    const { plan, sizes, size, from, nextData } = options;
    this.#options = options;
    this.#size = size;
    this.segmentBytes = sizes.segmentBytes;
    this.leadBytes = leadBytes(plan, sizes);
    this.#marginBytes = marginBytes(plan, sizes);
    this.#borders = new Borders({
      segmentBytes: this.segmentBytes,
      matter: hitsCompete(plan),
      empty: plan.mode !== 'finder',
    });
    this.#order = new SegmentOrder({
      segmentBytes: this.segmentBytes,
      size,
      first: this.segmentOf(Math.min(from, Math.max(0, size - 1))),
      nextData: plan.skipsZeros ? nextData : null,
      marginBytes: this.#marginBytes,
    });
  }

  /** Bytes of the file as far as it is searched or going to be. */
  get size(): number {
    return this.#size;
  }

  get complete(): boolean {
    return this.isSearched(0, this.#size);
  }

  /** No segment has to be searched once more because of its neighbours. */
  get agreed(): boolean {
    return this.#borders.agreed;
  }

  /** Jobs are under way where growth may change what was found. */
  get fliesAtEnd(): boolean {
    return this.#flights.anyFrom(this.#lastSegments);
  }

  /** Neighbours do not agree where growth may change what was found. */
  get disputedAtEnd(): boolean {
    return this.#borders.disputed(this.#lastSegments * this.segmentBytes, Infinity);
  }

  /** The segment that holds `offset`. */
  segmentOf(offset: number): number {
    return Math.floor(offset / this.segmentBytes);
  }

  isSearched(offset: number, end: number): boolean {
    if (!this.searched.covers(offset, Math.min(end, this.#size)) || this.#borders.disputed(offset, end)) return false;
    return !this.#flights.redoing(this.segmentOf(offset), Math.ceil(end / this.segmentBytes));
  }

  /** The file has grown: what that may change is to be searched again. Not while `fliesAtEnd`. */
  grow(size: number): void {
    const from = this.#lastSegments;
    const end = this.#order.count;
    this.#size = size;
    this.#order.grow(size);
    for (let segment = from; segment < end; segment++) this.#unsettle(segment);
    this.#settled.forgetBefore(this.#lastSegments);
  }

  /** Hands out the next job; null when there is none now. `skipped` is told of runs of segments that need none. */
  next(id: number, wishes: Iterable<Wish>, skipped: (from: number, end: number) => void): LedgerJob | null {
    const redo = this.#borders.next();
    const segment =
      redo ??
      this.#order.next(wishes, (from, end) => {
        this.searched.add(from * this.segmentBytes, Math.min(this.#size, end * this.segmentBytes));
        skipped(from, end);
      });
    if (segment === null) return null;
    const base = segment * this.segmentBytes;
    const end = Math.min(this.#size, base + this.segmentBytes);
    const carry = this.#borders.enter(segment);
    const settled = redo === null ? this.#settled.get(segment) : null;
    const before = settled?.carry === carry ? settled : null;
    const replaces = before !== null || this.#options.hasHits(segment);
    const hits = new SegmentHits(segment);
    this.#flights.add(id, { segment, hits, replaces, before, settled: before, redo: redo !== null });
    return {
      id,
      base,
      offset: before?.end ?? base,
      end,
      size: this.#size,
      carry: Math.max(carry, before?.reach ?? -1),
      carefulFrom: this.#careful.from(segment),
    };
  }

  /** What is known of a job under way, or null. */
  flight(job: SearchJob): Flight | null {
    return this.#flights.get(job.id);
  }

  /** The job is over. */
  land(job: SearchJob): void {
    this.#flights.remove(job.id);
  }

  /** A job told hits, which `flight` has already. */
  told(job: SearchJob, flight: Flight, message: FromWorker): void {
    const { hits, before, replaces } = flight;
    if (message.settledTo !== null) flight.settled = settledPart(job, message, hits.parts.length, before);
    // The last byte counts when the job is done: hits of its last line may lie behind it and come last.
    if (!replaces) this.searched.add(job.offset, Math.min(message.scannedTo, job.end - 1));
  }

  /** A job has told all of its hits. */
  finish(job: SearchJob, { segment, before, settled }: Flight, message: FromWorker): void {
    const nearEnd = segment >= this.#lastSegments && message.error === null;
    this.#settled.set(segment, nearEnd ? settled : null);
    // Also what could not be read: the search must come to an end, and says what is missing.
    this.searched.add(job.offset, job.end);
    this.#careful.done(segment);
    const known = { carry: before?.carry ?? job.carry, ...joined(message, before) };
    this.#borders.searched(segment, known, (each) => this.#isDone(each));
  }

  /** A job got stuck: null when it is to be tried again with care, else why it is given up. */
  stuck(job: SearchJob, { segment }: Flight, at: StuckAt): string | null {
    return this.#careful.stuck(job, segment, at, this.#options.plan.mode);
  }

  /** A segment has to be searched from its start, whatever was known of it. */
  again(segment: number): void {
    const offset = segment * this.segmentBytes;
    this.#settled.set(segment, null);
    this.searched.remove(offset, offset + this.segmentBytes);
    this.#order.release(segment);
  }

  /** The first segment in which growth may change what was found. */
  get #lastSegments(): number {
    return Math.max(0, this.segmentOf(this.#size - this.#marginBytes));
  }

  #unsettle(segment: number): void {
    const offset = segment * this.segmentBytes;
    const end = offset + this.segmentBytes;
    // To be searched as a whole anyway: were a part kept, it would be handed out twice.
    if (this.#borders.disputed(offset, end)) this.#settled.set(segment, null);
    const settled = this.#settled.get(segment);
    if (settled?.end === end) return;
    if (!settled) this.#borders.forget(segment);
    this.searched.remove(settled?.end ?? offset, end);
    this.#order.release(segment);
  }

  /** The segment was searched, and nothing is under way that may change what was found. */
  #isDone(segment: number): boolean {
    const offset = segment * this.segmentBytes;
    const end = Math.min(this.#size, offset + this.segmentBytes);
    if (offset >= this.#size || !this.searched.covers(offset, end)) return false;
    return !this.#flights.in(segment);
  }
}

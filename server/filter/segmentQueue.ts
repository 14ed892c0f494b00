/**
 * How far each segment of a filter has come: searched by all layers, ready for a thread, under way, combined. Pure bookkeeping.
 */
import { ExtentSet } from '../search/extentSet.ts';
import type { SegmentKinds, SegmentRun } from './segmentKinds.ts';

interface Flight {
  readonly segment: number;
  /** A layer has told the segment anew meanwhile. */
  void: boolean;
}

export class SegmentQueue {
  readonly #kinds: SegmentKinds;
  /** Yet to be looked at. */
  readonly #searched = new ExtentSet();
  readonly #ready = new ExtentSet();
  readonly #combined = new ExtentSet();
  /** By job. */
  readonly #flights = new Map<number, Flight>();

  constructor(kinds: SegmentKinds) {
    this.#kinds = kinds;
  }

  /** Something is still to be done, or under way. */
  get busy(): boolean {
    return this.#flights.size > 0 || this.#ready.size > 0 || this.unsorted;
  }

  /** There are segments for `sort`. */
  get unsorted(): boolean {
    return this.#searched.size > 0;
  }

  /** A thread works on segment `from` or one after it, or nothing is left to do before these. */
  worksFrom(from: number): boolean {
    for (const flight of this.#flights.values()) if (flight.segment >= from && !flight.void) return true;
    const next = Math.min(this.#searched.nextMember(0) ?? Infinity, this.#ready.nextMember(0) ?? Infinity);
    return next >= from && next < Infinity;
  }

  /** Segments that are combined. */
  get combined(): number {
    return this.#combined.size;
  }

  isCombined(segment: number): boolean {
    return this.#combined.has(segment);
  }

  /** Whether segments `[0, count)` are combined. */
  coversFirst(count: number): boolean {
    return this.#combined.covers(0, count);
  }

  /** All layers have searched segments `[from, end)`. */
  searched(from: number, end: number): void {
    this.#searched.add(from, end);
  }

  /** A layer tells segments `[from, end)` anew. */
  unsettle(from: number, end: number): void {
    for (const set of [this.#searched, this.#ready, this.#combined]) set.remove(from, end);
    for (const flight of this.#flights.values()) if (flight.segment >= from && flight.segment < end) flight.void = true;
  }

  /** Goes through some of the searched segments of a file of `size` bytes; those without work are combined by that. */
  sort(size: number): SegmentRun & { readonly from: number } {
    const from = this.#searched.nextMember(0) ?? 0;
    const { kind, end: runEnd } = this.#kinds.runFrom(from, this.#searched.nextGap(from), size);
    // One at a time: a hole has a row in each.
    const end = kind === 'hole' ? from + 1 : runEnd;
    this.#searched.remove(from, end);
    if (kind === 'work') this.#ready.add(from, end);
    else this.#combined.add(from, end);
    return { kind, from, end };
  }

  /** The first segment that is ready for a thread, or null. */
  first(): number | null {
    return this.#ready.nextMember(0);
  }

  /** `job` makes the rows of the segment, or completes them. */
  takeOff(job: number, segment: number): void {
    this.#ready.remove(segment, segment + 1);
    this.#flights.set(job, { segment, void: false });
  }

  /** The job is over: its segment, or null when its result does not count. */
  land(job: number): number | null {
    const flight = this.#flights.get(job);
    this.#flights.delete(job);
    return flight && !flight.void ? flight.segment : null;
  }

  /** The segment is to be given out again. */
  again(segment: number): void {
    this.#ready.add(segment, segment + 1);
  }

  done(segment: number): void {
    this.#combined.add(segment, segment + 1);
  }

  /** Whether a job whose result will count works on the segment. */
  flies(segment: number): boolean {
    for (const flight of this.#flights.values()) if (flight.segment === segment && !flight.void) return true;
    return false;
  }
}

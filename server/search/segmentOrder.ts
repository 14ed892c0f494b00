/**
 * Which segment is searched next: one that somebody waits for, else from what is in view to the end and then from the start.
 * Holes of a sparse file are passed over, and count as searched, where the pattern cannot match zeros. Pure bookkeeping.
 */
import type { Extent } from '../../shared/extent.ts';
import { ExtentSet } from './extentSet.ts';

/** Somebody waits for the first hit at or after (before) an offset. */
export interface Wish {
  readonly segment: number;
  readonly direction: 'next' | 'previous';
}

export interface OrderOptions {
  readonly segmentBytes: number;
  readonly size: number;
  /** Segment that is in view. */
  readonly first: number;
  /** The data of a sparse file from an offset on; null when holes are searched like anything else. */
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
  /** Data may matter to hits that start so far before it. */
  readonly marginBytes: number;
}

export class SegmentOrder {
  readonly #options: OrderOptions;
  /** Handed out, done, or passed over. */
  readonly #claimed = new ExtentSet();
  #size: number;
  #cursor: number;

  constructor(options: OrderOptions) {
    this.#options = options;
    this.#size = options.size;
    this.#cursor = options.first;
  }

  get count(): number {
    return Math.ceil(this.#size / this.#options.segmentBytes);
  }

  /** The next segment, claimed by this call, or null when all are. `skipped` is told of runs of segments that are holes. */
  next(wishes: Iterable<Wish>, skipped: (from: number, end: number) => void): number | null {
    for (const wish of wishes) {
      const wanted = this.#wanted(wish, skipped);
      if (wanted !== null) return this.#claim(wanted);
    }
    for (;;) {
      const count = this.count;
      let at = this.#claimed.nextGap(Math.min(this.#cursor, count));
      if (at >= count) at = this.#claimed.nextGap(0);
      if (at >= count) return null;
      this.#cursor = at;
      if (!this.#skipHole(at, skipped)) return this.#claim(at);
    }
  }

  /** The segment has to be searched again. */
  release(segment: number): void {
    this.#claimed.remove(segment, segment + 1);
    this.#cursor = Math.min(this.#cursor, segment);
  }

  /** The file has grown; what that changes is to be released. */
  grow(size: number): void {
    this.#size = size;
  }

  #wanted({ segment, direction }: Wish, skipped: (from: number, end: number) => void): number | null {
    for (;;) {
      const at = direction === 'next' ? this.#claimed.nextGap(segment) : this.#claimed.previousGap(segment);
      if (at < 0 || at >= this.count) return null;
      if (!this.#skipHole(at, skipped)) return at;
    }
  }

  #claim(segment: number): number {
    this.#claimed.add(segment, segment + 1);
    return segment;
  }

  /** When segment `at` and those after it are a hole, claims them all. */
  #skipHole(at: number, skipped: (from: number, end: number) => void): boolean {
    const { nextData, segmentBytes, marginBytes } = this.#options;
    if (!nextData) return false;
    const data = nextData(at * segmentBytes, this.#size);
    const end = data ? Math.floor((data.offset - marginBytes) / segmentBytes) : this.count;
    if (end <= at) return false;
    const gapEnd = Math.min(end, this.#claimed.nextMember(at) ?? end);
    this.#claimed.add(at, gapEnd);
    skipped(at, gapEnd);
    return true;
  }
}

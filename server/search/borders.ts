/**
 * Hits that reach over the border of two segments.
 *
 * Segments are searched in any order, but which of two overlapping hits counts depends on what came before (`aaa` in a run of `a`).
 * So each segment is searched with a *carry*, the offset before which no hit may start, as far as it is known; once
 * its neighbour has been searched too and reaches into it in another way, it is searched again, until neighbours agree. The
 * outcome is exactly that of one pass from the start of the file. Pure bookkeeping.
 */

/** What is known of a segment that was searched. */
interface Known {
  /** The carry it was searched with, or -1. */
  readonly carry: number;
  /** Its first hit, or null. */
  readonly first: number | null;
  /** Where its last hit ends. */
  readonly reach: number;
}

export interface BorderOptions {
  readonly segmentBytes: number;
  /** False when hits never overlap, or all count: then there is nothing to agree on. */
  readonly matter: boolean;
  /** Matches of nothing are possible; one right behind another match does not count. */
  readonly empty: boolean;
}

export class Borders {
  readonly #options: BorderOptions;
  /** Segments with hits, or searched with a carry. */
  readonly #known = new Map<number, Known>();
  /** Segments to be searched again. */
  readonly #pending = new Set<number>();

  constructor(options: BorderOptions) {
    this.#options = options;
  }

  /** No segment waits to be searched again. */
  get agreed(): boolean {
    return this.#pending.size === 0;
  }

  /** Whether a segment in bytes `[offset, end)` waits to be searched again. */
  disputed(offset: number, end: number): boolean {
    const { segmentBytes } = this.#options;
    for (const segment of this.#pending) {
      if (segment * segmentBytes < end && (segment + 1) * segmentBytes > offset) return true;
    }
    return false;
  }

  /** A segment to be searched again, or null. */
  next(): number | null {
    const [segment] = this.#pending;
    return segment ?? null;
  }

  /** The carry to search `segment` with, as far as is known now: the end of the last hit before it, if it lies in it; else -1. */
  enter(segment: number): number {
    this.#pending.delete(segment);
    return this.#carryInto(segment);
  }

  /** `segment` was searched. `isDone` tells of any segment whether its present result is whole. */
  searched(segment: number, known: Known, isDone: (segment: number) => boolean): void {
    if (!this.#options.matter) return;
    if (known.first === null && known.carry < 0) this.#known.delete(segment);
    else this.#known.set(segment, known);
    for (const each of [segment, segment + 1]) if (isDone(each)) this.#agree(each);
  }

  /** Nothing that was found in `segment` holds any more. */
  forget(segment: number): void {
    this.#pending.delete(segment);
    this.#known.delete(segment);
  }

  #agree(segment: number): void {
    const carry = this.#carryInto(segment);
    const known = this.#known.get(segment);
    const used = known?.carry ?? -1;
    if (carry === used) return;
    const first = known?.first ?? null;
    // Nothing changes while the carry stays before the first hit, whatever it was.
    const harmless = used < 0 && (first === null || carry < first);
    if (!harmless) this.#pending.add(segment);
  }

  #carryInto(segment: number): number {
    const { segmentBytes, matter, empty } = this.#options;
    if (!matter) return -1;
    const offset = segment * segmentBytes;
    const least = empty ? offset : offset + 1;
    for (let before = segment - 1; before >= 0; before--) {
      const known = this.#known.get(before);
      if (!known) return -1;
      if (known.first !== null) return known.reach >= least ? known.reach : -1;
      // A long hit may run through segments in which none begins.
      if (known.carry < (before + 1) * segmentBytes) return -1;
    }
    return -1;
  }
}

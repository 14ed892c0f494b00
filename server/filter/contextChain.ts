/**
 * Context that goes over the borders of segments.
 *
 * Threads make the rows of a segment from what lies in it. A match near its end owes some lines of context to the next segment,
 * and one near its start to the one before, and these may owe on when they hold few lines (long ones). Here is
 * remembered what is known of segments and told which of their first and last lines (*edges*) have to be added to their rows.
 * Every segment but the last has at least one line, so nothing is owed over more segments than lines of context. Pure bookkeeping.
 */
import type { Surroundings } from './filterJob.ts';

/** Lines to be added at the start and at the end of the rows of a segment. */
export interface Edges {
  readonly head: number;
  readonly tail: number;
}

/** The segments of the file. */
export interface Segments {
  count(): number;
  /** Whether the matches of a segment are known. */
  isKnown(segment: number): boolean;
}

interface Known {
  /** Null for a segment without matches. */
  readonly matches: Surroundings | null;
  /** Lines in a segment without matches, once that is known. */
  lines: number | null;
  /** What its rows have been given. */
  have: Edges;
}

const NO_EDGES: Edges = { head: 0, tail: 0 };

export class ContextChain {
  readonly #before: number;
  readonly #after: number;
  readonly #segments: Segments;
  /** Segments with matches, and those that are owed something. */
  readonly #known = new Map<number, Known>();
  /** Those whose edges are not what they should be. */
  readonly #pending = new Set<number>();

  constructor(before: number, after: number, segments: Segments) {
    this.#before = before;
    this.#after = after;
    this.#segments = segments;
  }

  get settled(): boolean {
    return this.#pending.size === 0;
  }

  /** Segments whose edges are still to be found. */
  get pending(): ReadonlySet<number> {
    return this.#pending;
  }

  /** The segment's matches became known; its rows have no edges yet. */
  found(segment: number, matches: Surroundings): void {
    this.#known.set(segment, { matches, lines: null, have: NO_EDGES });
    this.#look(segment, segment + 1);
  }

  /** Segments `[from, end)` became known to have no matches; they have no rows yet. */
  foundNone(from: number, end: number): void {
    this.forget(from, end);
    this.#look(from, end);
  }

  /** The segment's rows now have `edges`; it has `lines` lines. */
  given(segment: number, { head, tail }: Edges, lines: number): void {
    const known = this.#known.get(segment) ?? { matches: null, lines: null, have: NO_EDGES };
    if (!known.matches) known.lines = lines;
    known.have = { head, tail };
    this.#known.set(segment, known);
    this.#look(segment, segment + 1);
  }

  /** Nothing is known of segments `[from, end)` any more. */
  forget(from: number, end: number): void {
    if (end - from <= this.#known.size) {
      for (let segment = from; segment < end; segment++) this.#forget(segment);
    } else for (const segment of this.#known.keys()) if (segment >= from && segment < end) this.#forget(segment);
  }

  /** The edges that the rows of the segment should have, as far as is known now. */
  edges(segment: number): Edges {
    const head = this.#owedAfter(segment) ?? 0;
    const tail = this.#owedBefore(segment) ?? 0;
    const matches = this.#known.get(segment)?.matches;
    if (!matches) return { head, tail };
    // Lines that are context of the segment's own matches are rows already.
    return {
      head: Math.min(head, Math.max(0, matches.head - this.#before)),
      tail: Math.min(tail, Math.max(0, matches.tail - this.#after)),
    };
  }

  /** Whether nothing that is found after the segment can change its rows. */
  isFinal(segment: number): boolean {
    return this.#owedBefore(segment) !== null;
  }

  #forget(segment: number): void {
    this.#known.delete(segment);
    this.#pending.delete(segment);
  }

  #isKnown(segment: number): boolean {
    return this.#segments.isKnown(segment);
  }

  /** Looks at segments `[from, end)`, of which something became known, and at those that they may owe something. */
  #look(from: number, end: number): void {
    const low = Math.max(0, from - this.#before);
    const high = Math.min(this.#segments.count(), end + this.#after);
    // What is deep inside of a run is owed nothing.
    const nearFrom = Math.min(end, from + Math.max(1, this.#after));
    const nearEnd = Math.max(nearFrom, end - this.#before);
    for (let segment = from; segment < nearFrom; segment++) this.#compare(segment);
    for (let segment = nearEnd; segment < end; segment++) this.#compare(segment);
    // Beyond a segment that has matches, or of which nothing is known, nothing can change.
    for (let segment = end; segment < high && this.#isKnown(segment); segment++) {
      this.#compare(segment);
      if (this.#known.get(segment)?.matches) break;
    }
    for (let segment = from - 1; segment >= low && this.#isKnown(segment); segment--) {
      this.#compare(segment);
      if (this.#known.get(segment)?.matches) break;
    }
  }

  #compare(segment: number): void {
    const { head, tail } = this.edges(segment);
    const { have } = this.#known.get(segment) ?? { have: NO_EDGES };
    if (head === have.head && tail === have.tail) this.#pending.delete(segment);
    else this.#pending.add(segment);
  }

  /** Lines that matches before the segment owe to its start; null while that is not known. */
  #owedAfter(segment: number): number | null {
    for (let at = segment - 1; at >= Math.max(0, segment - this.#after); at--) {
      if (!this.#isKnown(at)) return null;
      const matches = this.#known.get(at)?.matches;
      if (matches) return this.#left(this.#after - matches.tail, at + 1, segment);
    }
    return 0;
  }

  /** Lines that matches after the segment owe to its end; null while that is not known. */
  #owedBefore(segment: number): number | null {
    for (let at = segment + 1; at <= segment + this.#before && at < this.#segments.count(); at++) {
      if (!this.#isKnown(at)) return null;
      const matches = this.#known.get(at)?.matches;
      if (matches) return this.#left(this.#before - matches.head, segment + 1, at);
    }
    return 0;
  }

  /** What is left of `owed` lines behind the segments `[from, end)`, which have no matches. */
  #left(owed: number, from: number, end: number): number | null {
    let least = owed;
    let sure = true;
    for (let segment = from; segment < end; segment++) {
      const lines = this.#known.get(segment)?.lines ?? null;
      if (lines === null) sure = false;
      least -= lines ?? 1;
    }
    if (least <= 0) return 0;
    return sure ? least : null;
  }
}

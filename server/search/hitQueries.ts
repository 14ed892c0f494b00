/** Questions about hits while the search still runs: every answer says whether unsearched bytes may change it. */
import type { ExtentSet } from './extentSet.ts';
import type { Hit, HitStore, PartCopy, PlacedPage } from './hitStore.ts';

/** Answer to "the first hit from here": `decided` says that no unsearched part could hold a nearer one. */
export interface NearHit {
  readonly hit: Hit | null;
  readonly number: number | null;
  readonly decided: boolean;
  readonly exact: boolean;
}

export interface HitRange {
  /** Number of the first hit, or where it would be. */
  readonly start: number;
  readonly hits: readonly Hit[];
  /** There are further ones. */
  readonly more: boolean;
  readonly exact: boolean;
}

/** What the search knows about itself. */
export interface Coverage {
  readonly size: number;
  /** A hit may be told by the segment in which its line starts, so far before it, bytes. */
  readonly leadBytes: number;
  /** Whether all hits of segments in `[offset, end)` are told for good. */
  isSearched(offset: number, end: number): boolean;
}

/** Most hits that can lie over one byte besides the last: numbers of 8 bytes. */
const MAX_REACHING = 7;

export class HitQueries {
  readonly #store: HitStore;
  readonly #coverage: Coverage;

  constructor(store: HitStore, coverage: Coverage) {
    this.#store = store;
    this.#coverage = coverage;
  }

  /** Hits number `start` and on, and whether their numbers will stay. */
  range(start: number, count: number): { hits: readonly Hit[]; exact: boolean } {
    const hits = this.#store.range(start, count);
    const last = hits.at(-1);
    return { hits, exact: this.#knows(0, last ? last.offset + 1 : this.#coverage.size) };
  }

  /**
   * Hits that touch `[offset, end)`, in file order and at most `count`, with the number of the first of them. `exact`: nothing in
   * the extent is left to search.
   */
  touching(offset: number, end: number, count: number): HitRange {
    const before = this.#store.countBefore(offset);
    // What starts before the extent may reach into it: one hit, or several numbers, which lie at most 7 bytes inside each other.
    const first = Math.max(0, before - MAX_REACHING);
    const found = this.#store.range(first, before - first + count + 1);
    const late = found.slice(before - first);
    const early = found.slice(0, before - first);
    const reaching = early.length - early.filter((hit) => hit.offset + hit.length > offset).length;
    const inside = [...early.slice(reaching), ...late.filter((hit) => hit.offset < end)];
    const exact = this.#knows(offset, end);
    return { start: first + reaching, hits: inside.slice(0, count), more: inside.length > count, exact };
  }

  /** The first hit at or after `offset`, or the last before it, as far as is known now. */
  near(offset: number, direction: 'next' | 'previous'): NearHit {
    const before = this.#store.countBefore(offset);
    const number = direction === 'next' ? before : before - 1;
    const hit = number < 0 ? null : (this.#store.range(number, 1)[0] ?? null);
    const { size } = this.#coverage;
    const [from, end] = direction === 'next' ? [offset, hit ? hit.offset + 1 : size] : [hit?.offset ?? 0, offset];
    const exact = hit !== null && this.#knows(0, hit.offset + 1);
    return { hit, number: hit ? number : null, decided: this.#knows(from, end), exact };
  }

  /** Copies of the packed hits of a segment. */
  copies(segment: number): PartCopy[] {
    return this.#store.copies(segment);
  }

  /** The first segment from `segment` on that has hits so far, or null. */
  nextSegment(segment: number): number | null {
    return this.#store.nextSegment(segment);
  }

  /** Hits that start before `offset`. */
  countBefore(offset: number): number {
    return this.#store.countBefore(offset);
  }

  /** All pages of hits as they are at the call. */
  snapshot(): Generator<PlacedPage> {
    return this.#store.snapshot();
  }

  /** A place that has to be searched before `near` can be decided; `hit` is its answer so far. */
  missing(offset: number, direction: 'next' | 'previous', hit: Hit | null, searched: ExtentSet): number {
    const { size, leadBytes } = this.#coverage;
    const last = Math.max(0, size - 1);
    if (direction === 'next') return searched.nextGap(Math.max(0, Math.min(offset, last) - leadBytes));
    const gap = searched.previousGap(Math.min(Math.max(0, offset - 1), last));
    return Math.max(0, gap, (hit?.offset ?? 0) - leadBytes);
  }

  /** Hits that start in each of `buckets` equal parts of the file, of those there are at the call. Throws a SpillError. */
  async histogram(buckets: number): Promise<readonly number[]> {
    const { size } = this.#coverage;
    return size === 0 ? new Array<number>(buckets).fill(0) : this.#store.histogram(size, buckets);
  }

  /** Whether all hits that start in `[from, end)` are told, whichever segment tells them. */
  #knows(from: number, end: number): boolean {
    const { size, leadBytes } = this.#coverage;
    return this.#coverage.isSearched(Math.max(0, Math.min(from, size) - leadBytes), Math.min(end, size));
  }
}

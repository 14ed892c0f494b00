/**
 * All hits of one search, by number and by offset, in bounded memory.
 *
 * Hits stay packed (packing.ts, hitParts.ts), in a list for each segment of the file that has any; segments are ordered by offset. A
 * segment tells the hits of the lines that begin in it, so its last ones may lie in the next; still all hits of one come before all of
 * the next. Finding hit number n is a binary search over segments, a walk over the parts of one and over the page heads of one of them;
 * nothing but one page is decoded.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PAGE_BYTES } from '../../shared/limits.ts';
import { partition } from '../../shared/partition.ts';
import { BucketCounts } from './bucketCounts.ts';
import { type HitBudget, type HitPart, HitParts } from './hitParts.ts';
import { decodePage, type FixedLength, type PackedPage, packedPages, visitStarts } from './packing.ts';

/** Hits that a histogram looks at before others get their turn: some 3 ms. */
const HISTOGRAM_SLICE = 262_144;

export interface Hit {
  readonly offset: number;
  readonly length: number;
}

/**
 * Hits number `skip` to `skip + limit - 1` of a packed page; `base` is where the segment starts. Hits of a kind of their own
 * (server/filter/rowPacking.ts) lie in the same pages.
 */
export type DecodeHits<H extends Hit> = (
  part: Uint8Array,
  page: PackedPage,
  base: number,
  skip: number,
  limit: number,
) => H[];

/** What a store has to know of the hits in it. */
export interface HitKind<H extends Hit> {
  readonly decode: DecodeHits<H>;
  /** What a histogram counts of a page; null: all. */
  readonly weigh: ((bytes: Uint8Array, page: PackedPage) => number) | null;
  /** Counts the hits of a page, those that a histogram counts; `base` is where the segment starts. */
  count(part: Uint8Array, page: PackedPage, base: number, counts: BucketCounts): void;
}

/** Hits as packing.ts has them. */
export function plainHits(fixed: FixedLength): HitKind<Hit> {
  return {
    decode: (part, page, base, skip, limit) => decodePage(part, page, fixed, base, skip, limit),
    weigh: null,
    count: (part, page, base, counts) => visitStarts(part, page, fixed, base, (start) => counts.add(start, 1)),
  };
}

/** A packed page of a segment that starts at `base`. */
export interface PlacedPage {
  readonly base: number;
  readonly part: Uint8Array;
  readonly page: PackedPage;
}

/** A part as threads get it: packed pages, of which the first counts from page number `origin`. */
export interface PartCopy {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly origin: number;
}

/** The hits of one segment; becomes part of the store by `attach`. */
export class SegmentHits {
  readonly number: number;
  /** In file order; the last page of one may go on in the next. */
  readonly parts: HitPart[] = [];
  count = 0;
  /** Those that a histogram counts. */
  weight = 0;

  constructor(number: number) {
    this.number = number;
  }

  add(parts: readonly HitPart[]): void {
    for (const part of parts) {
      this.parts.push(part);
      this.count += part.count;
      this.weight += part.weight;
    }
  }
}

export class HitStore<H extends Hit = Hit> {
  readonly #segmentBytes: number;
  readonly #kind: HitKind<H>;
  readonly #parts: HitParts;
  /** Those with hits, in file order. */
  #segments: SegmentHits[] = [];
  /** `#before[i]`: hits in segments before number i of the list; null when it has to be made anew. */
  #before: Float64Array | null = null;
  #total = 0;
  #closed = false;

  constructor(segmentBytes: number, kind: HitKind<H>, budget: HitBudget, folder: string) {
    this.#segmentBytes = segmentBytes;
    this.#kind = kind;
    this.#parts = new HitParts(budget, folder, kind.weigh);
  }

  get total(): number {
    return this.#total;
  }

  /** Adds packed pages to `segment`, attached or not. Throws a SpillError when there is no room anywhere. */
  append(segment: SegmentHits, bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#closed) return;
    const before = segment.count;
    segment.add(this.#parts.put(bytes));
    if (this.get(segment.number) === segment) {
      this.#total += segment.count - before;
      this.#before = null;
    }
  }

  /** Makes `segment` the one of its number, in place of the one before. */
  attach(segment: SegmentHits): void {
    const index = this.#indexOf(segment.number);
    const old = this.#segments[index];
    if (old === segment) return;
    const replaces = old?.number === segment.number;
    this.#segments.splice(index, replaces ? 1 : 0, segment);
    if (old && replaces) {
      this.#total -= old.count;
      this.discard(old);
    }
    this.#total += segment.count;
    this.#before = null;
  }

  /** Puts the hits of `segment` behind the first `kept` parts of those there are of its number, in place of the others. */
  replaceAfter(segment: SegmentHits, kept: number): void {
    const next = new SegmentHits(segment.number);
    // These move over, and what is left of the old is given back.
    next.add(this.get(segment.number)?.parts.splice(0, kept) ?? []);
    next.add(segment.parts);
    if (next.count > 0) this.attach(next);
    else this.remove(segment.number);
  }

  /** Takes the segment of this number out again, if there is one. */
  remove(number: number): void {
    const index = this.#indexOf(number);
    const old = this.#segments[index];
    if (old?.number !== number) return;
    this.#segments.splice(index, 1);
    this.#total -= old.count;
    this.#before = null;
    this.discard(old);
  }

  /** Takes `segment` out, if it is in, and forgets its hits. */
  detach(segment: SegmentHits): void {
    if (this.#segments[this.#indexOf(segment.number)] === segment) this.remove(segment.number);
    else this.discard(segment);
  }

  has(number: number): boolean {
    return this.get(number) !== null;
  }

  /** The segment of this number, if it has hits. */
  get(number: number): SegmentHits | null {
    const segment = this.#segments[this.#indexOf(number)];
    return segment?.number === number ? segment : null;
  }

  /** The first segment from number `number` on that has hits, or null. */
  nextSegment(number: number): number | null {
    return this.#segments[this.#indexOf(number)]?.number ?? null;
  }

  /** Copies of the packed parts of a segment. */
  copies(number: number): PartCopy[] {
    const parts = this.get(number)?.parts ?? [];
    return parts.map((part) => ({ bytes: this.#parts.copy(part), origin: part.origin }));
  }

  /** All pages as they are at the call, read one after the other; what the store is told meanwhile changes nothing. */
  snapshot(): Generator<PlacedPage> {
    return this.#placedPages(this.#segments.map(({ number, parts }) => ({ number, parts: [...parts] })));
  }

  /** Gives back the memory of a segment that will not be attached. */
  discard(segment: SegmentHits): void {
    this.#parts.free(segment.parts);
    segment.parts.length = 0;
  }

  /** Hits number `start` to `start + count - 1` in file order, as many as there are. */
  range(start: number, count: number): H[] {
    const hits: H[] = [];
    const before = this.#sums();
    let index = Math.max(0, partition(this.#segments.length, (i) => (before[i] ?? 0) <= start) - 1);
    let skip = start - (before[index] ?? 0);
    for (; index < this.#segments.length && hits.length < count; index++) {
      const segment = this.#segments[index];
      if (!segment) break;
      for (const part of segment.parts) {
        if (hits.length >= count) break;
        if (skip >= part.count) {
          skip -= part.count;
          continue;
        }
        const bytes = this.#parts.load(part);
        for (const page of packedPages(bytes, part.origin)) {
          if (skip >= page.count) {
            skip -= page.count;
            continue;
          }
          for (const hit of this.#decode(segment, bytes, page, skip, count - hits.length)) hits.push(hit);
          skip = 0;
          if (hits.length >= count) break;
        }
      }
    }
    return hits;
  }

  /** Number of hits that start before `offset`. */
  countBefore(offset: number): number {
    const before = this.#sums();
    const number = Math.floor(offset / this.#segmentBytes);
    const index = this.#indexOf(number);
    const own = this.#segments[index];
    const previous = this.#segments[index - 1];
    let count = before[index] ?? this.#total;
    if (own?.number === number) count += this.#countWithin(own, offset);
    if (previous?.number === number - 1) count += this.#countWithin(previous, offset) - previous.count;
    return count;
  }

  /**
   * Hits that start in each of `buckets` equal parts of `[0, size)`, of those there are at the call. Others get their turn now and
   * then: where parts are smaller than pages, every hit is looked at. Throws a SpillError, also when the store is closed meanwhile.
   */
  async histogram(size: number, buckets: number): Promise<readonly number[]> {
    const counts = new BucketCounts(size, buckets);
    let work = 0;
    const segments = this.#segments.map(({ number, weight, parts }) => ({ number, weight, parts: [...parts] }));
    for (const { number, weight, parts } of segments) {
      const start = number * this.#segmentBytes;
      const end = start + 2 * this.#segmentBytes;
      if (counts.together(start, end)) {
        counts.add(start, weight);
        continue;
      }
      for (const [i, part] of parts.entries()) {
        const next = parts[i + 1];
        const from = start + part.firstPage * PAGE_BYTES;
        if (counts.together(from, next ? start + (next.firstPage + 1) * PAGE_BYTES : end)) {
          counts.add(from, part.weight);
          continue;
        }
        work += this.#countPart(part, start, counts);
        if (work < HISTOGRAM_SLICE) continue;
        work = 0;
        await nextTurn();
      }
    }
    return counts.counts;
  }

  /** Forgets everything and removes the file. */
  close(): void {
    this.#closed = true;
    for (const segment of this.#segments) this.discard(segment);
    this.#segments = [];
    this.#before = null;
    this.#total = 0;
    this.#parts.close();
  }

  /** Number of hits of `segment` that start before `offset`. */
  #countWithin(segment: SegmentHits, offset: number): number {
    const pageNumber = Math.floor((offset - segment.number * this.#segmentBytes) / PAGE_BYTES);
    let count = 0;
    for (const [i, part] of segment.parts.entries()) {
      if (part.firstPage > pageNumber) break;
      if ((segment.parts[i + 1]?.firstPage ?? Infinity) < pageNumber) {
        count += part.count;
        continue;
      }
      const bytes = this.#parts.load(part);
      for (const page of packedPages(bytes, part.origin)) {
        if (page.page < pageNumber) count += page.count;
        else if (page.page > pageNumber) break;
        else for (const hit of this.#decode(segment, bytes, page, 0, page.count)) if (hit.offset < offset) count++;
      }
    }
    return count;
  }

  /** Counts the hits of a part of the segment that starts at `start`; returns how much work that was, in hits. */
  #countPart(part: HitPart, start: number, counts: BucketCounts): number {
    const { weigh } = this.#kind;
    const bytes = this.#parts.load(part);
    let work = 0;
    for (const page of packedPages(bytes, part.origin)) {
      const at = start + page.page * PAGE_BYTES;
      work++;
      if (counts.together(at, at + PAGE_BYTES)) counts.add(at, weigh ? weigh(bytes, page) : page.count);
      else {
        this.#kind.count(bytes, page, start, counts);
        work += page.count;
      }
    }
    return work;
  }

  *#placedPages(segments: readonly { number: number; parts: readonly HitPart[] }[]): Generator<PlacedPage> {
    for (const { number, parts } of segments) {
      const base = number * this.#segmentBytes;
      for (const place of parts) {
        const part = this.#parts.load(place);
        for (const page of packedPages(part, place.origin)) yield { base, part, page };
      }
    }
  }

  #decode(segment: SegmentHits, part: Uint8Array, page: PackedPage, skip: number, limit: number): H[] {
    return this.#kind.decode(part, page, segment.number * this.#segmentBytes, skip, limit);
  }

  /** Index of segment `number` in the list, or where it belongs. */
  #indexOf(number: number): number {
    return partition(this.#segments.length, (i) => (this.#segments[i]?.number ?? Infinity) < number);
  }

  #sums(): Float64Array {
    if (this.#before) return this.#before;
    const before = new Float64Array(this.#segments.length);
    let sum = 0;
    for (const [i, segment] of this.#segments.entries()) {
      before[i] = sum;
      sum += segment.count;
    }
    this.#before = before;
    return before;
  }
}

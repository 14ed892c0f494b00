/** The rows that threads have made, segment by segment, with the context that segments owe each other at their borders. */
import { type HitBudget, HitStore, type PlacedPage, SegmentHits } from '../search/hitStore.ts';
import type { PackedRows } from './filterJob.ts';
import { decodeRows, type FilteredRow, weighMatches } from './rowPacking.ts';
import type { RowSource } from './rowSource.ts';

/** Whatever adds rows throws a SpillError when there is no room for more. */
export class CombinedRows implements RowSource {
  readonly #store: HitStore<FilteredRow>;
  /** Rows that were added at the start and at the end of a segment, each in a part of its own. */
  readonly #edges = new Map<number, { readonly head: number; readonly tail: number }>();
  #matches = 0;

  constructor(segmentBytes: number, budget: HitBudget, folder: string) {
    this.#store = new HitStore(segmentBytes, decodeRows, budget, folder);
  }

  get total(): number {
    return this.#store.total;
  }

  get matches(): number {
    return this.#matches;
  }

  /** Makes `rows` the rows of the segment, without edges. */
  set(segment: number, { part, rows, matches }: PackedRows): void {
    this.#edges.delete(segment);
    this.#matches += matches - (this.#store.get(segment)?.weight ?? 0);
    if (rows === 0) {
      this.#store.remove(segment);
      return;
    }
    const hits = new SegmentHits(segment);
    this.#store.append(hits, part, rows, matches);
    this.#store.attach(hits);
  }

  /** Adds `head` and `tail` to the rows of the segment, in place of what was added before. */
  setEdges(segment: number, head: PackedRows, tail: PackedRows): void {
    const old = this.#store.get(segment) ?? new SegmentHits(segment);
    const before = this.#edges.get(segment) ?? { head: 0, tail: 0 };
    const next = new SegmentHits(segment);
    this.#store.append(next, head.part, head.rows, 0);
    // The rows between move over, and what is left of the old is given back.
    const first = before.head > 0 ? 1 : 0;
    const parts = old.parts.splice(first, old.parts.length - first - (before.tail > 0 ? 1 : 0));
    next.parts.push(...parts);
    next.count += old.count - before.head - before.tail;
    next.weight = old.weight;
    this.#store.append(next, tail.part, tail.rows, 0);
    if (next.count > 0) this.#store.attach(next);
    else this.#store.remove(segment);
    this.#edges.set(segment, { head: head.rows, tail: tail.rows });
  }

  /** Forgets the rows of segments `[from, end)`; false when there were none. */
  remove(from: number, end: number): boolean {
    let found = false;
    for (let segment = this.#store.nextSegment(from); segment !== null && segment < end; ) {
      found = true;
      this.#matches -= this.#store.get(segment)?.weight ?? 0;
      this.#edges.delete(segment);
      this.#store.remove(segment);
      segment = this.#store.nextSegment(segment + 1);
    }
    return found;
  }

  range(start: number, count: number): FilteredRow[] {
    return this.#store.range(start, count);
  }

  countBefore(offset: number): number {
    return this.#store.countBefore(offset);
  }

  histogram(size: number, buckets: number): readonly number[] {
    return size === 0 ? new Array<number>(buckets).fill(0) : this.#store.histogram(size, buckets, weighMatches);
  }

  snapshot(): Generator<PlacedPage> {
    return this.#store.snapshot();
  }

  decode({ base, part, page }: PlacedPage): FilteredRow[] {
    return decodeRows(part, page, base, 0, page.count);
  }

  close(): void {
    this.#store.close();
    this.#edges.clear();
    this.#matches = 0;
  }
}

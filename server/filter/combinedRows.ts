/** The rows that threads have made, segment by segment, with the context that segments owe each other at their borders. */
import { ExtentSet } from '../search/extentSet.ts';
import { HitBudget } from '../search/hitParts.ts';
import { HitStore, type PlacedPage, SegmentHits } from '../search/hitStore.ts';
import { SpillError } from '../search/spill.ts';
import type { PackedRows } from './filterJob.ts';
import { type FilteredRow, RowPacker, rowKind } from './rowPacking.ts';
import type { RowSource } from './rowSource.ts';

/**
 * Holes that are rows, of all filters together: 8 TiB of them. Each is told of by some 800 bytes, whatever it takes packed: those of a
 * file of petabytes would be all of the memory there is.
 */
const holeBudget = new HitBudget(524_288);

/** Whatever adds rows throws a SpillError when there is no room for more. */
export class CombinedRows implements RowSource {
  readonly #store: HitStore<FilteredRow>;
  /** How many parts of a segment were added at its start and at its end. */
  readonly #edges = new Map<number, { readonly head: number; readonly tail: number }>();
  /** The rows of a segment that is a hole. */
  readonly #hole: PackedRows;
  /** Segments that are holes. */
  readonly #holes = new ExtentSet();
  #matches = 0;

  constructor(segmentBytes: number, budget: HitBudget, folder: string) {
    this.#store = new HitStore(segmentBytes, rowKind, budget, folder);
    const packer = new RowPacker();
    packer.add(0, segmentBytes, 0, true);
    this.#hole = packer.take();
  }

  get total(): number {
    return this.#store.total;
  }

  get matches(): number {
    return this.#matches;
  }

  /** Makes `rows` the rows of the segment, without edges. */
  set(segment: number, rows: PackedRows): void {
    this.#forgetHoles(segment, segment + 1);
    this.#put(segment, rows);
  }

  /** The segment is all zeros, the piece of one line, and shown. */
  setHole(segment: number): void {
    if (!this.#holes.has(segment)) {
      if (!holeBudget.take(1)) throw new SpillError('There is no room for more rows: too many of them are holes.');
      this.#holes.add(segment, segment + 1);
    }
    this.#put(segment, this.#hole);
  }

  #put(segment: number, { part, rows, matches }: PackedRows): void {
    this.#edges.delete(segment);
    this.#matches += matches - (this.#store.get(segment)?.weight ?? 0);
    if (rows === 0) {
      this.#store.remove(segment);
      return;
    }
    const hits = new SegmentHits(segment);
    this.#store.append(hits, part);
    this.#store.attach(hits);
  }

  /** Adds `head` and `tail` to the rows of the segment, in place of what was added before. */
  setEdges(segment: number, head: PackedRows, tail: PackedRows): void {
    const old = this.#store.get(segment) ?? new SegmentHits(segment);
    const before = this.#edges.get(segment) ?? { head: 0, tail: 0 };
    const next = new SegmentHits(segment);
    this.#store.append(next, head.part);
    const headParts = next.parts.length;
    // The rows between move over, and what is left of the old is given back.
    next.add(old.parts.splice(before.head, old.parts.length - before.head - before.tail));
    const inner = next.parts.length;
    this.#store.append(next, tail.part);
    this.#edges.set(segment, { head: headParts, tail: next.parts.length - inner });
    if (next.count > 0) this.#store.attach(next);
    else this.#store.remove(segment);
  }

  /** Forgets the rows of segments `[from, end)`; false when there were none. */
  remove(from: number, end: number): boolean {
    this.#forgetHoles(from, end);
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

  async histogram(size: number, buckets: number): Promise<readonly number[]> {
    return size === 0 ? new Array<number>(buckets).fill(0) : this.#store.histogram(size, buckets);
  }

  snapshot(): Generator<PlacedPage> {
    return this.#store.snapshot();
  }

  decode({ base, part, page }: PlacedPage): FilteredRow[] {
    return rowKind.decode(part, page, base, 0, page.count);
  }

  close(): void {
    this.#store.close();
    this.#edges.clear();
    this.#forgetHoles(0, Infinity);
    this.#matches = 0;
  }

  #forgetHoles(from: number, end: number): void {
    if ((this.#holes.nextMember(from) ?? end) >= end) return;
    const before = this.#holes.size;
    this.#holes.remove(from, end);
    holeBudget.give(before - this.#holes.size);
  }
}

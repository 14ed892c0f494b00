import type { PlacedPage } from '../search/hitStore.ts';
import type { FilteredRow } from './rowPacking.ts';

/** The rows of a filter, as far as they are found. */
export interface RowSource {
  readonly total: number;
  /** Rows that are no context. */
  readonly matches: number;
  /** Rows number `start` to `start + count - 1`, as many as there are. */
  range(start: number, count: number): FilteredRow[];
  /** Rows that start before `offset`. */
  countBefore(offset: number): number;
  /** Matches in each of `buckets` equal parts of a file of `size` bytes, of those there are at the call. Throws a SpillError. */
  histogram(size: number, buckets: number): Promise<readonly number[]>;
  /** All pages as they are at the call. */
  snapshot(): Generator<PlacedPage>;
  /** The rows of one of these pages. */
  decode(page: PlacedPage): FilteredRow[];
}

/** The rows of a filter of one layer without context: the hits of its search, which needs no second copy of them. */
import type { PlacedPage } from '../search/hitStore.ts';
import { decodePage } from '../search/packing.ts';
import type { Search } from '../search/search.ts';
import type { FilteredRow } from './rowPacking.ts';
import type { RowSource } from './rowSource.ts';

export class LayerRows implements RowSource {
  readonly #search: Search;

  constructor(search: Search) {
    this.#search = search;
  }

  get total(): number {
    return this.#search.total;
  }

  get matches(): number {
    return this.#search.total;
  }

  range(start: number, count: number): FilteredRow[] {
    return this.#search.hits.range(start, count).hits.map((hit) => this.#row(hit.offset, hit.length));
  }

  countBefore(offset: number): number {
    const { firstOffset } = this.#search.plan;
    // The first line of the file begins where the search takes its text to begin.
    return this.#search.hits.countBefore(offset > 0 && offset <= firstOffset ? firstOffset + 1 : offset);
  }

  histogram(_size: number, buckets: number): Promise<readonly number[]> {
    return this.#search.hits.histogram(buckets);
  }

  snapshot(): Generator<PlacedPage> {
    return this.#search.hits.snapshot();
  }

  decode({ base, part, page }: PlacedPage): FilteredRow[] {
    return decodePage(part, page, this.#search.plan.fixed, base, 0, page.count).map((hit) =>
      this.#row(hit.offset, hit.length),
    );
  }

  #row(offset: number, length: number): FilteredRow {
    const { firstOffset } = this.#search.plan;
    const shift = offset === firstOffset ? firstOffset : 0;
    return { offset: offset - shift, length: length + shift, match: true, mask: 1 };
  }
}

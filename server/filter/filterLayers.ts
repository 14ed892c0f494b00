/** The searches that a filter is made of, as one: what all of them have searched, and what is wrong with any. */
import { assert } from '../../shared/assert.ts';
import type { FilterRole, FilterStatus } from '../../shared/protocol.ts';
import type { Search } from '../search/search.ts';
import type { Source } from '../source/source.ts';
import type { LayerHits } from './layerLines.ts';
import type { RowSpace } from './rowEnds.ts';

export interface Layer {
  readonly search: Search;
  readonly role: FilterRole;
}

export class FilterLayers {
  readonly searches: readonly Search[];
  readonly #first: Search;

  /** All of one generation and one line format; there is at least one. */
  constructor(layers: readonly Layer[]) {
    this.searches = layers.map(({ search }) => search);
    const [first] = this.searches;
    assert(first !== undefined, 'a filter has layers');
    this.#first = first;
  }

  get source(): Source {
    return this.#first.source;
  }

  /** Of the lines. */
  get encoding(): string {
    return this.#first.plan.encoding;
  }

  /** What rows are rows of, in a file of `size` bytes. */
  space(size: number): RowSpace {
    const { segmentBytes, pieceBytes } = this.#first.sizes;
    const { format } = this.#first.plan;
    return { format, generation: this.#first.generation, size, segmentBytes, pieceBytes };
  }

  /** Of the file, as far as all of them know it. */
  get size(): number {
    return Math.min(...this.searches.map((search) => search.size));
  }

  get complete(): boolean {
    return this.searches.every((search) => search.complete);
  }

  get idle(): boolean {
    return this.searches.every((search) => search.idle);
  }

  get stale(): boolean {
    return this.searches.some((search) => search.stale);
  }

  /** Of the first. */
  get scannedBytes(): number {
    return this.#first.status().scannedBytes;
  }

  get error(): FilterStatus['error'] {
    for (const search of this.searches) {
      const { error } = search.status();
      if (error) return error;
    }
    return null;
  }

  noticeSource(): void {
    for (const search of this.searches) search.noticeSource();
  }

  /** Whether all have told their hits in `[offset, end)`, for good or until told otherwise. */
  isSearched(offset: number, end: number): boolean {
    return this.searches.every((search) => search.isSearched(offset, end));
  }

  /** What threads need of a segment. */
  hits(segment: number): readonly LayerHits[] {
    return this.searches.map(({ hits, plan }) => ({ parts: hits.copies(segment), firstOffset: plan.firstOffset }));
  }
}

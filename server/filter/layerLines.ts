/** The lines of a segment that match any layer, in order, page by page, each with the mask of the layers it matches. */
import type { PartCopy } from '../search/hitStore.ts';
import { type PackedPage, packedPages } from '../search/packing.ts';
import { PageColumns } from './pageColumns.ts';

/** What a thread knows of a layer in one segment. */
export interface LayerHits {
  readonly parts: readonly PartCopy[];
  /** Where the search takes the text of the file to begin: its first line begins there, that of the file at 0. */
  readonly firstOffset: number;
}

interface Placed {
  readonly part: Uint8Array;
  readonly page: PackedPage;
}

function* pagesOf({ parts }: LayerHits): Generator<Placed> {
  for (const { bytes: part, origin } of parts) for (const page of packedPages(part, origin)) yield { part, page };
}

export class LayerLines {
  readonly #layers: { readonly pages: Generator<Placed>; readonly firstOffset: number; next: Placed | null }[] = [];
  #columns = new PageColumns();
  #spare = new PageColumns();
  readonly #decoded = new PageColumns();
  #at = 0;

  /** Begins with the segment that starts at `offset`. */
  open(layers: readonly LayerHits[], offset: number): void {
    this.#layers.length = 0;
    for (const layer of layers) {
      const pages = pagesOf(layer);
      const firstOffset = offset === 0 ? layer.firstOffset : 0;
      this.#layers.push({ pages, firstOffset, next: pages.next().value ?? null });
    }
    this.#columns.count = 0;
    this.#at = 0;
  }

  /** The lines of the page that `nextPage` went to; valid until the next call. */
  get columns(): PageColumns {
    return this.#columns;
  }

  /** Goes to the next page with lines; false after the last. */
  nextPage(): boolean {
    let page = Infinity;
    for (const { next } of this.#layers) if (next && next.page.page < page) page = next.page.page;
    this.#columns.count = 0;
    this.#at = 0;
    if (page === Infinity) return false;
    for (const [i, layer] of this.#layers.entries()) {
      // A page may go on in the next part.
      while (layer.next?.page.page === page) {
        this.#add(layer.next, 2 ** i, layer.firstOffset);
        layer.next = layer.pages.next().value ?? null;
      }
    }
    return true;
  }

  /** The mask of the line that starts at `start`, counted from the segment's; starts only grow from call to call. */
  maskAt(start: number): number {
    for (;;) {
      const { starts, masks, count } = this.#columns;
      while (this.#at < count && (starts[this.#at] ?? 0) < start) this.#at++;
      if (this.#at < count) return starts[this.#at] === start ? (masks[this.#at] ?? 0) : 0;
      if (!this.nextPage()) return 0;
    }
  }

  #add({ part, page }: Placed, mask: number, firstOffset: number): void {
    const first = this.#columns.count === 0;
    const target = first ? this.#columns : this.#decoded;
    target.decode(part, page, mask);
    if (firstOffset > 0 && target.starts[0] === firstOffset && page.page === 0) {
      target.starts[0] = 0;
      target.lengths[0] = (target.lengths[0] ?? 0) + firstOffset;
    }
    if (first) return;
    this.#spare.merge(this.#columns, this.#decoded);
    [this.#columns, this.#spare] = [this.#spare, this.#columns];
  }
}

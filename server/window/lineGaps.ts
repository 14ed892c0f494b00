/**
 * Stretches of a file that are known to hold no terminator, from searches that found none: they let a second look for the start
 * or end of a line of gigabytes go on where the first gave up, while the index has not come that far. Disjoint, in file order.
 */
interface Gap {
  readonly from: number;
  readonly to: number;
}

const MAX_GAPS = 64;

export class LineGaps {
  #gaps: Gap[] = [];

  /** No terminator lies in `[from, to)`; both are multiples of the unit. */
  note(from: number, to: number): void {
    if (to <= from) return;
    let merged: Gap = { from, to };
    const apart: Gap[] = [];
    for (const gap of this.#gaps) {
      if (gap.to < merged.from || gap.from > merged.to) apart.push(gap);
      else merged = { from: Math.min(gap.from, merged.from), to: Math.max(gap.to, merged.to) };
    }
    // The most recent come last, and the oldest goes: which one is forgotten costs time, never truth.
    this.#gaps = [...apart.slice(-(MAX_GAPS - 1)), merged];
  }

  /** The end of the gap that holds `offset`, else `offset`. */
  after(offset: number): number {
    return this.#gaps.find((gap) => gap.from <= offset && offset < gap.to)?.to ?? offset;
  }

  /** The start of the gap that ends at or holds `offset`, else `offset`. */
  before(offset: number): number {
    return this.#gaps.find((gap) => gap.from < offset && offset <= gap.to)?.from ?? offset;
  }

  clear(): void {
    this.#gaps = [];
  }
}

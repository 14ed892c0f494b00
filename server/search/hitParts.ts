/**
 * Where packed hits are kept: in memory as far as a budget goes, else in a file. They lie in parts of some 128 KiB that know what
 * they hold, so that hits by number and by offset, and most of a histogram, cost the reading of one part or none.
 */
import { type PackedPage, packedPages } from './packing.ts';
import { SpillError, SpillFile } from './spill.ts';

const PART_BYTES = 131_072;

/** Packed hits that all searches together keep in memory. */
export class HitBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Takes `bytes` of the budget if there are so many left. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

/** Some packed pages of one segment. */
export interface HitPart {
  /** The bytes, or where they are in the file. */
  readonly place: Uint8Array | number;
  readonly length: number;
  readonly count: number;
  /** Those that a histogram counts. */
  readonly weight: number;
  /** The number from which the first page's gap counts. */
  readonly origin: number;
  /** Number of the first page in the segment. */
  readonly firstPage: number;
}

/** Counts what a histogram shall count of a page; null: all hits. */
export type WeighPage = ((bytes: Uint8Array, page: PackedPage) => number) | null;

export class HitParts {
  readonly #budget: HitBudget;
  readonly #folder: string;
  readonly #weigh: WeighPage;
  #spill: SpillFile | null = null;
  /** What it has of the budget. */
  #held = 0;

  constructor(budget: HitBudget, folder: string, weigh: WeighPage) {
    this.#budget = budget;
    this.#folder = folder;
    this.#weigh = weigh;
  }

  /** Keeps packed pages, the first of which counts from the start of the segment. Throws a SpillError when there is no room. */
  put(bytes: Uint8Array): HitPart[] {
    let at: number | null = null;
    if (this.#budget.take(bytes.length)) this.#held += bytes.length;
    else {
      this.#spill ??= new SpillFile(this.#folder);
      at = this.#spill.append(bytes);
    }
    const parts: HitPart[] = [];
    let open: { from: number; origin: number; firstPage: number; count: number; weight: number } | null = null;
    let from = 0;
    let origin = 0;
    for (const page of packedPages(bytes, 0)) {
      open ??= { from, origin, firstPage: page.page, count: 0, weight: 0 };
      open.count += page.count;
      open.weight += this.#weigh ? this.#weigh(bytes, page) : page.count;
      from = page.end;
      origin = page.page + 1;
      if (from - open.from < PART_BYTES && from < bytes.length) continue;
      const { from: start, ...rest } = open;
      const place = at === null ? bytes.subarray(start, from) : at + start;
      parts.push({ ...rest, place, length: from - start });
      open = null;
    }
    return parts;
  }

  /** The bytes of a part; not to be changed. */
  load({ place, length }: HitPart): Uint8Array {
    return place instanceof Uint8Array ? place : this.#read(place, length);
  }

  /** A copy of the bytes of a part, which belongs to the caller. */
  copy({ place, length }: HitPart): Uint8Array<ArrayBuffer> {
    return place instanceof Uint8Array ? place.slice() : this.#read(place, length);
  }

  /** Gives back the memory of parts that nobody asks for any more. */
  free(parts: readonly HitPart[]): void {
    for (const { place, length } of parts) if (place instanceof Uint8Array) this.#give(length);
  }

  /** Never more than it has: what is freed after the end was given back then. */
  #give(bytes: number): void {
    const given = Math.min(bytes, this.#held);
    this.#held -= given;
    this.#budget.give(given);
  }

  #read(at: number, length: number): Uint8Array<ArrayBuffer> {
    if (!this.#spill) throw new SpillError('The hits are gone.');
    return this.#spill.read(at, length);
  }

  /** Removes the file, and gives back the memory of all parts: also of those that became part of nothing. */
  close(): void {
    this.#give(this.#held);
    this.#spill?.close();
    this.#spill = null;
  }
}

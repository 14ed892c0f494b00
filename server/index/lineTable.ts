/**
 * How many line terminators lie before each 64 KiB page: all that is kept of a file's lines.
 *
 * A superblock covers 4,096 pages (256 MiB): one u32 a page, counted from the superblock's base, plus the base itself as a
 * plain number (exact to 2^53). A page holds at most 65,536 terminators, so a superblock at most 2^28: u32 never overflows.
 * Superblocks without any terminator are not stored, whatever their number: holes and lines of gigabytes cost nothing. A dense
 * TiB takes 4,096 superblocks, 64 MiB. Finding a line or a page is two binary searches, with no I/O.
 *
 * Pages are appended in order and always whole; the partial last page of a file is its index's business (lineIndex.ts).
 */
import { assert } from '../../shared/assert.ts';
import { partition } from '../../shared/partition.ts';

export const PAGES_PER_SUPERBLOCK = 4_096;

/** A superblock that holds at least one terminator. */
export interface Superblock {
  /** Its place in the file: page `number * PAGES_PER_SUPERBLOCK` is its first. */
  readonly number: number;
  /** Terminators before its first page. */
  readonly base: number;
  /** `before[i]`: terminators from its first page up to, not including, page i of it. Entries past the last page are 0. */
  readonly before: Uint32Array;
}

export class LineTable {
  readonly #superblocks: Superblock[] = [];
  #pages = 0;
  #terminators = 0;

  /** Pages counted so far: `[0, pages)`. */
  get pages(): number {
    return this.#pages;
  }

  /** Terminators in those pages. */
  get terminators(): number {
    return this.#terminators;
  }

  /** In file order; for the cache on disk. */
  get superblocks(): readonly Superblock[] {
    return this.#superblocks;
  }

  /** Memory of the counts, bytes. */
  get byteLength(): number {
    return this.#superblocks.length * PAGES_PER_SUPERBLOCK * Uint32Array.BYTES_PER_ELEMENT;
  }

  /** Appends pages that hold `counts[i]` terminators. */
  append(counts: Uint32Array): void {
    let at = 0;
    while (at < counts.length) {
      const inSuperblock = this.#pages % PAGES_PER_SUPERBLOCK;
      const end = Math.min(counts.length, at + PAGES_PER_SUPERBLOCK - inSuperblock);
      this.#appendWithin(counts, at, end, inSuperblock);
      at = end;
    }
  }

  /** Appends `pages` pages without a terminator: a hole. */
  appendEmpty(pages: number): void {
    const last = this.#superblocks.at(-1);
    if (last && last.number === Math.floor(this.#pages / PAGES_PER_SUPERBLOCK)) {
      const from = this.#pages % PAGES_PER_SUPERBLOCK;
      last.before.fill(this.#terminators - last.base, from, Math.min(PAGES_PER_SUPERBLOCK, from + pages));
    }
    this.#pages += pages;
  }

  /** Terminators in pages `[0, page)`; `page <= pages`. */
  before(page: number): number {
    assert(page >= 0 && page <= this.#pages, `page ${page} of ${this.#pages}`);
    if (page === this.#pages) return this.#terminators;
    const number = Math.floor(page / PAGES_PER_SUPERBLOCK);
    const index = this.#lastAtOrBefore(number);
    const superblock = this.#superblocks[index];
    if (!superblock) return 0;
    if (superblock.number === number) return superblock.base + at(superblock.before, page % PAGES_PER_SUPERBLOCK);
    return this.#superblocks[index + 1]?.base ?? this.#terminators;
  }

  /** The page that holds terminator number `n` (0-based); `n < terminators`. */
  pageOf(n: number): number {
    assert(n >= 0 && n < this.#terminators, `terminator ${n} of ${this.#terminators}`);
    const superblock = this.#superblocks[partition(this.#superblocks.length, (i) => this.#baseOf(i) <= n) - 1];
    assert(superblock !== undefined, 'a terminator lies in a superblock');
    const first = superblock.number * PAGES_PER_SUPERBLOCK;
    const pages = Math.min(PAGES_PER_SUPERBLOCK, this.#pages - first);
    const rest = n - superblock.base;
    return first + partition(pages, (i) => at(superblock.before, i) <= rest) - 1;
  }

  /** The last page before `page` that holds a terminator, or -1; `page <= pages`. */
  previousHolder(page: number): number {
    const before = this.before(page);
    return before === 0 ? -1 : this.pageOf(before - 1);
  }

  /** The first page from `page` on that holds a terminator, or `pages` when none of the counted pages does. */
  nextHolder(page: number): number {
    const before = this.before(page);
    return before === this.#terminators ? this.#pages : this.pageOf(before);
  }

  /** Rebuilds a table from what `superblocks`, `pages` and `terminators` said. Throws when it contradicts itself. */
  static restore(superblocks: readonly Superblock[], pages: number, terminators: number): LineTable {
    const table = new LineTable();
    for (const superblock of superblocks) {
      const first = superblock.number * PAGES_PER_SUPERBLOCK;
      assert(first >= table.#pages && first < pages, 'superblocks are in order and within the file');
      table.appendEmpty(first - table.#pages);
      const here = Math.min(PAGES_PER_SUPERBLOCK, pages - first);
      const next = superblocks[table.#superblocks.length + 1]?.base ?? terminators;
      assert(superblock.base === table.#terminators && superblock.before[0] === 0, 'counts follow each other');
      checkRising(superblock.before, here, next - superblock.base);
      table.#superblocks.push(superblock);
      table.#pages += here;
      table.#terminators = next;
    }
    table.appendEmpty(pages - table.#pages);
    assert(table.#terminators === terminators, 'the counts add up');
    return table;
  }

  #appendWithin(counts: Uint32Array, from: number, end: number, inSuperblock: number): void {
    let total = 0;
    for (let i = from; i < end; i++) total += at(counts, i);
    if (total === 0) {
      this.appendEmpty(end - from);
      return;
    }
    const superblock = this.#currentSuperblock(inSuperblock);
    let running = this.#terminators - superblock.base;
    for (let i = from; i < end; i++) {
      superblock.before[inSuperblock + i - from] = running;
      running += at(counts, i);
    }
    this.#pages += end - from;
    this.#terminators += total;
  }

  #currentSuperblock(inSuperblock: number): Superblock {
    const number = Math.floor(this.#pages / PAGES_PER_SUPERBLOCK);
    const last = this.#superblocks.at(-1);
    if (last?.number === number) return last;
    // The pages of it that came before hold nothing, so their entries are 0 already.
    assert(inSuperblock < PAGES_PER_SUPERBLOCK, 'a page lies in its superblock');
    const superblock = { number, base: this.#terminators, before: new Uint32Array(PAGES_PER_SUPERBLOCK) };
    this.#superblocks.push(superblock);
    return superblock;
  }

  #baseOf(index: number): number {
    return this.#superblocks[index]?.base ?? this.#terminators;
  }

  /** Index of the last stored superblock with a number of at most `number`, or -1. */
  #lastAtOrBefore(number: number): number {
    // Without holes the index is the number itself.
    if (this.#superblocks[number]?.number === number) return number;
    return partition(this.#superblocks.length, (i) => (this.#superblocks[i]?.number ?? Infinity) <= number) - 1;
  }
}

function at(values: Uint32Array, index: number): number {
  return values[index] ?? 0;
}

/** Counts before pages never fall, nor rise by more than a page holds; the last page ends at `total`. */
function checkRising(before: Uint32Array, pages: number, total: number): void {
  for (let i = 0; i < pages; i++) {
    const count = (i + 1 < pages ? at(before, i + 1) : total) - at(before, i);
    assert(count >= 0 && count <= 65_536, 'a page holds at most 65,536 terminators');
  }
  assert(total > 0, 'a stored superblock holds a terminator');
}

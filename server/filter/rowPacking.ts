/**
 * How filtered rows lie in memory and in the spill file: two to four bytes each, in pages as those of hits (../search/packing.ts).
 *
 *   payload = matches row*        matches: rows that are no context, 3 bytes, little-endian
 *   row     = gap length [meta]   gap: twice the bytes since the content of the previous row ended (since the page's start for
 *                                 the first), plus 1 when `meta` follows
 *   meta    = 2 * mask + match    which layers the line matches, and whether it is a match; as before when absent, 0 at first
 *
 * All but `matches` are varints. Lines that follow each other have a gap of one byte, and most are alike.
 */
import { PAGE_BYTES } from '../../shared/limits.ts';
import type { DecodeHits, Hit, HitKind } from '../search/hitStore.ts';
import { type PackedPage, PackedWriter, VarintReader } from '../search/packing.ts';

/** A row: the content of a line, or of the piece of a very long one. */
export interface FilteredRow extends Hit {
  /** False for context. */
  readonly match: boolean;
  /** Bit i: the line matches layer i. */
  readonly mask: number;
}

const MATCHES_BYTES = 3;
/** Three varints below 2^28. */
const MAX_ROW = 12;
const FIRST_CAPACITY = 4_096;

/** Collects the rows of one segment, in order. */
export class RowPacker {
  readonly #writer = new PackedWriter(FIRST_CAPACITY);
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = MATCHES_BYTES;
  #page = -1;
  #pageEnd = -1;
  #pageRows = 0;
  #pageMatches = 0;
  #reach = 0;
  #meta = 0;
  #matches = 0;

  /** Those added so far that are no context. */
  get matches(): number {
    return this.#matches;
  }

  /** `start` is counted from the segment's. */
  add(start: number, length: number, mask: number, match: boolean): void {
    if (start >= this.#pageEnd) this.#open(start);
    if (this.#length + MAX_ROW > this.#bytes.length) this.#grow();
    const meta = 2 * mask + (match ? 1 : 0);
    const changed = meta !== this.#meta;
    this.#varint(2 * (start - this.#reach) + (changed ? 1 : 0));
    this.#varint(length);
    if (changed) this.#varint(meta);
    this.#meta = meta;
    this.#reach = start + length;
    this.#pageRows++;
    if (match) this.#pageMatches++;
  }

  /** Forgets what was packed, also by a job that failed on the way. */
  clear(): void {
    this.#writer.reset();
    this.#length = MATCHES_BYTES;
    this.#pageEnd = -1;
    this.#pageRows = 0;
    this.#pageMatches = 0;
    this.#matches = 0;
  }

  /** What was packed, and begins anew. */
  take(): { readonly part: Uint8Array<ArrayBuffer>; readonly rows: number; readonly matches: number } {
    this.#finishPage();
    const taken = { part: this.#writer.take(), rows: this.#writer.count, matches: this.#matches };
    this.clear();
    return taken;
  }

  #open(start: number): void {
    this.#finishPage();
    this.#page = Math.floor(start / PAGE_BYTES);
    this.#reach = this.#page * PAGE_BYTES;
    this.#pageEnd = this.#reach + PAGE_BYTES;
    this.#meta = 0;
  }

  #finishPage(): void {
    if (this.#pageRows === 0) return;
    const matches = this.#pageMatches;
    this.#bytes[0] = matches & 255;
    this.#bytes[1] = (matches >> 8) & 255;
    this.#bytes[2] = matches >> 16;
    this.#writer.page(this.#page, this.#pageRows, this.#bytes.subarray(0, this.#length));
    this.#matches += matches;
    this.#length = MATCHES_BYTES;
    this.#pageRows = 0;
    this.#pageMatches = 0;
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#bytes.length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }
}

/** Goes over the rows of a page until `visit` says false; `meta` is as it is packed. */
function visitRows(
  part: Uint8Array,
  { page, count, from }: PackedPage,
  base: number,
  visit: (offset: number, length: number, meta: number, number: number) => boolean,
): void {
  const reader = new VarintReader(part, from + MATCHES_BYTES);
  let reach = base + page * PAGE_BYTES;
  let meta = 0;
  for (let i = 0; i < count; i++) {
    const head = reader.next();
    const offset = reach + Math.floor(head / 2);
    const length = reader.next();
    if (head % 2 === 1) meta = reader.next();
    reach = offset + length;
    if (!visit(offset, length, meta, i)) return;
  }
}

/** Rows number `skip` to `skip + limit - 1` of a page. */
const decodeRows: DecodeHits<FilteredRow> = (part, page, base, skip, limit) => {
  const rows: FilteredRow[] = [];
  if (limit <= 0) return rows;
  visitRows(part, page, base, (offset, length, meta, number) => {
    if (number >= skip) rows.push({ offset, length, match: meta % 2 === 1, mask: Math.floor(meta / 2) });
    return rows.length < limit;
  });
  return rows;
};

/** A histogram of rows counts matches only. */
export const rowKind: HitKind<FilteredRow> = {
  decode: decodeRows,
  weigh: (bytes, { from }) => (bytes[from] ?? 0) + 256 * (bytes[from + 1] ?? 0) + 65_536 * (bytes[from + 2] ?? 0),
  count: (part, page, base, counts) =>
    visitRows(part, page, base, (offset, _length, meta) => {
      if (meta % 2 === 1) counts.add(offset, 1);
      return true;
    }),
};

/**
 * How hits lie in memory and in the spill file: about two bytes each when they are frequent.
 *
 *   part  = page*                      in order; a part never begins or ends inside a page
 *   page  = gap count bytes hit*       gap: pages without hits since the previous page of the part (the first: its number in
 *                                      the segment); count: hits; bytes: length of what follows
 *   hit   = distance [length]          distance: from the previous start in the page, the first from the page's own start;
 *                                      length: only when the pattern's hits differ in length
 *
 * All numbers are little-endian base-128 varints. Pages are 64 KiB, so that counting, seeking by number and by offset skip whole
 * pages without decoding a hit. The kernel (server/kernels/search.ts, `collect`) writes hits in the same form.
 */
import { assert } from '../../shared/assert.ts';
import { PAGE_BYTES } from '../../shared/limits.ts';

/** Length of a hit when it is not stored: the pattern's. `null`: each hit has its own. */
export type FixedLength = number | null;

/** Longest varint of a number below 2^53. */
const MAX_VARINT = 8;
/** Gap, count and length of a page, all below 2^28. */
const MAX_HEAD = 12;

/** A growing run of packed pages. */
export class PackedWriter {
  #bytes: Uint8Array;
  #length = 0;
  #nextPage = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Hits in the part so far. */
  get count(): number {
    return this.#count;
  }

  get length(): number {
    return this.#length;
  }

  /** Appends page number `page` of the segment with `count` hits, already packed in `hits`. */
  page(page: number, count: number, hits: Uint8Array): void {
    assert(page >= this.#nextPage && count > 0, 'pages are appended in order');
    this.#reserve(MAX_HEAD + hits.length);
    this.#varint(page - this.#nextPage);
    this.#varint(count);
    this.#varint(hits.length);
    this.#bytes.set(hits, this.#length);
    this.#length += hits.length;
    this.#nextPage = page + 1;
    this.#count += count;
  }

  /** What was written; a copy of its own size. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Begins a new part. */
  reset(): void {
    this.#length = 0;
    this.#nextPage = 0;
    this.#count = 0;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  #varint(value: number): void {
    this.#length = writeVarint(this.#bytes, this.#length, value);
  }
}

/** Collects hits one by one, in order of their starts, and hands whole pages to a writer. */
export class HitPacker {
  readonly #writer: PackedWriter;
  readonly #fixed: FixedLength;
  #page = -1;
  #last = 0;
  #hits = new Uint8Array(1024);
  #length = 0;
  #count = 0;

  constructor(writer: PackedWriter, fixed: FixedLength) {
    this.#writer = writer;
    this.#fixed = fixed;
  }

  /** `start` is counted from the segment's. */
  add(start: number, length: number): void {
    const page = Math.floor(start / PAGE_BYTES);
    if (page !== this.#page) this.#open(page);
    if (this.#length + 2 * MAX_VARINT > this.#hits.length) {
      const larger = new Uint8Array(2 * this.#hits.length);
      larger.set(this.#hits);
      this.#hits = larger;
    }
    this.#length = writeVarint(this.#hits, this.#length, start - this.#last);
    if (this.#fixed === null) this.#length = writeVarint(this.#hits, this.#length, length);
    this.#last = start;
    this.#count++;
  }

  /** Hands over what lies before page `page`; later hits are on it or after it. */
  finishBefore(page: number): void {
    if (this.#count > 0 && this.#page < page) {
      this.#writer.page(this.#page, this.#count, this.#hits.subarray(0, this.#length));
      this.#count = 0;
      this.#length = 0;
      this.#page = -1;
    }
  }

  #open(page: number): void {
    this.finishBefore(page);
    assert(this.#count === 0, 'hits come in order');
    this.#page = page;
    this.#last = page * PAGE_BYTES;
  }
}

/** Writes `value` at `at`, for which there must be MAX_VARINT bytes of room; returns where it ends. */
function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let to = at;
  while (rest >= 128) {
    bytes[to++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  bytes[to++] = rest;
  return to;
}

/** One page of a part, not yet decoded. */
export interface PackedPage {
  /** Number in the segment. */
  readonly page: number;
  readonly count: number;
  /** Where its hits lie in the part. */
  readonly from: number;
  readonly end: number;
}

/** Walks over the pages of a packed part of one segment, in order; the gap of the first counts from page number `origin`. */
export function* packedPages(part: Uint8Array, origin: number): Generator<PackedPage> {
  const reader = new VarintReader(part, 0);
  let page = origin;
  while (reader.at < part.length) {
    page += reader.next();
    const count = reader.next();
    const length = reader.next();
    const from = reader.at;
    yield { page, count, from, end: from + length };
    reader.at = from + length;
    page++;
  }
}

/** The hits of one page number `skip` to `skip + limit - 1`; `base` is where the segment starts. */
export function decodePage(
  part: Uint8Array,
  { page, count, from }: PackedPage,
  fixed: FixedLength,
  base: number,
  skip: number,
  limit: number,
): { readonly offset: number; readonly length: number }[] {
  const reader = new VarintReader(part, from);
  const hits: { readonly offset: number; readonly length: number }[] = [];
  let offset = base + page * PAGE_BYTES;
  for (let i = 0; i < count && hits.length < limit; i++) {
    offset += reader.next();
    const length = fixed ?? reader.next();
    if (i >= skip) hits.push({ offset, length });
  }
  return hits;
}

/** As `decodePage` for all hits of the page, but tells where they start only. */
export function visitStarts(
  part: Uint8Array,
  { page, count, from }: PackedPage,
  fixed: FixedLength,
  base: number,
  visit: (offset: number) => void,
): void {
  const reader = new VarintReader(part, from);
  let offset = base + page * PAGE_BYTES;
  for (let i = 0; i < count; i++) {
    offset += reader.next();
    if (fixed === null) reader.next();
    visit(offset);
  }
}

export class VarintReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.at++];
      assert(byte !== undefined, 'packed hits end with a hit');
      if (byte < 128) return value + byte * scale;
      value += (byte - 128) * scale;
      scale *= 128;
    }
  }
}

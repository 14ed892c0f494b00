/** The lines of one packed page as typed arrays: no object a line where a hundred million are gone through. */
import { PAGE_BYTES } from '../../shared/limits.ts';
import type { PackedPage } from '../search/packing.ts';

/** Starts are counted from the segment's. */
export class PageColumns {
  /** More lines than bytes there cannot be, plus one for the piece of a line that is nothing but its terminator. */
  static readonly CAPACITY = PAGE_BYTES + 1;
  readonly starts = new Uint32Array(PageColumns.CAPACITY);
  readonly lengths = new Uint32Array(PageColumns.CAPACITY);
  readonly masks = new Uint16Array(PageColumns.CAPACITY);
  count = 0;

  /** Fills itself with the hits of a page (../search/packing.ts), each with its length, and gives them `mask`. */
  decode(part: Uint8Array, { page, count, from }: PackedPage, mask: number): void {
    const { starts, lengths, masks } = this;
    let at = from;
    let start = page * PAGE_BYTES;
    for (let i = 0; i < count; i++) {
      let byte = part[at++] ?? 0;
      let value = byte & 127;
      for (let shift = 7; byte >= 128; shift += 7) {
        byte = part[at++] ?? 0;
        value |= (byte & 127) << shift;
      }
      start += value;
      starts[i] = start;
      byte = part[at++] ?? 0;
      value = byte & 127;
      for (let shift = 7; byte >= 128; shift += 7) {
        byte = part[at++] ?? 0;
        value |= (byte & 127) << shift;
      }
      lengths[i] = value;
      masks[i] = mask;
    }
    this.count = count;
  }

  /** Fills itself with the lines of both, in order; one that is in both has both masks. */
  merge(one: PageColumns, other: PageColumns): void {
    const { starts, lengths, masks } = this;
    let i = 0;
    let j = 0;
    let count = 0;
    while (i < one.count || j < other.count) {
      const a = i < one.count ? (one.starts[i] ?? 0) : 0xffff_ffff;
      const b = j < other.count ? (other.starts[j] ?? 0) : 0xffff_ffff;
      if (a <= b) {
        starts[count] = a;
        lengths[count] = one.lengths[i] ?? 0;
        masks[count] = (one.masks[i++] ?? 0) | (a === b ? (other.masks[j++] ?? 0) : 0);
      } else {
        starts[count] = b;
        lengths[count] = other.lengths[j] ?? 0;
        masks[count] = other.masks[j++] ?? 0;
      }
      count++;
    }
    this.count = count;
  }
}

/** Where lines begin and end around a place, looked for with bounded reads. Leaves other bytes loaded than before. */
import type { SearchKernel } from './kernel.ts';
import type { LoadedBytes } from './loadedBytes.ts';
import type { SearchSizes } from './searchJob.ts';

/** What is looked at, and with what. */
export interface EdgeContext {
  readonly kernel: SearchKernel;
  readonly bytes: LoadedBytes;
  readonly sizes: Pick<SearchSizes, 'pieceBytes'>;
  /** Nothing at or after `size` is read. */
  readonly job: { readonly fd: number; readonly size: number };
}

const FIRST_STEP = 4_096;
const STEP_FACTOR = 8;

/**
 * Start of the line that holds `offset` (which is on a unit's boundary), or null when it lies `pieceBytes` or more before.
 * `first` is where the text of the file begins.
 */
export function lineStartBefore(context: EdgeContext, offset: number, first: number, unit: number): number | null {
  const { kernel, bytes, sizes, job } = context;
  let high = offset;
  for (let step = FIRST_STEP; high > first; step *= STEP_FACTOR) {
    const low = Math.max(first, offset - Math.min(step, sizes.pieceBytes));
    if (low === high) return null;
    // The terminator may lie across the edge of what was looked at before.
    bytes.load(job.fd, low, Math.min(offset, high + unit));
    const found = kernel.exports.previousTerminator(bytes.pointer(bytes.end), bytes.pointer(low));
    if (found >= 0) return bytes.offsetOf(found) + unit;
    high = low;
  }
  return first;
}

/** End of the line that goes on at `offset`, its terminator included; null when that is past `limit`. */
export function lineEndAfter(context: EdgeContext, offset: number, limit: number, unit: number): number | null {
  const { kernel, bytes, job } = context;
  const stop = Math.min(limit, job.size);
  let low = offset;
  for (let step = FIRST_STEP; low < stop; step *= STEP_FACTOR) {
    const high = Math.min(stop, offset + step);
    bytes.load(job.fd, low, high);
    const pointer = kernel.exports.nextTerminator(bytes.pointer(low), bytes.pointer(high));
    if (pointer < bytes.pointer(high)) {
      const end = bytes.offsetOf(pointer) + unit;
      return end <= limit ? end : null;
    }
    // An odd byte at the end is no unit: it is looked at again with the next.
    low = high === stop ? high : high - ((high - offset) % unit);
  }
  return job.size <= limit ? job.size : null;
}

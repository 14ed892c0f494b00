/** A set of integers kept as disjoint half-open runs in order: segments that are done, bytes that are searched. */
import type { Extent } from '../../shared/extent.ts';
import { partition } from '../../shared/partition.ts';

export class ExtentSet {
  #runs: Extent[] = [];

  add(offset: number, end: number): void {
    if (offset >= end) return;
    const first = this.#firstEndingAt(offset);
    let last = first;
    let low = offset;
    let high = end;
    for (let run = this.#runs[last]; run && run.offset <= end; run = this.#runs[++last]) {
      low = Math.min(low, run.offset);
      high = Math.max(high, run.end);
    }
    this.#runs.splice(first, last - first, { offset: low, end: high });
  }

  remove(offset: number, end: number): void {
    if (offset >= end) return;
    const kept: Extent[] = [];
    for (const run of this.#runs) {
      if (run.end <= offset || run.offset >= end) {
        kept.push(run);
        continue;
      }
      if (run.offset < offset) kept.push({ offset: run.offset, end: offset });
      if (run.end > end) kept.push({ offset: end, end: run.end });
    }
    this.#runs = kept;
  }

  /** Members. */
  get size(): number {
    return this.#runs.reduce((sum, { offset, end }) => sum + end - offset, 0);
  }

  /** The run that holds `at`, or null. */
  runAt(at: number): Extent | null {
    const run = this.#runs[this.#firstEndingAt(at + 1)];
    return run && run.offset <= at ? run : null;
  }

  has(at: number): boolean {
    return this.runAt(at) !== null;
  }

  covers(offset: number, end: number): boolean {
    return offset >= end || (this.runAt(offset)?.end ?? -1) >= end;
  }

  /** The first integer at or after `at` that is not a member. */
  nextGap(at: number): number {
    return this.runAt(at)?.end ?? at;
  }

  /** The first member at or after `at`, or null. */
  nextMember(at: number): number | null {
    const run = this.#runs[this.#firstEndingAt(at + 1)];
    return run ? Math.max(at, run.offset) : null;
  }

  /** The last integer at or before `at` that is not a member; -1 when all down to 0 are. */
  previousGap(at: number): number {
    const run = this.runAt(at);
    return run ? run.offset - 1 : at;
  }

  /** Index of the first run that ends at `at` or later. */
  #firstEndingAt(at: number): number {
    return partition(this.#runs.length, (i) => (this.#runs[i]?.end ?? Infinity) < at);
  }
}

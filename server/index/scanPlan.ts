/**
 * Divides what is left of a file into jobs and holes, in file order, one at a time and only when asked: a sparse file of
 * thousands of TiB is planned in no time, and a file that grows just gets more steps.
 */
import type { Extent } from '../../shared/extent.ts';
import { PAGE_BYTES } from '../../shared/limits.ts';

/** A run of whole pages, `[offset, end)`; only at the end of the file the last page may be a part of one. */
export interface ScanStep {
  readonly offset: number;
  readonly end: number;
  /** Nothing but zeros, known without reading. */
  readonly hole: boolean;
}

/**
 * Large enough that handing it out (20 µs) is nothing against scanning it (1.5 ms), small enough that a cancelled scan and a
 * slow disk are noticed soon; towards the end smaller, so that all threads finish together.
 */
const MAX_STEP_BYTES = 16_777_216;
const MIN_STEP_BYTES = 2_097_152;
/** A hole that is shorter costs more to skip than to read. */
const BRIDGE_BYTES = 1_048_576;

export class ScanPlan {
  readonly #nextData: ((offset: number, size: number) => Extent | null) | null;
  #position: number;
  #size: number;
  /** Data found at or after the position; null when not asked yet. */
  #data: Extent | null = null;

  /** Plans `[position, size)`; `position` is a page's start. */
  constructor(position: number, size: number, nextData: ((offset: number, size: number) => Extent | null) | null) {
    this.#position = position;
    this.#size = size;
    this.#nextData = nextData;
  }

  /** Everything before was handed out. */
  get position(): number {
    return this.#position;
  }

  get done(): boolean {
    return this.#position >= this.#size;
  }

  /** The file has grown to `size`. A page that was handed out in part is planned again, whole. */
  extend(size: number): void {
    this.#position = Math.min(this.#position, pageFloor(this.#size));
    this.#size = size;
    this.#data = null;
  }

  /** The next step for one of `threads` threads, or null when all is handed out. */
  next(threads: number): ScanStep | null {
    if (this.done) return null;
    const offset = this.#position;
    const share = pageFloor((this.#size - offset) / (threads * 4));
    const wanted = Math.min(this.#size, offset + Math.max(MIN_STEP_BYTES, Math.min(MAX_STEP_BYTES, share)));
    const data = this.#nextData ? this.#dataFrom(offset, wanted) : { offset, end: this.#size };
    const from = data ? Math.max(offset, pageFloor(data.offset)) : this.#size;
    if (from > offset) return this.#take(from, true);
    return this.#take(Math.min(wanted, pageCeil(data?.end ?? this.#size), this.#size), false);
  }

  #take(end: number, hole: boolean): ScanStep {
    const offset = this.#position;
    this.#position = end;
    return { offset, end, hole };
  }

  /** The data at or after `offset`; short holes before `wanted` count as data. */
  #dataFrom(offset: number, wanted: number): Extent | null {
    if (!this.#nextData) return null;
    let data = this.#data && this.#data.end > offset ? this.#data : this.#nextData(offset, this.#size);
    while (data && data.end < wanted) {
      const next = this.#nextData(data.end, this.#size);
      if (!next || next.offset - data.end > BRIDGE_BYTES) break;
      data = { offset: data.offset, end: next.end };
    }
    this.#data = data;
    return data;
  }
}

function pageFloor(offset: number): number {
  return Math.floor(offset / PAGE_BYTES) * PAGE_BYTES;
}

function pageCeil(offset: number): number {
  return Math.ceil(offset / PAGE_BYTES) * PAGE_BYTES;
}

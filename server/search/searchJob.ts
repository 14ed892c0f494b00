/** What searchPool.ts and searchWorker.ts say to each other. */
import type { WasmModule } from '../index/wasmTypes.ts';
import type { SearchPlan } from './plan.ts';

/** Sizes that tests make small to meet every boundary. */
export interface SearchSizes {
  /** Part of the file that is one job; a multiple of 64 KiB. */
  readonly segmentBytes: number;
  /** Read at once when bytes are searched; a multiple of 64 KiB. */
  readonly stripeBytes: number;
  /** Longest line that is searched as a whole, and most that is read for lines at once. */
  readonly pieceBytes: number;
  /** Longer lines, and raw bytes under an expression, are searched in windows of this size … */
  readonly windowBytes: number;
  /** … of which each sees so much of what is around it. */
  readonly contextBytes: number;
  /** A slow job shows what it has at least so often, ms. */
  readonly sendEveryMs: number;
}

export interface SearchWorkerData {
  readonly module: WasmModule;
  readonly sizes: SearchSizes;
  readonly niceness: number;
  /** See Beacon. */
  readonly beacon: SharedArrayBuffer;
}

export type ToWorker =
  | { readonly type: 'plan'; readonly search: number; readonly plan: SearchPlan }
  | { readonly type: 'drop'; readonly search: number }
  | ({ readonly type: 'job' } & SearchJob);

export interface SearchJob {
  readonly id: number;
  readonly search: number;
  readonly fd: number;
  /** Where the segment starts; page numbers count from there. */
  readonly base: number;
  /** What is searched of it, `[offset, end)`; hits that start in it are wanted. `offset` lies on a page. */
  readonly offset: number;
  readonly end: number;
  /** Nothing at or after this is read. */
  readonly size: number;
  /** No hit may start before this, where not all count: one that was found before `offset` reaches so far. */
  readonly carry: number;
  /** From here on line by line, so that it shows which one the expression cannot cope with; null: not so. */
  readonly carefulFrom: number | null;
}

/** Bytes that an expression cannot be matched on. */
export interface StuckAt {
  readonly offset: number;
  readonly length: number;
  /** What it needs too much of there. */
  readonly want: 'time' | 'memory';
}

/** A job did not come back, though its thread did; nothing that it told counts. */
export interface StuckJob {
  readonly id: number;
  readonly stuck: StuckAt;
}

/** Some or the last of the hits of a job, in order. */
export interface FromWorker {
  readonly id: number;
  /** Packed pages, see packing.ts; page numbers count from the start of the segment. */
  readonly part: Uint8Array;
  /** All hits that start before this are told. */
  readonly scannedTo: number;
  /** Growth changes nothing in what was told up to here: it was found before this offset. Null: that is not said. */
  readonly settledTo: number | null;
  readonly done: boolean;
  /** Offset of the first hit of the job, when there is one. */
  readonly first: number | null;
  /** Where the last hit ends; 0 without hits. */
  readonly reach: number;
  /** Why the job ended early: the name of an errno, or `SHORT`; null when it did not. */
  readonly error: string | null;
}

/**
 * Shared memory in which a worker says what it is at, because a regular expression that backtracks without end can say nothing.
 * Int32: [beats, job that matches or 0]; Float64 at 8: offset of the bytes under the expression, length of them.
 */
export class Beacon {
  static readonly BYTES = 24;
  readonly #words: Int32Array;
  readonly #place: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, 2);
    this.#place = new Float64Array(memory, 8, 2);
  }

  /** Says that job `job` now matches `[offset, offset + length)`. */
  beat(job: number, offset: number, length: number): void {
    this.#place[0] = offset;
    this.#place[1] = length;
    Atomics.store(this.#words, 1, job);
    Atomics.add(this.#words, 0, 1);
  }

  /** Says that nothing is matched for now: a slow disk is not the expression's fault. */
  rest(): void {
    Atomics.store(this.#words, 1, 0);
    Atomics.add(this.#words, 0, 1);
  }

  /** Changes with every sign of life. */
  get beats(): number {
    return Atomics.load(this.#words, 0);
  }
  /** The job that matches now, or 0. */
  get job(): number {
    return Atomics.load(this.#words, 1);
  }
  get offset(): number {
    return this.#place[0] ?? 0;
  }
  get length(): number {
    return this.#place[1] ?? 0;
  }
}

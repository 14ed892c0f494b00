/** What scanPool.ts and scanWorker.ts say to each other. */
import type { WasmModule } from './wasmTypes.ts';

/** Count terminators in `[offset, offset + length)`; `offset` is a page's start. */
export interface ScanJob {
  readonly id: number;
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
  /** See needleOf in kernel.ts. */
  readonly needle: number;
  readonly unitBytes: 1 | 2;
}

export interface ScanResult {
  readonly id: number;
  /** Terminators of each page of the job; the last page may be a part of one. Meaningless when `error` is set. */
  readonly counts: Uint32Array;
  /** The name of an errno, `SHORT` when the file ended early, `WORKER` when the thread died, `THREAD` when there is none; null when all went well. */
  readonly error: string | null;
  /** Where it went wrong, as far as known. */
  readonly errorOffset: number;
  /** The last unit of the job as the kernel compares it, or -1 when an odd byte follows it. */
  readonly last: number;
}

export interface ScanWorkerData {
  readonly module: WasmModule;
  /** Bytes of one positional read; a multiple of `pageBytes`. */
  readonly stripeBytes: number;
  readonly pageBytes: number;
  /** Nice value of the thread, where threads have one. */
  readonly niceness: number;
}

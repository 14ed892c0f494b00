import type { SearchKernel } from './kernel.ts';
import type { LoadedBytes } from './loadedBytes.ts';
import type { SearchJob, SearchSizes } from './searchJob.ts';
import type { SegmentOutput } from './segmentOutput.ts';

/** What the scan of one segment works with. */
export interface ScanContext {
  readonly kernel: SearchKernel;
  readonly bytes: LoadedBytes;
  readonly sizes: SearchSizes;
  readonly job: SearchJob;
  readonly output: SegmentOutput;
  /** Says what is looked at next: where, and how many bytes. */
  beat(offset: number, length: number): void;
}

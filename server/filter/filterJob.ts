/** What filterPool.ts and filterWorker.ts say to each other. */
import type { WasmModule } from '../index/wasmTypes.ts';
import type { LayerHits } from './layerLines.ts';
import type { FilterRule } from './rule.ts';
import type { LinePlace } from './segmentLines.ts';

/** Lines are not counted any further: more than the context before and after a match together. */
export const MOST_COUNTED = 256;

export interface FilterWorkerData {
  readonly module: WasmModule;
  readonly niceness: number;
}

interface SegmentJob extends LinePlace {
  readonly id: number;
  /** In the order of their bits. */
  readonly layers: readonly LayerHits[];
  /** Lines that end at or before this byte of the file are no rows. */
  readonly from: number;
}

/** The matches of a segment, with the context of each as far as it lies in the segment. */
export interface RowsJob extends SegmentJob {
  readonly type: 'rows';
  readonly rule: FilterRule;
  readonly before: number;
  readonly after: number;
}

/** The first and the last lines of a segment: context of matches in segments around it. */
export interface EdgesJob extends SegmentJob {
  readonly type: 'edges';
  readonly head: number;
  readonly tail: number;
}

export type FilterJob = RowsJob | EdgesJob;

/** Rows as rowPacking.ts has them. */
export interface PackedRows {
  readonly part: Uint8Array<ArrayBuffer>;
  readonly rows: number;
  readonly matches: number;
}

/** What a filter with context has to know of a segment with matches; lines are counted up to MOST_COUNTED. */
export interface Surroundings {
  /** Lines of the segment before its first match, and after its last. */
  readonly head: number;
  readonly tail: number;
}

export type FilterAnswer =
  | { readonly type: 'rows'; readonly id: number; readonly rows: PackedRows; readonly surroundings: Surroundings }
  | {
      readonly type: 'edges';
      readonly id: number;
      readonly head: PackedRows;
      readonly tail: PackedRows;
      /** Of the segment, counted up to MOST_COUNTED. */
      readonly lines: number;
    }
  /** `code`: the name of an errno, or `SHORT`. */
  | { readonly type: 'failed'; readonly id: number; readonly code: string };

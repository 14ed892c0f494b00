/** What there is on the server of a filter. Changed by filterRunner.ts only. */
import type { FilterStatus, SearchHistogramReply, SearchStatus } from '../../shared/protocol.ts';

/** The search of a layer. */
export interface LayerState {
  /** What was asked for. */
  readonly key: string;
  /** Null when it was refused. */
  readonly id: string | null;
  readonly status: SearchStatus | null;
  /** Why it was refused, one sentence. */
  readonly problem: string | null;
  readonly histogram: SearchHistogramReply | null;
}

/** The rows that the layers give together. */
export interface RowsState {
  readonly id: string;
  /** What was asked for. */
  readonly key: string;
  /** Layers by the numbers that rows call them. */
  readonly layers: readonly number[];
  /** There is context around matches, so it is of interest where rows are not neighbours. */
  readonly apart: boolean;
  readonly status: FilterStatus | null;
}

export interface FilterState {
  /** By the id of the layer. */
  readonly layers: Readonly<Record<number, LayerState>>;
  readonly rows: RowsState | null;
  /** Why nothing goes on, one sentence. */
  readonly problem: string | null;
}

export const NO_STATE: FilterState = { layers: {}, rows: null, problem: null };

/** What goes in and out of a FilterGeometry. */
import type { FilterRowsReply } from '../../shared/protocol.ts';
import type { Clock } from '../cache/clock.ts';
import type { GeometryFile } from './textChange.ts';

/** How far a filter of the server is. */
export interface FilterProgress {
  readonly id: string;
  /** Differs whenever rows may have changed. */
  readonly version: number;
  readonly rows: number;
}

/** Rows by number, or from the one that holds `offset` (else the next one) on; a negative count: those before that one. */
export interface FilterQuery {
  readonly id: string;
  readonly place: { readonly offset: number } | { readonly start: number };
  readonly count: number;
}

export type FetchFilterRows = (query: FilterQuery, signal: AbortSignal) => Promise<FilterRowsReply>;

export interface FilterGeometryOptions {
  readonly file: GeometryFile;
  readonly fetch: FetchFilterRows;
  readonly onStale: (generation: number, size: number) => void;
  /** The server does not have the filter (any more). */
  readonly onGone: (id: string) => void;
  readonly clock?: Clock;
}

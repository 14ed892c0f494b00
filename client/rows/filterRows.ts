/** What goes in and out of a FilterGeometry. */
import type { FilterRowsReply } from '../../shared/protocol.ts';
import type { Clock } from '../cache/clock.ts';
import type { GeometryFile, TextScroll } from './textChange.ts';

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

/** Where a view is asked to be. */
export interface Wish {
  readonly offset: number;
  readonly align: TextScroll['align'];
  readonly px: number;
}

/** The rows from the one that holds the byte on, and those before it. */
export function rowsAround(
  fetch: FetchFilterRows,
  id: string,
  offset: number,
  count: number,
  signal: AbortSignal,
): Promise<[FilterRowsReply, FilterRowsReply | null]> {
  const place = { offset: Math.max(0, offset) };
  return Promise.all([
    fetch({ id, place, count }, signal),
    place.offset > 0 ? fetch({ id, place, count: -count }, signal) : null,
  ]);
}

export interface FilterGeometryOptions {
  readonly file: GeometryFile;
  readonly fetch: FetchFilterRows;
  readonly onStale: (generation: number, size: number) => void;
  /** The server does not have the filter (any more). */
  readonly onGone: (id: string) => void;
  readonly clock?: Clock;
}

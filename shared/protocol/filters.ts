/** Of the wire: filters of a file, and their rows. */
import type { SearchHistogramReply } from './searches.ts';

export type FilterRole = 'include' | 'exclude';

/**
 * `POST /api/files/:id/filters`: rows made of layers, which are searches of report `lines`. A line matches when it is one of the
 * base (`combine` says how of the include layers; every line without such layers) and matches no exclude layer.
 */
export interface FilterRequest {
  /** 1 to 16 of them, in the order of the layers, all of the same encoding. */
  readonly layers: readonly { readonly search: string; readonly role: FilterRole }[];
  /** Lines that match at least one, every, or none of the include layers; `any` when absent. */
  readonly combine?: 'any' | 'all' | 'none';
  /** Lines of context around each match, 0 to 99; 0 when absent. */
  readonly before?: number;
  readonly after?: number;
  /** Lines that end at or before this byte are left out, as if they passed no layer and were no context; 0 when absent. */
  readonly from?: number;
}
export interface FilterReply {
  readonly id: string;
}

export interface FilterStatus {
  readonly id: string;
  readonly generation: number;
  /** Size of the file that the filter covers; grows with the file. */
  readonly size: number;
  /** All layers are complete and combined; false again while the file's growth is filtered. */
  readonly complete: boolean;
  /** Something is still to come: a layer is searched, or segments are combined. */
  readonly running: boolean;
  /** The file was cut or rewritten: the rows are gone, start anew. */
  readonly stale: boolean;
  /** Rows found so far, context included; the exact number once `complete`. */
  readonly rows: number;
  /** Those among them that match. */
  readonly matches: number;
  /** Bytes whose rows are settled, in no particular order. */
  readonly decidedBytes: number;
  /** Time since the filter was made until it was complete, ms. */
  readonly elapsedMs: number;
  /** Why the filter stopped or what it left out, one sentence, and where in the file; else null. */
  readonly error: { readonly message: string; readonly offset: number | null } | null;
  /** Grows whenever rows change. */
  readonly version: number;
}

/** One line of `GET …/filters/:fid/events` (NDJSON). Ends after a status that is not running. */
export type FilterEvent = ({ readonly type: 'progress' } & FilterStatus) | { readonly type: 'alive' };

export interface FilterRow {
  /** First byte of the line, or of the piece of a very long one. */
  readonly offset: number;
  /** Bytes without the terminator. */
  readonly length: number;
  /** Bytes of the terminator: 0 (the last line, or a piece that goes on), 1, 2 or 4 (CRLF in UTF-16). */
  readonly terminatorLength: number;
  /** 0-based number of the line in the file; null while the line index has not come that far. */
  readonly line: number | null;
  /** False for a line of context. */
  readonly match: boolean;
  /** Which layers the line matches, as indices into the layers of the request. */
  readonly layers: readonly number[];
}

/** `GET …/rows?start=&count=` and `GET …/rows?offset=&count=` */
export interface FilterRowsReply {
  readonly generation: number;
  readonly size: number;
  readonly version: number;
  /** Number of the first row below among those found so far, in file order; where it would be when there is none. */
  readonly start: number;
  /** Rows found so far. */
  readonly total: number;
  /** The numbers of these rows will not change. */
  readonly exact: boolean;
  /** In file order, also for a negative count. */
  readonly rows: readonly FilterRow[];
}

/** `GET …/filters/:fid/histogram?buckets=`: matches, without context. */
export type FilterHistogramReply = SearchHistogramReply;

/** `POST …/filters/:fid/downloads`: the filtered lines as they are, or their 1-based numbers, one a line. */
export interface FilterDownloadRequest {
  readonly format: 'lines' | 'numbers';
}

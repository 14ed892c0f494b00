/** Of the wire: searches of a file, and their hits. */

export type SearchKind = 'text' | 'bytes' | 'number' | 'regex';
export type NumberType = 'u8' | 'u16' | 'u32' | 'u64' | 'i8' | 'i16' | 'i32' | 'i64' | 'f32' | 'f64';
export type Endian = 'le' | 'be';

/**
 * `POST /api/files/:id/searches`. Hits are leftmost and do not overlap, as with `grep -o`; only numbers may lie inside each
 * other. docs/http-api.md says what each kind finds.
 */
export interface SearchRequest {
  readonly kind: SearchKind;
  readonly pattern: string;
  /** `text` and `regex`; true when absent. */
  readonly caseSensitive?: boolean;
  /** `text`: no letter, digit or underscore beside the hit. */
  readonly wholeWord?: boolean;
  /** `regex`: some of `isu`. */
  readonly flags?: string;
  /** `regex`: line by line in the text, or over the raw bytes; by the kind of the file when absent. */
  readonly over?: 'lines' | 'bytes';
  /** `number`: when the pattern does not begin with its type. */
  readonly numberType?: NumberType;
  readonly endian?: Endian;
  /** `number`: only offsets that are multiples of this. */
  readonly align?: 1 | 2 | 4 | 8;
  /** `text` and `regex`: any label that TextDecoder knows; the detected encoding when absent. */
  readonly encoding?: string;
  /** `lines`: each line that holds a hit once, as the extent of its content; for filters. */
  readonly report?: 'matches' | 'lines';
  /** Offset that is in view: the search begins there and goes around. */
  readonly from?: number;
}
export interface SearchReply {
  readonly id: string;
}

export interface SearchStatus {
  readonly id: string;
  readonly generation: number;
  /** Size of the file that the search covers; grows with the file. */
  readonly size: number;
  /** Everything was searched; false again while the file's growth is searched. */
  readonly complete: boolean;
  /** Something is still being searched; false once complete, cancelled, stale or stopped by an error. */
  readonly running: boolean;
  readonly cancelled: boolean;
  /** The file was cut or rewritten: the hits are gone, start anew. */
  readonly stale: boolean;
  /** Hits found so far; the exact number once `complete`. */
  readonly hits: number;
  /** Bytes searched so far, holes of a sparse file included; in no particular order. */
  readonly scannedBytes: number;
  /** Time spent searching, ms. */
  readonly elapsedMs: number;
  /** Why the search stopped or what it left out, one sentence, and where in the file; else null. */
  readonly error: { readonly message: string; readonly offset: number | null } | null;
}

/** One line of `GET …/searches/:sid/events` (NDJSON). Ends after a status that is complete, cancelled, stale or stopped by an error. */
export type SearchEvent = ({ readonly type: 'progress' } & SearchStatus) | { readonly type: 'alive' };

export interface SearchHit {
  readonly offset: number;
  /** Bytes; 0 for a match of nothing, such as `^`. */
  readonly length: number;
  /** 0-based; null while the line index has not come that far. */
  readonly line: number | null;
}

/** `GET …/hits?start=&count=` */
export interface SearchHitsReply {
  readonly generation: number;
  readonly size: number;
  /** Number of the first hit below among those found so far, in file order. */
  readonly start: number;
  readonly hits: readonly SearchHit[];
  /** Hits found so far. */
  readonly total: number;
  /** True when nothing before the last of these hits is left to search: their numbers will not change. */
  readonly exact: boolean;
}

/** `GET …/hits?from=&to=&count=`: the hits that touch `[from, to)`, those that reach into it included. */
export interface SearchExtentReply {
  readonly generation: number;
  readonly size: number;
  /** Number of the first hit below among those found so far, in file order. */
  readonly start: number;
  readonly hits: readonly SearchHit[];
  /** Hits found so far in the whole file. */
  readonly total: number;
  /** There are more than `count`: go on from behind the start of the last one. */
  readonly more: boolean;
  /** Nothing in the extent is left to search: these hits will not change. */
  readonly exact: boolean;
}

/** `GET …/hits?near=&direction=` */
export interface SearchNearReply {
  readonly generation: number;
  readonly size: number;
  /** The first hit that starts at or after `near` (`next`), or the last that starts before it (`previous`). */
  readonly hit: SearchHit | null;
  /** Its number among the hits found so far. */
  readonly number: number | null;
  readonly total: number;
  /** True when `number` will not change. */
  readonly exact: boolean;
  /** False when the search did not come far enough within `wait`: ask again. */
  readonly decided: boolean;
}

/** `GET …/histogram?buckets=` */
export interface SearchHistogramReply {
  readonly generation: number;
  readonly size: number;
  /** Bucket i counts hits that start in `[floor(i * size / n), floor((i + 1) * size / n))`. */
  readonly buckets: readonly number[];
  readonly total: number;
  readonly complete: boolean;
}

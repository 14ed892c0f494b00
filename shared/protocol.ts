/**
 * The wire between server and client, once. Offsets, lengths, sizes and line numbers are plain JSON numbers (below 2^53);
 * lines are 0-based. docs/http-api.md describes the same for curl.
 */

export type FileKind = 'text' | 'binary';
export type EngineName = 'map' | 'mmap-io' | 'cached' | 'read';

/** How far the line index of one file (in its current line format) has come. */
export interface IndexStatus {
  /** Bytes from the start of the file whose lines are counted without a gap. */
  readonly scannedBytes: number;
  /** Lines that start before `scannedBytes`; the exact number of lines of the file once `complete`. */
  readonly lines: number;
  readonly complete: boolean;
  /** Stopped by a person; goes on when asked. */
  readonly cancelled: boolean;
  /** Time spent scanning, ms; 0 when it came from the cache. */
  readonly elapsedMs: number;
  readonly fromCache: boolean;
  /** One sentence when the scan had to stop, else null. */
  readonly error: string | null;
}

/** The other file of a switch to a new file of the same path. */
export interface FileSeam {
  /** Its entry; null when it is no longer kept. */
  readonly id: string | null;
  readonly name: string;
  /** When the switch was made, Unix ms. */
  readonly atMs: number;
}

/**
 * `path`: whatever has a path of the command line, as of the last switch. `rotated`: had such a path before a switch; never
 * changes its path again, and can be closed. `stdin`: what comes on standard input, as far as it has come.
 */
export type FileRole = 'path' | 'rotated' | 'stdin';

/** How standard input is doing. */
export interface InputStatus {
  /**
   * `open`: what comes is taken. `slow`: the disk is behind, the producer waits. `full`: the disk has no room, the producer waits.
   * `ended`: it has come to its end. `failed`: it cannot be read any more.
   */
  readonly state: 'open' | 'slow' | 'full' | 'ended' | 'failed';
  /** More about what is wrong, one sentence, else null. */
  readonly message: string | null;
}

export interface FileInfo {
  readonly id: string;
  /**
   * A name to keep things about the file under: the same while it grows, is rewritten or renamed, and over restarts of the server;
   * another one for every other file, also for one that takes its path.
   */
  readonly identity: string;
  readonly role: FileRole;
  /** Base name, escaped for display. */
  readonly name: string;
  /** Absolute path, escaped for display. */
  readonly path: string;
  readonly size: number;
  /** Grows whenever what was read may no longer be there; growth of the file keeps it. */
  readonly generation: number;
  readonly kind: FileKind;
  /** WHATWG label, lower case, as `TextDecoder` knows it. */
  readonly encoding: string;
  /** Length of a byte order mark at the start, bytes: 0, 2 or 3. */
  readonly bomBytes: number;
  readonly terminator: 'lf' | 'cr';
  readonly engine: EngineName;
  readonly modifiedMs: number;
  readonly index: IndexStatus;
  /** Set while the file cannot be read, one sentence; else null. */
  readonly error: string | null;
  /** What the path leads to now: this file, another one (rotated, replaced) or nothing. The opened file stays readable. */
  readonly pathState: 'current' | 'replaced' | 'missing';
  /** Why what has the path now cannot be opened, one sentence; null while that is not known to be so. */
  readonly pathError: string | null;
  /** The file that had the path before this one, and for `rotated` ones the file that has taken its place. */
  readonly previous: FileSeam | null;
  readonly next: FileSeam | null;
  /** Only for `stdin`. */
  readonly input: InputStatus | null;
  /** Of two accounts of a file, in the same run, the one with the larger number is the later one, whichever comes first. */
  readonly told: number;
}

export interface FilesReply {
  /** Name of this process. Generations, searches and `told` of another run mean nothing here; ids of files do. */
  readonly run: string;
  readonly files: readonly FileInfo[];
  /** Grows whenever an entry comes or goes. */
  readonly revision: number;
  /** What the command line asked the first view to be. */
  readonly start: {
    readonly view: 'hex' | 'text' | null;
    readonly offset: number | null;
    readonly line: number | null;
    /** The end is to be followed. */
    readonly follow: boolean;
  };
  readonly version: string;
}

/** One line, or one piece of a long line when the request had `split`. */
export interface LineRecord {
  /** 0-based number of the line; null while the index has not come that far. */
  readonly line: number | null;
  /** First byte of the line (or piece). */
  readonly offset: number;
  /** Bytes without the terminator. */
  readonly length: number;
  /** Bytes of the terminator: 0 (last line, or a piece that goes on), 1, 2 or 4 (CRLF in UTF-16). */
  readonly terminatorLength: number;
  /** Bytes between the start of the line and `offset`: 0 for a whole line or first piece; null when the start is not known. */
  readonly column: number | null;
  /** Decoded text from the asked column on, cut at `columns` characters; absent with `text=0`. */
  readonly text?: string;
  /** True when `text` does not reach the end of the line. */
  readonly truncated?: boolean;
  /** Bytes between `offset` and the first byte of `text`, when that is not 0: the asked column, at a character's start. */
  readonly textColumn?: number;
  /** True when the end of the line is too far away to be found in one request: `length` is what was looked at. */
  readonly open?: boolean;
}

export interface LinesReply {
  readonly generation: number;
  readonly size: number;
  /** False when `start` was asked for but the index has not passed it: the lines then are those near an estimated offset. */
  readonly exact: boolean;
  /** In file order, also for a negative count; contiguous. */
  readonly lines: readonly LineRecord[];
  /** Total number of lines when known, else null. */
  readonly totalLines: number | null;
}

/** `POST /api/session` with the one-time code of the URL fragment. */
export interface SessionRequest {
  readonly code: string;
}
export interface SessionReply {
  readonly token: string;
}

/** `POST /api/files/:id/downloads`: a single-use link for the browser's own download. */
export interface DownloadRequest {
  readonly offset: number;
  readonly length: number;
  readonly generation?: number;
}
export interface DownloadReply {
  readonly url: string;
}

/** One line of `GET /api/files/:id/events` (NDJSON). The first is always `file`. */
export type FileEvent =
  | { readonly type: 'file'; readonly file: FileInfo }
  | { readonly type: 'index'; readonly index: IndexStatus; readonly generation: number; readonly told: number }
  /** The list of files is the one of this revision: comes second, and again whenever an entry came or went. */
  | { readonly type: 'files'; readonly revision: number }
  | { readonly type: 'alive' };

export type ErrorCode =
  | 'bad-request'
  | 'bad-pattern'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'not-replaceable'
  | 'unopenable'
  | 'other-run'
  | 'stale-generation'
  | 'too-large'
  | 'past-end'
  | 'unreadable'
  | 'busy'
  | 'internal';

export interface ErrorReply {
  readonly error: {
    readonly code: ErrorCode;
    /** One sentence for a person. */
    readonly message: string;
    readonly parameter?: string;
    readonly value?: string;
    readonly limit?: string;
    readonly generation?: number;
    readonly size?: number;
    /** A pattern that is wrong: where, in UTF-16 units of the pattern. */
    readonly position?: number;
    readonly length?: number;
  };
}

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

export const GENERATION_HEADER = 'X-Bigview-Generation';
export const SIZE_HEADER = 'X-Bigview-Size';
/** Of a request: the run it is meant for. Another one refuses it (409 `other-run`). */
export const RUN_HEADER = 'X-Bigview-Run';

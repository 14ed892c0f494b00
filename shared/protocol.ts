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

export interface FileInfo {
  readonly id: string;
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
}

export interface FilesReply {
  readonly files: readonly FileInfo[];
  /** What the command line asked the first view to be. */
  readonly start: {
    readonly view: 'hex' | 'text' | null;
    readonly offset: number | null;
    readonly line: number | null;
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
  | { readonly type: 'index'; readonly index: IndexStatus; readonly generation: number }
  | { readonly type: 'alive' };

export type ErrorCode =
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
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
  };
}

export const GENERATION_HEADER = 'X-Bigview-Generation';
export const SIZE_HEADER = 'X-Bigview-Size';

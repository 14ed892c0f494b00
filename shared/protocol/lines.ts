/** Of the wire: lines of a file. */

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

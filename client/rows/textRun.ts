/**
 * A run: the lines (or, when long lines are split, pieces of lines) around the place a text view shows, contiguous in the file.
 *
 * Why: nobody knows where line 10,000,000 of an unscanned file is, or which number the line at byte 90,000,000,000 has. But lines
 * near a byte can be found from there forwards and backwards. So a run is anchored to a byte, grows at either end as the view
 * nears it, is cut at the far end, and is replaced by a new one for a far jump. Its rows have *coordinates* (absolute rows, for
 * the scroller): as long as the true ones are unknown they are an estimate, and are renamed when the truth is known; renaming
 * moves no pixel.
 *
 * Invariants:
 * - rows are contiguous: each begins where the one before ends (not so the rows of a filter, see pickedRows.ts);
 * - unsplit, the coordinate of a row is its line number: `firstRow === anchorLine + rows[0].ordinal`;
 * - coordinate 0 is offset 0: `firstRow === 0` exactly when the first row begins at 0;
 * - there are coordinates left before a run that does not begin at 0, and after one that does not end at the end of the file
 *   (but none behind a line whose end is not known).
 *
 * Pure: every function gives a new run and leaves the old one alone.
 */
import { assert } from '../../shared/assert.ts';
import { partition } from '../../shared/partition.ts';
import type { LineRecord } from '../../shared/protocol.ts';

export interface TextRow {
  readonly offset: number;
  /** Bytes without the terminator. */
  readonly length: number;
  readonly terminatorLength: number;
  /** Bytes from the start of the line; null when that is not known. */
  readonly column: number | null;
  /** Lines after the anchor line; negative before it. Pieces of one line share it. */
  readonly ordinal: number;
  /** The server gave up looking for the end of the line: `length` is what it looked at. */
  readonly open: boolean;
  /** What a filter says of it; absent in a run of all rows. */
  readonly picked?: PickedLine;
}

export interface PickedLine {
  /** 0-based number in the file; null while the index has not come that far. */
  readonly line: number | null;
  /** False for a line of context. */
  readonly match: boolean;
  /** Layers of the filter that the line matches. */
  readonly layers: readonly number[];
}

export interface TextRun {
  readonly rows: readonly TextRow[];
  /** Coordinate of the first row. */
  readonly firstRow: number;
  /** Line number (0-based) of ordinal 0, and whether it is known or estimated. */
  readonly anchorLine: number;
  readonly exact: boolean;
  /** Long lines are split: rows are not lines. */
  readonly split: boolean;
  /** The rows are those of a filter: in file order, with gaps between them (pickedRows.ts). */
  readonly picked?: PickedFacts;
}

export interface PickedFacts {
  /** Rows of the filter as far as they are found. */
  readonly total: number;
  /** State of the filter that the rows are of. */
  readonly version: number;
  /** Neither these rows nor their numbers will change while the filter goes on. */
  readonly settled: boolean;
}

/** What is known of the file around the run. */
export interface TextFacts {
  readonly size: number;
  /** Rows that begin before this byte are not shown: 0, or the start of a line. */
  readonly start: number;
  readonly totalLines: number | null;
  /** Mean bytes of a line as far as known; at least 1. */
  readonly meanLine: number;
}

/** Rows before an estimated run at least, when it does not begin at 0: a page up must never be stopped by an estimate. */
const MIN_ROWS_BEFORE = 4_096;
/** Records in memory; about 100 bytes each. */
const MAX_RUN_ROWS = 20_000;
/** What trimming leaves. */
const KEEP_ROWS = 12_000;

export function rowEnd(row: TextRow): number {
  return row.offset + row.length + row.terminatorLength;
}

/** First byte of the run. */
export function runStart(run: TextRun): number {
  return run.rows[0]?.offset ?? 0;
}

/** First byte after the run. */
export function runEnd(run: TextRun): number {
  const last = run.rows.at(-1);
  return last ? rowEnd(last) : 0;
}

/**
 * Whether the row is the last of the file, as far as that is known, and has no terminator: what is written next goes on in it. It
 * stays so while a file that has grown is asked what became of the row.
 */
export function isUnterminated(run: TextRun, row: TextRow, { size }: TextFacts): boolean {
  if (row.terminatorLength > 0 || row.open || row !== run.rows.at(-1)) return false;
  return rowEnd(row) >= size || (!run.split && !run.picked);
}

/** Coordinate after the last row. */
export function runEndRow(run: TextRun): number {
  return run.firstRow + run.rows.length;
}

/** The row at a coordinate, or null when it is not in the run. */
export function rowAt(run: TextRun, row: number): TextRow | null {
  return run.rows[row - run.firstRow] ?? null;
}

export function lineOf(run: TextRun, row: TextRow): number {
  return run.anchorLine + row.ordinal;
}

/**
 * Coordinate of the row that holds the byte; the end of the file counts to the last row. Null when outside the run, or between
 * the rows of a filter.
 */
export function rowOfOffset(run: TextRun, offset: number, size: number): number | null {
  const { rows } = run;
  if (rows.length === 0 || offset < runStart(run)) return null;
  const end = runEnd(run);
  if (offset > end || (offset === end && end < size)) return null;
  const at = partition(rows.length, (i) => (rows[i]?.offset ?? 0) <= offset) - 1;
  const row = rows[at];
  if (run.picked && row && offset >= rowEnd(row) && offset !== end) return null;
  return run.firstRow + at;
}

/** The rows of contiguous records; the first gets `ordinal`. */
function toRows(records: readonly LineRecord[], ordinal: number): TextRow[] {
  let next = ordinal;
  return records.map((record) => {
    const row: TextRow = {
      offset: record.offset,
      length: record.length,
      terminatorLength: record.terminatorLength,
      column: record.column,
      ordinal: next,
      open: isOpen(record),
    };
    if (record.terminatorLength > 0) next += 1;
    return row;
  });
}

function isOpen(record: LineRecord): boolean {
  return 'open' in record && record.open === true;
}

/**
 * A new run of the records of one reply, in file order and not empty. `anchor` says which record is to have coordinate `row` (and,
 * unless the records know better, line `line`).
 */
export function createRun(
  records: readonly LineRecord[],
  split: boolean,
  anchor: { readonly index: number; readonly row: number; readonly line: number },
  facts: TextFacts,
): TextRun {
  assert(records.length > 0, 'a run has rows');
  const rows = toRows(records, 0);
  const ordinal = rows[anchor.index]?.ordinal ?? 0;
  const run: TextRun = {
    rows,
    firstRow: anchor.row - anchor.index,
    anchorLine: anchor.line - ordinal,
    exact: false,
    split,
  };
  return settle(learn(run, records, 0), facts);
}

/**
 * The run with `records` behind it. They begin at its end, or at the start of one of its rows, which they then replace (a last
 * line that has grown). Null when they do not fit: the file or what is known of it changed, and a new run is due.
 */
export function appendRecords(run: TextRun, records: readonly LineRecord[], facts: TextFacts): TextRun | null {
  const first = records[0];
  if (!first) return run;
  let keep = run.rows.length;
  if (first.offset !== runEnd(run)) {
    const row = rowOfOffset(run, first.offset, Number.POSITIVE_INFINITY);
    if (row === null || rowAt(run, row)?.offset !== first.offset) return null;
    keep = row - run.firstRow;
  }
  const before = run.rows[keep - 1];
  const ordinal = before ? before.ordinal + (before.terminatorLength > 0 ? 1 : 0) : (run.rows[keep]?.ordinal ?? 0);
  const joined: TextRun = { ...run, rows: [...run.rows.slice(0, keep), ...toRows(records, ordinal)] };
  return settle(learn(joined, records, keep), facts);
}

/** The run with `records` before it; they end where it begins. Null when they do not fit. */
export function prependRecords(run: TextRun, records: readonly LineRecord[], facts: TextFacts): TextRun | null {
  const last = records.at(-1);
  if (!last) return run;
  if (last.offset + last.length + last.terminatorLength !== runStart(run)) return null;
  const terminators = records.reduce((sum, record) => sum + (record.terminatorLength > 0 ? 1 : 0), 0);
  const ordinal = (run.rows[0]?.ordinal ?? 0) - terminators;
  const joined: TextRun = {
    ...run,
    rows: [...toRows(records, ordinal), ...run.rows],
    firstRow: run.firstRow - records.length,
  };
  return settle(learn(joined, records, 0), facts);
}

/** Takes the line number from the first record that has one; `at` is the index of `records[0]` in the run. */
function learn(run: TextRun, records: readonly LineRecord[], at: number): TextRun {
  if (run.exact) return run;
  const index = records.findIndex((record) => record.line !== null);
  const line = records[index]?.line;
  const row = run.rows[at + index];
  if (line === undefined || line === null || !row) return run;
  return withExactLine(run, row, line);
}

function withExactLine(run: TextRun, row: TextRow, line: number): TextRun {
  return { ...run, anchorLine: line - row.ordinal, exact: true };
}

/**
 * The run when the number of the line that begins at `offset` is known. Renames the rows of an unsplit run. Null when no row of
 * the run begins there.
 */
export function withLineOf(run: TextRun, offset: number, line: number, facts: TextFacts): TextRun | null {
  const at = rowOfOffset(run, offset, facts.size);
  const row = at === null ? null : rowAt(run, at);
  if (row?.offset !== offset) return null;
  return run.exact ? run : settle(withExactLine(run, row, line), facts);
}

/** How many rows further the coordinates of `after` are than those of `before`, two runs that share rows. */
export function renaming(before: TextRun, after: TextRun): number {
  const from = Math.max(runStart(before), runStart(after));
  const [old, now] = [rowOfOffset(before, from, 0), rowOfOffset(after, from, 0)];
  return old === null || now === null ? 0 : now - old;
}

/** Restores the invariants of the coordinates. */
function settle(run: TextRun, facts: TextFacts): TextRun {
  const first = run.rows[0];
  if (!first) return run;
  const known = first.offset === 0 && !run.exact ? withExactLine(run, first, 0) : run;
  if (first.offset === 0) return known.firstRow === 0 ? known : { ...known, firstRow: 0 };
  if (!known.split && known.exact) return { ...known, firstRow: lineOf(known, first) };
  const firstRow = estimatedFirstRow(known, facts);
  if (known.split || known.exact) return { ...known, firstRow };
  return { ...known, firstRow, anchorLine: firstRow - first.ordinal };
}

/**
 * An estimated coordinate stays as it is while it leaves room for what is before it: at least as many rows as there may be in the
 * next pages, and at most one a byte.
 */
function estimatedFirstRow(run: TextRun, facts: TextFacts): number {
  const offset = runStart(run);
  const mean = run.split ? meanRow(run, facts) : facts.meanLine;
  const likely = Math.max(1, Math.round(offset / mean));
  const least = Math.min(offset, MIN_ROWS_BEFORE, likely);
  if (run.firstRow < least) return likely;
  return run.firstRow > offset ? likely : run.firstRow;
}

/** Mean bytes of a row: of the run's own rows when there are some, as long lines are split into several. */
export function meanRow(run: TextRun, facts: TextFacts): number {
  const bytes = runEnd(run) - runStart(run);
  return run.rows.length >= 32 ? Math.max(1, bytes / run.rows.length) : Math.max(1, Math.min(facts.meanLine, 4_096));
}

/** How many rows the scroller has: exact when the end is in the run or all lines are counted, else an estimate that leaves room. */
export function totalRows(run: TextRun, facts: TextFacts): number {
  const end = runEnd(run);
  const known = runEndRow(run);
  // Behind a line whose end nobody knows there is nothing to scroll to yet.
  if (end >= facts.size || run.rows.at(-1)?.open) return known;
  if (!run.split && run.exact && facts.totalLines !== null) return Math.max(known + 1, facts.totalLines);
  const rest = facts.size - end;
  const likely = Math.max(1, Math.round(rest / meanRow(run, facts)));
  return known + Math.max(likely, Math.min(rest, MIN_ROWS_BEFORE));
}

/** The first coordinate that is shown: exact when the run begins there, else an estimate that leaves room. */
export function lowestRow(run: TextRun, facts: TextFacts): number {
  if (facts.start === 0) return 0;
  const rest = runStart(run) - facts.start;
  if (rest <= 0) return run.firstRow;
  const likely = Math.max(1, Math.round(rest / meanRow(run, facts)));
  return Math.max(0, run.firstRow - Math.max(likely, Math.min(rest, MIN_ROWS_BEFORE)));
}

/** Offset near a coordinate outside the run, between the run and the end of the file on that side. */
export function estimateOffset(run: TextRun, row: number, facts: TextFacts): number {
  if (row < run.firstRow) {
    const low = lowestRow(run, facts);
    const rows = run.firstRow - low;
    const share = rows <= 0 ? 0 : Math.max(0, row - low) / rows;
    return facts.start + Math.floor((runStart(run) - facts.start) * share);
  }
  const after = row - runEndRow(run);
  const rows = totalRows(run, facts) - runEndRow(run);
  const end = runEnd(run);
  if (rows <= 0 || after < 0) return Math.min(end, Math.max(0, facts.size - 1));
  return Math.min(facts.size - 1, end + Math.floor(((facts.size - end) * after) / rows));
}

/** About where the row of a byte outside the run will be, the inverse of `estimateOffset`; null where there are no rows for it. */
export function estimateRow(run: TextRun, offset: number, facts: TextFacts): number | null {
  if (offset < runStart(run)) {
    const low = lowestRow(run, facts);
    const bytes = runStart(run) - facts.start;
    return low + Math.floor(((run.firstRow - low) * Math.max(0, offset - facts.start)) / bytes);
  }
  const end = runEnd(run);
  const rows = totalRows(run, facts) - runEndRow(run);
  if (rows <= 0 || offset < end) return null;
  // The last byte is in the last row.
  const share = offset >= facts.size - 1 ? 1 : (offset - end) / (facts.size - end);
  return runEndRow(run) + Math.min(rows - 1, Math.floor(rows * share));
}

/** Drops rows far from the visible ones when there are too many. */
export function trimRun(run: TextRun, visible: { readonly first: number; readonly last: number }): TextRun {
  if (run.rows.length <= MAX_RUN_ROWS) return run;
  const middle = Math.floor((visible.first + visible.last) / 2) - run.firstRow;
  const from = Math.max(0, Math.min(middle - KEEP_ROWS / 2, run.rows.length - KEEP_ROWS));
  return { ...run, rows: run.rows.slice(from, from + KEEP_ROWS), firstRow: run.firstRow + from };
}

/** Where the rows after the run are asked from: an unterminated last row may have become longer, so it is asked for again. */
export function tailOffset(run: TextRun): number {
  const last = run.rows.at(-1);
  if (!last) return 0;
  return last.terminatorLength > 0 ? rowEnd(last) : last.offset;
}

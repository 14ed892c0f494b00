/**
 * Rows that a filter picked, as a run (textRun.ts). What differs from a run of all rows: a row's coordinate is its number in the
 * filter, so it is never an estimate; rows have gaps between them, and the places in a gap belong to no row; a row's number in the
 * file is its own and may not be known yet. While the filter goes on, rows appear in any order, so numbers grow.
 *
 * Pure, as textRun.ts.
 */
import { partition } from '../../shared/partition.ts';
import type { FilterRow, FilterRowsReply } from '../../shared/protocol.ts';
import {
  lineOf,
  rowAt,
  rowEnd,
  rowOfOffset,
  runEnd,
  runEndRow,
  type TextFacts,
  type TextRow,
  type TextRun,
} from './textRun.ts';

/** The number of a row's line in the file, an estimate where it is not known. */
export function lineNumberOf(run: TextRun, row: TextRow, facts: TextFacts): { line: number; exact: boolean } {
  if (!row.picked) return { line: lineOf(run, row), exact: run.exact };
  const { line } = row.picked;
  return line === null ? { line: Math.round(row.offset / facts.meanLine), exact: false } : { line, exact: true };
}

/** Coordinate of the row that holds the byte, else of the first one behind it; that after the run when all are before it. */
export function rowFrom(run: TextRun, offset: number): number {
  const before = partition(run.rows.length, (i) => {
    const row = run.rows[i];
    return row !== undefined && rowEnd(row) <= offset;
  });
  return run.firstRow + before;
}

/** The row below a place that no row holds, and may be that after the last; null where one holds it, or nobody knows. */
export function gapAt(run: TextRun, offset: number, size: number): number | null {
  if (!run.picked || run.picked.total === 0 || rowOfOffset(run, offset, size) !== null) return null;
  const at = rowFrom(run, offset);
  if (at === run.firstRow && at > 0) return null;
  return at === runEndRow(run) && at < run.picked.total ? null : at;
}

/** The row that holds the byte, else the nearest by bytes; null while that cannot be told from the run. */
export function nearestRow(run: TextRun, offset: number, size: number): number | null {
  const held = rowOfOffset(run, offset, size);
  if (held !== null) return held;
  const below = gapAt(run, offset, size);
  if (below === null) return null;
  const [before, after] = [rowAt(run, below - 1), rowAt(run, below)];
  if (!before || !after) return before ? below - 1 : after ? below : null;
  return offset - rowEnd(before) < after.offset - offset ? below - 1 : below;
}

/** Where the text of the rows goes on behind `end`; null at the end of the last row. */
export function offsetAfter(run: TextRun, end: number, size: number): number | null {
  if (!run.picked) return end < size ? end : null;
  const at = rowFrom(run, end);
  const row = rowAt(run, at);
  if (row) return Math.max(row.offset, end);
  // A place of no row that is here: it is waited for.
  return at < run.picked.total ? end : null;
}

/** The last byte of the text of the rows before `offset`; null at the start of the first row. */
export function offsetBefore(run: TextRun, offset: number): number | null {
  if (!run.picked) return offset > 0 ? offset - 1 : null;
  const at = rowFrom(run, offset);
  const here = rowAt(run, at);
  if (here && offset > here.offset) return offset - 1;
  if (at === 0) return null;
  const before = rowAt(run, at - 1);
  return before ? Math.max(before.offset, rowEnd(before) - 1) : offset - 1;
}

/** The first or the last byte of all rows; null while the row that has it is not here. */
export function edgeOffset(run: TextRun, edge: 'start' | 'end', size: number): number | null {
  if (!run.picked) return edge === 'start' ? 0 : size - 1;
  if (edge === 'start') return run.firstRow === 0 ? (run.rows[0]?.offset ?? null) : null;
  const last = run.rows.at(-1);
  return last && runEndRow(run) >= run.picked.total ? Math.max(last.offset, rowEnd(last) - 1) : null;
}

/** Whether something of the file is left out between a row and the one above it; false where that one is not here. */
export function isApart(run: TextRun, row: number): boolean {
  const [before, here] = [rowAt(run, row - 1), rowAt(run, row)];
  return before !== null && here !== null && rowEnd(before) !== here.offset;
}

/**
 * The run of two replies about one place: the rows from it on, and (if they were had) those before it. Rows that were in `old` stay
 * the same objects, as much is remembered for them. Where the replies are of different states, numbers are those of the later one,
 * and the run counts as of the earlier one, so that it is asked for again.
 */
export function pickedRun(below: FilterRowsReply, above: FilterRowsReply | null, old: TextRun | null): TextRun {
  const before = above?.rows.length ?? 0;
  const later = above && above.version > below.version ? above.start : Math.max(0, below.start - before);
  const rows = toRows([...(above?.rows ?? []), ...below.rows], old);
  const total = Math.max(below.total, above?.total ?? 0, later + rows.length);
  return {
    rows,
    firstRow: later,
    anchorLine: 0,
    exact: true,
    split: false,
    picked: {
      total,
      version: Math.min(below.version, above?.version ?? below.version),
      settled: below.exact && (above === null || above.exact || above.version === below.version),
    },
  };
}

/** The run with the rows of a reply at one of its ends; null when they are of another state of the filter, or do not fit. */
export function extendPicked(run: TextRun, reply: FilterRowsReply, side: 'before' | 'after'): TextRun | null {
  const { picked } = run;
  if (picked?.version !== reply.version) return null;
  const { rows: records, start } = reply;
  const fits = side === 'after' ? start === runEndRow(run) : start + records.length === run.firstRow;
  if (!fits) return null;
  const [first, last] = [records[0], records.at(-1)];
  if (first && side === 'after' && first.offset < runEnd(run)) return null;
  if (last && side === 'before' && last.offset + last.length > (run.rows[0]?.offset ?? 0)) return null;
  const rows =
    side === 'after'
      ? [...run.rows, ...toRows(records, null, run.rows.at(-1))]
      : [...toRows(records, null), ...run.rows];
  return {
    ...run,
    rows,
    firstRow: side === 'after' ? run.firstRow : start,
    picked: { ...picked, total: Math.max(picked.total, reply.total), settled: picked.settled && reply.exact },
  };
}

function toRows(records: readonly FilterRow[], old: TextRun | null, above?: TextRow): TextRow[] {
  const known = new Map(old?.rows.map((row) => [row.offset, row]));
  const rows: TextRow[] = [];
  let before = above;
  for (const record of records) {
    const row = toRow(record, before);
    const same = known.get(row.offset);
    before = same && sameRow(same, row) ? same : row;
    rows.push(before);
  }
  return rows;
}

/** A row without an end that another one follows at once is a piece of a very long line. */
function toRow({ offset, length, terminatorLength, line, match, layers }: FilterRow, before?: TextRow): TextRow {
  const goesOn = before !== undefined && before.terminatorLength === 0 && rowEnd(before) === offset;
  const column = goesOn && before.column !== null ? before.column + before.length : 0;
  return { offset, length, terminatorLength, column, ordinal: 0, open: false, picked: { line, match, layers } };
}

function sameRow(a: TextRow, b: TextRow): boolean {
  return (
    a.length === b.length &&
    a.terminatorLength === b.terminatorLength &&
    a.column === b.column &&
    a.picked?.line === b.picked?.line &&
    a.picked?.match === b.picked?.match &&
    a.picked?.layers.join() === b.picked?.layers.join()
  );
}

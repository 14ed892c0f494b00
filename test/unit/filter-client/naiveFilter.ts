/** A filter of lines as a server would answer for it, with nothing clever: all rows are made anew for each question. */
import type { FetchFilterRows } from '../../../client/rows/filterRows.ts';
import type { FilterRow, FilterRowsReply } from '../../../shared/protocol.ts';

export interface NaiveFilter {
  id: string;
  generation: number;
  lines: readonly string[];
  /** The last line has a terminator. */
  terminated: boolean;
  matches: (line: string) => boolean;
  before: number;
  after: number;
  /** Lines that are settled: rows of others are not there yet. */
  decided: Set<number>;
  version: number;
  /** Lines whose numbers are known. */
  counted: number;
}

export function sizeOf({ lines, terminated }: NaiveFilter): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0) - (terminated ? 0 : 1);
}

export function naiveRows(filter: NaiveFilter): FilterRow[] {
  const { lines, terminated, matches, before, after, decided, counted } = filter;
  const hit = lines.map((line) => matches(line));
  const rows: FilterRow[] = [];
  let offset = 0;
  for (const [at, line] of lines.entries()) {
    const near = hit.slice(Math.max(0, at - after), at + before + 1).some(Boolean);
    const terminatorLength = at + 1 < lines.length || terminated ? 1 : 0;
    if (near && decided.has(at)) {
      const match = hit[at] === true;
      const number = at < counted ? at : null;
      rows.push({ offset, length: line.length, terminatorLength, line: number, match, layers: match ? [0] : [] });
    }
    offset += line.length + terminatorLength;
  }
  return rows;
}

const endOf = (row: FilterRow): number => row.offset + row.length + row.terminatorLength;

export function naiveReply(filter: NaiveFilter, query: Parameters<FetchFilterRows>[0]): FilterRowsReply {
  const all = naiveRows(filter);
  const { place, count } = query;
  const found = 'start' in place ? place.start : all.findIndex((row) => endOf(row) > place.offset);
  const at = found < 0 ? all.length : Math.min(found, all.length);
  const [start, end] = count < 0 ? [Math.max(0, at + count), at] : [at, Math.min(all.length, at + count)];
  const rows = all.slice(start, end);
  const last = rows.at(-1);
  // Settled is what has nothing undecided before its end.
  let until = 0;
  for (let line = 0; filter.decided.has(line); line++) until += (filter.lines[line]?.length ?? 0) + 1;
  const exact = last ? endOf(last) <= until : filter.decided.size === filter.lines.length;
  return {
    generation: filter.generation,
    size: sizeOf(filter),
    version: filter.version,
    start,
    total: all.length,
    exact,
    rows,
  };
}

/** The slow oracle of the geometry tests: all lines of a file, and `/lines` answered from them. */
import type { FetchGeometry, GeometryQuery } from '../../../client/rows/textChange.ts';
import type { LineRecord, LinesReply } from '../../../shared/protocol.ts';

export interface NaiveFile {
  text: string;
  generation: number;
  /** Bytes from the start whose line numbers are known. */
  scanned: number;
}

/** All rows of a file of ASCII text, split at LF and, with `split`, into pieces of so many bytes. */
export function naiveRows(text: string, split: number | null): LineRecord[] {
  const rows: LineRecord[] = [];
  let offset = 0;
  for (let line = 0; offset < text.length; line++) {
    const found = text.indexOf('\n', offset);
    const end = found < 0 ? text.length : found;
    const piece = split ?? Number.POSITIVE_INFINITY;
    const start = offset;
    do {
      const length = Math.min(piece, end - offset);
      const last = offset + length === end;
      rows.push({ line, offset, length, terminatorLength: last && found >= 0 ? 1 : 0, column: offset - start });
      offset += length;
    } while (offset < end);
    if (found >= 0) offset += 1;
  }
  return rows;
}

function naiveReply(file: NaiveFile, query: GeometryQuery): LinesReply {
  const rows = naiveRows(file.text, query.split);
  const known = (row: LineRecord): LineRecord => (row.offset <= file.scanned ? row : { ...row, line: null });
  const { place } = query;
  const at =
    'start' in place
      ? rows.findIndex((row) => row.line === place.start)
      : rows.findLastIndex((row) => row.offset <= place.offset);
  const pastEnd = 'offset' in place && place.offset >= file.text.length;
  const from = pastEnd ? rows.length : at;
  const lines =
    query.count < 0 ? rows.slice(Math.max(0, from + query.count), from) : rows.slice(from, from + query.count);
  const complete = file.scanned >= file.text.length;
  return {
    generation: file.generation,
    size: file.text.length,
    exact: true,
    lines: lines.map(known),
    totalLines: complete ? (rows.at(-1)?.line ?? -1) + 1 : null,
  };
}

/** Answers from the file as it is when asked. */
export function naiveFetch(file: NaiveFile, log: GeometryQuery[]): FetchGeometry {
  return async (query, signal) => {
    log.push(query);
    const reply = naiveReply(file, query);
    await Promise.resolve();
    signal.throwIfAborted();
    return reply;
  };
}

/** The slow oracle of filters: all lines of the file, one by one, in the plainest way there is. */
import type { LineFormat } from '../../../shared/lineFormat.ts';

export interface NaiveLine {
  readonly offset: number;
  readonly length: number;
  readonly terminatorLength: number;
}

export interface NaiveRow extends NaiveLine {
  readonly match: boolean;
  readonly layers: readonly number[];
}

export interface NaiveLayer {
  readonly role: 'include' | 'exclude';
  matches(line: NaiveLine): boolean;
}

/** The lines of `bytes`; those with more than `pieceBytes` are cut at multiples of `segmentBytes`. */
export function naiveLines(
  bytes: Buffer,
  { unitBytes, bigEndian, terminator }: LineFormat,
  pieceBytes: number,
  segmentBytes: number,
): NaiveLine[] {
  const unit = (at: number): number => {
    if (unitBytes === 1) return bytes[at] ?? -1;
    if (at + 2 > bytes.length) return -1;
    return bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  };
  const lines: NaiveLine[] = [];
  const add = (start: number, contentEnd: number, end: number): void => {
    if (end - start <= pieceBytes) {
      lines.push({ offset: start, length: contentEnd - start, terminatorLength: end - contentEnd });
      return;
    }
    for (let from = start; from < end; ) {
      const border = (Math.floor(from / segmentBytes) + 1) * segmentBytes;
      const to = Math.min(end, border);
      // Content ends before the terminator, of which the LF alone may lie behind the border.
      const stop = to < end ? to : Math.max(from, contentEnd);
      lines.push({ offset: from, length: stop - from, terminatorLength: to - stop });
      from = to;
    }
  };
  let start = 0;
  for (let at = 0; at < bytes.length; at += unitBytes) {
    if (unit(at) !== (terminator === 'lf' ? 10 : 13)) continue;
    const carriage = terminator === 'lf' && at - unitBytes >= start && unit(at - unitBytes) === 13;
    add(start, carriage ? at - unitBytes : at, at + unitBytes);
    start = at + unitBytes;
  }
  if (start < bytes.length) add(start, bytes.length, bytes.length);
  return lines;
}

export function naiveFilter(
  lines: readonly NaiveLine[],
  layers: readonly NaiveLayer[],
  combine: 'any' | 'all' | 'none',
  before: number,
  after: number,
): NaiveRow[] {
  const hits = lines.map((line) => layers.map((layer) => layer.matches(line)));
  const matches = hits.map((hit) => {
    const includes = hit.filter((_, i) => layers[i]?.role === 'include');
    const excluded = hit.some((is, i) => is && layers[i]?.role === 'exclude');
    if (excluded) return false;
    if (includes.length === 0) return true;
    if (combine === 'any') return includes.some(Boolean);
    return combine === 'all' ? includes.every(Boolean) : !includes.some(Boolean);
  });
  const rows: NaiveRow[] = [];
  for (const [i, line] of lines.entries()) {
    const near = matches.slice(Math.max(0, i - after), i + before + 1).some(Boolean);
    if (!near) continue;
    const layersOf = (hits[i] ?? []).flatMap((is, layer) => (is ? [layer] : []));
    rows.push({ ...line, match: matches[i] ?? false, layers: layersOf });
  }
  return rows;
}

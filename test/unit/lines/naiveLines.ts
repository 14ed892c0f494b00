/** The slow oracle: lines, pieces and replies of a file that is all in memory, unit by unit. */
import { LineTable } from '../../../server/index/lineTable.ts';
import type { LineCounts } from '../../../server/window/lineReader.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import type { LineFormat } from '../../../shared/lineFormat.ts';
import type { LineRecord } from '../../../shared/protocol.ts';

export interface NaiveLine {
  readonly offset: number;
  readonly length: number;
  readonly terminatorLength: number;
}

/** Splits as shared/lineFormat.ts says, one unit after the other. */
export function naiveLines(bytes: Uint8Array, format: LineFormat): NaiveLine[] {
  const { unitBytes, bigEndian, terminator } = format;
  const unit = (at: number): number => {
    if (unitBytes === 1) return bytes[at] ?? -1;
    const [low, high] = bigEndian ? [at + 1, at] : [at, at + 1];
    return high < bytes.length && low < bytes.length ? (bytes[low] ?? 0) + 256 * (bytes[high] ?? 0) : -1;
  };
  const lines: NaiveLine[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at += unitBytes) {
    if (unit(at) !== (terminator === 'lf' ? 10 : 13)) continue;
    const crlf = terminator === 'lf' && at - unitBytes >= start && unit(at - unitBytes) === 13;
    const contentEnd = crlf ? at - unitBytes : at;
    lines.push({ offset: start, length: contentEnd - start, terminatorLength: at + unitBytes - contentEnd });
    start = at + unitBytes;
  }
  if (start < bytes.length) lines.push({ offset: start, length: bytes.length - start, terminatorLength: 0 });
  return lines;
}

/** Terminators of each page of `pageBytes`. */
export function naivePageCounts(bytes: Uint8Array, format: LineFormat, pageBytes: number): number[] {
  const counts = new Array<number>(Math.ceil(bytes.length / pageBytes)).fill(0);
  for (const { offset, length, terminatorLength } of naiveLines(bytes, format)) {
    if (terminatorLength === 0) continue;
    const page = Math.floor((offset + length + terminatorLength - 1) / pageBytes);
    counts[page] = (counts[page] ?? 0) + 1;
  }
  return counts;
}

/** What an index knows that has counted the first `pages` pages, or all: without threads, for files in memory. */
export function naiveCounts(bytes: Uint8Array, format: LineFormat, pages: number): LineCounts {
  const counts = naivePageCounts(bytes, format, PAGE_BYTES);
  const table = new LineTable();
  table.append(Uint32Array.from(counts).slice(0, Math.min(pages, Math.floor(bytes.length / PAGE_BYTES))));
  const complete = pages * PAGE_BYTES >= bytes.length;
  const lines = naiveLines(bytes, format);
  return {
    format,
    generation: 1,
    table,
    terminators: complete ? lines.filter((line) => line.terminatorLength > 0).length : table.terminators,
    scannedBytes: complete ? bytes.length : pages * PAGE_BYTES,
    totalLines: complete ? lines.length : null,
    distrust: () => undefined,
  };
}

export interface NaivePiece extends NaiveLine {
  readonly line: number;
  readonly column: number;
}

/** Cuts lines at `start + k * split`, moved back to the start of a UTF-8 character or UTF-16 unit or pair. */
export function naivePieces(
  bytes: Uint8Array,
  format: LineFormat,
  split: number,
  isBoundary: (at: number) => boolean,
): NaivePiece[] {
  return naiveLines(bytes, format).flatMap((line, number) => {
    const cuts = [line.offset];
    for (let k = 1; k * split - ((line.offset + k * split) % format.unitBytes) < line.length; k++) {
      let cut = line.offset + k * split;
      while (!isBoundary(cut)) cut--;
      cuts.push(cut);
    }
    return cuts.map((offset, index) => {
      const end = cuts[index + 1] ?? line.offset + line.length;
      const last = index === cuts.length - 1;
      return {
        line: number,
        offset,
        length: end - offset,
        terminatorLength: last ? line.terminatorLength : 0,
        column: offset - line.offset,
      };
    });
  });
}

/** A record as the oracle can tell it: without text. */
export function geometry(record: LineRecord): NaivePiece {
  const { line, offset, length, terminatorLength, column } = record;
  return { line: line ?? -1, offset, length, terminatorLength, column: column ?? -1 };
}

/** Lines that meet the ends of pages and windows in every way, however much of the file is counted. */
import { describe, expect, it } from 'vitest';
import { type LineOptions, LineReader } from '../../../server/window/lineReader.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import { lineFormat } from '../../../shared/lineFormat.ts';
import { MemorySource } from '../../helpers/memorySource.ts';
import { geometry, type NaivePiece, naiveCounts, naiveLines, naivePieces } from './naiveLines.ts';

const OPTIONS: LineOptions = { columns: 0, column: 0, text: false, split: null };
const PAGES = 26;

/** Terminators, as CRLF or LF, at `-3 … +3` of page ends, and lines of a few bytes to several windows between. */
function content(wide: boolean): Uint8Array {
  const units = new Uint16Array((PAGES * PAGE_BYTES) / (wide ? 2 : 1)).fill(0x62);
  const perPage = PAGE_BYTES / (wide ? 2 : 1);
  for (let page = 1; page < PAGES; page++) {
    // Some pages hold nothing: lines of up to six pages.
    if (page > 8 && page < 15) continue;
    if (page > 20 && page < 24) continue;
    const at = page * perPage + ((page % 7) - 3);
    units[at] = 10;
    if (page % 2 === 0) units[at - 1] = 13;
    if (page % 3 === 0) for (let i = 50; i < 2000; i += 1 + (i % 90)) units[at + i] = i % 4 === 0 ? 13 : 10;
  }
  if (wide) return new Uint8Array(units.buffer);
  return Uint8Array.from(units);
}

describe.each([
  { encoding: 'utf-8', split: null },
  { encoding: 'utf-8', split: 5000 },
  { encoding: 'utf-8', split: 65_536 },
  { encoding: 'utf-16le', split: null },
  { encoding: 'utf-16le', split: 4097 },
])('lines around the ends of windows, $encoding, split $split', ({ encoding, split }) => {
  const format = lineFormat(encoding, 'lf');
  const wide = format.unitBytes === 2;
  const bytes = content(wide);
  const all: NaivePiece[] =
    split === null
      ? naiveLines(bytes, format).map((line, number) => ({ ...line, line: number, column: 0 }))
      : naivePieces(bytes, format, split, (at) => at % format.unitBytes === 0);
  const ends = all.map((piece) => piece.offset + piece.length + piece.terminatorLength);
  const offsets = Array.from({ length: PAGES }, (_, page) => [-3, -1, 0, 2].map((by) => page * PAGE_BYTES + by))
    .flat()
    .filter((offset) => offset >= 0);

  it.each([0, 5, 22, Number.POSITIVE_INFINITY])('with %s pages counted', async (pages) => {
    expect(all.length).toBeGreaterThan(100);
    const reader = new LineReader(new MemorySource(bytes), naiveCounts(bytes, format, pages), encoding, 0);
    const options = { ...OPTIONS, split };
    for (const offset of offsets) {
      const holding = ends.findIndex((end) => end > offset);
      for (const count of [1, 150]) {
        const forward = (await reader.byOffset(offset, count, options, null)).lines;
        const back = (await reader.byOffset(offset, -count, options, null)).lines;
        // A number may be missing, but none is wrong.
        const numbered = (records: typeof forward, expected: NaivePiece[]): void => {
          const told = records.map((record, i) => ({ ...record, line: record.line ?? expected[i]?.line ?? -1 }));
          expect(told.map(geometry)).toEqual(expected);
        };
        numbered(forward, all.slice(holding, holding + count));
        numbered(back, all.slice(Math.max(0, holding - count), holding));
        const first = all[holding];
        const lineStart = first ? first.offset - first.column : 0;
        const counted = lineStart < PAGE_BYTES * (Math.min(pages, PAGES) + 1);
        expect(forward[0]?.line).toBe(counted ? first?.line : null);
      }
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineIndex } from '../../../server/index/lineIndex.ts';
import { type LineOptions, LineReader, PastEndError } from '../../../server/window/lineReader.ts';
import { type LineFormat, lineFormat } from '../../../shared/lineFormat.ts';
import { MemorySource } from '../../helpers/memorySource.ts';
import { geometry, type NaivePiece, naiveLines, naivePieces } from './naiveLines.ts';

const GEOMETRY: LineOptions = { columns: 100, column: 0, text: false, split: null };

/** An index that has been filled, or one that never starts. */
async function indexOf(source: MemorySource, format: LineFormat, scanned: boolean): Promise<LineIndex> {
  const index = new LineIndex(source, format, { memory: null, nextData: null });
  if (!scanned) return index;
  const done = new Promise<void>((resolve) => {
    index.onProgress(() => {
      if (index.complete) resolve();
    });
  });
  index.start();
  if (!index.complete) await done;
  return index;
}

/** Few lines to many, with every terminator, also inside other characters. */
function content(encoding: string): fc.Arbitrary<Uint8Array> {
  const wide = encoding.startsWith('utf-16');
  const units = wide
    ? ['\n', '\r\n', '\r', 'a', '\u0a0a', '\u0a00', '\u0d00', '\u0d0a', '😀', '\ud800', '\udc00']
    : ['\n', '\r\n', '\r', 'a', 'é', '漢', '😀', 'xyz'];
  const part = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...units) },
    { weight: 2, arbitrary: fc.nat(600).map((count) => 'b'.repeat(count)) },
    { weight: 1, arbitrary: fc.nat(300).map((count) => '😀'.repeat(count)) },
  );
  const text = fc.array(part, { maxLength: 40 }).map((parts) => encode(parts.join(''), encoding));
  const raw = fc.uint8Array({ maxLength: 200 });
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: raw }), { maxLength: 3 })
    .map((parts) => {
      // Odd parts would put all that follows at odd offsets; only the end may be odd.
      return Uint8Array.from(
        parts.flatMap((bytes, i) => [...bytes.subarray(0, bytes.length - (i < 2 ? bytes.length % 2 : 0))]),
      );
    });
}

function encode(text: string, encoding: string): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

const cases = [
  { encoding: 'utf-8', terminator: 'lf' },
  { encoding: 'utf-8', terminator: 'cr' },
  { encoding: 'utf-16le', terminator: 'lf' },
  { encoding: 'utf-16be', terminator: 'lf' },
  { encoding: 'utf-16le', terminator: 'cr' },
  { encoding: 'windows-1252', terminator: 'lf' },
] as const;

/** Decodes from 0 in the platform's way and tells where characters start; invalid bytes stand alone. */
function boundaries(bytes: Uint8Array, encoding: string): (at: number) => boolean {
  if (encoding === 'utf-8') {
    return (at) => {
      for (let back = 1; back <= 3; back++) {
        const lead = bytes[at - back];
        if (lead === undefined) return true;
        const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
        if (length <= back) {
          if (lead < 0x80 || lead > 0xbf) return true;
          continue;
        }
        try {
          new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(at - back, at - back + length));
          return false;
        } catch {
          return true;
        }
      }
      return true;
    };
  }
  if (!encoding.startsWith('utf-16')) return () => true;
  const [low, high] = encoding === 'utf-16be' ? [1, 0] : [0, 1];
  const unit = (at: number): number => (bytes[at + low] ?? 0) + 256 * (bytes[at + high] ?? 0);
  return (at) => {
    if (at % 2 !== 0) return false;
    const isLow = at + 1 < bytes.length && unit(at) >= 0xdc00 && unit(at) <= 0xdfff;
    return !(isLow && at >= 2 && unit(at - 2) >= 0xd800 && unit(at - 2) <= 0xdbff);
  };
}

describe.each(cases)('lines of $encoding with $terminator', ({ encoding, terminator }) => {
  const format = lineFormat(encoding, terminator);

  const check = async (
    bytes: Uint8Array,
    scanned: boolean,
    split: number | null,
    count: number,
    at: number,
  ): Promise<void> => {
    const source = new MemorySource(bytes);
    const index = await indexOf(source, format, scanned);
    const reader = new LineReader(source, index, encoding, 0);
    const lines = naiveLines(bytes, format);
    const all: NaivePiece[] =
      split === null
        ? lines.map((line, number) => ({ ...line, line: number, column: 0 }))
        : naivePieces(bytes, format, split, boundaries(bytes, encoding));
    const options = { ...GEOMETRY, split };
    const offset = Math.floor(at * bytes.length);
    const holding =
      offset === bytes.length ? all.length : all.findIndex((p) => p.offset + p.length + p.terminatorLength > offset);

    const forward = await reader.byOffset(offset, count, options, null);
    expect(forward.lines.map(geometry)).toEqual(all.slice(holding, holding + count));
    const back = await reader.byOffset(offset, -count, options, null);
    expect(back.lines.map(geometry)).toEqual(all.slice(Math.max(0, holding - count), holding));

    expect(forward.totalLines).toBe(scanned || bytes.length === 0 ? lines.length : null);
    if (!scanned) return;
    const line = Math.floor(at * lines.length);
    const first = line === lines.length ? all.length : all.findIndex((piece) => piece.line === line);
    const byLine = await reader.byLine(line, count, options, null);
    expect(byLine.exact).toBe(true);
    expect(byLine.lines.map(geometry)).toEqual(all.slice(first, first + count));
    const before = await reader.byLine(line, -count, options, null);
    expect(before.lines.map(geometry)).toEqual(all.slice(Math.max(0, first - count), first));
    await expect(reader.byLine(lines.length + 1, 1, options, null)).rejects.toThrow(PastEndError);
    await expect(reader.byOffset(bytes.length + 1, 1, options, null)).rejects.toThrow(PastEndError);
  };

  it('agree with the naive splitter, from any offset and number, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(
        content(encoding),
        fc.boolean(),
        fc.option(fc.integer({ min: 256, max: 600 })),
        fc.integer({ min: 0, max: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        check,
      ),
      { numRuns: 400, seed: 20_251_122 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { LineIndex } from '../../../server/index/lineIndex.ts';
import { LineTable } from '../../../server/index/lineTable.ts';
import { StaleReadError } from '../../../server/source/source.ts';
import { type LineCounts, type LineOptions, LineReader } from '../../../server/window/lineReader.ts';
import { MAX_LINES, MAX_REPLY_CHARACTERS, PAGE_BYTES } from '../../../shared/limits.ts';
import { lineFormat } from '../../../shared/lineFormat.ts';
import { MemorySource } from '../../helpers/memorySource.ts';
import { naiveCounts, naiveLines } from './naiveLines.ts';

const OPTIONS: LineOptions = { columns: 100, column: 0, text: true, split: null };

async function readerOf(
  source: MemorySource,
  encoding = 'utf-8',
  bomBytes = 0,
): Promise<{ reader: LineReader; index: LineIndex }> {
  const index = new LineIndex(source, lineFormat(encoding, 'lf'), { memory: null, nextData: null });
  const done = new Promise<void>((resolve) => {
    index.onProgress(() => {
      if (index.complete) resolve();
    });
  });
  index.start();
  if (!index.complete) await done;
  return { reader: new LineReader(source, index, encoding, bomBytes), index };
}

function encode(text: string, encoding: string): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

describe('texts of lines', () => {
  it.each(['utf-8', 'utf-16le', 'utf-16be'])('are what the whole file decodes to, in %s', async (encoding) => {
    const text = 'plain\r\n\tté漢😀 \u0a0a\u0d0a\n\n\ufeffnot a mark\r\nlast';
    const { reader } = await readerOf(new MemorySource(encode(text, encoding)), encoding);
    const { lines } = await reader.byOffset(0, 10, OPTIONS, null);
    expect(lines.map((line) => line.text)).toEqual(text.split(/\r?\n/));
    expect(lines.every((line) => line.truncated === false && line.textColumn === undefined)).toBe(true);
  });

  it.each([
    ['utf-8', 3],
    ['utf-16le', 2],
    ['utf-16be', 2],
  ] as const)('do not show the byte order mark of %s', async (encoding, bomBytes) => {
    const source = new MemorySource(encode('\ufeffab\ncd\n', encoding));
    const { reader } = await readerOf(source, encoding, bomBytes);
    const { lines } = await reader.byLine(0, 2, OPTIONS, null);
    expect(lines.map((line) => line.text)).toEqual(['ab', 'cd']);
    expect(lines[0]).toMatchObject({ offset: 0, column: 0, textColumn: bomBytes, truncated: false });
    expect(lines[0]?.length).toBe(naiveLines(source.bytes, lineFormat(encoding, 'lf'))[0]?.length);
    const [all] = (await reader.byLine(0, 1, { ...OPTIONS, columns: 0 }, null)).lines;
    expect(all).toMatchObject({ text: '', truncated: true });
  });

  it('of windows-1252 are not those of Latin-1', async () => {
    const { reader } = await readerOf(new MemorySource(Buffer.of(0x80, 0x92, 0x9f, 0xe9, 0x0a, 0x80)), 'windows-1252');
    const { lines } = await reader.byOffset(0, 2, OPTIONS, null);
    expect(lines.map((line) => line.text)).toEqual(['€’Ÿé', '€']);
  });

  it('of ISO-2022-JP are not the ASCII that their bytes are', async () => {
    const bytes = Buffer.from('\x1b$B4A;z\x1b(B ok\nplain', 'latin1');
    const { reader } = await readerOf(new MemorySource(bytes), 'iso-2022-jp');
    const { lines } = await reader.byOffset(0, 2, OPTIONS, null);
    expect(lines.map((line) => line.text)).toEqual(['漢字 ok', 'plain']);
  });

  it('show invalid bytes instead of swallowing them', async () => {
    const bytes = Buffer.concat([Buffer.from('a'), Buffer.of(0xff, 0xc3, 0x0a, 0xe6, 0xbc)]);
    const { reader } = await readerOf(new MemorySource(bytes));
    const { lines } = await reader.byOffset(0, 10, OPTIONS, null);
    expect(lines.map((line) => line.text)).toEqual(['a\ufffd\ufffd', '\ufffd']);
    const odd = await readerOf(new MemorySource(Buffer.from('a\0\n\0b', 'latin1')), 'utf-16le');
    const wide = await odd.reader.byOffset(0, 10, OPTIONS, null);
    expect(wide.lines.map((line) => line.text)).toEqual(['a', '\ufffd']);
  });

  it('are cut at characters on either side, for every column and width', async () => {
    for (const encoding of ['utf-8', 'utf-16le', 'windows-1252', 'shift_jis']) {
      const text = encoding === 'shift_jis' ? 'a漢字b\u30bdc' : 'aé😀漢b😀';
      const sjis = Buffer.from([0x61, 0x8a, 0xbf, 0x8e, 0x9a, 0x62, 0x83, 0x5c, 0x63]);
      const bytes = encoding === 'shift_jis' ? sjis : encode(text, encoding === 'windows-1252' ? 'utf-8' : encoding);
      const { reader } = await readerOf(new MemorySource(Buffer.concat([bytes])), encoding);
      const decoder = new TextDecoder(encoding);
      // See LineText: Node's decoder is right only after this.
      decoder.decode(new Uint8Array(0), { stream: true });
      decoder.decode();
      const whole = decoder.decode(bytes);
      for (let column = 0; column <= bytes.length; column++) {
        for (let columns = 0; columns <= whole.length + 1; columns++) {
          const [line] = (await reader.byOffset(0, 1, { ...OPTIONS, column, columns }, null)).lines;
          const from = line?.textColumn ?? 0;
          expect(from <= column && from > column - 4).toBe(true);
          const rest = decoder.decode(bytes.subarray(from));
          expect(whole.endsWith(rest)).toBe(true);
          const got = line?.text ?? 'none';
          expect(rest.slice(0, got.length), `${encoding} ${column} ${columns}`).toBe(got);
          expect(got.length <= columns && got.length >= Math.min(columns, rest.length) - 1).toBe(true);
          expect(/[\ud800-\udbff]$/.test(got)).toBe(false);
          expect(line?.truncated).toBe(got.length < rest.length);
        }
      }
    }
  });

  it('of pieces put together are the line', async () => {
    const text = `${'é漢😀x'.repeat(3000)}\r\nnext`;
    const { reader } = await readerOf(new MemorySource(encode(text, 'utf-8')));
    const { lines } = await reader.byOffset(0, 1000, { ...OPTIONS, columns: 2000, split: 257 }, null);
    expect(lines.map((line) => line.text).join('|')).not.toContain('\ufffd');
    expect(
      lines
        .filter((line) => line.line === 0)
        .map((line) => line.text)
        .join(''),
    ).toBe('é漢😀x'.repeat(3000));
    expect(lines.at(-1)).toMatchObject({ line: 1, column: 0, text: 'next' });
    for (const { length } of lines) expect(length).toBeLessThan(257 + 4);
    // Cuts are moved back by up to three bytes, and the bytes between belong to the next piece.
    expect(lines.some(({ column }) => (column ?? 0) % 257 !== 0)).toBe(true);
    for (const [i, piece] of lines.entries()) {
      for (const by of [0, 1, 2, 3, 200]) {
        if (by >= piece.length + piece.terminatorLength) continue;
        const at = piece.offset + by;
        const geometryOnly = { ...OPTIONS, text: false, split: 257 };
        const { lines: here } = await reader.byOffset(at, 2, geometryOnly, null);
        expect(here.map((record) => record.offset)).toEqual(lines.slice(i, i + 2).map((record) => record.offset));
        const { lines: before } = await reader.byOffset(at, -2, geometryOnly, null);
        const expected = lines.slice(Math.max(0, i - 2), i);
        expect(before.map((record) => record.offset)).toEqual(expected.map((record) => record.offset));
      }
    }
  });
});

describe('replies', () => {
  it('end early rather than hold too much text, on the side that was not asked for', async () => {
    const line = `${'t'.repeat(59_999)}\n`;
    const source = new MemorySource(Buffer.from(line.repeat(100)));
    const reader = new LineReader(
      source,
      naiveCounts(source.bytes, lineFormat('utf-8', 'lf'), Number.POSITIVE_INFINITY),
      'utf-8',
      0,
    );
    const options = { ...OPTIONS, columns: 65_536 };
    const most = Math.floor(MAX_REPLY_CHARACTERS / 59_999);
    const forward = await reader.byLine(5, 90, options, null);
    expect(forward.lines.map((record) => record.line)).toEqual(Array.from({ length: most }, (_, i) => 5 + i));
    const back = await reader.byLine(95, -90, options, null);
    expect(back.lines.map((record) => record.line)).toEqual(Array.from({ length: most }, (_, i) => 95 - most + i));
  });

  it('hold at most MAX_LINES lines', async () => {
    const { reader } = await readerOf(new MemorySource(Buffer.alloc(3 * MAX_LINES, '\n')));
    const forward = await reader.byLine(10, 2 * MAX_LINES, OPTIONS, null);
    expect(forward.lines.map((record) => record.line)).toEqual(Array.from({ length: MAX_LINES }, (_, i) => 10 + i));
    const back = await reader.byOffset(3 * MAX_LINES, -2 * MAX_LINES, OPTIONS, null);
    expect(back.lines.map((record) => record.line)).toEqual(
      Array.from({ length: MAX_LINES }, (_, i) => 2 * MAX_LINES + i),
    );
    for (const split of [null, 256]) {
      const near = await reader.byOffset(10, MAX_LINES, { ...OPTIONS, split }, null);
      expect(near.lines.map((record) => record.line)).toEqual(Array.from({ length: MAX_LINES }, (_, i) => 10 + i));
    }
  });

  it('say so when the index has not come to a line, and show what is about there', async () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `line number ${String(i).padStart(6, '0')}\n`).join('');
    const source = new MemorySource(Buffer.from(text));
    const { reader, index } = await readerOf(source);
    // Knows the first three pages only.
    const table = new LineTable();
    table.append(Uint32Array.from({ length: 3 }, (_, page) => index.table.before(page + 1) - index.table.before(page)));
    const counts: LineCounts = {
      format: index.format,
      generation: 1,
      table,
      terminators: table.terminators,
      scannedBytes: 3 * PAGE_BYTES,
      totalLines: null,
      distrust: () => undefined,
    };
    const partial = new LineReader(source, counts, 'utf-8', 0);
    for (const known of [0, 1, table.terminators]) {
      const reply = await partial.byLine(known, 2, OPTIONS, null);
      const exact = await reader.byLine(known, 2, OPTIONS, null);
      expect(reply).toEqual({ ...exact, totalLines: null });
    }
    const guess = await partial.byLine(40_000, 3, OPTIONS, null);
    expect(guess).toMatchObject({ exact: false, totalLines: null });
    expect(guess.lines.map((line) => line.line)).toEqual([null, null, null]);
    // All lines are of one length: the guess is nearly exact.
    expect(Math.abs(Number(guess.lines[0]?.text?.slice(12)) - 40_000)).toBeLessThan(10);
    const far = await partial.byLine(10 ** 12, 3, OPTIONS, null);
    expect(far.lines.map((line) => line.text)).toEqual(['line number 049999']);
    expect(far.exact).toBe(false);

    const nothing: LineCounts = { ...counts, table: new LineTable(), terminators: 0, scannedBytes: 0 };
    const blind = new LineReader(source, nothing, 'utf-8', 0);
    const sampled = await blind.byLine(40_000, 1, OPTIONS, null);
    expect(sampled.exact).toBe(false);
    expect(Math.abs(Number(sampled.lines[0]?.text?.slice(12)) - 40_000)).toBeLessThan(40);
    // An index of another generation knows nothing of this one.
    const stale = new LineReader(source, { ...counts, generation: 7 }, 'utf-8', 0);
    expect((await stale.byLine(1, 1, OPTIONS, null)).exact).toBe(false);
  });

  it('are refused, and the index distrusted, when the file contradicts it', async () => {
    const source = new MemorySource(Buffer.from('a\nb\nc\nd\n'));
    const { reader, index } = await readerOf(source);
    source.bytes = Buffer.from('a\nbbbbbb');
    await expect(reader.byLine(3, 1, OPTIONS, null)).rejects.toThrow(StaleReadError);
    while (!index.complete) await new Promise((resolve) => setTimeout(resolve, 1));
    const { lines, totalLines } = await reader.byLine(0, 9, OPTIONS, null);
    expect(lines.map((line) => line.text)).toEqual(['a', 'bbbbbb']);
    expect(totalLines).toBe(2);
  });

  it('are refused when the generation changes under them', async () => {
    const source = new MemorySource(Buffer.alloc(500_000, 'x'));
    const { reader } = await readerOf(source);
    const read = source.read.bind(source);
    source.read = async (offset, target) => {
      const count = await read(offset, target);
      source.generation = 2;
      return count;
    };
    await expect(reader.byOffset(400_000, 5, OPTIONS, null)).rejects.toThrow(StaleReadError);
  });

  it('cost a few reads of the pages they are about', async () => {
    const text = Array.from({ length: 200_000 }, (_, i) => `line number ${i} with some more text in it\n`).join('');
    const source = new MemorySource(Buffer.from(text));
    const reader = new LineReader(
      source,
      naiveCounts(source.bytes, lineFormat('utf-8', 'lf'), Number.POSITIVE_INFINITY),
      'utf-8',
      0,
    );
    for (const ask of [
      () => reader.byLine(123_456, 200, OPTIONS, null),
      () => reader.byOffset(4_567_890, 200, OPTIONS, null),
      () => reader.byLine(123_456, -200, OPTIONS, null),
      () => reader.byOffset(4_567_890, -200, OPTIONS, null),
    ]) {
      source.reads = 0;
      source.readBytes = 0;
      expect((await ask()).lines).toHaveLength(200);
      expect(source.reads).toBeLessThanOrEqual(4);
      expect(source.readBytes).toBeLessThan(6 * PAGE_BYTES);
    }
  });
});

/** Where rows end, and what an export of them holds, against the oracle. */
import { appendFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { exportLines, exportNumbers } from '../../../server/filter/exportRows.ts';
import { terminatorLengths } from '../../../server/filter/rowEnds.ts';
import { LineIndex } from '../../../server/index/lineIndex.ts';
import { lineFormat } from '../../../shared/lineFormat.ts';
import { FUZZ_TIMEOUT_MS, runs } from '../search/contents.ts';
import { fileOf, plainSource, shapeOf, startSearch } from '../search/engine.ts';
import { bytesOf, content, finished, request, startFilter, testPools, want, wish } from './engine.ts';
import type { NaiveRow } from './naiveFilter.ts';

const { searches, pool } = testPools();

async function collect(blocks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const block of blocks) parts.push(block);
  return Buffer.concat(parts);
}

/** The rows as they are; a piece of a line whose rest is no row gets a line end. */
function wantedLines(bytes: Buffer, rows: readonly NaiveRow[], newline: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (const [i, row] of rows.entries()) {
    const end = row.offset + row.length + row.terminatorLength;
    parts.push(bytes.subarray(row.offset, end));
    if (row.terminatorLength === 0 && end < bytes.length && rows[i + 1]?.offset !== end) parts.push(newline);
  }
  return Buffer.concat(parts);
}

test(
  'rows end where lines do, and exports are these lines and their numbers',
  async () => {
    await fc.assert(
      fc.asyncProperty(content, wish, fc.constantFrom(0, 1 << 20), async (file, wished, budget) => {
        const bytes = bytesOf(file);
        const source = plainSource(fileOf(bytes));
        const shape = shapeOf(bytes, { encoding: file.encoding, terminator: file.style === 'cr' ? 'cr' : 'lf' });
        const format = lineFormat(shape.encoding, shape.terminator);
        const layers = wished.layers.map((each) =>
          startSearch(searches, source, request(each, file.encoding), shape, budget),
        );
        const filter = startFilter(pool, layers, wished, budget);
        await finished(filter);
        const expected = want(bytes, wished, shape);
        const rows = filter.rows.range(0, 1_000_000);
        const ends = await terminatorLengths(source, rows, filter.space);
        expect(ends).toEqual(expected.map((row) => row.terminatorLength));

        const options = { source, rows: filter.rows, space: filter.space };
        const code = shape.terminator === 'lf' ? '\n' : '\r';
        const newline = Buffer.from(code, format.unitBytes === 2 ? 'utf16le' : 'latin1');
        if (format.bigEndian) newline.swap16();
        const lines = await collect(exportLines(options));
        expect(lines.equals(wantedLines(bytes, expected, newline))).toBe(true);

        const index = new LineIndex(source, format, { memory: null, nextData: null });
        index.start();
        const { signal } = new AbortController();
        const numbers = await collect(exportNumbers(options, () => Promise.resolve(index), signal));
        const starts = want(bytes, { layers: [], combine: 'any', before: 0, after: 0, from: 0 }, shape);
        const lineOf = new Map<number, number>();
        let line = 0;
        for (const row of starts) {
          lineOf.set(row.offset, line);
          if (row.terminatorLength > 0) line++;
        }
        const wanted = new Set(expected.map((row) => (lineOf.get(row.offset) ?? -1) + 1));
        expect(numbers.toString()).toBe([...wanted].map((number) => `${number}\n`).join(''));
        await index.close();
        filter.close();
        for (const search of layers) search.close();
        source.close();
      }),
      runs(150),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test('an export is of the rows when it began, whatever the file grows by', async () => {
  const bytes = Buffer.from(`${'aa\nb\n'.repeat(200_000)}a`);
  const path = fileOf(bytes);
  const source = plainSource(path);
  const shape = shapeOf(bytes, {});
  const search = startSearch(searches, source, { kind: 'text', pattern: 'a', report: 'lines' }, shape, 0);
  const filter = startFilter(
    pool,
    [search],
    { layers: [{ text: 'a', role: 'include', from: 0, bytes: false }], combine: 'any', before: 1, after: 0, from: 0 },
    0,
  );
  await finished(filter);
  const blocks = exportLines({ source, rows: filter.rows, space: filter.space });
  const first = await blocks.next();
  appendFileSync(path, 'a\nc\na\n');
  source.grow();
  filter.noticeSource();
  await finished(filter);
  const rest = await collect(blocks);
  expect(Buffer.concat([first.value ?? Buffer.alloc(0), rest]).equals(bytes)).toBe(true);
  // Nobody waits for the end of an export, however quickly it is read.
  let turns = 0;
  const turn = setInterval(() => turns++, 1);
  const again = await collect(exportLines({ source, rows: filter.rows, space: filter.space }));
  clearInterval(turn);
  expect(turns).toBeGreaterThan(2);
  expect(again.toString()).toBe(`${bytes.toString()}a\nc\na\n`);
  filter.close();
  search.close();
  source.close();
});

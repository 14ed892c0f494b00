/** Random histories of a real file: appended to, cut, and asked for lines at every step, against the naive splitter. */
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { LineIndex } from '../../../server/index/lineIndex.ts';
import { ScanPool } from '../../../server/index/scanPool.ts';
import { openSource } from '../../../server/source/open.ts';
import { type LineOptions, LineReader } from '../../../server/window/lineReader.ts';
import { lineFormat } from '../../../shared/lineFormat.ts';
import { tempFolder } from '../../helpers/files.ts';
import { geometry, naiveLines } from './naiveLines.ts';

const LF = lineFormat('utf-8', 'lf');
const OPTIONS: LineOptions = { columns: 0, column: 0, text: false, split: null };
const pool = new ScanPool(1);
afterAll(() => pool.stop());

type Step =
  | { readonly kind: 'append'; readonly text: string }
  | { readonly kind: 'cut'; readonly keep: number }
  | { readonly kind: 'ask'; readonly at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.constantFrom('\n', '\r\n', 'ab'),
        fc.nat(70_000).map((n) => 'w'.repeat(n)),
      ),
      { maxLength: 6 },
    )
    .map((parts) => ({ kind: 'append' as const, text: parts.join('') })),
  fc.double({ min: 0, max: 1, noNaN: true }).map((keep) => ({ kind: 'cut' as const, keep })),
  fc.double({ min: 0, max: 1, noNaN: true }).map((at) => ({ kind: 'ask' as const, at })),
);

it('tells the lines of the file as it is after every step of its history', async () => {
  const path = join(tempFolder(), 'log');
  let generations = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      writeFileSync(path, 'first\n');
      const source = await openSource(path, 'read');
      const make = (): { index: LineIndex; reader: LineReader } => {
        const index = new LineIndex(source, LF, { memory: null, nextData: null, pool });
        index.start();
        return { index, reader: new LineReader(source, index, 'utf-8', 0) };
      };
      let current = make();
      for (const each of steps) {
        if (each.kind === 'append') appendFileSync(path, each.text);
        else if (each.kind === 'cut') truncateSync(path, Math.floor(each.keep * readFileSync(path).length));
        source.refresh();
        if (source.generation !== current.index.generation) {
          generations++;
          await current.index.close();
          current = make();
        } else current.index.grown(source.size);
        if (each.kind !== 'ask') continue;
        const bytes = readFileSync(path);
        const lines = naiveLines(bytes, LF).map((line, number) => ({ ...line, line: number, column: 0 }));
        const { index, reader } = current;
        // Whether or not the index has come to it, what it says is right.
        const offset = Math.floor(each.at * bytes.length);
        const early = await reader.byOffset(offset, 3, OPTIONS, null);
        const holding = lines.findIndex((line) => line.offset + line.length + line.terminatorLength > offset);
        const near = holding < 0 ? [] : lines.slice(holding, holding + 3);
        expect(early.lines.map((line) => line.offset)).toEqual(near.map((line) => line.offset));
        for (const [i, { line }] of early.lines.entries()) expect(line ?? near[i]?.line).toBe(near[i]?.line);
        while (!index.complete) await new Promise((resolve) => setTimeout(resolve, 1));
        const start = Math.floor(each.at * lines.length);
        const late = await reader.byLine(start, 3, OPTIONS, null);
        expect(late).toMatchObject({ exact: true, totalLines: lines.length, size: bytes.length });
        expect(late.lines.map(geometry)).toEqual(lines.slice(start, start + 3));
      }
      await current.index.close();
      source.close();
    }),
    { numRuns: 60, seed: 4 },
  );
  expect(generations).toBeGreaterThan(20);
});

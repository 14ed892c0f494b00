/** Filters against a slow oracle, over borders of segments, pieces of long lines, and growth. */
import { appendFileSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Filter } from '../../../server/filter/filter.ts';
import { FUZZ_TIMEOUT_MS, runs } from '../search/contents.ts';
import { fileOf, plainSource, SMALL_SIZES, finished as searched, shapeOf, startSearch } from '../search/engine.ts';
import {
  bytesOf,
  type Content,
  content,
  finished,
  line,
  plain,
  request,
  startFilter,
  testPools,
  want,
  wish,
} from './engine.ts';
import type { NaiveRow } from './naiveFilter.ts';

const { searches, pool } = testPools();

const { segmentBytes } = SMALL_SIZES;

async function expectRows(filter: Filter, expected: readonly NaiveRow[], size: number): Promise<void> {
  const got = filter.rows.range(0, 1_000_000);
  expect(got.map(plain)).toEqual(expected.map(plain));
  const matches = expected.filter((row) => row.match);
  expect(filter.status()).toMatchObject({
    complete: true,
    running: false,
    rows: expected.length,
    matches: matches.length,
    decidedBytes: size,
    size,
    error: null,
  });
  expect(filter.isExact(Infinity)).toBe(true);
  for (const offset of [0, 1, 3, 4, segmentBytes, segmentBytes + 1, Math.floor(size / 2), size]) {
    expect(filter.rows.countBefore(offset)).toBe(expected.filter((row) => row.offset < offset).length);
    if (offset > 0) expect(filter.isExact(offset)).toBe(true);
  }
  for (const start of [0, 1, expected.length - 2, expected.length]) {
    if (start >= 0) expect(filter.rows.range(start, 3).map(plain)).toEqual(expected.slice(start, start + 3).map(plain));
  }
  const buckets = new Array<number>(7).fill(0);
  for (const { offset } of matches) {
    let bucket = 6;
    while (bucket > 0 && Math.floor((bucket * size) / 7) > offset) bucket--;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  expect(await filter.rows.histogram(size, 7)).toEqual(buckets);
}

test(
  'rows are those of the oracle, whatever lines, layers and context are like',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        content,
        wish,
        fc.boolean(),
        fc.constantFrom(0, 100, 1 << 20),
        async (file, wished, early, budget) => {
          const bytes = bytesOf(file);
          const source = plainSource(fileOf(bytes));
          const terminator = file.style === 'cr' ? 'cr' : 'lf';
          const shape = shapeOf(bytes, { encoding: file.encoding, terminator });
          const layers = wished.layers.map((each) =>
            startSearch(searches, source, request(each, file.encoding), shape, budget),
          );
          if (!early) await Promise.all(layers.map(searched));
          const filter = startFilter(pool, layers, wished, budget);
          await finished(filter);
          await expectRows(filter, want(bytes, wished, shape), bytes.length);
          filter.close();
          for (const search of layers) search.close();
          source.close();
        },
      ),
      runs(300),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'rows that are exact while layers are searched are those of the end',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        content,
        wish,
        fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 5 }),
        async (file, wished, places) => {
          const bytes = bytesOf(file);
          const source = plainSource(fileOf(bytes));
          const terminator = file.style === 'cr' ? 'cr' : 'lf';
          const shape = shapeOf(bytes, { encoding: file.encoding, terminator });
          const layers = wished.layers.map((each) =>
            startSearch(searches, source, request(each, file.encoding), shape),
          );
          const filter = startFilter(pool, layers, wished, 1 << 20);
          const expected = want(bytes, wished, shape);
          let version = -1;
          let seen: unknown = null;
          const look = (): void => {
            for (const place of places) {
              const offset = place % (bytes.length + 2);
              if (!filter.isExact(offset)) continue;
              const rows = filter.rows.range(0, filter.rows.countBefore(offset));
              expect(rows.map(plain)).toEqual(expected.filter((row) => row.offset < offset).map(plain));
            }
            const rows = filter.rows.range(0, 1_000_000).map(plain);
            if (filter.version === version && wished.layers.length > 1) expect(rows).toEqual(seen);
            version = filter.version;
            seen = rows;
          };
          while (!filter.idle) {
            look();
            await new Promise((go) => setImmediate(go));
          }
          look();
          await expectRows(filter, expected, bytes.length);
          filter.close();
          for (const search of layers) search.close();
          source.close();
        },
      ),
      runs(120),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'rows follow the file as it grows, at any moment',
  async () => {
    const grown = fc.record({
      file: content,
      more: fc.array(fc.array(line, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(grown, wish, fc.array(fc.nat(3)), async ({ file, more }, wished, waits) => {
        const whole: Content = { ...file, odd: false };
        const path = fileOf(bytesOf(whole));
        const source = plainSource(path);
        const terminator = file.style === 'cr' ? 'cr' : 'lf';
        const shape = shapeOf(readFileSync(path), { encoding: file.encoding, terminator });
        const layers = wished.layers.map((each) => startSearch(searches, source, request(each, file.encoding), shape));
        const filter = startFilter(pool, layers, wished, 1 << 20);
        for (const [i, lines] of more.entries()) {
          const wait = waits[i % waits.length] ?? 0;
          if (wait === 1) await finished(filter);
          else if (wait === 2) await new Promise((go) => setTimeout(go, 2));
          // Also without a line end before it: the last line goes on.
          const part = bytesOf({ ...file, lines, bom: false, odd: false, open: wait === 0 });
          appendFileSync(path, part);
          source.grow();
          // Whoever looks first: a layer by itself, or the filter.
          if (wait === 3) layers.at(-1)?.noticeSource();
          else filter.noticeSource();
          if (wait === 1) {
            await finished(filter);
            const bytes = readFileSync(path);
            await expectRows(filter, want(bytes, wished, shape), bytes.length);
          }
        }
        filter.noticeSource();
        await finished(filter);
        const bytes = readFileSync(path);
        await expectRows(filter, want(bytes, wished, shape), bytes.length);
        filter.close();
        for (const search of layers) search.close();
        source.close();
      }),
      runs(150),
    );
  },
  FUZZ_TIMEOUT_MS,
);

/** Filters of files that are mostly holes: one endless line, in pieces, which nobody reads. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Filter } from '../../../server/filter/filter.ts';
import { FilterPool } from '../../../server/filter/filterPool.ts';
import { compileSearch } from '../../../server/search/compile.ts';
import { Frequencies } from '../../../server/search/frequencies.ts';
import { HitBudget } from '../../../server/search/hitParts.ts';
import { Search } from '../../../server/search/search.ts';
import { DEFAULT_SIZES } from '../../../server/search/searchPool.ts';
import { nextData } from '../../../server/source/holes.ts';
import { openSource } from '../../../server/source/open.ts';
import { sparseFile, tempFolder } from '../../helpers/files.ts';
import { shapeOf, smallPool } from '../search/engine.ts';

const searches = smallPool(DEFAULT_SIZES);
const pool = new FilterPool(2);
afterAll(() => Promise.all([searches.stop(), pool.stop()]));

const { segmentBytes } = DEFAULT_SIZES;
/** To read the holes takes minutes. */
const LONG_MS = 60_000;
const SIZE = 2 ** 40 + 12_345;
const HEAD = 'alpha\nbeta\ngamma\n';
const FAR = 2 ** 39 + 5 * segmentBytes + 777;

async function filterSparse(
  layers: readonly (readonly [pattern: string, role: 'include' | 'exclude'])[],
  combine: 'any' | 'none',
  context: number,
  size = SIZE,
): Promise<{ filter: Filter; took: number; close(): void }> {
  const path = sparseFile(join(tempFolder(), 'sparse'), size, [
    { offset: 0, bytes: HEAD },
    { offset: FAR, bytes: '\nalpha far\nbeta far\n' },
  ]);
  const source = await openSource(path, 'read');
  const shape = shapeOf(Buffer.from(HEAD), {});
  const holes = (offset: number, size: number): ReturnType<typeof nextData> => nextData(source.fd, offset, size);
  const budget = new HitBudget(1 << 26);
  const made = layers.map(([pattern, role]) => {
    const search = new Search({
      id: pattern,
      source,
      plan: compileSearch({ kind: 'text', pattern, report: 'lines' }, shape, new Frequencies(new Uint8Array(0))),
      from: 0,
      pool: searches,
      budget,
      spillFolder: '/dev/null',
      nextData: holes,
    });
    search.start();
    return { search, role };
  });
  const options = { id: 'sparse', layers: made, combine, before: context, after: context, from: 0, pool, budget };
  const began = performance.now();
  const filter = new Filter({ ...options, spillFolder: '/dev/null', nextData: holes });
  filter.start();
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (filter.idle) resolve();
    };
    filter.onProgress(look);
    look();
  });
  const took = performance.now() - began;
  const close = (): void => {
    filter.close();
    for (const { search } of made) search.close();
    source.close();
  };
  return { filter, took, close };
}

const rowsOf = (filter: Filter, start: number, count: number): unknown[] =>
  filter.rows.range(start, count).map(({ offset, length, match }) => [offset, length, match]);

test(
  'matches of a TiB are combined in the time of its data',
  async () => {
    const { filter, took, close } = await filterSparse(
      [
        ['alpha', 'include'],
        ['far', 'exclude'],
      ],
      'any',
      0,
    );
    expect(filter.status()).toMatchObject({ complete: true, rows: 1, decidedBytes: SIZE, error: null });
    expect(rowsOf(filter, 0, 9)).toEqual([[0, 5, true]]);
    expect(took).toBeLessThan(LONG_MS);
    close();
  },
  2 * LONG_MS,
);

test(
  'context goes over pieces of the hole as over lines',
  async () => {
    const { filter, took, close } = await filterSparse(
      [
        ['gamma', 'include'],
        ['beta', 'include'],
      ],
      'any',
      3,
    );
    const piece = (segment: number): unknown => [segment * segmentBytes, segmentBytes, false];
    const farSegment = Math.floor(FAR / segmentBytes);
    const start = farSegment * segmentBytes;
    expect(rowsOf(filter, 0, 99)).toEqual([
      [0, 5, false],
      [6, 4, true],
      [11, 5, true],
      // The rest of the first segment, and two that are all hole.
      [HEAD.length, segmentBytes - HEAD.length, false],
      piece(1),
      piece(2),
      piece(farSegment - 1),
      [start, FAR - start, false],
      [FAR + 1, 9, false],
      [FAR + 11, 8, true],
      [FAR + 20, start + segmentBytes - FAR - 20, false],
      piece(farSegment + 1),
      piece(farSegment + 2),
    ]);
    expect(filter.status()).toMatchObject({ complete: true, matches: 3, decidedBytes: SIZE });
    expect(took).toBeLessThan(LONG_MS);
    close();
  },
  2 * LONG_MS,
);

test(
  'where all other lines are shown, a hole is a row in each segment',
  async () => {
    const { filter, took, close } = await filterSparse([['beta', 'include']], 'none', 1);
    const segments = Math.ceil(SIZE / segmentBytes);
    // Three lines of the head, two of the far part, a piece in each segment and one more there.
    const rows = 3 + 2 + segments + 1;
    expect(filter.status()).toMatchObject({ complete: true, rows, matches: rows - 2, decidedBytes: SIZE, error: null });
    expect(rowsOf(filter, filter.rows.countBefore(700 * segmentBytes), 1)).toEqual([
      [700 * segmentBytes, segmentBytes, true],
    ]);
    expect(rowsOf(filter, filter.rows.total - 1, 1)).toEqual([[(segments - 1) * segmentBytes, 12_345, true]]);
    expect(took).toBeLessThan(LONG_MS);
    close();
  },
  2 * LONG_MS,
);

test(
  'of more holes than memory shall hold it says so, and gives back what it had',
  async () => {
    const many = await filterSparse([['beta', 'include']], 'none', 0, 9 * 2 ** 40);
    const { error, complete, running, rows } = many.filter.status();
    expect({ complete, running }).toEqual({ complete: false, running: false });
    expect(error?.message).toBe('There is no room for more rows: too many of them are holes.');
    expect(rows).toBeGreaterThan(500_000);
    expect(rows).toBeLessThan(530_000);
    many.close();
    const { filter, close } = await filterSparse([['beta', 'include']], 'none', 0);
    expect(filter.status()).toMatchObject({ complete: true, error: null });
    close();
  },
  2 * LONG_MS,
);

/** Filters against a slow oracle, over borders of segments, pieces of long lines, and growth. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Filter } from '../../../server/filter/filter.ts';
import { FilterPool } from '../../../server/filter/filterPool.ts';
import type { FilteredRow } from '../../../server/filter/rowPacking.ts';
import { HitBudget } from '../../../server/search/hitParts.ts';
import type { Search } from '../../../server/search/search.ts';
import type { TextShape } from '../../../server/window/encoding.ts';
import { lineFormat } from '../../../shared/lineFormat.ts';
import type { SearchRequest } from '../../../shared/protocol.ts';
import { tempFolder } from '../../helpers/files.ts';
import { FUZZ_TIMEOUT_MS, runs } from '../search/contents.ts';
import {
  fileOf,
  plainSource,
  SMALL_SIZES,
  finished as searched,
  shapeOf,
  smallPool,
  startSearch,
} from '../search/engine.ts';
import { type NaiveLayer, type NaiveLine, type NaiveRow, naiveFilter, naiveLines } from './naiveFilter.ts';

const searches = smallPool();
const pool = new FilterPool(2);
const folder = tempFolder();
afterAll(() => Promise.all([searches.stop(), pool.stop()]));

const { segmentBytes, pieceBytes } = SMALL_SIZES;

interface Layer {
  readonly text: string;
  readonly role: 'include' | 'exclude';
  readonly from: number;
}

interface Wish {
  readonly layers: readonly Layer[];
  readonly combine: 'any' | 'all' | 'none';
  readonly before: number;
  readonly after: number;
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** A file, told briefly: lines are so many `x` and some text. */
interface Content {
  readonly lines: readonly (readonly [length: number, text: string])[];
  readonly style: 'lf' | 'crlf' | 'cr' | 'mixed';
  readonly encoding: Encoding;
  /** The last line has no terminator. */
  readonly open: boolean;
  readonly bom: boolean;
  /** UTF-16 that ends with half a unit. */
  readonly odd: boolean;
}

const LETTERS = 'abc ';
const LENGTHS = [200, 3_000, 8_190, 8_192, 15_000, 16_384, 30_000, 65_536, 140_000];
const line: fc.Arbitrary<readonly [number, string]> = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(fc.constant(0), fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 6 })) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...LENGTHS),
        fc.integer({ min: -4, max: 4 }),
        fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 2 }),
      )
      .map(([length, shift, text]) => [length + shift, text] as const),
  },
);

const content: fc.Arbitrary<Content> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 40 }),
  style: fc.constantFrom('lf', 'crlf', 'cr', 'mixed'),
  encoding: fc.constantFrom('utf-8', 'utf-8', 'utf-16le', 'utf-16be'),
  open: fc.boolean(),
  bom: fc.boolean(),
  odd: fc.boolean(),
});

const MIXED = ['\n', '\r\n', '\n', '\r', '\n\n'];

function encode(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

function bytesOf({ lines, style, encoding, open, bom, odd }: Content): Buffer {
  const ends = { lf: ['\n'], crlf: ['\r\n'], cr: ['\r'], mixed: MIXED }[style];
  const parts = lines.map(([length, text], i) => 'x'.repeat(length) + text + ends[i % ends.length]);
  const bytes = encode((bom ? '\ufeff' : '') + parts.join('') + (open ? 'ab' : ''), encoding);
  return odd && encoding !== 'utf-8' ? Buffer.concat([bytes, Buffer.from('a')]) : bytes;
}

const layer: fc.Arbitrary<Layer> = fc.record({
  text: fc.constantFrom('a', 'b', 'c', 'ab', 'xa', 'x', 'bc'),
  role: fc.constantFrom('include', 'include', 'exclude'),
  from: fc.constantFrom(0, segmentBytes, 3 * segmentBytes),
});

const wish: fc.Arbitrary<Wish> = fc.record({
  layers: fc.array(layer, { minLength: 1, maxLength: 4 }),
  combine: fc.constantFrom('any', 'all', 'none'),
  before: fc.constantFrom(0, 0, 1, 2, 5, 99),
  after: fc.constantFrom(0, 0, 1, 3, 99),
});

function request({ text, from }: Layer, encoding: string): SearchRequest {
  return { kind: 'text', pattern: text, report: 'lines', encoding, from };
}

/** A line of text matches where the text starts in it. */
function naiveLayers(bytes: Buffer, { layers }: Wish, encoding: Encoding, bom: number): NaiveLayer[] {
  return layers.map(({ text, role }) => {
    const needle = encode(text, encoding);
    return {
      role,
      matches: ({ offset, length }: NaiveLine) => {
        for (let at = bytes.indexOf(needle, Math.max(offset, bom)); at >= 0; at = bytes.indexOf(needle, at + 1)) {
          if (at >= offset + length) return false;
          if (encoding === 'utf-8' || at % 2 === 0) return true;
        }
        return false;
      },
    };
  });
}

function want(bytes: Buffer, wished: Wish, shape: TextShape): NaiveRow[] {
  const format = lineFormat(shape.encoding, shape.terminator);
  const all = naiveLines(bytes, format, pieceBytes, segmentBytes);
  const layers = naiveLayers(bytes, wished, shape.encoding as Encoding, shape.bomBytes);
  return naiveFilter(all, layers, wished.combine, wished.before, wished.after);
}

function make(layers: readonly Search[], wished: Wish, budgetBytes: number): Filter {
  const filter = new Filter({
    ...wished,
    id: 'test',
    layers: layers.map((search, i) => ({ search, role: wished.layers[i]?.role ?? 'include' })),
    pool,
    budget: new HitBudget(budgetBytes),
    spillFolder: join(folder, 'rows'),
    nextData: null,
  });
  filter.start();
  return filter;
}

function finished(filter: Filter): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!filter.idle) return;
      stop();
      resolve();
    };
    const stop = filter.onProgress(look);
    look();
  });
}

/** Rows in a form that compares and reads well. */
function plain(row: FilteredRow | NaiveRow): readonly (number | boolean)[] {
  const mask = 'mask' in row ? row.mask : row.layers.reduce((sum, i) => sum + 2 ** i, 0);
  return [row.offset, row.length, row.match, mask];
}

function expectRows(filter: Filter, expected: readonly NaiveRow[], size: number): void {
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
  expect(filter.rows.histogram(size, 7)).toEqual(buckets);
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
          const filter = make(layers, wished, budget);
          await finished(filter);
          expectRows(filter, want(bytes, wished, shape), bytes.length);
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
          const filter = make(layers, wished, 1 << 20);
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
          expectRows(filter, expected, bytes.length);
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
        const filter = make(layers, wished, 1 << 20);
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
            expectRows(filter, want(bytes, wished, shape), bytes.length);
          }
        }
        filter.noticeSource();
        await finished(filter);
        const bytes = readFileSync(path);
        expectRows(filter, want(bytes, wished, shape), bytes.length);
        filter.close();
        for (const search of layers) search.close();
        source.close();
      }),
      runs(150),
    );
  },
  FUZZ_TIMEOUT_MS,
);

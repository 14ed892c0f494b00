/** Files, layers and filters in tiny segments, and what the oracle says of them; for tests. */
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll } from 'vitest';
import { Filter } from '../../../server/filter/filter.ts';
import { FilterPool } from '../../../server/filter/filterPool.ts';
import type { FilteredRow } from '../../../server/filter/rowPacking.ts';
import { HitBudget } from '../../../server/search/hitParts.ts';
import type { Search } from '../../../server/search/search.ts';
import type { SearchPool } from '../../../server/search/searchPool.ts';
import type { TextShape } from '../../../server/window/encoding.ts';
import { lineFormat } from '../../../shared/lineFormat.ts';
import type { SearchRequest } from '../../../shared/protocol.ts';
import { tempFolder } from '../../helpers/files.ts';
import { SMALL_SIZES, smallPool } from '../search/engine.ts';
import { type NaiveLayer, type NaiveLine, type NaiveRow, naiveFilter, naiveLines } from './naiveFilter.ts';

const folder = tempFolder();
const { segmentBytes, pieceBytes } = SMALL_SIZES;

interface Layer {
  readonly text: string;
  readonly role: 'include' | 'exclude';
  readonly from: number;
  /** Looked for as bytes, where the encoding makes that the same; such a search also looks at a byte order mark. */
  readonly bytes: boolean;
}

export interface Wish {
  readonly layers: readonly Layer[];
  readonly combine: 'any' | 'all' | 'none';
  readonly before: number;
  readonly after: number;
  /** Lines that end at or before this byte are left out. */
  readonly from: number;
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** A file, told briefly: lines are so many `x` and some text. */
export interface Content {
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
export const line: fc.Arbitrary<readonly [number, string]> = fc.oneof(
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

export const content: fc.Arbitrary<Content> = fc.record({
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

export function bytesOf({ lines, style, encoding, open, bom, odd }: Content): Buffer {
  const ends = { lf: ['\n'], crlf: ['\r\n'], cr: ['\r'], mixed: MIXED }[style];
  const parts = lines.map(([length, text], i) => 'x'.repeat(length) + text + ends[i % ends.length]);
  const bytes = encode((bom ? '\ufeff' : '') + parts.join('') + (open ? 'ab' : ''), encoding);
  return odd && encoding !== 'utf-8' ? Buffer.concat([bytes, Buffer.from('a')]) : bytes;
}

const layer: fc.Arbitrary<Layer> = fc.record({
  text: fc.constantFrom('a', 'b', 'c', 'ab', 'xa', 'x', 'bc'),
  role: fc.constantFrom('include', 'include', 'exclude'),
  from: fc.constantFrom(0, segmentBytes, 3 * segmentBytes),
  bytes: fc.boolean(),
});

export const wish: fc.Arbitrary<Wish> = fc.record({
  layers: fc.array(layer, { minLength: 1, maxLength: 4 }),
  combine: fc.constantFrom('any', 'all', 'none'),
  before: fc.constantFrom(0, 0, 1, 2, 5, 99),
  after: fc.constantFrom(0, 0, 1, 3, 99),
  from: fc.oneof(
    fc.constant(0),
    fc.nat(100),
    fc.nat(200_000),
    fc.constantFrom(1, 2, 3, 4).map((n) => n * segmentBytes),
  ),
});

export function request({ text, from, bytes }: Layer, encoding: string): SearchRequest {
  if (bytes && encoding === 'utf-8') {
    return { kind: 'bytes', pattern: Buffer.from(text).toString('hex'), report: 'lines', from };
  }
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

export function want(bytes: Buffer, wished: Wish, shape: TextShape): NaiveRow[] {
  const format = lineFormat(shape.encoding, shape.terminator);
  const all = naiveLines(bytes, format, pieceBytes, segmentBytes).filter(
    ({ offset, length }) => offset >= wished.from || offset + length > wished.from,
  );
  const layers = naiveLayers(bytes, wished, shape.encoding as Encoding, shape.bomBytes);
  return naiveFilter(all, layers, wished.combine, wished.before, wished.after);
}

/** Threads to search and to make rows with, which end with the last test of the file. */
export function testPools(): { readonly searches: SearchPool; readonly pool: FilterPool } {
  const searches = smallPool();
  const pool = new FilterPool(2);
  afterAll(() => Promise.all([searches.stop(), pool.stop()]));
  return { searches, pool };
}

/** A filter of these searches, at work. */
export function startFilter(pool: FilterPool, layers: readonly Search[], wished: Wish, budgetBytes: number): Filter {
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

export function finished(filter: Filter): Promise<void> {
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
export function plain(row: FilteredRow | NaiveRow): readonly (number | boolean)[] {
  const mask = 'mask' in row ? row.mask : row.layers.reduce((sum, i) => sum + 2 ** i, 0);
  return [row.offset, row.length, row.match, mask];
}

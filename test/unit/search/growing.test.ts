/** Searches of a file that grows: only what growth may change is searched again, and they find what a search of the whole file finds. */
import { appendFileSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Hit } from '../../../server/search/hitStore.ts';
import type { Search } from '../../../server/search/search.ts';
import type { SearchSizes } from '../../../server/search/searchJob.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import type { SearchRequest } from '../../../shared/protocol.ts';
import { FUZZ_TIMEOUT_MS, filler, runs } from './contents.ts';
import { fileOf, finished, plainSource, SMALL_SIZES, searchBytes, shapeOf, smallPool, startSearch } from './engine.ts';
import { expectHits, naiveBytes, naiveLines } from './naive.ts';

/** Segments of four pages, so that one can be settled up to any of them. */
const SIZES: SearchSizes = { ...SMALL_SIZES, segmentBytes: 4 * PAGE_BYTES };
const pool = smallPool(SIZES);
const small = smallPool();
afterAll(() => Promise.all([pool.stop(), small.stop()]));

const { pieceBytes, contextBytes } = SIZES;
const text = (pattern: string, report: SearchRequest['report'] = 'matches'): SearchRequest => ({
  kind: 'text',
  pattern,
  report,
});
const regex = (pattern: string, report: SearchRequest['report'] = 'matches'): SearchRequest => ({
  kind: 'regex',
  pattern,
  report,
});

function hitsOf(search: Search): readonly Hit[] {
  const { hits, exact } = search.hits.range(0, 10_000_000);
  expect(exact).toBe(true);
  expect(search.total).toBe(hits.length);
  return hits;
}

/** What a search of all that the file holds now finds. */
async function wanted(bytes: Buffer, request: SearchRequest): Promise<readonly Hit[]> {
  // Pieces of long lines are those of segments of this size.
  if (request.report === 'lines') return searchBytes(pool, bytes, request);
  if (request.kind === 'text')
    return naiveBytes(bytes, [...Buffer.from(request.pattern)], Array(request.pattern.length).fill(255));
  // No segment of one page is ever cut in two.
  const want = await searchBytes(small, bytes, request);
  const isLong = bytes
    .toString('latin1')
    .split('\n')
    .some((line) => line.length >= pieceBytes);
  if (request.kind === 'regex' && !request.over && !isLong)
    expectHits(want, naiveLines(bytes, request.pattern, ''), 'lines');
  return want;
}

test(
  'what is appended is searched, and what it changes at the old end is searched again',
  async () => {
    const scrap = fc
      .array(fc.constantFrom('a', 'aa', 'b', '\n', 'ab', '\r'), { maxLength: 40 })
      .map((parts) => parts.join(''));
    const run = fc
      .record({
        unit: fc.constantFrom('ab aa\n', 'aaa', 'b\r\n', 'b', '\n', 'abab\n aab\n'),
        length: fc.constantFrom(1, 100, pieceBytes - 1, pieceBytes, PAGE_BYTES - 5, PAGE_BYTES, 3 * PAGE_BYTES + 7),
      })
      .map(({ unit, length }) => filler(unit, length).toString('latin1'));
    const piece = fc.tuple(fc.oneof(scrap, run), scrap).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        piece,
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.constantFrom<SearchRequest>(
          text('aa'),
          text('ab\nb'),
          text('ab\nb', 'lines'),
          text('aa', 'lines'),
          regex('a+$'),
          regex('^[^b]*b'),
          regex('x?'),
          regex('a$', 'lines'),
          { ...regex('(aa)+b?'), over: 'bytes' },
          { ...regex('x*'), over: 'bytes' },
        ),
        fc.constantFrom(0, PAGE_BYTES + contextBytes, SIZES.segmentBytes - 20, 2 * SIZES.segmentBytes + pieceBytes - 3),
        async (first, growth, request, lead) => {
          const path = fileOf(Buffer.concat([filler('ab aa\n', lead), Buffer.from(first)]));
          const source = plainSource(path);
          const search = startSearch(pool, source, request, shapeOf(Buffer.from('text'), {}));
          for (const [i, more] of growth.entries()) {
            // Sometimes in the middle of the search, mostly after it.
            if (i % 3 !== 2) await finished(search);
            appendFileSync(path, more);
            source.grow();
            search.noticeSource();
          }
          await finished(search);
          const bytes = readFileSync(path);
          expect(search.status()).toMatchObject({ complete: true, size: bytes.length, scannedBytes: bytes.length });
          const want = await wanted(bytes, request);
          expectHits(hitsOf(search), want, request.pattern);
          expect(await search.hits.histogram(1)).toEqual(bytes.length === 0 ? [0] : [want.length]);
          search.close();
          source.close();
        },
      ),
      runs(150),
    );
  },
  FUZZ_TIMEOUT_MS,
);

/** So long before the end a match may still change; the text looked for here has two bytes. */
const MATCH_MARGIN = 2 * contextBytes + 8;
const settledOf = (size: number): number => Math.floor((size - MATCH_MARGIN) / PAGE_BYTES) * PAGE_BYTES;

test.each([
  ['a text', text('aa')],
  ['lines', text('aa', 'lines')],
  ['an expression', regex('a+$')],
])('of %s only the last pages are searched again, however often something is appended', async (_name, request) => {
  const path = fileOf(filler('ab aa\n', 2 * SIZES.segmentBytes + 3 * PAGE_BYTES));
  const source = plainSource(path);
  const search = startSearch(pool, source, request, shapeOf(Buffer.from('text'), {}));
  await finished(search);
  let size = source.size;
  for (let n = 0; n < 400; n++) {
    appendFileSync(path, n % 7 === 0 ? 'aa' : 'aa b\n'.repeat(n));
    source.grow();
    search.noticeSource();
    // Nothing has been searched since: this is what holds.
    expect(search.status().scannedBytes).toBe(settledOf(size));
    size = source.size;
    await finished(search);
  }
  const bytes = readFileSync(path);
  const got = hitsOf(search);
  if (request.report === 'matches') expectHits(got, await wanted(bytes, request), 'at last');
  expectHits(got, await searchBytes(small, bytes, request), 'at last, by segments of one page');
  search.close();
  source.close();
});

test('where a line has no end yet, or is longer than a piece, it is searched again as a whole', async () => {
  const lines = filler('ab aa\n', SIZES.segmentBytes + 2 * PAGE_BYTES);
  // It goes over the page at which it could be cut off.
  const path = fileOf(Buffer.concat([lines, filler('a', pieceBytes - 100)]));
  const source = plainSource(path);
  const search = startSearch(pool, source, text('aa', 'lines'), shapeOf(Buffer.from('text'), {}));
  await finished(search);
  const begins = lines.length;
  for (const more of ['a'.repeat(99), 'a', `${'a'.repeat(PAGE_BYTES)}`, '\naa\n', 'b\n'.repeat(PAGE_BYTES)]) {
    appendFileSync(path, more);
    source.grow();
    search.noticeSource();
    expect(search.status().scannedBytes).toBeLessThanOrEqual(begins);
    await finished(search);
    expectHits(
      hitsOf(search),
      await searchBytes(pool, readFileSync(path), text('aa', 'lines')),
      `after ${more.length}`,
    );
  }
  search.close();
  source.close();
});

test('a search that was cancelled keeps its part, and goes on with what has come since', async () => {
  const path = fileOf(filler('ab aa\n', 3 * PAGE_BYTES));
  const source = plainSource(path);
  const search = startSearch(pool, source, text('aa'), shapeOf(Buffer.from('text'), {}));
  await finished(search);
  search.cancel();
  appendFileSync(path, 'aa\n'.repeat(PAGE_BYTES));
  source.grow();
  search.noticeSource();
  search.cancel();
  expect(search.status()).toMatchObject({ cancelled: true, complete: false });
  appendFileSync(path, 'aa\n');
  source.grow();
  search.noticeSource();
  search.start();
  await finished(search);
  expectHits(hitsOf(search), await wanted(readFileSync(path), text('aa')), 'after going on');
  search.close();
  source.close();
});

/** As growing.test.ts, of every kind, in every encoding, with holes and lost threads: what came bit by bit is found as in all of it. */
import { appendFileSync, closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { compileSearch } from '../../../server/search/compile.ts';
import { Frequencies } from '../../../server/search/frequencies.ts';
import type { Search } from '../../../server/search/search.ts';
import type { FromWorker, SearchJob, SearchSizes } from '../../../server/search/searchJob.ts';
import { SegmentLedger } from '../../../server/search/segmentLedger.ts';
import { nextData } from '../../../server/source/holes.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import type { SearchRequest } from '../../../shared/protocol.ts';
import { FUZZ_TIMEOUT_MS, runs } from './contents.ts';
import { fileOf, finished, plainSource, SMALL_SIZES, searchBytes, shapeOf, smallPool, startSearch } from './engine.ts';
import { expectHits } from './naive.ts';

const SIZES: SearchSizes = { ...SMALL_SIZES, segmentBytes: 4 * PAGE_BYTES };
const pool = smallPool(SIZES);
/** No segment of one page is ever cut in two. */
const small = smallPool();
afterAll(() => Promise.all([pool.stop(), small.stop()]));

const { pieceBytes, contextBytes, segmentBytes } = SIZES;

const number = (pattern: string, more: Partial<SearchRequest> = {}): SearchRequest => ({
  kind: 'number',
  pattern,
  numberType: 'u16',
  endian: 'le',
  ...more,
});
const REQUESTS: readonly SearchRequest[] = [
  { kind: 'text', pattern: 'aa' },
  { kind: 'text', pattern: 'a', wholeWord: true },
  { kind: 'text', pattern: 'ab', wholeWord: true, caseSensitive: false },
  { kind: 'text', pattern: 'aa', report: 'lines' },
  { kind: 'text', pattern: 'a', wholeWord: true, report: 'lines' },
  { kind: 'text', pattern: 'äa', caseSensitive: false },
  { kind: 'bytes', pattern: '61 61 61' },
  { kind: 'bytes', pattern: '61 ?? 61' },
  number('24929'),
  number('24929', { align: 2 }),
  number('24000..25500'),
  number('24000..25500', { align: 4 }),
  number('1000000000..2000000000', { numberType: 'u32', endian: 'be' }),
  { kind: 'regex', pattern: 'a+$' },
  { kind: 'regex', pattern: '^[^b]*b' },
  { kind: 'regex', pattern: 'x?' },
  { kind: 'regex', pattern: '$' },
  { kind: 'regex', pattern: '\\bab?\\b' },
  { kind: 'regex', pattern: 'a$', report: 'lines' },
  { kind: 'regex', pattern: '^$', report: 'lines' },
  { kind: 'regex', pattern: '(?<=b)a|aa(?!b)' },
  { kind: 'regex', pattern: '(aa)+b?', over: 'bytes' },
  { kind: 'regex', pattern: 'x*', over: 'bytes' },
  { kind: 'regex', pattern: 'a[^]{0,300}b', over: 'bytes' },
  { kind: 'regex', pattern: '(?:^|\\W)a', over: 'bytes', flags: 's' },
];

/** How text becomes bytes, and what is said of them. */
const FORMS = [
  { encoding: 'utf-8', terminator: 'lf' },
  { encoding: 'utf-8', terminator: 'cr' },
  { encoding: 'utf-16le', terminator: 'lf' },
  { encoding: 'utf-16be', terminator: 'lf' },
  { encoding: 'utf-16le', terminator: 'cr' },
  { encoding: 'windows-1252', terminator: 'lf' },
  { encoding: 'shift_jis', terminator: 'lf' },
] as const;

function encode(text: string, encoding: (typeof FORMS)[number]['encoding']): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, 'latin1');
}

/** Writes bytes `[from, to)` of `all`; pages of zeros become holes. */
function growTo(path: string, all: Buffer, from: number, to: number): void {
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, to);
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / PAGE_BYTES) + 1) * PAGE_BYTES);
    const bytes = all.subarray(at, end);
    if (bytes.some((byte) => byte !== 0)) writeSync(fd, bytes, 0, bytes.length, at);
    at = end;
  }
  closeSync(fd);
}

/** Job number n of a search is lost with its thread when it has told something `after[n]` times; 0: never. */
function loseJobs(search: Search, after: readonly number[]): void {
  const said = search.jobSaid.bind(search);
  const told = new Map<number, { readonly number: number; times: number }>();
  search.jobSaid = (job, message) => {
    const known = told.get(job.id) ?? { number: told.size, times: 0 };
    told.set(job.id, known);
    known.times++;
    const last = after[known.number] ?? 0;
    if (last === 0 || known.times < last) said(job, message);
    else if (known.times === last) search.jobLost(job);
  };
}

const scrap = fc.array(fc.constantFrom('a', 'aa', 'b', '\n', 'ab', '\r', '\r\n', ' ', 'ä', '\0', '_a '), {
  maxLength: 40,
});
/** A unit again and again, then something else. */
const piece = fc.record({
  unit: fc.constantFrom('ab aa\n', 'aaa', 'b\r\n', 'b', '\n', 'abab\r aab\r', '\0', '\0', 'ä a\n'),
  length: fc.constantFrom(
    0,
    1,
    100,
    pieceBytes - 1,
    pieceBytes,
    PAGE_BYTES - 5,
    PAGE_BYTES,
    3 * PAGE_BYTES + 7,
    9 * PAGE_BYTES,
  ),
  scrap,
});
const textOf = (unit: string, length: number): string => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/** Where the file ends for a while: anywhere, or near a place where the engine begins anew. */
const cut = fc.oneof(
  fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({
    page: fc.integer({ min: 0, max: 12 }),
    beside: fc.constantFrom(0, 0, contextBytes, 2 * contextBytes, 2 * contextBytes + pieceBytes),
    by: fc.integer({ min: -9, max: 9 }),
  }),
);

test(
  'of any kind, the hits in a file that came bit by bit are those of all of it',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.array(cut, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...REQUESTS),
        fc.constantFrom(...FORMS),
        fc.constantFrom(0, PAGE_BYTES + contextBytes, segmentBytes - 20, 2 * segmentBytes + pieceBytes - 3),
        fc.array(fc.constantFrom('wait', 'wait', 'wait', 'hurry', 'cancel', 'stop'), { minLength: 7, maxLength: 7 }),
        fc.record({ bom: fc.boolean(), odd: fc.boolean(), spill: fc.boolean(), holes: fc.boolean() }),
        fc.array(fc.constantFrom(0, 0, 0, 1, 2), { maxLength: 8 }),
        async (pieces, cuts, request, { encoding, terminator }, lead, manners, { bom, odd, spill, holes }, lost) => {
          const body = pieces.map(({ unit, length, scrap: rest }) => textOf(unit, length) + rest.join(''));
          const text = (bom ? '\ufeff' : '') + textOf('ab aa\n', lead) + body.join('');
          const all = Buffer.concat([encode(text, encoding), Buffer.from(odd ? 'a' : '')]);
          const sizes = cuts
            .map((at) => ('share' in at ? Math.floor(at.share * all.length) : at.page * PAGE_BYTES + at.beside + at.by))
            .filter((size) => size > 4 && size < all.length)
            .sort((a, b) => a - b);
          sizes.push(all.length);
          const options = { encoding, terminator, budgetBytes: spill ? 0 : 1 << 20 };
          const path = fileOf(Buffer.of());
          growTo(path, all, 0, sizes[0] ?? 0);
          const source = plainSource(path);
          const data = (offset: number, size: number) => nextData(source.fd, offset, size);
          const shape = shapeOf(all, options);
          const search = startSearch(pool, source, request, shape, options.budgetBytes, holes ? data : null);
          loseJobs(search, lost);
          for (let i = 1; i < sizes.length; i++) {
            const manner = manners[i];
            if (manner === 'wait') await finished(search);
            if (manner === 'cancel') search.cancel();
            growTo(path, all, sizes[i - 1] ?? 0, sizes[i] ?? 0);
            source.grow();
            search.noticeSource();
            if (manner === 'stop') {
              await new Promise((resolve) => setTimeout(resolve, 1));
              search.cancel();
            }
            if (manner === 'cancel' || manners[i + 1] !== 'hurry') search.start();
          }
          search.start();
          await finished(search);
          expect(search.status()).toMatchObject({ error: null, complete: true, scannedBytes: all.length });
          const { hits, exact } = search.hits.range(0, 10_000_000);
          expect(exact).toBe(true);
          expect(search.total).toBe(hits.length);
          // Pieces of long lines are those of segments of this size.
          const want = await searchBytes(request.report === 'lines' ? pool : small, all, request, options);
          expectHits(hits, want, `${request.pattern} in ${encoding}`);
          expect(await search.hits.histogram(1)).toEqual([want.length]);
          search.close();
          source.close();
        },
      ),
      runs(100),
    );
  },
  FUZZ_TIMEOUT_MS,
);

test('where hits may overlap, none is lost at the place from which on the end is searched again', async () => {
  const bytes = Buffer.alloc(2 * PAGE_BYTES, 'a');
  const path = fileOf(bytes.subarray(0, -1));
  const source = plainSource(path);
  const search = startSearch(pool, source, number('24000..25500'), shapeOf(bytes, {}));
  const all = (size: number) => Array.from({ length: size - 1 }, (_, offset) => ({ offset, length: 2 }));
  await finished(search);
  expectHits(search.hits.range(0, 10_000_000).hits, all(bytes.length - 1), 'before');
  appendFileSync(path, 'a');
  source.grow();
  search.noticeSource();
  await finished(search);
  expectHits(search.hits.range(0, 10_000_000).hits, all(bytes.length), 'after');
  search.close();
  source.close();
});

test('a segment that waits for agreement when a cancelled search takes on growth is handed out once', () => {
  const plan = compileSearch(
    { kind: 'text', pattern: 'aa' },
    shapeOf(Buffer.from('a'), {}),
    new Frequencies(Buffer.of()),
  );
  const size = 2 * segmentBytes - 9;
  const ledger = new SegmentLedger({ plan, sizes: SIZES, size, from: 0, nextData: null, hasHits: () => true });
  let jobs = 0;
  const next = (): SearchJob | null => {
    const job = ledger.next(jobs++, [], () => undefined);
    return job && { ...job, search: 1, fd: -1 };
  };
  const finish = (job: SearchJob | null, said: Pick<FromWorker, 'first' | 'reach' | 'settledTo'>): void => {
    const flight = job && ledger.flight(job);
    if (!flight) throw new Error('there is no such job');
    const message = { id: job.id, part: Buffer.of(), scannedTo: job.end, done: true, error: null, ...said };
    ledger.land(job);
    ledger.told(job, flight, message);
    ledger.finish(job, flight, message);
  };
  const [before, last] = [next(), next()];
  finish(last, { first: segmentBytes, reach: segmentBytes + 2, settledTo: segmentBytes + PAGE_BYTES });
  finish(before, { first: 0, reach: segmentBytes + 1, settledTo: null });
  expect(ledger.disputedAtEnd).toBe(true);
  ledger.grow(size + 9);
  const again = next();
  expect(again).toMatchObject({ base: segmentBytes, offset: segmentBytes, carry: segmentBytes + 1 });
  expect(next()).toBeNull();
  finish(again, { first: segmentBytes + 1, reach: segmentBytes + 3, settledTo: null });
  expect(ledger).toMatchObject({ complete: true, agreed: true });
});

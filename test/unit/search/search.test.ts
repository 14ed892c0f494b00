import { existsSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { compileSearch } from '../../../server/search/compile.ts';
import { Frequencies } from '../../../server/search/frequencies.ts';
import { HitBudget } from '../../../server/search/hitParts.ts';
import { Search } from '../../../server/search/search.ts';
import { DEFAULT_SIZES } from '../../../server/search/searchPool.ts';
import { nextData } from '../../../server/source/holes.ts';
import { openSource } from '../../../server/source/open.ts';
import type { SearchRequest } from '../../../shared/protocol.ts';
import { sparseFile, tempFolder } from '../../helpers/files.ts';
import { filler } from './contents.ts';
import { fileOf, finished, plainSource, SMALL_SIZES, shapeOf, smallPool, startSearch } from './engine.ts';
import { expectHits, naiveBytes, naiveLines } from './naive.ts';

const pool = smallPool();
afterAll(() => pool.stop());

const { segmentBytes } = SMALL_SIZES;
const shape = shapeOf(Buffer.from('text'), {});
const text = (pattern: string): SearchRequest => ({ kind: 'text', pattern });
const regex = (pattern: string): SearchRequest => ({ kind: 'regex', pattern });
describe('a file that changes', () => {
  test('a new generation makes it stale: no hit of the old one is told any more', async () => {
    const source = plainSource(fileOf(filler('ab', 3 * segmentBytes)));
    const search = startSearch(pool, source, text('a'), shape);
    await finished(search);
    expect(search.total).toBe(1.5 * segmentBytes);
    source.renew();
    search.noticeSource();
    expect(search.status()).toMatchObject({ stale: true, complete: false, hits: 0 });
    expect(search.hits.range(0, 10).hits).toEqual([]);
    search.close();
    source.close();
  });
});

describe('going on and stopping', () => {
  test('cancelled it finds no more; resumed it finds everything', async () => {
    const bytes = filler('ab cd\n', 40 * segmentBytes);
    const source = plainSource(fileOf(bytes));
    const search = startSearch(pool, source, text('ab'), shape);
    search.cancel();
    expect(search.status()).toMatchObject({ cancelled: true, complete: false });
    const { scannedBytes } = search.status();
    expect(scannedBytes).toBeLessThan(bytes.length);
    search.start();
    await finished(search);
    expect(search.status()).toMatchObject({ cancelled: false, complete: true, hits: Math.ceil(bytes.length / 6) });
    search.close();
    source.close();
  });

  test('an expression that backtracks without end is stopped at its line, while another search goes on', async () => {
    const impatient = smallPool(SMALL_SIZES, 500);
    const evil = `${'a'.repeat(40)}!\n`;
    const at = 2 * segmentBytes + 603;
    const bytes = Buffer.concat([filler('aa b\n', at), Buffer.from(evil), filler('aa b\n', segmentBytes)]);
    const source = plainSource(fileOf(bytes));
    const bad = startSearch(impatient, source, regex('^(a+)+$'), shape);
    const good = startSearch(impatient, source, text('b'), shape);
    await finished(good);
    expect(good.status()).toMatchObject({ complete: true, error: null });
    expect(bad.idle).toBe(false);
    await finished(bad);
    expect(bad.status()).toMatchObject({ complete: false, error: { offset: at } });
    // The threads were replaced.
    const later = startSearch(impatient, source, regex('^aa'), shape);
    await finished(later);
    expect(later.status()).toMatchObject({ complete: true, error: null });
    for (const search of [bad, good, later]) search.close();
    source.close();
    await impatient.stop();
  });

  test('an expression that needs more memory than there is on a line ends there, and takes no other search with it', async () => {
    const real = smallPool(DEFAULT_SIZES, 60_000);
    const at = 2_000_003;
    const bytes = Buffer.concat([
      filler('aa b\n', at - 1),
      Buffer.from('\n'),
      filler('b', 900_000),
      Buffer.from('\nc\n'),
    ]);
    const source = plainSource(fileOf(bytes));
    const groups = Array.from({ length: 60 }, (_, n) => n + 1);
    const greedy = regex(`^(?:${'('.repeat(60)}.${')'.repeat(60)})*\\W${groups.map((n) => `\\${n}`).join('')}`);
    const bad = [0, 1, 2].map(() => startSearch(real, source, greedy, shape));
    const good = Array.from({ length: 12 }, () => startSearch(real, source, regex('b+$'), shape));
    for (const search of good) {
      await finished(search);
      expect(search.status()).toMatchObject({ complete: true, error: null });
    }
    for (const search of bad) {
      await finished(search);
      expect(search.status()).toMatchObject({
        complete: false,
        error: {
          message: 'The expression needs too much memory on the line here, so the search was stopped.',
          offset: at,
        },
      });
    }
    for (const search of [...bad, ...good]) search.close();
    source.close();
    await real.stop();
  });

  test('over bytes it is told in which window it got stuck', async () => {
    const impatient = smallPool(SMALL_SIZES, 300);
    const at = segmentBytes + 3 * SMALL_SIZES.windowBytes + 5;
    const bytes = Buffer.concat([filler('b', at), Buffer.from(`${'a'.repeat(40)}!`), filler('b', 99)]);
    const source = plainSource(fileOf(bytes));
    const search = startSearch(impatient, source, { ...regex('(?:a+)+c'), over: 'bytes' }, shape);
    await finished(search);
    const { error } = search.status();
    expect(error?.offset).toBeLessThanOrEqual(at);
    expect(error?.offset).toBeGreaterThan(at - SMALL_SIZES.windowBytes - SMALL_SIZES.contextBytes);
    search.close();
    source.close();
    await impatient.stop();
  });

  test('searches take turns', async () => {
    const bytes = filler('ab cd\n', 60 * segmentBytes);
    const source = plainSource(fileOf(bytes));
    const turns: string[] = [];
    const start = (name: string): Search => {
      const search = startSearch(pool, source, text('ab'), shape);
      const give = search.nextJob.bind(search);
      vi.spyOn(search, 'nextJob').mockImplementation((id, number) => {
        const job = give(id, number);
        if (job) turns.push(name);
        return job;
      });
      return search;
    };
    const searches = [start('a'), start('b'), start('c')];
    await Promise.all(searches.map(finished));
    // Once all three run, none gets two jobs while another waits.
    const middle = turns.slice(10, 100).join('');
    expect(middle.length).toBe(90);
    expect(middle).toMatch(/^(?:(?:abc)+|(?:bca)+|(?:cab)+)(?:a|ab|b|bc|c|ca)?$/);
    for (const search of searches) search.close();
    source.close();
  });

  test('what cannot be read is left out and said; the search ends', async () => {
    const path = fileOf(filler('ab', 3 * segmentBytes));
    const source = plainSource(path);
    const unreadable = { ...source, fd: openSync(path, 'a'), size: 3 * segmentBytes, generation: 1 };
    const search = startSearch(pool, unreadable, text('a'), shape);
    await finished(search);
    expect(search.status().complete).toBe(true);
    expect(search.status().error?.message).toContain('EBADF');
    const short = startSearch(pool, { ...source, size: 5 * segmentBytes, generation: 1 }, text('a'), shape);
    await finished(short);
    expect(short.status().error?.message).toContain('ended early');
    expect(short.total).toBe(1.5 * segmentBytes);
    search.close();
    short.close();
    source.close();
  });
});

describe('hits', () => {
  const bytes = Buffer.alloc(6 * segmentBytes + 1234);
  for (let i = 0, seed = 1; i < bytes.length; i++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    // Dense in some parts, none in others.
    const dense = Math.floor(i / 50_000) % 3 === 0;
    bytes[i] = dense && seed % 7 === 0 ? 0x61 : 0x62;
  }
  const want = naiveBytes(bytes, [0x61], [255]);

  test.each([
    ['in memory', 1 << 24],
    ['spilled', 0],
    ['partly spilled', 20_000],
  ])('%s: by number, around any offset and as a histogram', async (_where, budgetBytes) => {
    const source = plainSource(fileOf(bytes));
    const search = startSearch(pool, source, { ...text('a'), from: 200_000 }, shape, budgetBytes);
    await finished(search);
    expectHits(search.hits.range(0, 1_000_000).hits, want, 'all');
    for (const start of [0, 1, 777, want.length - 3, want.length, want.length + 5]) {
      expectHits(search.hits.range(start, 10).hits, want.slice(start, start + 10), `from number ${start}`);
    }
    for (const offset of [0, 1, 49_999, 50_000, 99_999, 150_001, segmentBytes, bytes.length - 1, bytes.length]) {
      const next = want.findIndex((hit) => hit.offset >= offset);
      const number = next < 0 ? want.length : next;
      expect(search.hits.near(offset, 'next')).toEqual({
        hit: want[number] ?? null,
        number: number < want.length ? number : null,
        decided: true,
        exact: number < want.length,
      });
      expect(search.hits.near(offset, 'previous').hit).toEqual(want[number - 1] ?? null);
    }
    for (const buckets of [1, 3, 7, 100, 4096]) {
      const counts = new Array<number>(buckets).fill(0);
      for (let b = 0; b < buckets; b++) {
        const from = Math.floor((b * bytes.length) / buckets);
        const to = Math.floor(((b + 1) * bytes.length) / buckets);
        counts[b] = want.filter(({ offset }) => offset >= from && offset < to).length;
      }
      expect(await search.hits.histogram(buckets)).toEqual(counts);
    }
    search.close();
    source.close();
  });

  test('of lines that reach into the next segment are counted where they lie', async () => {
    const line = `${'b'.repeat(700)}a${'b'.repeat(1300)}a\n`;
    const long = filler(line, 4 * segmentBytes + 17);
    const places = naiveBytes(long, [0x61], [255]);
    const source = plainSource(fileOf(long));
    for (const request of [regex('a'), regex('a(?=.)|a$'), { ...regex('a'), report: 'lines' } as const]) {
      const search = startSearch(pool, source, request, shape);
      const { signal } = new AbortController();
      const want = request.report
        ? naiveLines(long, '^.*$', '').filter(({ offset, length }) =>
            long.subarray(offset, offset + length).includes(0x61),
          )
        : places;
      for (let n = 4; n > 0; n--) {
        for (const offset of [-800, -1, 0, 1, 650, 1400].map((delta) => n * segmentBytes + delta)) {
          const next = await search.findNear(offset, 'next', signal);
          expect(next).toMatchObject({ decided: true, hit: want.find((hit) => hit.offset >= offset) ?? null });
          const previous = await search.findNear(offset, 'previous', signal);
          expect(previous).toMatchObject({ decided: true, hit: want.findLast((hit) => hit.offset < offset) });
        }
      }
      await finished(search);
      expectHits(search.hits.range(0, 10_000).hits, want, 'all');
      const inFirst = want.filter(({ offset }) => offset < Math.floor(long.length / 4)).length;
      expect((await search.hits.histogram(4))[0]).toBe(inFirst);
      search.close();
    }
    source.close();
  });

  test('a spill file has no name, and what a crashed process left is removed', () => {
    const folder = join(tempFolder(), 'hits');
    mkdirSync(folder);
    const leftover = join(folder, '999999999-ab12.hits');
    const alive = join(folder, `${process.pid}-ab12.hits`);
    writeFileSync(leftover, 'x');
    writeFileSync(alive, 'x');
    const source = plainSource(fileOf(bytes));
    const search = new Search({
      id: 'spilled',
      source,
      plan: compileSearch(text('a'), shape, new Frequencies(bytes.subarray(0, 1000))),
      from: 0,
      pool,
      budget: new HitBudget(0),
      spillFolder: folder,
      nextData: null,
    });
    search.start();
    return finished(search).then(() => {
      expect(search.total).toBe(want.length);
      expect(existsSync(leftover)).toBe(false);
      expect(existsSync(alive)).toBe(true);
      if (process.platform !== 'win32') expect(readdirSync(folder)).toHaveLength(1);
      search.close();
      source.close();
      expect(readdirSync(folder)).toHaveLength(1);
    });
  });

  test('a spill folder that cannot be made stops the search with a sentence', async () => {
    const source = plainSource(fileOf(bytes));
    const search = new Search({
      id: 'nowhere',
      source,
      plan: compileSearch(text('a'), shape, new Frequencies(new Uint8Array(0))),
      from: 0,
      pool,
      budget: new HitBudget(0),
      spillFolder: '/dev/null/hits',
      nextData: null,
    });
    search.start();
    await finished(search);
    expect(search.status()).toMatchObject({ complete: false });
    expect(search.status().error?.message).toMatch(/no place .*ENOTDIR/);
    search.close();
    source.close();
  });

  test('the nearest hit is found without waiting for the rest', async () => {
    const source = plainSource(fileOf(bytes));
    const search = startSearch(pool, source, text('a'), shape);
    const far = 5 * segmentBytes + 100;
    const { signal } = new AbortController();
    const next = await search.findNear(far, 'next', signal);
    const previous = await search.findNear(far, 'previous', signal);
    expect(next).toMatchObject({ decided: true, hit: want.find(({ offset }) => offset >= far) });
    expect(previous).toMatchObject({ decided: true, hit: want.findLast(({ offset }) => offset < far) });
    const none = await search.findNear(bytes.length, 'next', signal);
    expect(none).toMatchObject({ decided: true, hit: null });
    search.close();
    source.close();
  });
});

test('holes of a sparse file are passed over, also of a TiB, and hits at their edges are found', async () => {
  const full = smallPool(DEFAULT_SIZES);
  const size = 2 ** 40 + 5;
  const places = [0, 2 ** 31 - 3, 2 ** 32 - 1, 2 ** 39 + 4096 * 7, size - 6];
  const path = sparseFile(
    join(tempFolder(), 'sparse'),
    size,
    places.map((offset) => ({ offset, bytes: 'needle' })),
  );
  const source = await openSource(path, 'read');
  for (const request of [text('needle'), regex('n[e]+dle'), { kind: 'bytes', pattern: '00 6e 65 65 64' } as const]) {
    const search = new Search({
      id: 'sparse',
      source,
      plan: compileSearch(request, shape, new Frequencies(new Uint8Array(0))),
      from: 2 ** 38,
      pool: full,
      budget: new HitBudget(1000),
      spillFolder: '/dev/null',
      nextData: (offset, end) => nextData(source.fd, offset, end),
    });
    search.start();
    await finished(search);
    const { hits } = search.hits.range(0, 100);
    const want = request.kind === 'bytes' ? places.slice(1).map((offset) => offset - 1) : places;
    expect(hits.map(({ offset }) => offset)).toEqual(want);
    expect(search.status()).toMatchObject({ complete: true, error: null, scannedBytes: size });
    search.close();
  }
  source.close();
  await full.stop();
});

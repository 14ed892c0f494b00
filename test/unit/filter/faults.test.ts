/** Filters when threads, disks and files fail. */
import { appendFileSync, closeSync, openSync, truncateSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Filter } from '../../../server/filter/filter.ts';
import type { FilterJob } from '../../../server/filter/filterJob.ts';
import { FilterPool } from '../../../server/filter/filterPool.ts';
import { HitBudget } from '../../../server/search/hitParts.ts';
import type { Search } from '../../../server/search/search.ts';
import { fileOf, plainSource, SMALL_SIZES, finished as searched, shapeOf, startSearch } from '../search/engine.ts';
import { finished, startFilter, testPools, type Wish } from './engine.ts';

const { searches, pool } = testPools();

const { segmentBytes } = SMALL_SIZES;
const LINES = 100_000;
const bytes = Buffer.from(Array.from({ length: LINES }, (_, n) => `${n % 3 === 0 ? 'a' : 'b'} ${n}\n`).join(''));
const shape = shapeOf(bytes, {});
const others: Wish = {
  layers: [{ text: 'a', role: 'exclude', from: 0, bytes: false }],
  combine: 'any',
  before: 0,
  after: 0,
  from: 0,
};

async function layer(source: ReturnType<typeof plainSource>): Promise<Search> {
  const search = startSearch(searches, source, { kind: 'text', pattern: 'a', report: 'lines' }, shape);
  await searched(search);
  return search;
}

test('threads that die are replaced, and nothing of theirs is missing', async () => {
  const source = plainSource(fileOf(bytes));
  const search = await layer(source);
  const mortal = new FilterPool(2);
  const filter = startFilter(mortal, [search], { ...others, before: 2, after: 2 }, 1 << 20);
  for (let n = 0; n < 2; n++) {
    await new Promise((go) => setTimeout(go, 5));
    await mortal.stop();
  }
  await finished(filter);
  expect(filter.status()).toMatchObject({
    complete: true,
    rows: LINES,
    matches: LINES - Math.ceil(LINES / 3),
    error: null,
  });
  filter.close();
  search.close();
  source.close();
  await mortal.stop();
});

test('what cannot be read is left out and said; the filter ends', async () => {
  const path = fileOf(bytes);
  const plain = plainSource(path);
  const unreadable = openSync(path, 'a');
  let { fd } = plain;
  const source = Object.create(plain, { fd: { get: () => fd } }) as typeof plain;
  const search = await layer(source);
  fd = unreadable;
  const filter = startFilter(pool, [search], others, 1 << 20);
  await finished(filter);
  expect(filter.status()).toMatchObject({ complete: true, running: false, rows: 0, decidedBytes: bytes.length });
  expect(filter.status().error?.message).toContain('EBADF');
  // Context at borders that cannot be read does not take away the matches.
  const near = startFilter(
    pool,
    [search],
    { ...others, layers: [{ ...others.layers[0], role: 'include' }] as Wish['layers'], after: 1 },
    0,
  );
  await finished(near);
  expect(near.status()).toMatchObject({ running: false });
  filter.close();
  near.close();
  search.close();
  plain.close();
  closeSync(unreadable);
});

test('a file that ends early is said', async () => {
  const plain = plainSource(fileOf(bytes));
  let size = bytes.length;
  const source = Object.create(plain, { size: { get: () => size } }) as typeof plain;
  const search = await layer(source);
  const filter = startFilter(pool, [search], others, 1 << 20);
  await finished(filter);
  size += 3 * segmentBytes;
  filter.noticeSource();
  await finished(filter);
  expect(filter.status().running).toBe(false);
  expect(filter.status().error?.message).toContain('ended early');
  filter.close();
  search.close();
  plain.close();
});

test('a segment that fails on the way leaves nothing behind for the next', async () => {
  const one = new FilterPool(1);
  const path = fileOf(bytes);
  const cut = plainSource(path);
  const search = await layer(cut);
  truncateSync(path, 2 * segmentBytes + 40_000);
  const failing = startFilter(one, [search], others, 1 << 20);
  await finished(failing);
  expect(failing.status().error?.message).toContain('ended early');
  const whole = plainSource(fileOf(bytes));
  const again = await layer(whole);
  const filter = startFilter(one, [again], others, 1 << 20);
  await finished(filter);
  expect(filter.status()).toMatchObject({ complete: true, error: null, matches: LINES - Math.ceil(LINES / 3) });
  expect(filter.rows.range(0, 2).map(({ offset }) => offset)).toEqual([4, 8]);
  for (const each of [failing, filter, search, again, cut, whole]) each.close();
  await one.stop();
});

test('searches take on what has come when a filter that was at work there is given up', async () => {
  const path = fileOf(bytes);
  const source = plainSource(path);
  const search = await layer(source);
  const flying: FilterJob[] = [];
  const lost = {
    wake: (client: Filter) => {
      const job = client.nextJob(flying.length);
      if (job) flying.push(job);
    },
    forget: () => undefined,
  };
  // The last segment alone is left to do.
  const from = bytes.length - 10;
  const filter = startFilter(lost as unknown as FilterPool, [search], { ...others, from }, 1 << 20);
  const [job] = flying;
  if (!job) throw new Error('no job');
  appendFileSync(path, 'a last\n');
  source.grow();
  search.noticeSource();
  expect(search.size).toBe(bytes.length);
  for (let n = 0; n < 9; n++) filter.jobLost(flying.at(-1) ?? job);
  expect(filter.status().error?.message).toMatch(/threads died/);
  expect(search.size).toBe(bytes.length + 7);
  filter.close();
  search.close();
  source.close();
});

test('rows that are being sent keep their part of the memory when the filter goes', async () => {
  const source = plainSource(fileOf(bytes));
  const search = await layer(source);
  const budget = new HitBudget(1 << 20);
  const options = { id: 'kept', layers: [{ search, role: 'exclude' as const }], combine: 'any' as const };
  const rest = { before: 0, after: 0, from: 0, pool, budget, spillFolder: '/dev/null/rows', nextData: null };
  const filter = new Filter({ ...options, ...rest });
  filter.start();
  await finished(filter);
  const { rows } = filter.status();
  const release = filter.keepRows();
  const second = filter.keepRows();
  let unread = 0;
  filter.close();
  filter.whenUnread(() => unread++);
  release();
  expect(unread).toBe(0);
  expect(budget.take(1 << 20)).toBe(false);
  expect(filter.rows.range(0, LINES).length).toBe(rows);
  second();
  expect(unread).toBe(1);
  expect(filter.rows.range(0, LINES).length).toBe(0);
  expect(budget.take(1 << 20)).toBe(true);
  filter.whenUnread(() => unread++);
  expect(unread).toBe(2);
  search.close();
  source.close();
});

test('without room for rows it stops with a sentence', async () => {
  const source = plainSource(fileOf(bytes));
  const search = await layer(source);
  const filter = new Filter({
    id: 'nowhere',
    layers: [{ search, role: 'exclude' }],
    combine: 'any',
    before: 0,
    after: 0,
    from: 0,
    pool,
    budget: new HitBudget(0),
    spillFolder: '/dev/null/rows',
    nextData: null,
  });
  filter.start();
  await finished(filter);
  expect(filter.status()).toMatchObject({ complete: false, running: false });
  expect(filter.status().error?.message).toMatch(/no place .*ENOTDIR/);
  filter.close();
  search.close();
  source.close();
});

test('a new generation makes it stale, also while rows are made', async () => {
  for (const delay of [0, 1, 5, 50]) {
    const source = plainSource(fileOf(bytes));
    const search = await layer(source);
    const filter = startFilter(pool, [search], { ...others, before: 1 }, 1 << 20);
    await new Promise((go) => setTimeout(go, delay));
    source.renew();
    await finished(filter);
    filter.noticeSource();
    expect(filter.status()).toMatchObject({ stale: true, complete: false, running: false, rows: 0, matches: 0 });
    expect(filter.rows.range(0, 10)).toEqual([]);
    expect(filter.isExact(1)).toBe(false);
    filter.close();
    search.close();
    source.close();
  }
});

test('a layer that is stopped leaves it incomplete, and it goes on when that does', async () => {
  const source = plainSource(fileOf(Buffer.concat(Array.from({ length: 20 }, () => bytes))));
  const search = startSearch(searches, source, { kind: 'text', pattern: 'a', report: 'lines' }, shape);
  const filter = startFilter(pool, [search], { ...others, after: 1 }, 1 << 20);
  search.cancel();
  await finished(filter);
  expect(filter.status()).toMatchObject({ complete: false, running: false, stale: false });
  search.start();
  expect(filter.idle).toBe(false);
  await finished(filter);
  expect(search.status()).toMatchObject({ complete: true, error: null, hits: 20 * Math.ceil(LINES / 3) });
  expect(filter.status()).toMatchObject({
    complete: true,
    error: null,
    matches: 20 * (LINES - Math.ceil(LINES / 3)),
  });
  filter.close();
  search.close();
  source.close();
});

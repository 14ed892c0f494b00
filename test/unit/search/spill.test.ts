/** Hits that went to a disk which then fails, and what they had of the memory of all. */
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { HitBudget } from '../../../server/search/hitParts.ts';
import { HitStore, plainHits, SegmentHits } from '../../../server/search/hitStore.ts';
import { HitPacker, PackedWriter } from '../../../server/search/packing.ts';
import { SpillError, SpillFile } from '../../../server/search/spill.ts';
import type { ErrorReply, SearchReply } from '../../../shared/protocol.ts';
import { apiInProcess, postJson } from '../../helpers/apiInProcess.ts';
import { tempFolder } from '../../helpers/files.ts';
import { finished as filtered, startFilter, testPools } from '../filter/engine.ts';
import { fileOf, finished, plainSource, shapeOf, startSearch } from './engine.ts';

/** What the disk says to the reads that follow, one after the other. */
const said: string[] = [];
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const readSync = (...given: Parameters<typeof fs.readSync>): number => {
    const code = fs.readlinkSync(`/proc/self/fd/${given[0]}`).includes('.hits') ? said.shift() : undefined;
    if (code !== undefined) throw Object.assign(new Error(code), { code });
    return fs.readSync(...given);
  };
  return { ...fs, readSync };
});
afterEach(() => {
  said.length = 0;
  vi.restoreAllMocks();
});

const linux = process.platform === 'linux';
const { searches, pool } = testPools();
const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, n) => `${n % 3 === 0 ? 'a' : 'b'} ${n}\n`).join(''));

test.runIf(linux)('a read of spilled hits that a signal interrupts is made again; one that fails says so', () => {
  const file = new SpillFile(join(tempFolder(), 'hits'));
  const at = file.append(Buffer.from('hits'));
  said.push('EINTR', 'EINTR');
  expect(Buffer.from(file.read(at, 4)).toString()).toBe('hits');
  said.push('EIO');
  expect(() => file.read(at, 4)).toThrow(SpillError);
  file.close();
});

test.runIf(linux)('a filter whose layer cannot be read back stops with a sentence', async () => {
  const source = plainSource(fileOf(bytes));
  const request = { kind: 'text', pattern: 'a', report: 'lines' } as const;
  const search = startSearch(searches, source, request, shapeOf(bytes, {}), 0);
  await finished(search);
  said.push('EIO');
  const layers = [{ text: 'a', role: 'include', from: 0, bytes: false }] as const;
  const filter = startFilter(
    pool,
    [search],
    { layers: [...layers], combine: 'any', before: 1, after: 1, from: 0 },
    1 << 20,
  );
  await filtered(filter);
  expect(filter.status()).toMatchObject({ complete: false, running: false });
  expect(filter.status().error?.message).toBe('The hits cannot be read back: EIO.');
  for (const each of [filter, search, source]) each.close();
});

test.runIf(linux)('a client that asks for such hits hears that they are unreadable, and may ask again', async () => {
  vi.spyOn(HitBudget.prototype, 'take').mockReturnValue(false);
  vi.stubEnv('XDG_CACHE_HOME', tempFolder());
  const base = `${await apiInProcess(fileOf(bytes))}/searches`;
  const { id } = (await (await postJson(base, { kind: 'text', pattern: 'a' })).json()) as SearchReply;
  await (await fetch(`${base}/${id}/events`)).text();
  const hits = `${base}/${id}/hits?start=0&count=1&lines=0`;
  said.push('EIO');
  const refused = await fetch(hits);
  expect(refused.status).toBe(502);
  expect(((await refused.json()) as ErrorReply).error).toMatchObject({
    code: 'unreadable',
    message: 'The hits cannot be read back: EIO.',
  });
  expect(await (await fetch(hits)).json()).toMatchObject({ hits: [{ offset: 0, length: 1 }] });
  vi.unstubAllEnvs();
});

test('a store that is closed gives back what all its hits had of the budget, also those that became part of nothing', () => {
  const all = 1_000_000;
  const budget = new HitBudget(all);
  const store = new HitStore(65_536, plainHits(null), budget, '/dev/null');
  const hitsOf = (number: number): SegmentHits => {
    const writer = new PackedWriter(1_024);
    const packer = new HitPacker(writer, null);
    for (let offset = 0; offset < 1_000; offset++) packer.add(offset, 1);
    packer.finishBefore(Infinity);
    const segment = new SegmentHits(number);
    store.append(segment, writer.take());
    return segment;
  };
  store.attach(hitsOf(0));
  const replaced = hitsOf(0);
  store.attach(hitsOf(1));
  store.remove(1);
  expect(budget.take(all)).toBe(false);
  store.close();
  expect(budget.take(all)).toBe(true);
  store.discard(replaced);
  expect(budget.take(1)).toBe(false);
});

/** A store whose segments hold far more hits than one part of packed pages. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HitBudget } from '../../../server/search/hitParts.ts';
import { type Hit, HitStore, plainHits, SegmentHits } from '../../../server/search/hitStore.ts';
import { HitPacker, PackedWriter } from '../../../server/search/packing.ts';
import { tempFolder } from '../../helpers/files.ts';
import { expectHits } from './naive.ts';

const SEGMENT_BYTES = 16_777_216;
const SEGMENTS = 3;
const SIZE = SEGMENTS * SEGMENT_BYTES;

/** Dense here, none there, and so many that a segment has a dozen parts. */
function generate(): Hit[] {
  const hits: Hit[] = [];
  let seed = 7;
  for (let at = 3; at < SIZE; ) {
    hits.push({ offset: at, length: (seed >>> 8) % 300 });
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const quiet = Math.floor(at / 3_000_000) % 4 === 1;
    at += 1 + ((seed >>> 16) % (quiet ? 200_000 : 120));
  }
  return hits;
}

const want = generate();

test.each([
  ['in memory', 1 << 26],
  ['spilled', 0],
  ['partly spilled', 3_000_000],
])('%s: by number, before any offset, as a histogram, and page by page', async (_where, budgetBytes) => {
  const budget = new HitBudget(budgetBytes);
  const store = new HitStore(SEGMENT_BYTES, plainHits(null), budget, join(tempFolder(), 'hits'));
  for (const number of [2, 0, 1]) {
    const segment = new SegmentHits(number);
    const writer = new PackedWriter(1024);
    const packer = new HitPacker(writer, null);
    const own = want.filter(({ offset }) => Math.floor(offset / SEGMENT_BYTES) === number);
    for (const { offset, length } of own) packer.add(offset - number * SEGMENT_BYTES, length);
    packer.finishBefore(Infinity);
    store.append(segment, writer.take());
    expect(segment.count).toBe(own.length);
    expect(segment.parts.length).toBeGreaterThan(3);
    store.attach(segment);
  }
  expect(store.total).toBe(want.length);
  const step = Math.floor(want.length / 97);
  for (let start = 0; start < want.length; start += step) {
    expectHits(store.range(start, 5), want.slice(start, start + 5), `from number ${start}`);
    const { offset } = want[start] as Hit;
    expect(store.countBefore(offset)).toBe(start);
    expect(store.countBefore(offset + 1)).toBe(start + 1);
  }
  const half = Math.floor(want.length / 3);
  expectHits(store.range(half, half), want.slice(half, 2 * half), 'a third');
  for (const buckets of [1, 7, 512, 4_096]) {
    const counts = new Array<number>(buckets).fill(0);
    for (const { offset } of want) {
      let bucket = Math.floor((offset / SIZE) * buckets);
      while (Math.floor(((bucket + 1) * SIZE) / buckets) <= offset) bucket++;
      while (Math.floor((bucket * SIZE) / buckets) > offset) bucket--;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    expect(await store.histogram(SIZE, buckets)).toEqual(counts);
  }
  const { decode } = plainHits(null);
  const pages = store.snapshot();
  store.remove(1);
  const all = [...pages].flatMap(({ base, part, page }) => decode(part, page, base, 0, page.count));
  expectHits(all, want, 'a snapshot keeps what is removed');
  expect(store.copies(1)).toEqual([]);
  const copied = store.copies(2).reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(copied).toBeGreaterThan(400_000);
  store.close();
  expect(budget.take(budgetBytes)).toBe(true);
});

test('a histogram of small parts looks at every hit, and lets others have their turn meanwhile', async () => {
  const store = new HitStore(SEGMENT_BYTES, plainHits(1), new HitBudget(1 << 26), join(tempFolder(), 'hits'));
  const segment = new SegmentHits(0);
  const writer = new PackedWriter(1024);
  const packer = new HitPacker(writer, 1);
  const count = 2_000_000;
  for (let at = 0; at < count; at++) packer.add(at, 1);
  packer.finishBefore(Infinity);
  store.append(segment, writer.take());
  store.attach(segment);
  let turns = 0;
  let counted = false;
  const others = (): void => {
    turns++;
    if (!counted) setImmediate(others);
  };
  setImmediate(others);
  // Smaller than pages, and of sizes that differ.
  const counts = await store.histogram(count, 77);
  counted = true;
  expect(turns).toBeGreaterThan(4);
  const edge = (bucket: number): number => Math.floor((bucket * count) / 77);
  expect(counts).toEqual(Array.from({ length: 77 }, (_, bucket) => edge(bucket + 1) - edge(bucket)));
  store.close();
});

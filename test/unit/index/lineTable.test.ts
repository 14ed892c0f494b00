import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineTable, PAGES_PER_SUPERBLOCK } from '../../../server/index/lineTable.ts';

/** A run of pages, counted or a hole. */
type Run = { readonly counts: readonly number[] } | { readonly hole: number };

const run: fc.Arbitrary<Run> = fc.oneof(
  fc.array(fc.oneof(fc.constant(0), fc.nat(65_536)), { maxLength: 6 }).map((counts) => ({ counts })),
  fc.nat(5).map((hole) => ({ hole })),
  // Across the ends of superblocks.
  fc.constantFrom(-2, -1, 0, 1).map((by) => ({ hole: PAGES_PER_SUPERBLOCK + by })),
  fc.nat(9).map((every) => ({
    counts: Array.from({ length: PAGES_PER_SUPERBLOCK + 3 }, (_, i) => (i % 10 <= every ? i % 7 : 0)),
  })),
);

function build(runs: readonly Run[]): { table: LineTable; counts: number[] } {
  const table = new LineTable();
  const counts: number[] = [];
  for (const part of runs) {
    if ('hole' in part) {
      table.appendEmpty(part.hole);
      for (let i = 0; i < part.hole; i++) counts.push(0);
    } else {
      table.append(Uint32Array.from(part.counts));
      counts.push(...part.counts);
    }
  }
  return { table, counts };
}

describe('LineTable', () => {
  it('answers as an array of all counts does', () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 8 }), fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (runs, at) => {
        const { table, counts } = build(runs);
        const total = counts.reduce((sum, count) => sum + count, 0);
        expect(table.pages).toBe(counts.length);
        expect(table.terminators).toBe(total);
        const before = [0];
        for (const count of counts) before.push((before.at(-1) ?? 0) + count);
        const restored = LineTable.restore(table.superblocks, table.pages, table.terminators);
        const places = [...at.map((share) => Math.floor(share * counts.length)), 0, counts.length];
        for (const page of [...places, PAGES_PER_SUPERBLOCK - 1, PAGES_PER_SUPERBLOCK, PAGES_PER_SUPERBLOCK + 1]) {
          if (page > counts.length) continue;
          for (const one of [table, restored]) {
            expect(one.before(page)).toBe(before[page]);
            const next = counts.findIndex((count, i) => i >= page && count > 0);
            expect(one.nextHolder(page)).toBe(next < 0 ? counts.length : next);
            expect(one.previousHolder(page)).toBe(counts.findLastIndex((count, i) => i < page && count > 0));
          }
        }
        for (const share of [...at, 0, 1]) {
          const n = Math.min(total - 1, Math.floor(share * total));
          if (n >= 0) expect(table.pageOf(n)).toBe(before.findLastIndex((count) => count <= n));
        }
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('stores nothing for pages without terminators, however many', () => {
    const table = new LineTable();
    table.appendEmpty(2 ** 37);
    table.append(Uint32Array.of(0, 3));
    table.appendEmpty(2 ** 36);
    expect(table.byteLength).toBe(PAGES_PER_SUPERBLOCK * 4);
    expect(table.before(2 ** 37 + 1)).toBe(0);
    expect(table.before(2 ** 37 + 2)).toBe(3);
    expect(table.before(2 ** 37 + 2 ** 36)).toBe(3);
    expect(table.pageOf(2)).toBe(2 ** 37 + 1);
    expect(table.previousHolder(table.pages)).toBe(2 ** 37 + 1);
    expect(table.nextHolder(0)).toBe(2 ** 37 + 1);
  });

  it('takes 64 MiB for a dense TiB, and counts beyond 2^32', () => {
    const table = new LineTable();
    const full = new Uint32Array(PAGES_PER_SUPERBLOCK * 16).fill(65_536);
    for (let i = 0; i < 256; i++) table.append(full);
    expect(table.pages * 65_536).toBe(2 ** 40);
    expect(table.terminators).toBe(2 ** 40);
    expect(table.byteLength).toBe(64 * 2 ** 20);
    expect(table.before(2 ** 23 + 12_345)).toBe((2 ** 23 + 12_345) * 65_536);
    expect(table.pageOf(2 ** 40 - 1)).toBe(2 ** 24 - 1);
    expect(table.pageOf(2 ** 35 + 1)).toBe(2 ** 19);
  });

  it('refuses to be restored from what contradicts itself', () => {
    const { table } = build([{ counts: [1, 2, 3] }, { hole: PAGES_PER_SUPERBLOCK * 2 }, { counts: [4, 0, 5] }]);
    const [first, second] = table.superblocks;
    if (!first || !second) throw new Error('two superblocks');
    const restore =
      (blocks: typeof table.superblocks, pages = table.pages, sum = table.terminators) =>
      () =>
        LineTable.restore(blocks, pages, sum);
    expect(restore(table.superblocks)).not.toThrow();
    expect(restore([second, first])).toThrow();
    expect(restore([second])).toThrow();
    expect(restore([first, { ...second, base: 2 }])).toThrow();
    expect(restore([first, { ...second, number: first.number }])).toThrow();
    expect(restore([first, second], PAGES_PER_SUPERBLOCK)).toThrow();
    expect(restore([first, second], table.pages, 5)).toThrow();
    const falling = first.before.slice();
    falling[1] = 5;
    falling[2] = 4;
    expect(restore([{ ...first, before: falling }, second])).toThrow();
  });
});

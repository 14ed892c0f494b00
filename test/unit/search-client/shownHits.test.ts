import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestShown, type ShownHitsSource } from '../../../client/search/shownHits.ts';
import type { FilterRow, SearchHit, SearchNearReply } from '../../../shared/protocol.ts';

const row = (offset: number, length: number, terminatorLength: number): FilterRow => ({
  offset,
  length,
  terminatorLength,
  line: null,
  match: true,
  layers: [0],
});

const hitAt = (offset: number): SearchHit => ({ offset, length: 1, line: null });

const end = (row: FilterRow): number => row.offset + row.length + row.terminatorLength;

interface Model {
  readonly size: number;
  readonly rows: readonly FilterRow[];
  readonly hits: readonly number[];
  /** Most hits of one reply. */
  readonly page: number;
}

/** A server that has all at once, and counts what it is asked. */
function sourceOf({ size, rows, hits, page }: Model): ShownHitsSource & { readonly asked: { count: number } } {
  const asked = { count: 0 };
  const ask = <T>(reply: T): Promise<T> => {
    asked.count += 1;
    return Promise.resolve(reply);
  };
  const base = { generation: 1, size, total: hits.length, exact: true };
  return {
    asked,
    near: (offset, direction) => {
      const found =
        direction === 'next' ? hits.findIndex((hit) => hit >= offset) : hits.findLastIndex((hit) => hit < offset);
      const at = hits[found];
      const reply: SearchNearReply = { ...base, hit: null, number: null, decided: true };
      return ask(at === undefined ? reply : { ...reply, hit: hitAt(at), number: found });
    },
    hitsIn: (from, to) => {
      const all = hits.filter((hit) => hit >= from && hit < to);
      const start = hits.findIndex((hit) => hit >= from);
      return ask({ ...base, start, hits: all.slice(0, page).map(hitAt), more: all.length > page });
    },
    rows: (offset, count) => {
      const at = rows.findIndex((row) => end(row) > offset || (offset === size && end(row) === size));
      const from = at === -1 ? rows.length : at;
      const start = count < 0 ? Math.max(0, from + count) : from;
      const some = rows.slice(start, count < 0 ? from : from + count);
      return ask({ ...base, version: 1, start, total: rows.length, rows: some });
    },
    moreRows: () => Promise.resolve(false),
  };
}

/** By looking at every hit. */
function nearestByHand({ rows, hits }: Model, from: number, direction: 'next' | 'previous'): number | null {
  const shown = hits.filter((hit) => rows.some((row) => hit >= row.offset && hit < end(row)));
  return (direction === 'next' ? shown.find((hit) => hit >= from) : shown.findLast((hit) => hit < from)) ?? null;
}

/** Lines with a row for some of them, and hits anywhere. */
const model = fc
  .record({
    lines: fc.array(fc.record({ length: fc.nat(6), shown: fc.boolean() }), { maxLength: 40 }),
    hits: fc.uniqueArray(fc.nat(200), { maxLength: 60 }),
    page: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ lines, hits, page }): Model => {
    const rows: FilterRow[] = [];
    let offset = 0;
    for (const { length, shown } of lines) {
      if (shown) rows.push(row(offset, length, 1));
      offset += length + 1;
    }
    return { size: offset, rows, hits: hits.filter((hit) => hit < offset).sort((a, b) => a - b), page };
  });

describe('the nearest hit among filtered lines', () => {
  it('is that which looking at every hit finds, whatever one reply holds', async () => {
    await fc.assert(
      fc.asyncProperty(model, fc.nat(200), fc.constantFrom('next', 'previous'), async (model, from, direction) => {
        const { hit } = await nearestShown(sourceOf(model), from, null, direction);
        expect(hit?.offset ?? null).toBe(nearestByHand(model, from, direction));
      }),
      { seed: 20_261_125, numRuns: 500 },
    );
  });

  it('comes with its number among all hits', async () => {
    const source = sourceOf({ size: 40, rows: [row(20, 9, 1)], hits: [1, 12, 25, 33], page: 8 });
    expect(await nearestShown(source, 0, null, 'next')).toMatchObject({ hit: { offset: 25 }, number: 2 });
    expect(await nearestShown(source, 40, null, 'previous')).toMatchObject({ hit: { offset: 25 }, number: 2 });
  });

  it('is not looked for beyond a limit', async () => {
    const source = sourceOf({ size: 40, rows: [row(20, 9, 1)], hits: [1, 12, 25, 33], page: 8 });
    expect((await nearestShown(source, 0, 24, 'next')).hit).toBeNull();
    expect((await nearestShown(source, 0, 25, 'next')).hit?.offset).toBe(25);
    expect((await nearestShown(source, 40, 26, 'previous')).hit).toBeNull();
    expect((await nearestShown(source, 40, 25, 'previous')).hit?.offset).toBe(25);
  });

  it('leaps over lines and hits that have nothing in common', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => index * 10);
    const rows = lines.filter((_, index) => index % 2 === 0).map((offset) => row(offset, 9, 1));
    const hits = lines.filter((_, index) => index % 2 === 1);
    const source = sourceOf({ size: 200_000, rows, hits, page: 1_024 });
    expect((await nearestShown(source, 0, null, 'next')).hit).toBeNull();
    expect(source.asked.count).toBeLessThan(80);
    const back = sourceOf({ size: 200_000, rows, hits, page: 1_024 });
    expect((await nearestShown(back, 200_000, null, 'previous')).hit).toBeNull();
    expect(back.asked.count).toBeLessThan(700);
  });

  it('waits for rows that are still to come, and takes one that is there already', async () => {
    const late = sourceOf({ size: 40, rows: [row(10, 9, 1)], hits: [12, 33], page: 8 });
    const early = sourceOf({ size: 40, rows: [], hits: [12, 33], page: 8 });
    let waits = 0;
    const source: ShownHitsSource = {
      ...late,
      rows: async (offset, count) => ({
        ...(await (waits < 3 ? early : late).rows(offset, count)),
        exact: waits >= 3,
      }),
      moreRows: () => {
        waits += 1;
        return Promise.resolve(true);
      },
    };
    expect((await nearestShown(source, 0, null, 'next')).hit?.offset).toBe(12);
    expect(waits).toBe(3);
    const unsettled: ShownHitsSource = {
      ...late,
      rows: async (offset, count) => ({ ...(await late.rows(offset, count)), exact: false }),
    };
    expect((await nearestShown(unsettled, 0, null, 'next')).hit?.offset).toBe(12);
  });

  it('counts a match of nothing at the end of the file to the last line', async () => {
    const source = sourceOf({ size: 15, rows: [row(10, 5, 0)], hits: [15], page: 8 });
    expect((await nearestShown(source, 0, null, 'next')).hit?.offset).toBe(15);
  });
});

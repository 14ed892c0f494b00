/** Tiles and pages of hits against the plain list of all hits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HitPages, PAGE_HITS } from '../../../client/search/hitPages.ts';
import { HitTiles, TILE_BYTES } from '../../../client/search/hitTiles.ts';
import type { SearchExtentReply, SearchHit } from '../../../shared/protocol.ts';

const LIMIT = 1_024;
const SIZE = TILE_BYTES * 40;

interface Extent {
  readonly offset: number;
  readonly end: number;
}

/** As the server answers: hits that touch the extent, at most LIMIT. */
function reply(hits: readonly SearchHit[], from: number, to: number, exact: boolean): SearchExtentReply {
  const found = hits.filter(({ offset, length }) => offset < to && (offset >= from || offset + length > from));
  const start = hits.indexOf(found[0] as SearchHit);
  return {
    generation: 1,
    size: SIZE,
    start,
    hits: found.slice(0, LIMIT),
    total: hits.length,
    more: found.length > LIMIT,
    exact,
  };
}

/** What hits cover of the extent, byte by byte. */
function naiveSpans(hits: readonly SearchHit[], { offset, end }: Extent): number[] {
  const covered = new Uint8Array(end - offset);
  for (const hit of hits) {
    const from = Math.max(0, hit.offset - offset);
    covered.fill(
      1,
      Math.min(from, covered.length),
      Math.max(0, Math.min(covered.length, hit.offset + hit.length - offset)),
    );
  }
  const spans: number[] = [];
  for (let at = 0; at < covered.length; at++) {
    if (covered[at] === 1 && covered[at - 1] !== 1) spans.push(offset + at);
    if (covered[at] === 1 && covered[at + 1] !== 1) spans.push(offset + at + 1);
  }
  return spans;
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 400; i++) await Promise.resolve();
};

/** Hits that do not overlap, some touching, some of nothing, some longer than a tile. */
const anyHits = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
      length: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 4_000, max: 9_000 })),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    const hits: SearchHit[] = [];
    let at = 0;
    for (const { gap, length } of steps) {
      at += gap + (hits.length > 0 && gap === 0 && hits.at(-1)?.length === 0 ? 1 : 0);
      hits.push({ offset: at, length, line: null });
      at += length;
    }
    return hits.filter(({ offset, length }) => offset + length <= SIZE);
  });

const anyExtent = fc
  .tuple(fc.integer({ min: 0, max: SIZE - 1 }), fc.integer({ min: 1, max: 20_000 }))
  .map(([offset, length]): Extent => ({ offset, end: Math.min(SIZE, offset + length) }));

describe('hits around what is on screen', () => {
  it('are those of a plain list', async () => {
    await fc.assert(
      fc.asyncProperty(anyHits, fc.array(anyExtent, { minLength: 1, maxLength: 4 }), async (hits, extents) => {
        const tiles = new HitTiles(
          async (from, to) => reply(hits, from, to, true),
          (error) => {
            throw error;
          },
        );
        tiles.want('view', extents);
        await settle();
        for (const extent of extents) expect(tiles.spans(extent.offset, extent.end)).toEqual(naiveSpans(hits, extent));
        tiles.close();
      }),
      { numRuns: 150 },
    );
  });

  it('are all there where they are denser than one reply', async () => {
    const hits = Array.from({ length: 3_000 }, (_, i): SearchHit => ({ offset: i * 2, length: 1, line: null }));
    let requests = 0;
    const tiles = new HitTiles(
      async (from, to) => {
        requests += 1;
        return reply(hits, from, to, true);
      },
      () => undefined,
    );
    tiles.want('view', [{ offset: 0, end: 8_000 }]);
    await settle();
    expect(tiles.spans(0, 8_000)).toEqual(naiveSpans(hits, { offset: 0, end: 8_000 }));
    expect(requests).toBeGreaterThanOrEqual(3);
    const before = requests;
    tiles.want('view', [{ offset: 100, end: 7_000 }]);
    await settle();
    expect(requests).toBe(before);
  });

  it('are asked for again while they may change, and stay the same array when they did not', async () => {
    const hits: SearchHit[] = [{ offset: 10, length: 5, line: null }];
    let exact = false;
    let requests = 0;
    const tiles = new HitTiles(
      async (from, to) => {
        requests += 1;
        return reply(hits, from, to, exact);
      },
      () => undefined,
    );
    let heard = 0;
    tiles.subscribe(() => {
      heard += 1;
    });
    tiles.want('view', [{ offset: 0, end: 4_000 }]);
    await settle();
    const first = tiles.spans(0, 4_000);
    expect(first).toEqual([10, 15]);
    tiles.advance('farther', SIZE);
    await settle();
    expect(requests).toBe(2);
    expect(tiles.spans(0, 4_000)).toBe(first);
    hits.push({ offset: 20, length: 2, line: null });
    exact = true;
    tiles.advance('done', SIZE);
    await settle();
    expect(tiles.spans(0, 4_000)).toEqual([10, 15, 20, 22]);
    tiles.advance('done again', SIZE);
    await settle();
    expect(requests).toBe(3);
    expect(heard).toBe(3);
    tiles.advance('grown', SIZE + 1);
    await settle();
    expect(requests).toBe(4);
  });

  it('that nobody wants any more are not waited for; a failure is told and tried again later', async () => {
    const errors: unknown[] = [];
    const signals: AbortSignal[] = [];
    const tiles = new HitTiles(
      (_from, _to, signal) => {
        signals.push(signal);
        return signals.length === 1
          ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
          : signals.length === 2
            ? Promise.reject(new Error('no'))
            : Promise.resolve(reply([], 0, SIZE, true));
      },
      (error) => errors.push(error),
    );
    tiles.want('view', [{ offset: 0, end: 10 }]);
    tiles.want('view', [{ offset: TILE_BYTES * 30, end: TILE_BYTES * 30 + 10 }]);
    await settle();
    expect(signals[0]?.aborted).toBe(true);
    expect(errors).toEqual([new Error('no')]);
    expect(signals).toHaveLength(2);
    tiles.advance('farther', SIZE);
    await settle();
    expect(signals).toHaveLength(3);
  });
});

describe('hits by number', () => {
  const all = Array.from({ length: 1_000 }, (_, i): SearchHit => ({ offset: i * 10, length: 3, line: i }));

  it('come in pages, once', async () => {
    const asked: number[] = [];
    const pages = new HitPages(async (start, count) => {
      asked.push(start);
      const hits = all.slice(start, start + count);
      return { generation: 1, size: 20_000, start, hits, total: all.length, exact: true };
    });
    pages.want(PAGE_HITS - 2, PAGE_HITS + 2, 'a', 20_000);
    await settle();
    expect(pages.get(PAGE_HITS - 1)).toEqual(all[PAGE_HITS - 1]);
    expect(pages.get(PAGE_HITS)).toEqual(all[PAGE_HITS]);
    expect(pages.get(3 * PAGE_HITS)).toBeNull();
    pages.want(0, PAGE_HITS, 'b', 20_000);
    await settle();
    expect(asked).toEqual([0, PAGE_HITS]);
    // The last page may grow.
    pages.want(990, 999, 'b', 20_000);
    await settle();
    pages.want(990, 999, 'c', 20_000);
    await settle();
    expect(asked.slice(2)).toEqual([960, 960]);
    // When the file has grown, a hit at its old end may be another one.
    pages.want(0, 10, 'c', 20_001);
    await settle();
    expect(asked.slice(4)).toEqual([0]);
  });

  it('are asked for again when their numbers changed', async () => {
    let shift = 0;
    const pages = new HitPages(async (start, count) => {
      const hits = all.slice(start + shift, start + shift + count);
      return { generation: 1, size: 20_000, start, hits, total: all.length, exact: false };
    });
    pages.want(0, 10, 'a', 20_000);
    await settle();
    expect(pages.get(0)?.offset).toBe(0);
    shift = 5;
    pages.forget();
    await settle();
    expect(pages.get(0)?.offset).toBe(50);
  });
});

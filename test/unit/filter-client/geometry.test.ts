import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../client/api/errors.ts';
import type { Clock } from '../../../client/cache/clock.ts';
import { FilterGeometry } from '../../../client/rows/filterGeometry.ts';
import type { FilterQuery } from '../../../client/rows/filterRows.ts';
import { gapAt, isApart, nearestRow, offsetAfter, offsetBefore } from '../../../client/rows/pickedRows.ts';
import type { TextChange } from '../../../client/rows/textChange.ts';
import { rowAt, rowEnd, rowOfOffset } from '../../../client/rows/textRun.ts';
import type { FilterRow } from '../../../shared/protocol.ts';
import { type NaiveFilter, naiveReply, naiveRows, sizeOf } from './naiveFilter.ts';

const idleClock: Clock = { now: () => 0, frame: () => {}, delay: () => () => {} };
const settle = async (): Promise<void> => {
  for (let i = 0; i < 40; i++) await Promise.resolve();
};

function makeFilter(lines: number, seed: number, every: number, context: number): NaiveFilter {
  let state = seed + 1;
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const texts = Array.from({ length: lines }, (_, at) => {
    const text = `${at}`.padEnd(Math.floor(next() * 30), 'x');
    return next() < 1 / every ? `HIT ${text}` : next() < 0.1 ? '' : text;
  });
  return {
    id: 'f1',
    generation: 1,
    lines: texts,
    terminated: seed % 3 !== 0,
    matches: (line) => line.startsWith('HIT'),
    before: context,
    after: context,
    decided: new Set(),
    version: 1,
    counted: lines,
  };
}

class Harness {
  readonly filter: NaiveFilter;
  readonly geometry: FilterGeometry;
  readonly log: FilterQuery[] = [];
  readonly gone: string[] = [];
  top = 0;
  fails: Error | null = null;

  constructor(filter: NaiveFilter) {
    this.filter = filter;
    this.geometry = new FilterGeometry({
      file: this.file(),
      fetch: async (query) => {
        this.log.push(query);
        await Promise.resolve();
        if (this.fails) throw this.fails;
        return naiveReply(this.filter, query);
      },
      onStale: () => {},
      onGone: (id) => this.gone.push(id),
      clock: idleClock,
    });
    this.geometry.subscribe((change) => this.hear(change));
  }

  file() {
    return { size: sizeOf(this.filter), generation: this.filter.generation, start: 0, encoding: null, index: null };
  }

  hear({ shift, scroll, snapshot }: TextChange): void {
    this.top += shift;
    if (scroll) this.top = scroll.row;
    this.top = Math.max(0, Math.min(this.top, snapshot.rowCount - 1));
  }

  async rest(): Promise<void> {
    for (let i = 0; i < 6; i++) {
      this.geometry.look(this.geometry.snapshot().epoch, this.top, this.top + 30);
      await settle();
    }
  }

  async follow(hold: number | null = null): Promise<void> {
    const { id, version } = this.filter;
    this.geometry.follow({ id, version, rows: naiveRows(this.filter).length }, hold);
    await this.rest();
  }

  /** Settles lines `[from, to)`. */
  async decide(from: number, to: number): Promise<void> {
    for (let line = from; line < Math.min(to, this.filter.lines.length); line++) this.filter.decided.add(line);
    this.filter.version += 1;
    await this.follow();
  }

  topOffset(): number | null {
    const { run } = this.geometry.snapshot();
    return (run && rowAt(run, this.top)?.offset) ?? null;
  }

  /** The row at the top is as near to a place as any. */
  checkNearest(place: number): void {
    const far = ({ offset, length, terminatorLength }: FilterRow): number =>
      offset > place ? offset - place : Math.max(0, place - offset - length - terminatorLength);
    const rows = naiveRows(this.filter);
    const top = rows[this.top];
    if (top) expect(far(top)).toBe(Math.min(...rows.map(far)));
  }

  /** The rows that are here, and those on screen, are those of the filter. */
  check(): void {
    const { run, rowCount } = this.geometry.snapshot();
    const all = naiveRows(this.filter);
    if (all.length === 0) {
      expect(rowCount).toBe(0);
      return;
    }
    if (!run) throw new Error('there are rows, but none is here');
    expect(rowCount).toBe(all.length);
    const here = all.slice(run.firstRow, run.firstRow + run.rows.length);
    expect(
      run.rows.map(({ offset, length, terminatorLength, picked }) => ({ offset, length, terminatorLength, ...picked })),
    ).toEqual(here);
    for (let row = this.top; row <= Math.min(this.top + 30, rowCount - 1); row++)
      expect(rowAt(run, row)).not.toBeNull();
  }
}

describe('geometry of a filter', () => {
  it('equals the naive rows through any history, and holds the row at the top while rows come in', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const action = fc.oneof(
      fc.record({ kind: fc.constant('show' as const), at: share }),
      fc.record({ kind: fc.constant('scroll' as const), at: share }),
      fc.record({ kind: fc.constant('decide' as const), at: share }),
      fc.record({ kind: fc.constant('row' as const), at: share }),
      fc.record({ kind: fc.constant('grow' as const), at: share }),
      fc.record({ kind: fc.constant('rewrite' as const), at: share }),
    );
    let held = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5_000 }),
        fc.nat(),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(action, { minLength: 1, maxLength: 14 }),
        async (lines, seed, every, context, actions) => {
          const harness = new Harness(makeFilter(lines, seed, every, context));
          const { geometry, filter } = harness;
          // Until one scrolls, the view goes to whatever is nearest to the place that was asked for.
          let wished: number | null = Math.floor(sizeOf(filter) / 2);
          geometry.show(wished, 'start');
          await harness.follow();
          await harness.decide(Math.floor(lines / 2), Math.floor((lines * 5) / 8));
          for (const { kind, at } of actions) {
            const count = geometry.snapshot().rowCount;
            const before = harness.topOffset();
            if (kind === 'show') {
              wished = Math.floor(at * sizeOf(filter));
              geometry.show(wished, 'start');
            } else if (kind === 'scroll') {
              const from = harness.top;
              harness.top = Math.max(0, Math.min(from + Math.round((at - 0.5) * 900), count - 1));
              if (harness.top !== from) wished = null;
            } else if (kind === 'row') {
              geometry.showRow(Math.floor(at * count), 'start');
              if (count > 0) wished = null;
            } else if (kind === 'decide') {
              const from = Math.floor(at * lines);
              await harness.decide(from, from + Math.ceil(lines / 4));
              if (before !== null && wished === null) {
                expect(harness.topOffset()).toBe(before);
                held += 1;
              }
            } else if (kind === 'grow') {
              const more = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? `HIT ${i}` : `${i}`));
              filter.lines = [...filter.lines, ...more];
              geometry.update(harness.file(), { offset: before ?? 0, px: 0 });
              filter.version += 1;
              await harness.follow();
              if (before !== null && wished === null) expect(harness.topOffset()).toBe(before);
            } else {
              filter.generation += 1;
              filter.id = `f${filter.generation}`;
              filter.lines = filter.lines.map((line) => `${line}!`);
              wished = before ?? wished;
              geometry.update(harness.file(), { offset: before ?? 0, px: 0 });
              filter.version = 1;
              await harness.follow();
            }
            await harness.rest();
            harness.check();
            if (wished !== null) harness.checkNearest(wished);
          }
          await harness.decide(0, filter.lines.length);
          harness.check();
          harness.geometry.dispose();
        },
      ),
      { numRuns: 300, seed: 11 },
    );
    expect(held).toBeGreaterThan(50);
  });

  it('keeps the row that is held when another filter takes over, else what is next to it', async () => {
    const harness = new Harness(makeFilter(3_000, 4, 5, 0));
    const { geometry, filter } = harness;
    await harness.decide(0, 3_000);
    geometry.showRow(300, 'start');
    await harness.rest();
    const hold = naiveRows(filter)[306]?.offset ?? 0;
    Object.assign(filter, { id: 'f2', version: 1, before: 2, after: 1 });
    await harness.follow(hold);
    harness.check();
    const { run } = geometry.snapshot();
    expect(run && rowOfOffset(run, hold, sizeOf(filter))).toBe(harness.top + 6);
    Object.assign(filter, { id: 'f3', version: 1, before: 0, after: 0, matches: (line: string) => line.endsWith('7') });
    await harness.follow(hold);
    harness.check();
  });

  it('waits for the first row, and shows the one nearest to the place that was asked for', async () => {
    const harness = new Harness(makeFilter(2_000, 9, 50, 0));
    const { geometry, filter } = harness;
    const middle = Math.floor(sizeOf(filter) / 2);
    geometry.show(middle, 'center');
    await harness.follow();
    expect(geometry.snapshot().run).toBeNull();
    await harness.decide(900, 1_200);
    const rows = naiveRows(filter);
    const distance = ({ offset, length }: { offset: number; length: number }): number =>
      offset > middle ? offset - middle : Math.max(0, middle - offset - length);
    const nearest = rows.reduce((best, row) => (distance(row) < distance(best) ? row : best));
    expect(harness.topOffset()).toBe(nearest.offset);
  });

  it('asks no more once nothing can change, whatever is scrolled within what is here', async () => {
    const harness = new Harness(makeFilter(1_000, 2, 4, 0));
    await harness.decide(0, 1_000);
    const asked = harness.log.length;
    harness.filter.version += 1;
    await harness.follow();
    harness.top = 100;
    await harness.rest();
    expect(harness.log.length).toBe(asked);
  });

  it('asks for a bounded number of rows, however far one jumps', async () => {
    const harness = new Harness(makeFilter(20_000, 2, 1, 0));
    await harness.decide(0, 20_000);
    for (const row of [19_999, 3, 12_345, 7_000]) {
      harness.geometry.showRow(row, 'start');
      await harness.rest();
      harness.check();
    }
    expect(harness.geometry.snapshot().run?.rows.length).toBeLessThanOrEqual(20_000);
    expect(Math.max(...harness.log.map(({ count }) => Math.abs(count)))).toBeLessThanOrEqual(1_024);
  });

  it('learns the numbers of lines once the index has passed them', async () => {
    const harness = new Harness({ ...makeFilter(500, 2, 3, 0), counted: 0 });
    const { geometry, filter } = harness;
    await harness.decide(0, 500);
    expect(geometry.snapshot().run?.rows[0]?.picked?.line).toBeNull();
    filter.counted = 500;
    const index = {
      scannedBytes: sizeOf(filter),
      lines: 500,
      complete: true,
      cancelled: false,
      elapsedMs: 1,
      fromCache: false,
      error: null,
    };
    geometry.update({ ...harness.file(), index }, { offset: 0, px: 0 });
    await harness.rest();
    harness.check();
  });

  it('tells when the server does not know the filter, and keeps the rows after any other failure', async () => {
    const harness = new Harness(makeFilter(500, 2, 3, 0));
    await harness.decide(250, 500);
    harness.fails = new ApiError(503, { code: 'busy', message: 'Too busy' }, null);
    await harness.decide(0, 250);
    expect(harness.geometry.snapshot().errors.jump).toBe('Too busy');
    expect(harness.geometry.snapshot().run).not.toBeNull();
    harness.fails = null;
    harness.geometry.retry();
    await harness.rest();
    harness.check();
    harness.fails = new ApiError(404, { code: 'not-found', message: 'Gone' }, null);
    harness.filter.version += 1;
    harness.geometry.update({ ...harness.file(), size: sizeOf(harness.filter) + 1 }, { offset: 0, px: 0 });
    await harness.follow();
    expect(harness.gone).toEqual(['f1']);
  });
});

describe('rows of a filter', () => {
  it('leads from row to row over what is left out', async () => {
    const filter = { ...makeFilter(0, 0, 1, 0), terminated: true };
    filter.lines = ['HIT a', 'no', '', 'HIT b', 'HIT', 'end'];
    filter.counted = 6;
    const harness = new Harness(filter);
    await harness.decide(0, 6);
    const { run } = harness.geometry.snapshot();
    if (!run) throw new Error('no rows');
    const size = sizeOf(filter);
    const [a, b, c] = run.rows;
    if (!a || !b || !c) throw new Error('too few rows');
    expect(offsetAfter(run, rowEnd(a), size)).toBe(b.offset);
    expect(offsetAfter(run, rowEnd(b), size)).toBe(c.offset);
    expect(offsetAfter(run, rowEnd(c), size)).toBeNull();
    expect(offsetBefore(run, b.offset)).toBe(rowEnd(a) - 1);
    expect(offsetBefore(run, b.offset + 2)).toBe(b.offset + 1);
    expect(offsetBefore(run, 0)).toBeNull();
    expect([0, 1, 2].map((row) => isApart(run, row))).toEqual([false, true, false]);
    for (let offset = rowEnd(a); offset < b.offset; offset++) {
      expect(rowOfOffset(run, offset, size)).toBeNull();
      expect(gapAt(run, offset, size)).toBe(1);
    }
    expect(nearestRow(run, rowEnd(a), size)).toBe(0);
    expect(nearestRow(run, b.offset - 1, size)).toBe(1);
    expect(nearestRow(run, size, size)).toBe(2);
  });
});

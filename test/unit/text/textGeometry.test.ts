import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../client/api/errors.ts';
import type { Clock } from '../../../client/cache/clock.ts';
import type { GeometryFile, GeometryQuery, TextChange } from '../../../client/rows/textChange.ts';
import { TextGeometry } from '../../../client/rows/textGeometry.ts';
import { lineOf, rowEnd, runEnd, runStart } from '../../../client/rows/textRun.ts';
import { type NaiveFile, naiveFetch, naiveRows } from './naiveLines.ts';

/** A text with lines of many lengths, among them empty ones and some longer than a split. */
function makeText(lines: number, seed: number, terminated: boolean): string {
  let state = seed;
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const parts = Array.from({ length: lines }, (_, i) => {
    const kind = next();
    const length = kind < 0.1 ? 0 : kind < 0.95 ? Math.floor(next() * 60) : Math.floor(next() * 900);
    return `${i} `.padEnd(length, 'x').slice(0, length);
  });
  return parts.join('\n') + (terminated ? '\n' : '');
}

const idleClock: Clock = { now: () => 0, frame: () => {}, delay: () => () => {} };
const settle = async (): Promise<void> => {
  for (let i = 0; i < 60; i++) await Promise.resolve();
};

class Harness {
  readonly file: NaiveFile;
  readonly log: GeometryQuery[] = [];
  readonly geometry: TextGeometry;
  split: number | null;
  /** What a view would have: the coordinate at its top. */
  top = 0;
  /** Requests wait for this. */
  hold: (query: GeometryQuery) => Promise<void> | null = () => null;

  constructor(text: string, split: number | null) {
    this.file = { text, generation: 1, scanned: 0 };
    this.split = split;
    const answer = naiveFetch(this.file, this.log);
    this.geometry = new TextGeometry({
      file: this.known(),
      split,
      fetch: async (query, signal) => {
        await this.hold(query);
        return answer(query, signal);
      },
      onStale: () => {},
      clock: idleClock,
    });
    this.geometry.subscribe((change) => this.hear(change));
  }

  known(): GeometryFile {
    const { text, generation, scanned } = this.file;
    const complete = scanned >= text.length;
    const lines = naiveRows(text.slice(0, scanned), null).length;
    return {
      size: text.length,
      generation,
      encoding: null,
      start: 0,
      index: {
        scannedBytes: Math.min(scanned, text.length),
        lines,
        complete,
        cancelled: false,
        elapsedMs: 0,
        fromCache: false,
        error: null,
      },
    };
  }

  hear(change: TextChange): void {
    this.top += change.shift;
    if (change.scroll) this.top = change.scroll.row;
    this.top = Math.max(0, Math.min(this.top, change.snapshot.rowCount - 1));
  }

  /** Scrolls as a view does and waits until nothing is asked for any more. */
  async scroll(rows: number): Promise<void> {
    this.top = Math.max(0, Math.min(this.top + rows, this.geometry.snapshot().rowCount - 1));
    await this.rest();
  }

  async rest(): Promise<void> {
    for (let i = 0; i < 4; i++) {
      this.geometry.look(this.geometry.snapshot().epoch, this.top, this.top + 40);
      await settle();
    }
  }

  topOffset(): number | null {
    const { run } = this.geometry.snapshot();
    return run?.rows[this.top - run.firstRow]?.offset ?? null;
  }

  /** Everything that must hold at any moment. */
  check(): void {
    const { run, rowCount } = this.geometry.snapshot();
    if (!run) return;
    const all = naiveRows(this.file.text, this.split);
    const at = all.findIndex((row) => row.offset === runStart(run));
    expect(at).toBeGreaterThanOrEqual(0);
    const expected = all.slice(at, at + run.rows.length);
    expect(run.rows.map((row) => [row.offset, row.length, row.terminatorLength, row.column])).toEqual(
      expected.map((row) => [row.offset, row.length, row.terminatorLength, row.column]),
    );
    expect(run.firstRow === 0).toBe(runStart(run) === 0);
    if (run.exact) expect(run.rows.map((row) => lineOf(run, row))).toEqual(expected.map((row) => row.line));
    if (run.exact && run.split === false) expect(run.firstRow).toBe(expected[0]?.line);
    if (run.split === false) expect(run.rows.map((row) => lineOf(run, row))[0]).toBe(run.firstRow);
    const after = rowCount - run.firstRow - run.rows.length;
    if (runEnd(run) === this.file.text.length) expect(after).toBe(0);
    else expect(after).toBeGreaterThan(0);
    if (runStart(run) === 0 && runEnd(run) === this.file.text.length) expect(rowCount).toBe(all.length);
    for (let i = 1; i < run.rows.length; i++) {
      const [before, row] = [run.rows[i - 1], run.rows[i]];
      expect(before && rowEnd(before)).toBe(row?.offset);
    }
  }
}

describe('text geometry', () => {
  it('equals the naive rows through any history of jumps, scrolls, scans and growth', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('show' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('scroll' as const), at: fc.double({ min: -1, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('scan' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('grow' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('split' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('rewrite' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
    );
    let shows = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6_000 }),
        fc.nat(),
        fc.boolean(),
        fc.array(action, { minLength: 1, maxLength: 10 }),
        async (lines, seed, terminated, actions) => {
          const harness = new Harness(makeText(lines, seed, terminated), seed % 2 === 0 ? null : 256);
          if (harness.file.text === '') return;
          harness.geometry.show(0, 'start');
          await harness.rest();
          for (const { kind, at } of actions) {
            const { file, geometry } = harness;
            const top = { offset: harness.topOffset() ?? 0, px: 0 };
            if (kind === 'show') {
              const offset = Math.floor(at * file.text.length);
              geometry.show(offset, 'start');
              await harness.rest();
              const row = naiveRows(file.text, harness.split).findLast((each) => each.offset <= offset);
              expect(harness.topOffset()).toBe(row?.offset);
              shows += 1;
            } else if (kind === 'scroll') {
              await harness.scroll(Math.round(at * 5_000));
            } else if (kind === 'scan') {
              file.scanned = Math.max(file.scanned, Math.floor(at * file.text.length));
              geometry.update(harness.known(), top);
              await harness.rest();
              expect(harness.topOffset()).toBe(top.offset);
            } else if (kind === 'grow') {
              file.text += makeText(Math.ceil(at * 40), seed + 1, true);
              geometry.update(harness.known(), top);
              await harness.rest();
              if (top.offset < file.text.length) expect(harness.topOffset()).toBe(top.offset);
            } else if (kind === 'rewrite') {
              file.text = makeText(Math.ceil(at * 3_000) + 1, seed + 2, terminated) || 'x';
              file.generation += 1;
              file.scanned = 0;
              geometry.update(harness.known(), top);
              await harness.rest();
            } else {
              harness.split = harness.split === null ? 256 : null;
              geometry.rebuild(top.offset, 0, harness.split);
              await harness.rest();
              const row = naiveRows(file.text, harness.split).findLast((each) => each.offset <= top.offset);
              expect(harness.topOffset()).toBe(row?.offset);
            }
            harness.check();
          }
        },
      ),
      { seed: 31, numRuns: 120 },
    );
    expect(shows).toBeGreaterThan(50);
  });

  it.each([null, 256])('reaches both ends row by row before anything is scanned (split %s)', async (split) => {
    const harness = new Harness(makeText(5_000, 7, false), split);
    const all = naiveRows(harness.file.text, split);
    harness.geometry.show(Math.floor(harness.file.text.length / 2), 'start');
    await harness.rest();
    expect(harness.geometry.snapshot().run?.exact).toBe(false);
    let steps = 0;
    while (harness.topOffset() !== 0 && steps++ < 1_000) await harness.scroll(-40);
    harness.check();
    expect(harness.top).toBe(0);
    expect(harness.geometry.snapshot().run?.exact).toBe(true);
    steps = 0;
    while (harness.topOffset() !== all.at(-1)?.offset && steps++ < 1_000) await harness.scroll(40);
    harness.check();
    expect(harness.top).toBe(all.length - 1);
    expect(harness.geometry.snapshot().rowCount).toBe(all.length);
  });

  it('shows the end of the file at once and ends there', async () => {
    const harness = new Harness(makeText(50_000, 3, true), null);
    harness.geometry.show(harness.file.text.length, 'start');
    await harness.rest();
    const { run, rowCount } = harness.geometry.snapshot();
    expect(harness.topOffset()).toBe(naiveRows(harness.file.text, null).at(-1)?.offset);
    expect(run && runEnd(run)).toBe(harness.file.text.length);
    expect(run && run.firstRow + run.rows.length).toBe(rowCount);
    expect(harness.log.length).toBeLessThanOrEqual(3);
  });

  it('renames the rows, and moves nothing, when the scan has passed them', async () => {
    const harness = new Harness(makeText(20_000, 5, true), null);
    const offset = Math.floor(harness.file.text.length * 0.7);
    harness.geometry.show(offset, 'start');
    await harness.rest();
    const shown = harness.topOffset();
    const changes: TextChange[] = [];
    harness.geometry.subscribe((change) => changes.push(change));
    harness.file.scanned = harness.file.text.length;
    harness.geometry.update(harness.known(), { offset: shown ?? 0, px: 0 });
    await harness.rest();
    expect(harness.topOffset()).toBe(shown);
    expect(changes.every((change) => change.scroll === null)).toBe(true);
    expect(changes.some((change) => change.shift !== 0)).toBe(true);
    const all = naiveRows(harness.file.text, null);
    expect(harness.top).toBe(all.find((row) => row.offset === shown)?.line);
    expect(harness.geometry.snapshot().rowCount).toBe(all.length);
  });

  it.each([0, -50])(
    'rows come to where the view is under new numbers, also if it was scrolled by %i',
    async (moved) => {
      for (const renamed of [false, true]) {
        const harness = new Harness(makeText(60_000, 5, true), null);
        const { geometry, file } = harness;
        geometry.show(file.text.length / 2, 'start');
        await harness.rest();
        expect(geometry.snapshot().run?.exact).toBe(false);
        let open = (): void => undefined;
        const gate = new Promise<void>((resolve) => {
          open = resolve;
        });
        let asked = 0;
        harness.hold = ({ place, count }) => {
          if (count > 1 && 'offset' in place) asked = place.offset;
          return Math.abs(count) > 1 ? gate : null;
        };
        // Far from all that is here, by numbers that are estimates.
        harness.top += 5_000;
        geometry.look(geometry.snapshot().epoch, harness.top, harness.top + 40);
        await settle();
        const [before, { epoch }] = [harness.top, geometry.snapshot()];
        file.scanned = file.text.length;
        if (renamed) geometry.update(harness.known(), { offset: 0, px: 0 });
        await settle();
        expect(harness.top !== before && geometry.snapshot().epoch !== epoch).toBe(renamed);
        harness.top += moved;
        geometry.look(geometry.snapshot().epoch, harness.top, harness.top + 40);
        open();
        await settle();
        const row = naiveRows(file.text, null).findLastIndex(({ offset }) => offset <= asked);
        expect(row).not.toBe(before);
        expect(harness.top).toBe(row + moved);
        await harness.rest();
        harness.check();
        expect(harness.top).toBe(row + moved);
      }
    },
  );

  it('bounds the rows in memory while somebody pages through', async () => {
    const harness = new Harness('line\n'.repeat(60_000), null);
    harness.geometry.show(0, 'start');
    let most = 0;
    for (let i = 0; i < 160; i++) {
      await harness.scroll(300);
      most = Math.max(most, harness.geometry.snapshot().run?.rows.length ?? 0);
    }
    expect(most).toBeGreaterThan(12_000);
    expect(most).toBeLessThanOrEqual(20_000);
    expect(harness.topOffset()).toBe(harness.top * 5);
    harness.check();
  });

  it('keeps a failed side as an error, the other side going on, and tries again when told', async () => {
    const file: NaiveFile = { text: makeText(20_000, 9, true), generation: 1, scanned: 0 };
    const answer = naiveFetch(file, []);
    let broken = true;
    const retries: (() => void)[] = [];
    const harness = new Harness(file.text, null);
    const geometry = new TextGeometry({
      file: harness.known(),
      split: null,
      onStale: () => {},
      clock: {
        ...idleClock,
        delay: (ms, callback) => {
          if (ms > 100) retries.push(callback);
          return () => {};
        },
      },
      fetch: async (query, signal) => {
        const deep = 'offset' in query.place && query.place.offset > 100_000 && query.count > 0;
        if (broken && deep) throw new NetworkError('The server cannot be reached');
        return answer(query, signal);
      },
    });
    geometry.show(150_000, 'start');
    await settle();
    expect(geometry.snapshot().errors.jump).toBe('The server cannot be reached');
    expect(retries.length).toBe(1);
    broken = false;
    retries[0]?.();
    await settle();
    expect(geometry.snapshot().errors).toEqual({});
    expect(geometry.snapshot().run).not.toBeNull();
  });
});

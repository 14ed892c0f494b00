/** A far jump while the server is away: the view waits where the rows will be about, and they come there. */
import { describe, expect, it } from 'vitest';
import { ApiError, NetworkError } from '../../../client/api/errors.ts';
import type { Clock } from '../../../client/cache/clock.ts';
import type { GeometryFile, TextChange } from '../../../client/rows/textChange.ts';
import { TextGeometry } from '../../../client/rows/textGeometry.ts';
import { rowAt, rowOfOffset } from '../../../client/rows/textRun.ts';
import { type NaiveFile, naiveFetch } from './naiveLines.ts';

const LINE = 'a line of 20 bytes.\n';
const LINES = 50_000;
const SIZE = LINE.length * LINES;
const away = new NetworkError('The server cannot be reached');

const settle = async (): Promise<void> => {
  for (let i = 0; i < 60; i++) await Promise.resolve();
};

function setUp() {
  const file: NaiveFile = { text: LINE.repeat(LINES), generation: 1, scanned: 0 };
  const answer = naiveFetch(file, []);
  const known: GeometryFile = { size: SIZE, generation: 1, encoding: null, start: 0, index: null };
  let trouble: Error | null = null;
  const retries: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    frame: () => {},
    delay: (ms, callback) => {
      if (ms > 100) retries.push(callback);
      return () => {};
    },
  };
  const geometry = new TextGeometry({
    file: known,
    split: null,
    onStale: () => {},
    clock,
    fetch: (query, signal) => (trouble ? Promise.reject(trouble) : answer(query, signal)),
  });
  const changes: TextChange[] = [];
  geometry.subscribe((change) => changes.push(change));
  return {
    geometry,
    changes,
    go: (error: Error) => {
      trouble = error;
    },
    come: async () => {
      trouble = null;
      retries.at(-1)?.();
      await settle();
    },
  };
}

const scrolls = (changes: readonly TextChange[]): number[] =>
  changes.flatMap(({ scroll }) => (scroll === null ? [] : [scroll.row]));

describe('a jump while the server is away', () => {
  it.each([
    [0, SIZE - 1],
    [0, 600_010],
    [SIZE - 1, 0],
    [SIZE - 1, 300_005],
  ])('from %i to %i waits at the row, which then comes there', async (from, to) => {
    const { geometry, changes, go, come } = setUp();
    geometry.show(from, 'start');
    await settle();
    go(away);
    changes.length = 0;
    geometry.show(to, 'center');
    await settle();
    const waiting = geometry.snapshot();
    const { awaited, run } = waiting;
    expect(waiting.errors.jump).toBe(away.message);
    // All lines are as long as each other: seen from the first one the estimate is right.
    if (from === 0) expect(awaited).toBe(Math.floor(to / LINE.length));
    expect(run && rowAt(run, awaited ?? 0)).toBeNull();
    expect(awaited).toBeLessThan(waiting.rowCount);
    expect(scrolls(changes)).toEqual([awaited]);
    geometry.look(waiting.epoch, (awaited ?? 0) - 20, (awaited ?? 0) + 20);
    await come();
    const here = geometry.snapshot();
    expect(here.awaited).toBeNull();
    expect(here.errors).toEqual({});
    const row = here.run && rowOfOffset(here.run, to, SIZE);
    expect(row).not.toBeNull();
    expect(scrolls(changes)).toEqual([awaited, row]);
    if (from === 0) expect(row).toBe(awaited);
  });

  it('that fails again does not move the view again', async () => {
    const { geometry, changes, go } = setUp();
    geometry.show(0, 'start');
    await settle();
    go(away);
    geometry.show(SIZE - 1, 'end');
    await settle();
    changes.length = 0;
    geometry.retry();
    await settle();
    expect(geometry.snapshot().awaited).toBe(LINES - 1);
    expect(scrolls(changes)).toEqual([]);
  });

  it('is given up by who goes elsewhere: nobody is fetched back', async () => {
    const { geometry, changes, go, come } = setUp();
    geometry.show(0, 'start');
    await settle();
    go(away);
    geometry.show(SIZE - 1, 'end');
    await settle();
    changes.length = 0;
    geometry.look(geometry.snapshot().epoch, 10, 50);
    expect(geometry.snapshot().awaited).toBeNull();
    await come();
    expect(scrolls(changes)).toEqual([]);
    const { run } = geometry.snapshot();
    expect(run && rowAt(run, 10)?.offset).toBe(10 * LINE.length);
  });

  it('with a token that is refused, has no sentence of its own', async () => {
    const { geometry, go, come } = setUp();
    geometry.show(0, 'start');
    await settle();
    go(new ApiError(401, { code: 'unauthorized', message: 'this token is not the one of this run' }, null));
    geometry.show(SIZE - 1, 'end');
    await settle();
    expect(geometry.snapshot().errors).toEqual({ jump: null });
    expect(geometry.snapshot().awaited).toBe(LINES - 1);
    await come();
    expect(geometry.snapshot().errors).toEqual({});
    expect(geometry.snapshot().awaited).toBeNull();
  });
});

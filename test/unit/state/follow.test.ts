import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FollowEvent, type FollowState, newsSince, nextFollow } from '../../../client/state/follow.ts';
import type { IndexStatus } from '../../../shared/protocol.ts';

const index = (lines: number, complete = true): IndexStatus => ({
  scannedBytes: 0,
  lines,
  complete,
  cancelled: false,
  elapsedMs: 0,
  fromCache: false,
  error: null,
});
const file = (size: number, lines: number, generation = 1) => ({ generation, size, index: index(lines) });
const live: FollowState = { status: 'live' };
const off: FollowState = { status: 'off' };

describe('following the end', () => {
  it('is switched on and off, and on again from a pause', () => {
    expect(nextFollow(off, 'toggle', file(1, 1))).toEqual(live);
    expect(nextFollow(live, 'toggle', file(1, 1))).toEqual(off);
    const paused = nextFollow(live, 'left', file(70, 3));
    expect(paused).toEqual({ status: 'paused', since: { generation: 1, size: 70, lines: 3 } });
    expect(nextFollow(paused, 'toggle', file(90, 4))).toEqual(live);
  });

  it('what views see means nothing while it is off, and a pause keeps where it began', () => {
    expect(nextFollow(off, 'left', file(1, 1))).toBe(off);
    expect(nextFollow(off, 'returned', file(1, 1))).toBe(off);
    expect(nextFollow(live, 'returned', file(1, 1))).toBe(live);
    const paused = nextFollow(live, 'left', file(70, 3));
    expect(nextFollow(paused, 'left', file(700, 30))).toBe(paused);
    expect(nextFollow(paused, 'returned', file(700, 30))).toEqual(live);
  });

  it('is never lost by looking around: only the switch turns it on or off', () => {
    const events = fc.array(fc.constantFrom<FollowEvent>('toggle', 'left', 'returned'));
    fc.assert(
      fc.property(events, (all) => {
        let state: FollowState = off;
        let on = false;
        for (const [at, event] of all.entries()) {
          if (event === 'toggle') on = state.status !== 'live';
          state = nextFollow(state, event, file(at, at));
          expect(state.status !== 'off').toBe(on);
        }
      }),
      { seed: 7 },
    );
  });
});

describe('what has come since', () => {
  const since = { generation: 1, size: 100, lines: 10 };

  it('is counted in bytes and lines', () => {
    expect(newsSince(since, file(100, 10))).toEqual({ bytes: 0, lines: 0, renewed: false });
    expect(newsSince(since, file(350, 14))).toEqual({ bytes: 250, lines: 4, renewed: false });
  });

  it('has no lines while they are not counted', () => {
    expect(newsSince(since, { generation: 1, size: 350, index: index(12, false) }).lines).toBeNull();
    expect(newsSince({ ...since, lines: null }, file(350, 14))).toEqual({ bytes: 250, lines: null, renewed: false });
  });

  it('is everything in a file that was cut or replaced', () => {
    expect(newsSince(since, file(40, 2, 2))).toEqual({ bytes: 40, lines: 2, renewed: true });
  });
});

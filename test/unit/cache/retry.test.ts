import { expect, test } from 'vitest';
import { backoffMs } from '../../../client/api/backoff.ts';
import { ApiError, NetworkError } from '../../../client/api/errors.ts';
import type { Clock } from '../../../client/cache/clock.ts';
import { Retry } from '../../../client/cache/retry.ts';
import { Order } from '../../../client/search/order.ts';

const PACE = { firstMs: 500, maxMs: 8_000 };

test('twice as long after each failure, up to a limit, and up to half of it less by chance', () => {
  expect(Array.from({ length: 7 }, (_, failures) => backoffMs(PACE, failures, 0))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000,
  ]);
  expect(backoffMs(PACE, 5_000, 0)).toBe(8_000);
  for (const random of [0, 0.25, 0.999]) {
    const wait = backoffMs(PACE, 3, random);
    expect(wait).toBeGreaterThanOrEqual(2_000);
    expect(wait).toBeLessThanOrEqual(4_000);
  }
  // Two tabs that fail together do not come back together.
  expect(backoffMs(PACE, 3, 0.1)).not.toBe(backoffMs(PACE, 3, 0.9));
});

function setUp() {
  let time = 0;
  let due: { at: number; callback: () => void } | null = null;
  const clock: Clock = {
    now: () => time,
    frame: () => undefined,
    delay: (ms, callback) => {
      const entry = { at: time + ms, callback };
      due = entry;
      return () => {
        if (due === entry) due = null;
      };
    },
  };
  const tries: number[] = [];
  const retry = new Retry(() => tries.push(time), { pace: PACE, clock, random: () => 0 });
  const advance = (ms: number): void => {
    time += ms;
    if (!due || due.at > time) return;
    const { callback } = due;
    due = null;
    callback();
  };
  return { retry, tries, advance };
}

test('what may pass is tried again, later each time and never for good; what may not is left alone', () => {
  const { retry, tries, advance } = setUp();
  retry.failed(new ApiError(502, { code: 'unreadable', message: 'EIO' }, null));
  expect(retry.pending).toBe(false);
  for (let failures = 0; failures < 50; failures++) {
    retry.failed(new NetworkError('cut'));
    advance(8_000);
  }
  expect(tries).toHaveLength(50);
  retry.succeeded();
  retry.failed(new NetworkError('cut'));
  advance(500);
  expect(tries).toHaveLength(51);
});

test('a busy server is given the time it asks for; another run and a refused token are worth another try', () => {
  const { retry, tries, advance } = setUp();
  retry.failed(new ApiError(503, { code: 'busy', message: 'busy' }, 30_000));
  advance(29_999);
  expect(tries).toHaveLength(0);
  advance(1);
  expect(tries).toHaveLength(1);
  for (const [status, code] of [
    [409, 'other-run'],
    [401, 'unauthorized'],
  ] as const) {
    retry.failed(new ApiError(status, { code, message: code }, null));
    expect(retry.pending).toBe(true);
    retry.stop();
  }
});

test('when the server is there again, what waits does not wait any longer, and nothing else happens', () => {
  const { retry, tries, advance } = setUp();
  retry.now();
  expect(tries).toHaveLength(0);
  for (let failures = 0; failures < 6; failures++) retry.failed(new NetworkError('cut'));
  retry.now();
  expect(tries).toHaveLength(1);
  advance(60_000);
  expect(tries).toHaveLength(1);
  // It begins from the start.
  retry.failed(new NetworkError('cut'));
  advance(500);
  expect(tries).toHaveLength(2);
});

test('replies that were overtaken are not taken, whatever the order they come in', () => {
  const order = new Order();
  const [first, second, third] = [order.next(), order.next(), order.next()];
  expect(order.take(1, second)).toBe(true);
  expect(order.take(1, first)).toBe(false);
  expect(order.take(2, first)).toBe(true);
  expect(order.take(1, third)).toBe(true);
  order.forget(1);
  expect(order.take(1, first)).toBe(true);
});

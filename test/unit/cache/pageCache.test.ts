import { describe, expect, test } from 'vitest';
import { ApiError, NetworkError } from '../../../client/api/errors.ts';
import type { Clock } from '../../../client/cache/clock.ts';
import { type CacheChange, PageCache, type WindowReply } from '../../../client/cache/pageCache.ts';
import { PageStore } from '../../../client/cache/pageStore.ts';
import { readExtent } from '../../../client/cache/readExtent.ts';

const PAGE = 65_536;

function byteAt(offset: number, generation: number): number {
  return (offset * 31 + Math.floor(offset / PAGE) * 7 + generation * 17) % 256;
}

function same(actual: Uint8Array, expected: Uint8Array): boolean {
  return Buffer.compare(actual, expected) === 0;
}

function bytesAt(offset: number, length: number, generation: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => byteAt(offset + index, generation));
}

/** Time that only goes on when the test says so. */
class FakeClock implements Clock {
  time = 0;
  #frames: (() => void)[] = [];
  #delays: { at: number; callback: () => void }[] = [];
  now = () => this.time;
  frame = (callback: () => void) => {
    this.#frames.push(callback);
  };
  delay = (ms: number, callback: () => void) => {
    const entry = { at: this.time + ms, callback };
    this.#delays.push(entry);
    return () => {
      this.#delays = this.#delays.filter((other) => other !== entry);
    };
  };
  runFrame(): void {
    for (const callback of this.#frames.splice(0)) callback();
  }
  advance(ms: number): void {
    this.time += ms;
    const due = this.#delays.filter(({ at }) => at <= this.time);
    this.#delays = this.#delays.filter(({ at }) => at > this.time);
    for (const { callback } of due) callback();
  }
}

interface Request {
  readonly offset: number;
  readonly length: number;
  readonly generation: number;
  readonly signal: AbortSignal;
  readonly answer: (reply: WindowReply) => void;
  readonly refuse: (error: unknown) => void;
}

function setUp(size: number, storeBytes = 96 * 1024 * 1024) {
  const clock = new FakeClock();
  const requests: Request[] = [];
  const file = { size, generation: 1 };
  const changes: CacheChange[] = [];
  const cache = new PageCache({
    fileId: 'f',
    size,
    generation: 1,
    store: new PageStore(storeBytes),
    clock,
    random: () => 0,
    fetchWindow: (offset, length, generation, signal) =>
      new Promise((answer, refuse) => {
        signal.addEventListener('abort', () => refuse(new DOMException('aborted', 'AbortError')));
        requests.push({ offset, length, generation, signal, answer, refuse });
      }),
  });
  cache.subscribe((change) => changes.push(change));
  const open = () => requests.filter((request) => !request.signal.aborted);
  /** Answers a request with what the file holds now. */
  const answer = async (request: Request | undefined) => {
    if (!request) throw new Error('no such request');
    const length = Math.max(0, Math.min(request.length, file.size - request.offset));
    request.answer({ bytes: bytesAt(request.offset, length, file.generation), ...file });
    await new Promise((resolve) => setImmediate(resolve));
  };
  const refuse = async (request: Request | undefined, error: unknown) => {
    if (!request) throw new Error('no such request');
    request.refuse(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, requests, file, changes, cache, open, answer, refuse };
}

describe('asking', () => {
  test('nothing happens before the frame, nothing by get, and contiguous pages come in one request', async () => {
    const { clock, requests, cache, answer, changes } = setUp(100 * PAGE);
    const view = cache.interest();
    expect(cache.get(10)).toBe(null);
    view.want([10, 11, 12, 9], false);
    view.want([20, 21, 22, 19], false);
    expect(requests).toHaveLength(0);
    clock.runFrame();
    expect(requests.map(({ offset, length }) => [offset / PAGE, length / PAGE])).toEqual([[19, 4]]);
    await answer(requests[0]);
    expect(changes).toEqual(['pages']);
    expect(cache.get(20)).toEqual(bytesAt(20 * PAGE, PAGE, 1));
    view.want([20, 21, 22, 19], false);
    clock.runFrame();
    expect(requests).toHaveLength(1);
  });

  test('at most four at once, the first wanted first, two views in turn', async () => {
    const { clock, requests, cache, answer } = setUp(10_000 * PAGE);
    const hex = cache.interest();
    const text = cache.interest();
    hex.want([10, 30, 50], false);
    text.want([100, 300, 500], false);
    clock.runFrame();
    expect(requests.map(({ offset }) => offset / PAGE)).toEqual([10, 100, 30, 300]);
    await answer(requests[1]);
    expect(requests.slice(4).map(({ offset }) => offset / PAGE)).toEqual([50]);
  });

  test('what is wanted no more is aborted, what still is goes on', () => {
    const { clock, requests, cache } = setUp(10_000 * PAGE);
    const view = cache.interest();
    view.want([10, 30], false);
    clock.runFrame();
    view.want([30, 31], false);
    clock.runFrame();
    expect(requests.map(({ offset, signal }) => [offset / PAGE, signal.aborted])).toEqual([
      [10, true],
      [30, false],
      [31, false],
    ]);
    view.release();
    clock.runFrame();
    expect(requests.every(({ signal }) => signal.aborted)).toBe(true);
  });

  test('while dragging the latest place is asked for every 80 ms', () => {
    const { clock, requests, cache, open } = setUp(10_000 * PAGE);
    const view = cache.interest();
    for (let at = 0; at < 40; at++) {
      view.want([at * 100], true);
      clock.runFrame();
      clock.advance(10);
    }
    expect(requests.length).toBeGreaterThanOrEqual(4);
    expect(requests.length).toBeLessThanOrEqual(6);
    clock.advance(80);
    expect(open().map(({ offset }) => offset / PAGE)).toEqual([3900]);
  });
});

describe('what comes', () => {
  test('peek and readBytes across pages, with a gap, and at the end', async () => {
    const size = 3 * PAGE + 100;
    const { clock, requests, cache, answer } = setUp(size);
    const view = cache.interest();
    view.want([0, 1, 3], false);
    clock.runFrame();
    for (const request of requests) await answer(request);
    expect(cache.readBytes(PAGE - 8, 16)).toEqual(bytesAt(PAGE - 8, 16, 1));
    expect(cache.readBytes(10, 5)).toEqual(bytesAt(10, 5, 1));
    expect(cache.readBytes(2 * PAGE - 4, 16)).toBe(null);
    expect(cache.peek(2 * PAGE - 4, 16)).toEqual(bytesAt(2 * PAGE - 4, 4, 1));
    expect(cache.readBytes(3 * PAGE + 90, 50)).toEqual(bytesAt(3 * PAGE + 90, 10, 1));
    expect(cache.readBytes(size, 10)).toEqual(new Uint8Array(0));
  });

  test('growth: the partial last page is asked for again and shown meanwhile', async () => {
    const { clock, requests, file, cache, answer, changes } = setUp(100);
    const view = cache.interest();
    view.want([0], false);
    clock.runFrame();
    await answer(requests[0]);
    file.size = 250;
    cache.update(250, 1);
    expect(changes).toEqual(['pages', 'size']);
    clock.runFrame();
    expect(cache.peek(0, 250)).toEqual(bytesAt(0, 100, 1));
    expect(cache.readBytes(0, 250)).toBe(null);
    await answer(requests[1]);
    expect(cache.readBytes(0, 250)).toEqual(bytesAt(0, 250, 1));
    cache.update(200, 1);
    expect(cache.size).toBe(250);
  });

  test('a new generation drops everything, aborts what is on its way, and older news is ignored', async () => {
    const { clock, requests, file, cache, answer, changes } = setUp(10 * PAGE);
    const view = cache.interest();
    view.want([0, 5], false);
    clock.runFrame();
    await answer(requests[0]);
    file.generation = 2;
    file.size = 2 * PAGE;
    cache.update(2 * PAGE, 2);
    expect(cache.get(0)).toBe(null);
    expect(requests[1]?.signal.aborted).toBe(true);
    expect(changes).toContain('generation');
    cache.update(99 * PAGE, 1);
    expect([cache.size, cache.generation]).toEqual([2 * PAGE, 2]);
    clock.runFrame();
    expect(requests.slice(2).map(({ offset, generation }) => [offset, generation])).toEqual([[0, 2]]);
    await answer(requests[2]);
    expect(cache.get(0)).toEqual(bytesAt(0, PAGE, 2));
  });

  test('another run of the server: the same generation, and yet nothing of before is kept or taken', async () => {
    const { clock, requests, cache, answer, changes } = setUp(10 * PAGE);
    const view = cache.interest();
    view.want([0, 5], false);
    clock.runFrame();
    await answer(requests[0]);
    expect(cache.get(0)).not.toBe(null);
    cache.renew(10 * PAGE, 1);
    expect([cache.get(0), cache.generation, cache.renewals]).toEqual([null, 1, 1]);
    expect(changes.at(-1)).toBe('generation');
    // The answer of the old run was on its way, and comes all the same.
    requests[1]?.answer({ bytes: bytesAt(5 * PAGE, PAGE, 1), size: 10 * PAGE, generation: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(cache.get(5)).toBe(null);
    clock.runFrame();
    expect(requests.slice(2).map(({ offset }) => offset / PAGE)).toEqual([0, 5]);
    // Nor is a copy put together from both.
    const mixed = readExtent(
      cache,
      async (offset, length) => {
        cache.renew(10 * PAGE, 1);
        return { bytes: bytesAt(offset, length, 1), size: 10 * PAGE, generation: 1 };
      },
      { offset: 0, end: PAGE },
      new AbortController().signal,
    );
    await expect(mixed).rejects.toThrow('changed');
  });

  test('409 tells the new generation', async () => {
    const { clock, requests, cache, refuse } = setUp(10 * PAGE);
    cache.interest().want([3], false);
    clock.runFrame();
    const details = { code: 'stale-generation', message: 'changed', generation: 4, size: 8 * PAGE } as const;
    await refuse(requests[0], new ApiError(409, details, null));
    expect([cache.generation, cache.size]).toEqual([4, 8 * PAGE]);
    clock.runFrame();
    expect(requests[requests.length - 1]?.generation).toBe(4);
    expect(cache.error(3)).toBe(null);
  });

  test('memory is bounded: least recently used pages go', async () => {
    const { clock, requests, cache, answer } = setUp(1_000 * PAGE, 4 * PAGE);
    const view = cache.interest();
    for (let page = 0; page < 40; page += 2) {
      view.want([page], false);
      clock.runFrame();
      await answer(requests[requests.length - 1]);
    }
    const here = Array.from({ length: 40 }, (_, page) => page).filter((page) => cache.get(page) !== null);
    expect(here).toEqual([32, 34, 36, 38]);
  });
});

describe('what fails', () => {
  test('a cut line is tried again by itself, later each time, and the rows say so meanwhile', async () => {
    const { clock, requests, cache, refuse, answer } = setUp(10 * PAGE);
    cache.interest().want([2], false);
    clock.runFrame();
    const gaps: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      await refuse(requests[attempt], new NetworkError('cut'));
      expect(cache.error(2)).toEqual({ message: 'cut', retrying: true });
      const before = clock.time;
      while (requests.length === attempt + 1) clock.advance(50);
      gaps.push(clock.time - before);
    }
    expect(gaps).toEqual([250, 500, 1_000, 2_000]);
    await answer(requests[4]);
    expect(cache.error(2)).toBe(null);
    expect(cache.get(2)).not.toBe(null);
  });

  test('a refused token, and another run, are no news of a page: it waits without a sentence', async () => {
    for (const [status, code] of [
      [401, 'unauthorized'],
      [409, 'other-run'],
    ] as const) {
      const { clock, requests, cache, refuse } = setUp(10 * PAGE);
      cache.interest().want([2], false);
      clock.runFrame();
      await refuse(requests[0], new ApiError(status, { code, message: 'not the one of this run' }, null));
      expect(cache.error(2)).toEqual({ message: null, retrying: true });
    }
  });

  test('a busy server is given the time it asks for', async () => {
    const { clock, requests, cache, refuse } = setUp(10 * PAGE);
    cache.interest().want([2], false);
    clock.runFrame();
    await refuse(requests[0], new ApiError(503, { code: 'busy', message: 'busy' }, 3_000));
    clock.advance(2_900);
    expect(requests).toHaveLength(1);
    clock.advance(200);
    expect(requests).toHaveLength(2);
  });

  test('one bad page does not take its neighbours along, is not hammered, and can be tried again', async () => {
    const { clock, requests, cache, refuse, answer } = setUp(100 * PAGE);
    const view = cache.interest();
    view.want([4, 5, 6], false);
    clock.runFrame();
    const eio = new ApiError(502, { code: 'unreadable', message: 'EIO' }, null);
    await refuse(requests[0], eio);
    expect(requests.slice(1).map(({ offset, length }) => [offset / PAGE, length / PAGE])).toEqual([
      [4, 1],
      [5, 1],
      [6, 1],
    ]);
    await answer(requests[1]);
    await refuse(requests[2], eio);
    await answer(requests[3]);
    expect([cache.get(4) !== null, cache.error(5)?.message, cache.get(6) !== null]).toEqual([true, 'EIO', true]);
    view.want([4, 5, 6], false);
    clock.runFrame();
    expect(requests).toHaveLength(4);
    cache.retry(5);
    clock.runFrame();
    await answer(requests[4]);
    expect(cache.readBytes(4 * PAGE, 3 * PAGE)).toEqual(bytesAt(4 * PAGE, 3 * PAGE, 1));
  });

  test('requests that fail together are one failure, and all go on at once when the server is there again', async () => {
    const { clock, requests, cache, refuse, answer, changes } = setUp(100 * PAGE);
    cache.interest().want([2, 20, 40, 60], false);
    clock.runFrame();
    for (const request of requests.slice(0, 4)) await refuse(request, new NetworkError('cut'));
    clock.advance(240);
    expect(requests).toHaveLength(4);
    cache.resume();
    expect(changes.at(-1)).toBe('resumed');
    clock.runFrame();
    expect(requests).toHaveLength(8);
    // What was on its way before may hang on a dead line.
    cache.resume();
    expect(requests.slice(4).every(({ signal }) => signal.aborted)).toBe(true);
    clock.runFrame();
    for (const request of requests.slice(8)) await answer(request);
    expect([2, 20, 40, 60].every((page) => cache.get(page) !== null && cache.error(page) === null)).toBe(true);
  });

  test('errors are remembered of so many pages only', async () => {
    const { clock, requests, cache, refuse } = setUp(10_000 * PAGE);
    const view = cache.interest();
    for (let page = 0; page < 3_000; page++) {
      view.want([page], false);
      clock.runFrame();
      await refuse(requests.at(-1), new ApiError(502, { code: 'unreadable', message: 'EIO' }, null));
    }
    const noted = Array.from({ length: 3_000 }, (_, page) => page).filter((page) => cache.error(page) !== null);
    expect(noted.length).toBe(1_024);
    expect(noted.at(-1)).toBe(2_999);
  });

  test('an answer with nothing in it is an error, not a loop', async () => {
    const { clock, requests, cache } = setUp(10 * PAGE);
    cache.interest().want([2], false);
    clock.runFrame();
    requests[0]?.answer({ bytes: new Uint8Array(0), size: 10 * PAGE, generation: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(requests).toHaveLength(1);
    expect(cache.error(2)?.retrying).toBe(false);
  });
});

test('readExtent: from cache and server, whole, and never of two generations', async () => {
  const { clock, requests, cache, answer } = setUp(40 * PAGE);
  cache.interest().want([1], false);
  clock.runFrame();
  await answer(requests[0]);
  const asked: [number, number][] = [];
  const fetchWindow = async (offset: number, length: number, generation: number) => {
    asked.push([offset, length]);
    return { bytes: bytesAt(offset, length, generation), size: 40 * PAGE, generation };
  };
  const signal = new AbortController().signal;
  const extent = { offset: PAGE - 10, end: 30 * PAGE + 3 };
  const whole = await readExtent(cache, fetchWindow, extent, signal);
  expect(same(whole, bytesAt(extent.offset, extent.end - extent.offset, 1))).toBe(true);
  expect(asked.length).toBeLessThanOrEqual(4);
  const changing = async (offset: number, length: number, generation: number) => {
    cache.update(40 * PAGE, 2);
    return { bytes: bytesAt(offset, length, generation), size: 40 * PAGE, generation };
  };
  await expect(readExtent(cache, changing, { offset: 35 * PAGE, end: 36 * PAGE }, signal)).rejects.toThrow('changed');
});

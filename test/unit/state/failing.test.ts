import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError, NetworkError } from '../../../client/api/errors.ts';
import { noticed } from '../../../client/state/failing.ts';
import { tellRecovered } from '../../../client/state/recovery.ts';
import { uiStore } from '../../../client/state/ui.ts';

const said = (): boolean => uiStore.getState().failing;
const fail = (kind: string, error: Error = new NetworkError('cut')): Promise<void> =>
  expect(noticed(kind, Promise.reject(error))).rejects.toBe(error);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  tellRecovered();
  vi.useRealTimers();
});

it('says that requests fail until one of each kind that failed has come through', async () => {
  await fail('lines');
  await fail('bytes');
  expect(said()).toBe(true);
  expect(await noticed('lines', Promise.resolve(5))).toBe(5);
  expect(said()).toBe(true);
  await noticed('bytes', Promise.resolve(5));
  expect(said()).toBe(false);
});

it('forgets what nobody wants any more, and everything once the server can be reached', async () => {
  await fail('lines');
  vi.advanceTimersByTime(8_000);
  await fail('lines');
  vi.advanceTimersByTime(11_000);
  expect(said()).toBe(true);
  vi.advanceTimersByTime(2_000);
  expect(said()).toBe(false);
  await fail('bytes');
  tellRecovered();
  expect(said()).toBe(false);
});

it('knows what the server says of itself from what a proxy says', async () => {
  const busy = new ApiError(503, { code: 'busy', message: 'too many requests at once' }, 1_000);
  const broken = new ApiError(500, { code: 'internal', message: 'a fault' }, null);
  const aborted = new DOMException('left', 'AbortError');
  for (const error of [busy, broken, aborted]) {
    await fail('lines', error);
    expect(said()).toBe(false);
  }
  await fail('lines', new ApiError(502, { code: 'internal', message: 'The server answered 502' }, null));
  expect(said()).toBe(true);
});

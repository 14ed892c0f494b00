import { expect, test } from 'vitest';
import { ApiError } from '../../../client/api/errors.ts';
import { browserClock } from '../../../client/cache/clock.ts';
import { RowExchange } from '../../../client/rows/rowExchange.ts';
import type { TextSnapshot } from '../../../client/rows/textChange.ts';

function exchange() {
  const stale: [number, number][] = [];
  let told = 0;
  const made = new RowExchange<'refresh'>(
    {
      snapshot: () => ({}) as Partial<TextSnapshot> as TextSnapshot,
      file: () => ({ generation: 3, size: 100 }),
      onStale: (generation, size) => stale.push([generation, size]),
      isLost: (error) => error instanceof ApiError && error.status === 404,
      failed: () => null,
      retry: () => undefined,
    },
    browserClock,
  );
  made.subscribe(() => told++);
  return { made, stale, told: () => told };
}

const refusal = (status: number, code: 'stale-generation' | 'not-found' | 'unreadable', details: object): ApiError =>
  new ApiError(status, { code, message: code, ...details }, null);

test('a newer request of a kind aborts the one before, which then neither lands nor fails', async () => {
  const { made, told } = exchange();
  const landed: boolean[] = [];
  let fail: (error: Error) => void = () => undefined;
  const first = made.fly('before', async (signal, land) => {
    await new Promise<void>((_, reject) => {
      fail = reject;
    }).catch((error: unknown) => {
      landed.push(land());
      expect(signal.aborted).toBe(true);
      throw error;
    });
  });
  await made.fly('before', async (_signal, land) => {
    landed.push(land());
  });
  fail(new Error('late'));
  await first;
  expect(landed).toEqual([true, false]);
  expect(made.trouble.errors).toEqual({});
  expect(told()).toBe(0);
});

test('what fails is the trouble of its side, and is told; a new state of the file or a loss is something else', async () => {
  const { made, stale, told } = exchange();
  const fails = (kind: 'after' | 'refresh' | 'jump', error: Error) => made.fly(kind, () => Promise.reject(error));
  await fails('after', refusal(502, 'unreadable', {}));
  await fails('refresh', refusal(502, 'unreadable', {}));
  expect(made.trouble.errors).toEqual({ after: 'unreadable', jump: 'unreadable' });
  expect(told()).toBe(2);
  await fails('jump', refusal(409, 'stale-generation', { generation: 4, size: 7 }));
  await fails('jump', refusal(404, 'not-found', {}));
  expect(stale).toEqual([[4, 7]]);
  expect(told()).toBe(2);
  made.dispose();
  expect(made.trouble.errors).toEqual({});
});

test('a reply of another generation is not taken, a longer file is told, and who is gone hears nothing', () => {
  const { made, stale, told } = exchange();
  const known = { generation: 3, size: 100 };
  expect(made.accept({ generation: 3, size: 100 }, known)).toBe(true);
  expect(made.accept({ generation: 3, size: 101 }, known)).toBe(true);
  expect(made.accept({ generation: 2, size: 100 }, known)).toBe(false);
  expect(stale).toEqual([
    [3, 101],
    [2, 100],
  ]);
  made.emit(0, null);
  made.dispose();
  made.emit(0, null);
  expect(told()).toBe(1);
});

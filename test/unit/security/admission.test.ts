import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { HttpError } from '../../../server/routes/reply.ts';
import { Admission } from '../../../server/security/admission.ts';

const never = new AbortController().signal;
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('runs so many at once, lets so many wait in order, and turns the rest away', async () => {
  const admission = new Admission({ running: 2, waiting: 2, unsentBytes: 100 });
  const order: number[] = [];
  const ends: (() => void)[] = [];
  const job = (n: number) =>
    admission.run(never, async () => {
      order.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
    });
  const jobs = [job(1), job(2), job(3), job(4)];
  await settle();
  expect(order).toEqual([1, 2]);
  const refused = await job(5).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(HttpError);
  expect(refused).toMatchObject({ status: 503, code: 'busy', headers: { 'Retry-After': 1 } });
  for (let done = 0; done < 4; done++) {
    await settle();
    ends[done]?.();
  }
  await Promise.all(jobs);
  expect(order).toEqual([1, 2, 3, 4]);
  expect(admission.tryEnter()).toBe(true);
});

it('frees a turn when the work fails', async () => {
  const admission = new Admission({ running: 1, waiting: 1, unsentBytes: 100 });
  await expect(admission.run(never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(admission.tryEnter()).toBe(true);
});

it('forgets who stops waiting, also when the turn comes at that moment', async () => {
  const admission = new Admission({ running: 1, waiting: 4, unsentBytes: 100 });
  expect(admission.tryEnter()).toBe(true);
  const [gone, late] = [new AbortController(), new AbortController()];
  const first = admission.enter(gone.signal);
  const second = admission.enter(late.signal);
  const third = admission.enter(never);
  gone.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  admission.leave();
  late.abort(new Error('late'));
  await expect(second).rejects.toThrow('late');
  await third;
  expect(admission.tryEnter()).toBe(false);
  admission.leave();
  expect(admission.tryEnter()).toBe(true);
});

it('refuses new replies while too much of the old ones lies unsent', () => {
  const admission = new Admission({ running: 1, waiting: 1, unsentBytes: 100 });
  const [first, second] = [new EventEmitter(), new EventEmitter()];
  admission.holdUntilSent(first, 100);
  expect(() => admission.assertRoom()).not.toThrow();
  admission.holdUntilSent(second, 1);
  expect(() => admission.assertRoom()).toThrow(HttpError);
  second.emit('close');
  expect(() => admission.assertRoom()).not.toThrow();
});

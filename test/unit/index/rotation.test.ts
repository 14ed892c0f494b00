import { expect, test } from 'vitest';
import { Rotation } from '../../../server/rotation.ts';

/** Gives the jobs that are left, by client. */
const asking = (left: Record<string, number>) => (client: string) => {
  const jobs = left[client] ?? 0;
  left[client] = jobs - 1;
  return jobs > 0 ? `${client}${jobs}` : null;
};
const all = (rotation: Rotation<string>, ask: (client: string) => string | null): (string | undefined)[] =>
  Array.from({ length: 7 }, () => rotation.next(ask)?.job);

test('clients are asked in turns, and those without a job not again until they say so', () => {
  const rotation = new Rotation<string>();
  for (const client of ['a', 'b', 'a', 'c']) rotation.add(client);
  expect(all(rotation, asking({ a: 3, b: 1, c: 2 }))).toEqual(['a3', 'b1', 'c2', 'a2', 'c1', 'a1', undefined]);
  expect(rotation.next(asking({ a: 1 }))).toBeNull();
  rotation.add('a');
  expect(rotation.next(asking({ a: 1 }))).toEqual({ client: 'a', job: 'a1' });
});

test('who was removed is not asked, also when that happened while it was asked', () => {
  const rotation = new Rotation<string>();
  for (const client of ['a', 'b', 'c']) rotation.add(client);
  rotation.remove('b');
  const ask = asking({ a: 9, b: 9, c: 9 });
  const asked = all(rotation, (client) => {
    if (client === 'a') rotation.remove('a');
    return ask(client);
  });
  expect(asked).toEqual(['a9', 'c9', 'c8', 'c7', 'c6', 'c5', 'c4']);
});

test('who is asked within the question to another one takes nobody his turn', () => {
  const rotation = new Rotation<string>();
  rotation.add('a');
  rotation.add('b');
  const ask = asking({ a: 2, b: 2 });
  const within: (string | undefined)[] = [];
  const nested = (client: string): string | null => {
    if (client === 'a' && within.length === 0) within.push(rotation.next(ask)?.job);
    return ask(client);
  };
  expect(all(rotation, nested)).toEqual(['a2', 'b1', 'a1', undefined, undefined, undefined, undefined]);
  expect(within).toEqual(['b2']);
});

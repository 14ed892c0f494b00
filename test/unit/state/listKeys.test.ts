import { expect, test } from 'vitest';
import { movedTo } from '../../../client/view/listKeys.ts';

test('keys move in a list and stop at its ends; others are not for it', () => {
  const from = (row: number) => (key: string) => movedTo(key, row, 10, 25);
  expect(['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map(from(12))).toEqual([13, 11, 22, 2, 0, 24]);
  expect(['ArrowUp', 'PageUp', 'PageDown'].map(from(0))).toEqual([0, 0, 10]);
  expect(['ArrowDown', 'PageDown', 'PageUp'].map(from(24))).toEqual([24, 24, 14]);
  expect(['Enter', 'a', 'toString'].map(from(12))).toEqual([null, null, null]);
  expect(movedTo('End', 0, 10, 0)).toBe(0);
});

import { expect, test } from 'vitest';
import { partition } from '../../../shared/partition.ts';

test('counts the prefix that passes, whatever its length, and asks about nothing outside', () => {
  for (let length = 0; length <= 40; length++) {
    for (let prefix = 0; prefix <= length; prefix++) {
      const asked: number[] = [];
      const found = partition(length, (i) => {
        asked.push(i);
        return i < prefix;
      });
      expect(found).toBe(prefix);
      expect(asked.every((i) => i >= 0 && i < length)).toBe(true);
      expect(asked.length).toBeLessThanOrEqual(Math.ceil(Math.log2(length + 1)));
    }
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pageCount, pageLength, planWindows, wantedPages } from '../../../client/cache/plan.ts';

const PAGE = 65_536;

test('pages of a file, the last one partial', () => {
  expect([pageCount(0), pageCount(1), pageCount(PAGE), pageCount(PAGE + 1)]).toEqual([0, 1, 1, 2]);
  expect([pageLength(0, 10), pageLength(1, PAGE + 7), pageLength(2, PAGE + 7)]).toEqual([10, 7, 0]);
  expect(pageCount(2 ** 53 - 1)).toBe(2 ** 37);
});

test('visible pages first, then neighbours, two more ahead, and only the visible ones while dragging', () => {
  const visible = { offset: 10 * PAGE + 5, end: 11 * PAGE + 9 };
  const size = 1_000 * PAGE;
  expect(wantedPages(visible, 0, false, size)).toEqual([10, 11, 12, 9]);
  expect(wantedPages(visible, 1, false, size)).toEqual([10, 11, 12, 13, 14, 9]);
  expect(wantedPages(visible, -1, false, size)).toEqual([10, 11, 9, 8, 7, 12]);
  expect(wantedPages(visible, 1, true, size)).toEqual([10, 11]);
  expect(wantedPages({ offset: 0, end: 100 }, -1, false, 100)).toEqual([0]);
  expect(wantedPages({ offset: 0, end: 0 }, 1, false, 0)).toEqual([]);
});

test('windows cover the most urgent missing pages, without overlap, at most 16 pages each', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 60 })),
      fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 5 }),
      fc.integer({ min: 0, max: 4 }),
      (wanted, here, alone, slots) => {
        const missing = wanted.filter((page) => !here.includes(page));
        const windows = planWindows({
          wanted,
          isMissing: (page) => !here.includes(page),
          isAlone: (page) => alone.includes(page),
          slots,
        });
        expect(windows.length).toBeLessThanOrEqual(slots);
        const covered = windows.flatMap(({ first, count }) => Array.from({ length: count }, (_, at) => first + at));
        expect(new Set(covered).size).toBe(covered.length);
        for (const page of covered) expect(missing).toContain(page);
        for (const { first, count } of windows) {
          expect(count).toBeLessThanOrEqual(16);
          if (count > 1) for (let at = first; at < first + count; at++) expect(alone).not.toContain(at);
        }
        if (windows.length < slots) expect(covered.length).toBe(missing.length);
        if (slots > 0 && missing.length > 0) expect(covered).toContain(missing[0]);
      },
    ),
    { numRuns: 500, seed: 11 },
  );
});

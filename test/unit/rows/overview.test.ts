import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesPerPx,
  fineFactor,
  lastTop,
  MIN_THUMB_PX,
  snapThumb,
  thumbFor,
  trackOffset,
  trackY,
} from '../../../client/view/overview/overviewScale.ts';
import { occupiedRows } from '../../../client/view/overview/paintLayers.ts';

const sizes = fc.oneof(
  fc.integer({ min: 1, max: 1_000 }),
  fc.maxSafeInteger().map((value) => Math.abs(value) + 1),
);

describe('thumb', () => {
  test('is at the top at offset 0, at the bottom at the end, never small, never outside, and moves one way', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 30, max: 2_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }),
        (size, length, height, shares) => {
          const top = lastTop({ offset: 0, end: Math.min(size, length) }, size);
          let before = -1;
          for (const share of [0, ...shares.sort((a, b) => a - b), 1]) {
            const offset = Math.floor(share * top);
            const thumb = thumbFor({ offset, end: offset + Math.min(size, length) }, size, height);
            expect(thumb.height).toBeGreaterThanOrEqual(Math.min(height, MIN_THUMB_PX));
            expect(thumb.top).toBeGreaterThanOrEqual(before);
            expect(thumb.top + thumb.height).toBeLessThanOrEqual(height + 1e-6);
            before = thumb.top;
            if (share === 0) expect(thumb.top).toBe(0);
            if (share === 1) expect(thumb.top + thumb.height).toBeCloseTo(height, 6);
          }
        },
      ),
      { seed: 12 },
    );
  });

  test('snaps to device px', () => {
    expect(snapThumb({ top: 10.3, height: 24.2 }, 2)).toEqual({ top: 10.5, height: 24 });
  });
});

test('fine mode: Alt and distance slow down, never below a quarter row a px, and full speed is exact', () => {
  const visible = { offset: 0, end: 700 };
  const perPx = bytesPerPx(visible, 2 ** 40, 700);
  expect(perPx * (700 - MIN_THUMB_PX)).toBeCloseTo(2 ** 40 - 700, 0);
  expect(fineFactor(0, false, perPx, 16)).toBe(1);
  expect(fineFactor(63, false, perPx, 16)).toBe(1);
  expect(fineFactor(64, false, perPx, 16)).toBeCloseTo(0.1);
  expect(fineFactor(10_000, false, perPx, 16) * perPx).toBeCloseTo(4);
  const alt = fineFactor(0, true, perPx, 16) * perPx;
  expect(alt).toBeCloseTo(Math.sqrt(16 * perPx), 3);
  // A file whose rows are larger than a px needs no fine mode, and never goes faster than the pointer.
  expect(fineFactor(500, true, 0.5, 16)).toBe(1);
});

test('track: y to offset to y', () => {
  expect(trackOffset(-5, 1000, 500)).toBe(0);
  expect(trackOffset(999, 1000, 500)).toBe(999);
  expect(trackOffset(250, 1000, 500)).toBe(500);
  expect(trackOffset(1, 0, 500)).toBe(0);
  expect(trackY(500, 1000, 500)).toBe(250);
  expect(trackY(5, 0, 500)).toBe(0);
});

test('layer rows: every offset is painted, runs are apart', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9_999 })), fc.integer({ min: 1, max: 300 }), (places, rows) => {
      const runs = occupiedRows(Float64Array.from(places), 10_000, rows);
      for (const place of places) {
        const row = Math.floor((place / 10_000) * rows);
        expect(runs.some(([start, end]) => row >= start && row < end)).toBe(true);
      }
      runs.slice(1).forEach(([start], index) => {
        expect(start).toBeGreaterThan(runs[index]?.[1] ?? 0);
      });
    }),
    { seed: 13 },
  );
});

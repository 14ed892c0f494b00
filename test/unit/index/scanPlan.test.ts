import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScanPlan } from '../../../server/index/scanPlan.ts';
import type { Extent } from '../../../shared/extent.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';

const MIB = 2 ** 20;

/** Data runs of a pretended sparse file, and how often it was asked. */
function holes(data: readonly Extent[]): {
  next: (offset: number, size: number) => Extent | null;
  calls: () => number;
} {
  let calls = 0;
  return {
    calls: () => calls,
    next: (offset, size) => {
      calls++;
      const run = data.find(({ end }) => end > offset);
      if (!run || run.offset >= size) return null;
      return { offset: Math.max(offset, run.offset), end: Math.min(run.end, size) };
    },
  };
}

describe('ScanPlan', () => {
  it('tiles the file with whole pages, and never calls data a hole', () => {
    const extents = fc
      .array(fc.tuple(fc.nat(40 * MIB), fc.integer({ min: 1, max: 20 * MIB })), { maxLength: 8 })
      .map((pairs) => {
        let at = 0;
        return pairs.map(([gap, length]) => {
          const offset = at + gap + 1;
          at = offset + length;
          return { offset, end: at };
        });
      });
    fc.assert(
      fc.property(
        extents,
        fc.nat(300 * MIB),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        (data, size, threads, dense) => {
          const plan = new ScanPlan(0, size, dense ? null : holes(data).next);
          let at = 0;
          for (let step = plan.next(threads); step; step = plan.next(threads)) {
            expect(step.offset).toBe(at);
            expect(step.offset % PAGE_BYTES).toBe(0);
            expect(step.end > step.offset && (step.end % PAGE_BYTES === 0 || step.end === size)).toBe(true);
            if (!step.hole) expect(step.end - step.offset).toBeLessThanOrEqual(16 * MIB + PAGE_BYTES);
            else expect(data.some(({ offset, end }) => offset < step.end && end > step.offset)).toBe(false);
            at = step.end;
          }
          expect(at).toBe(size);
          expect(plan.done).toBe(true);
        },
      ),
      { numRuns: 300, seed: 9 },
    );
  });

  it('skips holes of any size at the cost of a question', () => {
    const data = [{ offset: 2 ** 50, end: 2 ** 50 + 10 }];
    const source = holes(data);
    const plan = new ScanPlan(0, 2 ** 52 + 5, source.next);
    const steps = [plan.next(2), plan.next(2), plan.next(2), plan.next(2)];
    expect(steps.map((step) => step?.hole)).toEqual([true, false, true, undefined]);
    expect(source.calls()).toBeLessThan(8);
  });

  it('reads on over short holes instead of making a job of every island', () => {
    const islands = Array.from({ length: 1000 }, (_, i) => ({ offset: i * 131_072, end: i * 131_072 + 4096 }));
    const plan = new ScanPlan(0, 128_000_000, holes(islands).next);
    let steps = 0;
    while (plan.next(2)) steps++;
    expect(steps).toBeLessThan(40);
  });

  it('plans a page again when it was handed out in part', () => {
    const plan = new ScanPlan(0, PAGE_BYTES + 10, null);
    expect(plan.next(1)).toEqual({ offset: 0, end: PAGE_BYTES + 10, hole: false });
    plan.extend(PAGE_BYTES + 20);
    expect(plan.next(1)).toEqual({ offset: PAGE_BYTES, end: PAGE_BYTES + 20, hole: false });
    expect(plan.next(1)).toBeNull();
  });
});

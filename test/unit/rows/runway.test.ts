import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  alignTop,
  centredBase,
  clampTop,
  REBASE_QUANTUM,
  type RunwayTop,
  rebaseFor,
  runwayCapacity,
  runwayExtent,
  type SlotSpan,
  scrollTopOf,
  topAt,
  visibleSlots,
} from '../../../client/rows/runway.ts';

/** A view as the hook keeps it, and beside it the truth: the position in px as one BigInt, in units of a thousandth. */
interface Model {
  origin: number;
  base: number;
  scrollTop: number;
  rows: number;
  truth: bigint;
}

const heights = fc.constantFrom(12, 17, 20, 31);
const rowCounts = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.integer({ min: 39_000, max: 42_000 }),
  fc.maxSafeInteger().map((value) => Math.abs(value)),
);
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('scroll' as const), px: fc.integer({ min: -45_000, max: 45_000 }) }),
    fc.record({ kind: fc.constant('jump' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('shift' as const), delta: fc.integer({ min: -1_000_000, max: 1_000_000 }) }),
    fc.record({ kind: fc.constant('grow' as const), rows: fc.integer({ min: 0, max: 100_000 }) }),
    fc.record({ kind: fc.constant('idle' as const) }),
  ),
  { maxLength: 60 },
);

const VIEWPORT = 700;

function spanOf(model: Model): SlotSpan {
  return { low: 0 - model.origin, end: model.rows - model.origin };
}

/** Position of the view as the model's numbers say, exactly. */
function shown(model: Model, rowHeight: number): bigint {
  const top = topAt(model.scrollTop, model.base, rowHeight);
  return BigInt(top.slot) * BigInt(rowHeight) * 1000n + BigInt(Math.round(top.px * 1000));
}

describe('any sequence of scrolls, jumps, renames and growth', () => {
  test('keeps row and pixel exact up to 2^53 rows, and the view inside the runway', () => {
    fc.assert(
      fc.property(rowCounts, heights, steps, (rows, rowHeight, sequence) => {
        const capacity = runwayCapacity(rowHeight);
        const model: Model = { origin: 0, base: 0, scrollTop: 0, rows, truth: 0n };
        const maxTop = () =>
          Math.max(0, runwayExtent(model.base, spanOf(model), capacity).count * rowHeight - VIEWPORT);
        const place = (top: RunwayTop, base: number) => {
          model.base = base;
          model.scrollTop = scrollTopOf(top, base, rowHeight);
        };
        const rebase = (idle: boolean) => {
          const span = spanOf(model);
          const top = topAt(model.scrollTop, model.base, rowHeight);
          const visible = visibleSlots(top, span, VIEWPORT, rowHeight);
          const runway = runwayExtent(model.base, span, capacity);
          const next = rebaseFor(runway, visible, span, capacity, idle);
          if (next === null) return;
          const before = shown(model, rowHeight);
          const moved = next - model.base;
          place(top, next);
          expect(shown(model, rowHeight)).toBe(before);
          // A whole number of quanta unless it was cut at the low end.
          expect(moved % REBASE_QUANTUM === 0 || next === span.low).toBe(true);
          const now = runwayExtent(next, span, capacity);
          expect(now.base).toBe(next);
          expect(visible.first).toBeGreaterThanOrEqual(next);
          expect(visible.last).toBeLessThan(next + now.count);
        };
        for (const step of sequence) {
          const span = spanOf(model);
          switch (step.kind) {
            case 'scroll': {
              const to = Math.max(0, Math.min(maxTop(), model.scrollTop + step.px));
              model.truth += BigInt(to - model.scrollTop) * 1000n;
              model.scrollTop = to;
              rebase(false);
              break;
            }
            case 'jump': {
              const slot = span.low + Math.floor(step.share * Math.max(0, span.end - span.low - 1));
              const top = clampTop({ slot, px: 0 }, span, VIEWPORT, rowHeight);
              place(top, centredBase(top.slot, model.base, span, capacity));
              model.truth = BigInt(top.slot) * BigInt(rowHeight) * 1000n + BigInt(top.px) * 1000n;
              break;
            }
            case 'shift': {
              // As a rename that is right would be: the rows before the view change in number, never below none.
              const top = topAt(model.scrollTop, model.base, rowHeight);
              const delta = Math.max(step.delta, -(top.slot - span.low), -model.rows);
              if (model.rows + delta > Number.MAX_SAFE_INTEGER) break;
              model.origin += delta;
              model.rows += delta;
              const held = runwayExtent(model.base, spanOf(model), capacity);
              if (held.base !== model.base) place(top, held.base);
              break;
            }
            case 'grow':
              if (model.rows + step.rows <= Number.MAX_SAFE_INTEGER) model.rows += step.rows;
              break;
            case 'idle':
              rebase(true);
              break;
          }
          expect(shown(model, rowHeight)).toBe(model.truth);
          const held = runwayExtent(model.base, spanOf(model), capacity);
          expect(held.base).toBe(model.base);
          expect(held.count * rowHeight).toBeLessThanOrEqual(1_000_000);
        }
      }),
      { numRuns: 400, seed: 7 },
    );
  });
});

describe('the ends', () => {
  const rowHeight = 20;
  const capacity = runwayCapacity(rowHeight);
  const span: SlotSpan = { low: 0, end: 2 ** 36 + 3 };

  test('the last row can be shown, and nothing after it', () => {
    const last = alignTop(span.end - 1, 'end', { slot: 0, px: 0 }, VIEWPORT, rowHeight);
    const top = clampTop(last ?? { slot: 0, px: 0 }, span, VIEWPORT, rowHeight);
    const base = centredBase(top.slot, 0, span, capacity);
    const runway = runwayExtent(base, span, capacity);
    expect(runway.base + runway.count).toBe(span.end);
    expect(scrollTopOf(top, base, rowHeight)).toBe(runway.count * rowHeight - VIEWPORT);
    expect(visibleSlots(top, span, VIEWPORT, rowHeight).last).toBe(span.end - 1);
    expect(rebaseFor(runway, visibleSlots(top, span, VIEWPORT, rowHeight), span, capacity, true)).toBe(null);
  });

  test('growth leaves the base alone, shrinking brings the runway back over the rows that are left', () => {
    const base = centredBase(span.end - 40, 0, span, capacity);
    const grown = { low: 0, end: span.end + 10_000_000 };
    expect(runwayExtent(base, grown, capacity)).toEqual({ base, count: capacity });
    for (const end of [0, 1, 39_999, 40_000, 40_001, 1_000_000]) {
      const cut = runwayExtent(base, { low: 0, end }, capacity);
      expect(cut.base + cut.count).toBe(end);
      expect(cut.base).toBeGreaterThanOrEqual(0);
      expect(cut.count).toBeGreaterThanOrEqual(Math.min(end, capacity - REBASE_QUANTUM));
    }
  });

  test('a view taller than all rows stays at the top', () => {
    expect(clampTop({ slot: 5, px: 3 }, { low: 0, end: 10 }, VIEWPORT, rowHeight)).toEqual({ slot: 0, px: 0 });
  });
});

test('aligning: start, center, end, nearest', () => {
  const current = { slot: 100, px: 5 };
  expect(alignTop(500, 'start', current, 700, 20)).toEqual({ slot: 500, px: 0 });
  expect(alignTop(500, 'center', current, 700, 20)).toEqual({ slot: 483, px: 0 });
  expect(alignTop(500, 'end', current, 690, 20)).toEqual({ slot: 466, px: 10 });
  expect(alignTop(100, 'nearest', current, 700, 20)).toEqual({ slot: 100, px: 0 });
  expect(alignTop(101, 'nearest', current, 700, 20)).toBe(null);
  expect(alignTop(134, 'nearest', current, 700, 20)).toBe(null);
  expect(alignTop(135, 'nearest', current, 700, 20)).toEqual({ slot: 101, px: 0 });
  expect(alignTop(101, 'nearest', { slot: 101, px: 0 }, 700, 20)).toBe(null);
});

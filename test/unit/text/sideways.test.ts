import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftFor } from '../../../client/view/text/useSideways.ts';

describe('a hit in rows wider than the pane', () => {
  it('is shown from the start of the rows where that is enough', () => {
    expect(leftFor(10, 20, 0, 80)).toBe(0);
    expect(leftFor(10, 20, 300, 80)).toBe(0);
  });

  it('comes into view with a margin, by as little as needed', () => {
    expect(leftFor(100, 110, 0, 80)).toBe(35);
    expect(leftFor(100, 110, 60, 80)).toBe(60);
    expect(leftFor(100, 110, 200, 80)).toBe(96);
    expect(leftFor(100, 150, 60, 80)).toBe(75);
  });

  it('shows its start when it is wider than the pane', () => {
    expect(leftFor(100, 900, 0, 80)).toBe(96);
    expect(leftFor(3, 900, 0, 80)).toBe(0);
  });

  it('is whole in view whenever it fits, and then stays where it is', () => {
    const cells = fc.integer({ min: 20, max: 200 });
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(300), fc.nat(1_000), cells, (first, length, left, width) => {
        const next = leftFor(first, first + length, left, width);
        expect(next).toBeLessThanOrEqual(first);
        if (length < width - 6) expect(first + length).toBeLessThan(next + width);
        expect(leftFor(first, first + length, next, width)).toBe(next);
      }),
      { seed: 20_261_125 },
    );
  });
});

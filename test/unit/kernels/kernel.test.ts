import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KERNEL_BYTES, KERNEL_POSITIONS, lineKernel } from '../../../server/index/kernel.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import { type LineFormat, lineFormat } from '../../../shared/lineFormat.ts';

const FORMATS: readonly LineFormat[] = (['utf-8', 'utf-16le', 'utf-16be'] as const).flatMap((encoding) => [
  lineFormat(encoding, 'lf'),
  lineFormat(encoding, 'cr'),
]);

/** First bytes of all terminators, unit by unit. */
function naivePositions(bytes: Uint8Array, { unitBytes, bigEndian, terminator }: LineFormat): number[] {
  const code = terminator === 'lf' ? 10 : 13;
  const positions: number[] = [];
  for (let at = 0; at + unitBytes <= bytes.length; at += unitBytes) {
    const [low, high] = bigEndian ? [bytes[at + 1], bytes[at]] : [bytes[at], bytes[at + 1]];
    if (unitBytes === 1 ? bytes[at] === code : low === code && high === 0) positions.push(at);
  }
  return positions;
}

/** Deterministic bytes of which many are terminators, halves of them, or next to them. */
function livelyBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const values = [0, 10, 13, 10, 0, 65, 11, 9, 0x8a, 0xff];
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    bytes[i] = values[Math.floor(state / 65_536) % values.length] ?? 0;
  }
  return bytes;
}

describe.each(FORMATS.map((format) => ({ name: JSON.stringify(format), format })))('kernel for $name', ({ format }) => {
  it('counts at every length and alignment of a vector and a round', () => {
    const bytes = livelyBytes(400, 7);
    let seen = 0;
    for (let start = 0; start < 66; start += format.unitBytes) {
      for (let length = 0; length <= 200; length++) {
        const part = bytes.subarray(start, start + length);
        const expected = naivePositions(part, format).length;
        seen += expected;
        expect(lineKernel().count(part, format)).toBe(expected);
      }
    }
    expect(seen).toBeGreaterThan(1000);
  });

  it('counts pages that hold nothing else, past where lanes of a byte or two would overflow', () => {
    const unit = format.bigEndian ? [0, 10] : [10, 0];
    const code = format.terminator === 'lf' ? 10 : 13;
    const bytes = new Uint8Array(3 * PAGE_BYTES + 7).map((_, i) =>
      format.unitBytes === 1 ? code : unit[i % 2] === 0 ? 0 : code,
    );
    const whole = PAGE_BYTES / format.unitBytes;
    const rest = Math.floor(7 / format.unitBytes);
    expect([...lineKernel().countPages(bytes, format)]).toEqual([whole, whole, whole, rest]);
    expect(lineKernel().count(bytes, format)).toBe(3 * whole + rest);
  });

  it('counts pages as the naive count does', () => {
    for (const length of [0, 1, 2, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, PAGE_BYTES + 2, 3 * PAGE_BYTES - 5]) {
      const bytes = livelyBytes(length, length + 1);
      const expected: number[] = [];
      for (let at = 0; at < length; at += PAGE_BYTES) {
        expected.push(naivePositions(bytes.subarray(at, at + PAGE_BYTES), format).length);
      }
      expect([...lineKernel().countPages(bytes, format)]).toEqual(expected);
    }
  });

  it('locates any run of terminators', () => {
    fc.assert(
      fc.property(
        fc.nat(700),
        fc.nat(1000),
        fc.nat(70),
        fc.nat(70),
        fc.boolean(),
        (length, seed, skip, limit, rare) => {
          const bytes = livelyBytes(length, seed);
          if (rare) bytes.fill(65, length / 4, (length * 3) / 4);
          const expected = naivePositions(bytes, format).slice(skip, skip + limit);
          expect([...lineKernel().locate(bytes, format, skip, limit)]).toEqual(expected);
        },
      ),
      { numRuns: 400, seed: 11 },
    );
  });

  it('locates in the longest window, and leaves nothing of it behind', () => {
    const bytes = livelyBytes(KERNEL_BYTES, 3);
    const all = naivePositions(bytes, format);
    expect(all.length).toBeGreaterThan(KERNEL_POSITIONS);
    const kernel = lineKernel();
    const skip = all.length - 100;
    expect([...kernel.locate(bytes, format, skip, KERNEL_POSITIONS)]).toEqual(all.slice(skip));
    expect([...kernel.locate(bytes, format, 0, KERNEL_POSITIONS)]).toEqual(all.slice(0, KERNEL_POSITIONS));
    expect([...kernel.locate(new Uint8Array(5).fill(65), format, 0, 10)]).toEqual([]);
    expect(kernel.count(new Uint8Array(0), format)).toBe(0);
  });
});

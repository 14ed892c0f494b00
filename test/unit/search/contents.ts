/** Generated files that are short to make but reach over the borders that searches are cut at. */
import * as fc from 'fast-check';
import { SMALL_SIZES } from './engine.ts';

const FACTOR = Number(process.env.BIGVIEW_FUZZ_FACTOR ?? 1);

/**
 * How many cases a property is tried on, always the same ones; BIGVIEW_FUZZ_FACTOR=20 tries twenty times as many, others each
 * time.
 */
export function runs(count: number): { readonly seed?: number; readonly numRuns: number } {
  return FACTOR === 1 ? { seed: 20_251, numRuns: count } : { numRuns: count * FACTOR };
}

/** Time that a property may take, ms. */
export const FUZZ_TIMEOUT_MS = 60_000 * FACTOR;

const { segmentBytes, pieceBytes, windowBytes } = SMALL_SIZES;

/** Places where the engine stops reading and begins anew. */
const BORDERS = [segmentBytes, 2 * segmentBytes, pieceBytes, windowBytes, segmentBytes + windowBytes];

/** A run of `unit` repeated to exactly `length` bytes. */
export function filler(unit: string, length: number): Buffer {
  return Buffer.alloc(length, unit, 'latin1');
}

/**
 * Text drawn from `alphabet`, laid so that it reaches over a border; before it `lead` repeated, after it some of `lead` again or
 * the end of the file.
 */
export function acrossBorder(
  alphabet: readonly string[],
  lead: string,
  encode: (text: string) => Buffer = (text) => Buffer.from(text, 'latin1'),
): fc.Arbitrary<Buffer> {
  return fc
    .record({
      text: fc
        .array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 200 })
        .map((parts) => encode(parts.join(''))),
      border: fc.constantFrom(...BORDERS),
      before: fc.integer({ min: 0, max: 220 }),
      after: fc.constantFrom(0, 1, 300, segmentBytes),
    })
    .map(({ text, border, before, after }) =>
      Buffer.concat([filler(lead, Math.max(0, border - Math.min(before, text.length))), text, filler(lead, after)]),
    );
}

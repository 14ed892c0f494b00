/**
 * A hash of samples of the first `size` bytes of a file: both ends and places evenly spread between. Inodes and even birth times
 * are reused at once, and a file may be replaced by one of the same size and time; that it also agrees in all of these bytes
 * does not happen by accident. Growth does not change the fingerprint of what was there before.
 */
import { createHash } from 'node:crypto';
import type { Source } from '../source/source.ts';

const END_BYTES = 65_536;
const SAMPLES = 14;
const SAMPLE_BYTES = 4_096;

/** Hex; null when the file turned out to be shorter. Rejects as `source.read` does. */
export async function fingerprint(source: Source, size: number): Promise<string | null> {
  const hash = createHash('sha256').update(`${size}\n`);
  for (const { offset, length } of samplePlaces(size)) {
    const bytes = Buffer.allocUnsafeSlow(length);
    if ((await source.read(offset, bytes)) < length) return null;
    hash.update(bytes);
  }
  return hash.digest('hex');
}

function samplePlaces(size: number): { offset: number; length: number }[] {
  const ends = Math.min(END_BYTES, size);
  const between = Array.from({ length: SAMPLES }, (_, i) => Math.floor((size / (SAMPLES + 1)) * (i + 1)));
  return [
    { offset: 0, length: ends },
    ...between.map((offset) => ({ offset, length: Math.min(SAMPLE_BYTES, size - offset) })),
    { offset: size - ends, length: ends },
  ];
}

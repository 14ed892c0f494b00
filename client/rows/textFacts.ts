/** What follows from replies and from the state of the index for the estimates of a run. */
import type { LinesReply } from '../../shared/protocol.ts';
import type { GeometryFile } from './textChange.ts';
import type { TextFacts } from './textRun.ts';

/** Mean line of a file of which nothing is known, bytes. */
const UNKNOWN_MEAN = 100;
/** Bytes that have to be scanned before the index's mean is believed. */
const MEAN_SAMPLE_BYTES = 65_536;
/** Line ends in a reply that are enough for a mean. */
const MEAN_SAMPLE_LINES = 8;

/** Mean bytes of the lines of a reply, or null when they are too few. */
export function sampleMean(reply: LinesReply): number | null {
  const first = reply.lines[0];
  const last = reply.lines.at(-1);
  const ends = reply.lines.filter((line) => line.terminatorLength > 0).length;
  if (!first || !last || ends < MEAN_SAMPLE_LINES) return null;
  return (last.offset + last.length + last.terminatorLength - first.offset) / ends;
}

export function factsOf(file: GeometryFile, totalLines: number | null, sample: number | null): TextFacts {
  const { size, start, index } = file;
  const scanned = index && index.scannedBytes >= MEAN_SAMPLE_BYTES && index.lines > 0;
  const mean = scanned ? index.scannedBytes / index.lines : (sample ?? UNKNOWN_MEAN);
  return { size, start, totalLines, meanLine: Math.max(1, mean) };
}

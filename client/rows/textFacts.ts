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
function sampleMean(reply: LinesReply): number | null {
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

/** What is known of the file: what was told of it, and what replies have said since. */
export class KnownFile {
  #told: GeometryFile;
  /** As told, but for a larger size from a reply. */
  #file: GeometryFile;
  #totalLines: number | null = null;
  #sampleMean: number | null = null;

  constructor(file: GeometryFile) {
    this.#told = file;
    this.#file = file;
  }

  get file(): GeometryFile {
    return this.#file;
  }

  /** As it was told last. */
  get told(): GeometryFile {
    return this.#told;
  }

  /** Lines with smaller numbers can be asked for by number. */
  get countedLines(): number {
    return this.#totalLines ?? this.#file.index?.lines ?? 0;
  }

  facts(): TextFacts {
    return factsOf(this.#file, this.#totalLines, this.#sampleMean);
  }

  /** Takes what was told now: `other`, nothing that was learned holds; `more`, it is longer or its lines are counted further. */
  tell(file: GeometryFile): 'other' | 'more' | 'none' {
    const before = this.#told;
    this.#told = file;
    this.#file = file;
    const same = file.generation === before.generation && file.encoding === before.encoding;
    if (!same || file.size < before.size || file.start !== before.start) return 'other';
    if (file.size === before.size && file.index === before.index) return 'none';
    if (file.size !== before.size) this.#totalLines = null;
    if (file.index?.complete) this.#totalLines = file.index.lines;
    return 'more';
  }

  /** Nothing that replies have said holds any more. */
  forget(): void {
    this.#totalLines = null;
    this.#sampleMean = null;
  }

  /** A reply may know sooner that the file has grown. */
  learnSize({ generation, size }: LinesReply): void {
    if (generation === this.#file.generation && size > this.#file.size) this.#file = { ...this.#file, size };
  }

  learnTotal({ totalLines }: LinesReply): void {
    this.#totalLines = totalLines ?? this.#totalLines;
  }

  learnMean(reply: LinesReply): void {
    this.#sampleMean = sampleMean(reply) ?? this.#sampleMean;
  }
}

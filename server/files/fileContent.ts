/**
 * What is known of one opened file whatever its name: its source, what it looks like, its lines. The entry that shows it may
 * change (a log that is rotated goes on under another id); what was learned goes along.
 *
 * Whoever answers a request takes the content once and stays with it: an entry may get another one at every `await`.
 */
import { lineFormat } from '../../shared/lineFormat.ts';
import type { LineIndex, LineIndexOptions } from '../index/lineIndex.ts';
import type { OpenedSource } from '../source/fileSource.ts';
import { SourceError, StaleReadError } from '../source/source.ts';
import { readWindow } from '../window/bytes.ts';
import { detectShape, SAMPLE_BYTES, type Sample, sampleOffsets, type TextShape } from '../window/encoding.ts';
import type { LineReader } from '../window/lineReader.ts';
import { fileIdentity } from './fileIdentity.ts';
import { FileLines } from './fileLines.ts';

/** A file this short when it was sampled is sampled again as it grows: most logs begin empty. */
const SETTLED_BYTES = 4096;

interface Detected {
  readonly generation: number;
  readonly size: number;
  readonly shape: Promise<TextShape>;
  /** In other encodings that were asked for: as lasting, since what ends a line must not change within a generation. */
  readonly others: Map<string, Promise<TextShape>>;
}

export class FileContent {
  readonly source: OpenedSource;
  /** See FileInfo. */
  readonly identity: string;
  readonly lines: FileLines;
  /** Hears of progress of any line index; set by the entry that shows the content. */
  onProgress: () => void = () => undefined;
  #detected: Detected | null = null;
  /** Each resolves when one of those who read by the descriptor does so no more. */
  readonly #releases = new Set<() => Promise<void>>();

  /** Takes over `source`. */
  constructor(source: OpenedSource, indexOptions: () => LineIndexOptions) {
    this.source = source;
    this.identity = fileIdentity(source);
    this.lines = new FileLines(source, indexOptions, () => this.onProgress());
  }

  /** What the file looks like in its present state. */
  shape(): Promise<TextShape> {
    const { generation, size } = this.source;
    const known = this.#detected;
    const grew = known !== null && known.size < SETTLED_BYTES && size > known.size;
    if (known?.generation === generation && !grew) return known.shape;
    const shape = this.#detect(null);
    this.#detected = { generation, size, shape, others: new Map() };
    return shape;
  }

  /** What the file looks like when read in `encoding`, or in the detected one (null). */
  async shapeIn(encoding: string | null): Promise<TextShape> {
    return this.#shapeIn(encoding, await this.shape());
  }

  /** The index of the lines in `encoding`, or in the detected one (null). */
  async index(encoding: string | null): Promise<LineIndex> {
    const detected = await this.shape();
    const shape = await this.#shapeIn(encoding, detected);
    return this.lines.index(
      lineFormat(shape.encoding, shape.terminator),
      lineFormat(detected.encoding, detected.terminator),
    );
  }

  /** A reader of the lines in `encoding`, or in the detected one (null). */
  async lineReader(encoding: string | null): Promise<LineReader> {
    const detected = await this.shape();
    return this.lines.reader(await this.#shapeIn(encoding, detected), detected);
  }

  /** For threads that read by the descriptor: it is closed after `release` has resolved. */
  holdUntil(release: () => Promise<void>): void {
    this.#releases.add(release);
  }

  /** The descriptor goes once no thread reads from it any more: its number must not become another file's. */
  async close(): Promise<void> {
    await this.lines.close();
    await Promise.all([...this.#releases].map((release) => release()));
    this.source.close();
  }

  #shapeIn(encoding: string | null, detected: TextShape): TextShape | Promise<TextShape> {
    if (encoding === null || encoding === detected.encoding) return detected;
    const others = this.#detected?.others;
    const shape = others?.get(encoding) ?? this.#detect(encoding);
    others?.set(encoding, shape);
    return shape;
  }

  async #detect(encoding: string | null): Promise<TextShape> {
    const samples: Sample[] = [];
    for (const offset of sampleOffsets(this.source.size)) {
      try {
        const { bytes } = await readWindow(this.source, offset, SAMPLE_BYTES, null, null);
        samples.push({ offset, bytes });
      } catch (error) {
        // A sample that cannot be read says nothing; the others still do.
        if (!(error instanceof SourceError || error instanceof StaleReadError)) throw error;
        // One that changes too fast can be read soon: what is found without it is not to last.
        if (error instanceof StaleReadError) this.#detected = null;
      }
    }
    return detectShape(samples, encoding);
  }
}

/**
 * The line indexes and line readers of one file. Most files have one of each; choosing another encoding adds an index only
 * when its terminators are other bytes. There could be six, and MAX_INDEXES are kept: a dense TiB costs 64 MiB in each.
 */
import { type LineFormat, lineFormat, lineFormatKey } from '../../shared/lineFormat.ts';
import { LineIndex, type LineIndexOptions } from '../index/lineIndex.ts';
import type { Source } from '../source/source.ts';
import type { TextShape } from '../window/encoding.ts';
import { LineReader } from '../window/lineReader.ts';

const MAX_INDEXES = 3;

/** Encodings that a person tries on one file; readers are small. */
const MAX_READERS = 16;

interface KeptReader {
  readonly reader: LineReader;
  readonly index: LineIndex;
}

export class FileLines {
  readonly #source: Source;
  readonly #options: () => LineIndexOptions;
  readonly #onProgress: () => void;
  /** By format, the least recently used first. */
  readonly #indexes = new Map<string, LineIndex>();
  /** By everything that a reader depends on. */
  readonly #readers = new Map<string, KeptReader>();
  /** Closed indexes whose threads may still hold the descriptor. */
  readonly #closing = new Set<Promise<void>>();
  #mayScan = false;
  #closed = false;

  /** `options` are asked for whenever an index is made; `onProgress` is called when the state of any of them changes. */
  constructor(source: Source, options: () => LineIndexOptions, onProgress: () => void) {
    this.#source = source;
    this.#options = options;
    this.#onProgress = onProgress;
  }

  /** The index of this format for the present generation, scanning as soon as that is allowed. `keep` is not given up for it (the detected format). */
  index(format: LineFormat, keep: LineFormat): LineIndex {
    const key = lineFormatKey(format);
    const known = this.#indexes.get(key);
    if (known && known.generation === this.#source.generation) {
      this.#indexes.delete(key);
      this.#indexes.set(key, known);
      return known;
    }
    if (known) this.#drop(key, known);
    this.#makeRoom(lineFormatKey(keep));
    const index = new LineIndex(this.#source, format, this.#options());
    this.#indexes.set(key, index);
    index.onProgress(this.#onProgress);
    if (this.#mayScan) index.start();
    return index;
  }

  /** A reader of lines in a file of this shape; `detected` is the file's own. */
  reader(shape: TextShape, detected: TextShape): LineReader {
    const index = this.index(
      lineFormat(shape.encoding, shape.terminator),
      lineFormat(detected.encoding, detected.terminator),
    );
    const key = `${shape.encoding} ${shape.terminator} ${shape.bomBytes}`;
    const known = this.#readers.get(key);
    if (known?.index === index) return known.reader;
    const reader = new LineReader(this.#source, index, shape.encoding, shape.bomBytes);
    this.#readers.delete(key);
    this.#readers.set(key, { reader, index });
    const [oldest] = this.#readers.keys();
    if (this.#readers.size > MAX_READERS && oldest !== undefined) this.#readers.delete(oldest);
    return reader;
  }

  get mayScan(): boolean {
    return this.#mayScan;
  }

  /** Lets the scan begin, of the indexes there are and of those to come. Until then an index knows nothing. */
  allowScan(): void {
    if (this.#closed || this.#mayScan) return;
    this.#mayScan = true;
    for (const index of this.#indexes.values()) index.start();
  }

  /** The file is longer, in the same generation. */
  grown(size: number): void {
    for (const index of this.#indexes.values()) index.grown(size);
  }

  /** A new generation: nothing of the old one holds. */
  reset(): void {
    for (const [key, index] of this.#indexes) this.#drop(key, index);
    this.#readers.clear();
  }

  /** Resolves when no thread uses the source's descriptor any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#mayScan = false;
    this.reset();
    await Promise.all(this.#closing);
  }

  #makeRoom(keep: string): void {
    for (const [key, index] of this.#indexes) {
      if (this.#indexes.size < MAX_INDEXES) return;
      if (key !== keep) this.#drop(key, index);
    }
  }

  #drop(key: string, index: LineIndex): void {
    this.#indexes.delete(key);
    for (const [name, kept] of this.#readers) if (kept.index === index) this.#readers.delete(name);
    const closing = index.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/**
 * One file of the command line while it is open: its source, what it looks like, its line indexes, and what becomes of it.
 *
 * Changes are noticed at every look: before and after every read, and every POLL_MS while somebody listens. A new generation
 * drops all that was learned; growth keeps it. Listeners are only told *that* something changed and ask for the state they
 * need, so a slow one misses steps, never the outcome.
 */
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { lineFormat } from '../../shared/lineFormat.ts';
import type { FileInfo } from '../../shared/protocol.ts';
import type { LineIndex, LineIndexOptions } from '../index/lineIndex.ts';
import { displayPath } from '../source/displayPath.ts';
import type { OpenedSource } from '../source/fileSource.ts';
import { SourceError, StaleReadError } from '../source/source.ts';
import { readWindow } from '../window/bytes.ts';
import { detectShape, SAMPLE_BYTES, type Sample, sampleOffsets, type TextShape } from '../window/encoding.ts';
import type { LineReader } from '../window/lineReader.ts';
import { FileLines } from './fileLines.ts';

export type FileChange = 'file' | 'index';
type Listener = (change: FileChange) => void;

/** How often the descriptor is looked at while somebody listens, ms. */
const POLL_MS = 250;
/** Every how many polls the path is looked up; a lookup may go over the network. */
const POLLS_PER_LOOKUP = 4;
/** A file this short when it was sampled is sampled again as it grows: most logs begin empty. */
const SETTLED_BYTES = 4096;

/** Counting the lines of a file up to this size takes no threads and about a millisecond: there is nothing to wait for. */
const SMALL_BYTES = 4_194_304;
/**
 * The scan takes all cores, and first rows come first. It starts so long after a window was served, ms; or, when a client
 * asks about the file without looking at its bytes, so long after that.
 */
const SCAN_AFTER_WINDOW_MS = 30;
const SCAN_AFTER_INFO_MS = 300;

interface Detected {
  readonly generation: number;
  readonly size: number;
  readonly shape: Promise<TextShape>;
  /** In other encodings that were asked for: as lasting, since what ends a line must not change within a generation. */
  readonly others: Map<string, Promise<TextShape>>;
}

/** The last name of a path, which may be bytes that are not UTF-8. */
function lastName(path: string | Buffer): string | Buffer {
  return typeof path === 'string' ? basename(path) : path.subarray(path.lastIndexOf('/') + 1);
}

function absolutePath(path: string | Buffer): string | Buffer {
  if (typeof path === 'string') return resolve(path);
  return path[0] === 0x2f ? path : Buffer.concat([Buffer.from(`${process.cwd()}/`), path]);
}

export class OpenFile {
  readonly id: string;
  /** Base name, escaped for display. */
  readonly name: string;
  /** Absolute path, escaped for display. */
  readonly path: string;
  readonly source: OpenedSource;
  readonly #location: string | Buffer;
  readonly #lines: FileLines;
  readonly #listeners = new Set<Listener>();
  #detected: Detected | null = null;
  #seenGeneration: number;
  #seenSize: number;
  #error: string | null = null;
  #pathState: FileInfo['pathState'] = 'current';
  #poll: NodeJS.Timeout | null = null;
  #polls = 0;
  /** A lookup is under way, on a thread that others wait for as well. */
  #lookingUp = false;
  #scanAt = Number.POSITIVE_INFINITY;
  #scanTimer: NodeJS.Timeout | null = null;
  #closed = false;

  /** Takes over `source`, which was opened from `path`. */
  constructor(id: string, path: string | Buffer, source: OpenedSource, indexOptions: () => LineIndexOptions) {
    this.id = id;
    this.#location = absolutePath(path);
    this.name = displayPath(lastName(this.#location));
    this.path = displayPath(this.#location);
    this.source = source;
    this.#lines = new FileLines(source, indexOptions, () => this.#tell('index'));
    this.#seenGeneration = source.generation;
    this.#seenSize = source.size;
    if (source.size <= SMALL_BYTES) this.#lines.allowScan();
  }

  /** `index` is that of the lines in `encoding`; null: in the detected one. */
  async info(encoding: string | null): Promise<FileInfo> {
    this.scanWithin(SCAN_AFTER_INFO_MS);
    const shape = await this.shape();
    const { source } = this;
    return {
      id: this.id,
      name: this.name,
      path: this.path,
      size: source.size,
      generation: source.generation,
      ...shape,
      engine: source.engine,
      modifiedMs: Number(source.identity.mtimeNs / 1_000_000n),
      index: (await this.index(encoding)).status(),
      error: this.#error,
      pathState: this.#pathState,
    };
  }

  /** To be called when a window of bytes or lines has been sent. */
  windowServed(): void {
    if (this.#scanAt > 0) this.scanWithin(SCAN_AFTER_WINDOW_MS);
  }

  /** Starts the line scan in `ms`, or when it was to start anyhow if that is sooner. */
  scanWithin(ms: number): void {
    const start = performance.now() + ms;
    if (start >= this.#scanAt) return;
    this.#scanAt = start;
    if (this.#scanTimer) clearTimeout(this.#scanTimer);
    this.#scanTimer = setTimeout(() => void this.#startScan(), ms).unref();
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
    return this.#lines.index(
      lineFormat(shape.encoding, shape.terminator),
      lineFormat(detected.encoding, detected.terminator),
    );
  }

  /** A reader of the lines in `encoding`, or in the detected one (null). */
  async lineReader(encoding: string | null): Promise<LineReader> {
    const detected = await this.shape();
    return this.#lines.reader(await this.#shapeIn(encoding, detected), detected);
  }

  /** Looks what became of the file; tells the listeners. Never throws: what is wrong is in `info().error`. */
  look(): void {
    try {
      this.source.refresh();
      this.#setError(null);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#setError(error.message);
    }
    this.notice();
  }

  /** As `look`, when the source has just been read and so has looked by itself. */
  notice(): void {
    const { generation, size } = this.source;
    if (generation === this.#seenGeneration && size === this.#seenSize) return;
    const renewed = generation !== this.#seenGeneration;
    this.#seenGeneration = generation;
    this.#seenSize = size;
    if (renewed) this.#lines.reset();
    else this.#lines.grown(size);
    this.#tell('file');
  }

  /** Until the returned function is called, `listener` hears of every change, and the file is watched. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#poll ??= setInterval(() => this.#pollOnce(), POLL_MS).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0 || !this.#poll) return;
      clearInterval(this.#poll);
      this.#poll = null;
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#poll) clearInterval(this.#poll);
    if (this.#scanTimer) clearTimeout(this.#scanTimer);
    await this.#lines.close();
    this.source.close();
  }

  async #startScan(): Promise<void> {
    this.#scanAt = Number.NEGATIVE_INFINITY;
    this.#lines.allowScan();
    try {
      await this.index(null);
    } catch (error) {
      // Whoever asks for the index next gets the same error; here nobody did.
      console.error('bigview: internal error:', error);
    }
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

  #pollOnce(): void {
    this.look();
    if (this.#polls++ % POLLS_PER_LOOKUP !== 0 || this.#lookingUp) return;
    this.#lookingUp = true;
    void this.#lookUpPath().finally(() => {
      this.#lookingUp = false;
    });
  }

  async #lookUpPath(): Promise<void> {
    let state: FileInfo['pathState'];
    try {
      const { dev, ino } = await stat(this.#location, { bigint: true });
      const { device, inode } = this.source.identity;
      state = dev === device && ino === inode ? 'current' : 'replaced';
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      // Without the right to look nothing is known, and the descriptor stays good.
      if (code !== 'ENOENT' && code !== 'ENOTDIR') return;
      state = 'missing';
    }
    if (state === this.#pathState || this.#closed) return;
    this.#pathState = state;
    this.#tell('file');
  }

  #setError(error: string | null): void {
    if (error === this.#error) return;
    this.#error = error;
    this.#tell('file');
  }

  #tell(change: FileChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

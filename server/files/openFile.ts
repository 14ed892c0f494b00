/**
 * One entry of the list of files: what it shows, and what becomes of that. An entry of the command line shows what had the path
 * when it was opened, until it is switched to what has it now (fileList.ts).
 *
 * Changes are noticed at every look: before and after every read, and every POLL_MS while somebody listens. A new generation
 * drops all that was learned; growth keeps it. Listeners are only told *that* something changed and ask for the state they
 * need, so a slow one misses steps, never the outcome.
 */
import { basename, resolve } from 'node:path';
import type { FileInfo, FileRole, FileSeam, InputStatus, Rotation } from '../../shared/protocol.ts';
import type { LineIndex, LineIndexOptions } from '../index/lineIndex.ts';
import { displayPath } from '../source/displayPath.ts';
import type { OpenedSource } from '../source/fileSource.ts';
import { SourceError } from '../source/source.ts';
import type { TextShape } from '../window/encoding.ts';
import type { LineReader } from '../window/lineReader.ts';
import { FileContent } from './fileContent.ts';
import { lookUp } from './pathLookup.ts';

export type FileChange = 'file' | 'index';
type Listener = (change: FileChange) => void;

/**
 * How often the descriptor is looked at while somebody listens, ms. Not by inotify and its kin, which tell nothing of network
 * files, and of a busy log more than anybody can show; a look costs 0.5 us.
 */
const POLL_MS = 50;
/** Every how many polls the path is looked up; a lookup may go over the network. */
const POLLS_PER_LOOKUP = 6;
/** Counting the lines of a file up to this size takes no threads and about a millisecond: there is nothing to wait for. */
const SMALL_BYTES = 4_194_304;
/**
 * The scan takes all cores, and first rows come first. It starts so long after a window was served, ms; or, when a client
 * asks about the file without looking at its bytes, so long after that.
 */
const SCAN_AFTER_WINDOW_MS = 30;
const SCAN_AFTER_INFO_MS = 300;
/** How often a file that is rewritten is looked at for one account of it. */
const SETTLE_ATTEMPTS = 5;

/** The last name of a path, which may be bytes that are not UTF-8. */
function lastName(path: string | Buffer): string | Buffer {
  return typeof path === 'string' ? basename(path) : path.subarray(path.lastIndexOf('/') + 1);
}

export function absolutePath(path: string | Buffer): string | Buffer {
  if (typeof path === 'string') return resolve(path);
  return path[0] === 0x2f ? path : Buffer.concat([Buffer.from(`${process.cwd()}/`), path]);
}

/** What an entry is of: fixed for as long as it is there. */
interface Entry {
  readonly id: string;
  readonly role: FileRole;
  /** Base name, escaped for display. */
  readonly name: string;
  /** Absolute path, escaped for display. */
  readonly path: string;
  /** What is looked up to see what has the path now; null: nothing. */
  readonly location: string | Buffer | null;
}

export class OpenFile {
  readonly id: string;
  readonly role: FileRole;
  readonly name: string;
  readonly path: string;
  readonly location: string | Buffer | null;
  /** Set by the list of files when a switch is made. */
  previous: FileSeam | null = null;
  next: FileSeam | null = null;
  #rotation: Rotation = { followed: false, switches: 0, dropped: 0 };
  #input: InputStatus | null = null;
  readonly #listeners = new Set<Listener>();
  #content: FileContent;
  #seenGeneration: number;
  #seenSize: number;
  #error: string | null = null;
  #pathState: FileInfo['pathState'] = 'current';
  #pathError: string | null = null;
  /** Why nobody can open the path any more, though nothing is known to have taken it. */
  #pathShut: string | null = null;
  /** Which other file has the path: what was said of one is not said of the next. */
  #other: string | null = null;
  #poll: NodeJS.Timeout | null = null;
  #polls = 0;
  /** A lookup is under way, on a thread that others wait for as well. */
  #lookup: Promise<void> | null = null;
  #scanAt = Number.POSITIVE_INFINITY;
  #scanTimer: NodeJS.Timeout | null = null;
  #closed = false;
  #told = 0;

  /** Takes over `content`. */
  constructor(entry: Entry, content: FileContent) {
    this.id = entry.id;
    this.role = entry.role;
    this.name = entry.name;
    this.path = entry.path;
    this.location = entry.location;
    this.#content = content;
    content.onProgress = () => this.#tell('index');
    this.#seenGeneration = content.source.generation;
    this.#seenSize = content.source.size;
    if (content.source.size <= SMALL_BYTES) content.lines.allowScan();
  }

  /** The entry of a file of the command line. Takes over `source`, which was opened from `path`. */
  static at(id: string, path: string | Buffer, source: OpenedSource, indexOptions: () => LineIndexOptions): OpenFile {
    const location = absolutePath(path);
    const name = displayPath(lastName(location));
    const entry: Entry = { id, role: 'path', name, path: displayPath(location), location };
    return new OpenFile(entry, new FileContent(source, indexOptions));
  }

  /** What is shown under this entry now. */
  get content(): FileContent {
    return this.#content;
  }

  get source(): OpenedSource {
    return this.#content.source;
  }

  /** `index` is that of the lines in `encoding`; null: in the detected one. */
  async info(encoding: string | null): Promise<FileInfo> {
    this.scanWithin(SCAN_AFTER_INFO_MS);
    for (let attempt = 1; ; attempt++) {
      const content = this.#content;
      const { generation } = content.source;
      const shape = await content.shape();
      const index = await content.index(encoding);
      // A switch was made meanwhile: all of a reply is of one file.
      if (content !== this.#content) continue;
      // Or it was rewritten, which may go on for ever: then the next reply tells more.
      if (generation === content.source.generation || attempt === SETTLE_ATTEMPTS) return this.#infoOf(shape, index);
    }
  }

  /** The number of an account of this file that is given now. */
  nextTold(): number {
    this.#told += 1;
    return this.#told;
  }

  #infoOf(shape: TextShape, index: LineIndex): FileInfo {
    const { source, identity } = this.#content;
    return {
      id: this.id,
      identity,
      role: this.role,
      name: this.name,
      path: this.path,
      size: source.size,
      generation: source.generation,
      ...shape,
      engine: source.engine,
      modifiedMs: Number(source.identity.mtimeNs / 1_000_000n),
      index: index.status(),
      error: this.#error,
      pathState: this.#pathState,
      pathError: this.#pathShut ?? this.#pathError,
      previous: this.previous,
      next: this.next,
      rotation: this.#rotation,
      input: this.#input,
      told: this.nextTold(),
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
    return this.#content.shape();
  }

  /** The index of the lines in `encoding`, or in the detected one (null). */
  index(encoding: string | null): Promise<LineIndex> {
    return this.#content.index(encoding);
  }

  /** A reader of the lines in `encoding`, or in the detected one (null). */
  lineReader(encoding: string | null): Promise<LineReader> {
    return this.#content.lineReader(encoding);
  }

  /**
   * Shows `next` from now on, whose generation is larger, and returns what was shown before, which is the caller's then. The
   * seams are to be set before.
   */
  replace(next: FileContent): FileContent {
    const before = this.#content;
    before.onProgress = () => undefined;
    this.#content = next;
    next.onProgress = () => this.#tell('index');
    if (before.lines.mayScan || next.source.size <= SMALL_BYTES) next.lines.allowScan();
    this.#seenGeneration = next.source.generation;
    this.#seenSize = next.source.size;
    this.#error = null;
    this.#pathState = 'current';
    this.#pathError = null;
    this.#pathShut = null;
    this.#other = null;
    this.#tell('file');
    return before;
  }

  get pathState(): FileInfo['pathState'] {
    return this.#pathState;
  }

  /** Why what has the path now could not be shown. */
  get pathError(): string | null {
    return this.#pathError;
  }

  get rotation(): Rotation {
    return this.#rotation;
  }

  /** Says what has become of the path, by whoever makes the switches. */
  setRotation(change: Partial<Rotation>): void {
    this.#rotation = { ...this.#rotation, ...change };
    this.#tell('file');
  }

  /** Says how standard input is doing, which this is the file of. */
  setInput(status: InputStatus): void {
    this.#input = status;
    this.look();
    this.#tell('file');
  }

  /** Says why what has the path now cannot be shown; until something else has it. */
  async refusePath(reason: string): Promise<void> {
    // One that is under way may have looked before that had the path.
    await this.#lookup;
    await this.lookUpPath();
    if (this.#pathError === reason || this.#closed) return;
    this.#pathError = reason;
    this.#tell('file');
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
    if (renewed) this.#content.lines.reset();
    else this.#content.lines.grown(size);
    this.#tell('file');
  }

  /** Until the returned function is called, `listener` hears of every change, and the file is watched, unless it is closed. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#closed) this.#poll ??= setInterval(() => this.#pollOnce(), POLL_MS).unref();
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
    await this.#content.close();
  }

  async #startScan(): Promise<void> {
    this.#scanAt = Number.NEGATIVE_INFINITY;
    this.#content.lines.allowScan();
    try {
      await this.index(null);
    } catch (error) {
      // Whoever asks for the index next gets the same error; here nobody did.
      console.error('bigview: internal error:', error);
    }
  }

  #pollOnce(): void {
    this.look();
    if (this.#polls++ % POLLS_PER_LOOKUP === 0) void this.lookUpPath();
  }

  /** Looks what has the path now; tells the listeners. One look at a time: it may take a thread for long. */
  lookUpPath(): Promise<void> {
    this.#lookup ??= this.#lookUpOnce().finally(() => {
      this.#lookup = null;
    });
    return this.#lookup;
  }

  async #lookUpOnce(): Promise<void> {
    if (this.location === null || this.#closed) return;
    const content = this.#content;
    const found = await lookUp(this.location, content.source);
    if (this.#closed || content !== this.#content) return;
    const shut = found.shut === null ? null : `${this.path}: ${found.shut}`;
    const same = found.state === null || (found.state === this.#pathState && found.other === this.#other);
    if (same && shut === this.#pathShut) return;
    this.#pathShut = shut;
    if (!same) {
      this.#pathState = found.state;
      this.#other = found.other;
      this.#pathError = null;
    }
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

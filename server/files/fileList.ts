/**
 * The files that can be asked for: those of the command line, in its order, and behind each of them the ones that had its path
 * before, the latest first.
 *
 * The id of an entry stands for "the file at this path". When another file has got the path (a rotated log) and somebody asks for
 * the switch, the entry shows that one, in a new generation, and what it showed goes on as an entry of its own, with all that was
 * learned of it: nothing that was readable is lost. Some of those are kept, the oldest go. No path ever comes from outside.
 */
import { MAX_ROTATED } from '../../shared/limits.ts';
import type { FileSeam } from '../../shared/protocol.ts';
import { formatClock } from '../../shared/units.ts';
import type { LineIndexOptions } from '../index/lineIndex.ts';
import type { FileSource, OpenedSource } from '../source/fileSource.ts';
import { OpenError } from '../source/openError.ts';
import { FileContent } from './fileContent.ts';
import { newFileId } from './fileIds.ts';
import { OpenFile } from './openFile.ts';

/** How files are opened: as at the start. */
export interface FileOpener {
  /** Rejects with an OpenError. */
  open(path: string | Buffer): Promise<FileSource>;
  indexOptions(source: OpenedSource): LineIndexOptions;
}

/** This entry shows one file for as long as it is there. */
export class NotReplaceable extends Error {
  override readonly name = 'NotReplaceable';
}

export class FileList {
  readonly #opener: FileOpener;
  readonly #listeners = new Set<() => void>();
  /** Switches under way. */
  readonly #switching = new Map<OpenFile, Promise<void>>();
  /** Entries that were taken from the list and are being closed. */
  readonly #closing = new Set<Promise<void>>();
  #files: readonly OpenFile[];
  #revision = 0;

  constructor(files: readonly OpenFile[], opener: FileOpener) {
    this.#files = files;
    this.#opener = opener;
  }

  get all(): readonly OpenFile[] {
    return this.#files;
  }

  /** Grows whenever an entry comes or goes. */
  get revision(): number {
    return this.#revision;
  }

  byId(id: string): OpenFile | null {
    return this.#files.find((file) => file.id === id) ?? null;
  }

  /** `listener` hears that entries came or went, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Makes the entry show what has its path now; does nothing when that is what it shows. Rejects with an OpenError when that
   * cannot be opened, and with NotReplaceable for an entry without a path.
   */
  switch(file: OpenFile): Promise<void> {
    const under = this.#switching.get(file) ?? this.#switch(file).finally(() => this.#switching.delete(file));
    this.#switching.set(file, under);
    return under;
  }

  /** Takes an entry of a rotated file from the list; false for any other. */
  remove(file: OpenFile): boolean {
    if (file.role !== 'rotated' || !this.#files.includes(file)) return false;
    this.#files = this.#files.filter((other) => other !== file);
    for (const other of this.#files) {
      if (other.previous?.id === file.id) other.previous = { ...other.previous, id: null };
    }
    const closing = file.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    this.#changed();
    return true;
  }

  /** Closes everything. */
  async close(): Promise<void> {
    await Promise.all([...this.#closing, ...this.#files.map((file) => file.close())]);
  }

  async #switch(file: OpenFile): Promise<void> {
    if (file.location === null) throw new NotReplaceable(`${file.name} is not shown by its path`);
    let source: FileSource;
    try {
      source = await this.#opener.open(file.location);
    } catch (error) {
      if (error instanceof OpenError) await file.refusePath(error.message);
      throw error;
    }
    const { identity } = file.source;
    if (source.identity.device === identity.device && source.identity.inode === identity.inode) {
      source.close();
      return file.lookUpPath();
    }
    file.look();
    source.startGeneration(file.source.generation + 1);
    this.#replace(file, new FileContent(source, () => this.#opener.indexOptions(source)));
  }

  #replace(file: OpenFile, content: FileContent): void {
    const atMs = Date.now();
    // Nobody misses an empty file.
    const kept = file.source.size > 0;
    const id = newFileId();
    const seam: FileSeam = { id: kept ? id : null, name: rotatedName(file.name, atMs), atMs };
    const { previous } = file;
    if (kept) file.previous = seam;
    const { switches, dropped } = file.rotation;
    file.setRotation({ switches: switches + 1 });
    const before = file.replace(content);
    if (!kept) {
      void before.close();
      return;
    }
    const entry = { id, role: 'rotated', name: seam.name, path: file.path, location: null } as const;
    const rotated = new OpenFile(entry, before);
    rotated.previous = previous;
    rotated.next = { id: file.id, name: file.name, atMs };
    const at = this.#files.indexOf(file) + 1;
    this.#files = [...this.#files.slice(0, at), rotated, ...this.#files.slice(at)];
    const older = this.#files.filter(({ role, next }) => role === 'rotated' && next?.id === file.id);
    const oldest = older.length > MAX_ROTATED ? older.at(-1) : undefined;
    if (oldest === undefined || !this.remove(oldest)) this.#changed();
    else file.setRotation({ dropped: dropped + 1 });
  }

  #changed(): void {
    this.#revision += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** `app.log, rotated 12:03:04`, in the time of this machine. */
function rotatedName(name: string, atMs: number): string {
  return `${name}, rotated ${formatClock(atMs)}`;
}

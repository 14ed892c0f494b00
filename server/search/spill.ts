/**
 * Where packed hits go that memory shall not hold: a private file of the search's own. The next search of any process removes what
 * a crashed one has left.
 */
import { closeSync, readSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, makeFolder } from '../index/cacheFolder.ts';
import { PrivateFile, removeLeftovers } from '../source/privateFile.ts';
import { errorCode } from '../source/sourceError.ts';

/** Left free on the disk. */
const RESERVE_BYTES = 536_870_912;
/** The disk is asked so often, in bytes written. */
const ASK_EVERY_BYTES = 67_108_864;
const SUFFIX = 'hits';

/** No room, no right to write, or a disk that fails. The message is one sentence. */
export class SpillError extends Error {
  override readonly name = 'SpillError';
}

/** The folder for spilled hits. */
export function spillFolder(): string {
  const cache = cacheFolder();
  return cache ? join(cache, 'hits') : join(tmpdir(), 'bigview-hits');
}

export class SpillFile {
  readonly #folder: string;
  readonly #file: PrivateFile;
  #length = 0;
  #askAt = 0;

  /** Throws a SpillError. */
  constructor(folder: string) {
    this.#folder = folder;
    try {
      makeFolder(folder);
      removeLeftovers(folder, SUFFIX);
      this.#file = new PrivateFile(folder, SUFFIX);
      this.#file.hide();
    } catch (error) {
      throw new SpillError(`There is no place for so many hits: ${reason(error)}.`);
    }
  }

  /** Appends `bytes`; returns where they lie. Throws a SpillError when the disk is full. */
  append(bytes: Uint8Array): number {
    const at = this.#length;
    try {
      this.#askForRoom(bytes.length);
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#file.fd, bytes, done, bytes.length - done, at + done);
    } catch (error) {
      if (error instanceof SpillError) throw error;
      throw new SpillError(`There is no room for more hits: ${reason(error)}.`);
    }
    this.#length += bytes.length;
    return at;
  }

  /** Throws a SpillError when the disk does not give them back. */
  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = this.#readSome(bytes, done, at + done);
      if (count === 0) throw new SpillError('The file of spilled hits was cut.');
      done += Math.max(0, count);
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#file.fd);
    this.#file.remove();
  }

  /** As readSync, to the end of `bytes`; -1 when a signal came first. */
  #readSome(bytes: Uint8Array, start: number, at: number): number {
    try {
      return readSync(this.#file.fd, bytes, start, bytes.length - start, at);
    } catch (error) {
      if (errorCode(error) === 'EINTR') return -1;
      throw new SpillError(`The hits cannot be read back: ${reason(error)}.`);
    }
  }

  #askForRoom(more: number): void {
    if (this.#length + more < this.#askAt) return;
    const { bavail, bsize } = statfsSync(this.#folder);
    if (bavail * bsize < RESERVE_BYTES + more)
      throw new SpillError('There is no room for more hits: the disk is nearly full.');
    this.#askAt = this.#length + ASK_EVERY_BYTES;
  }
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/**
 * Where packed hits go that memory shall not hold: a file of the search's own. It has no name as soon as it is open, where the
 * system allows that, so that nothing is left whatever becomes of the process; elsewhere it goes at exit, and the next search of
 * any process removes what a crashed one has left.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, makeFolder } from '../index/cacheFolder.ts';

/** Left free on the disk. */
const RESERVE_BYTES = 536_870_912;
/** The disk is asked so often, in bytes written. */
const ASK_EVERY_BYTES = 67_108_864;
const NAME = /^(\d+)-[0-9a-f]+\.hits$/;

/** No room, or no right to write. The message is one sentence. */
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
  readonly #path: string;
  readonly #fd: number;
  readonly #onExit: () => void;
  #length = 0;
  #askAt = 0;

  /** Throws a SpillError. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, `${process.pid}-${randomBytes(6).toString('hex')}.hits`);
    try {
      makeFolder(folder);
      removeLeftovers(folder);
      this.#fd = openSync(this.#path, 'wx+', 0o600);
    } catch (error) {
      throw new SpillError(`There is no place for so many hits: ${reason(error)}.`);
    }
    this.#onExit = () => rmSync(this.#path, { force: true });
    if (process.platform === 'win32') process.once('exit', this.#onExit);
    else this.#onExit();
  }

  /** Appends `bytes`; returns where they lie. Throws a SpillError when the disk is full. */
  append(bytes: Uint8Array): number {
    const at = this.#length;
    try {
      this.#askForRoom(bytes.length);
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#fd, bytes, done, bytes.length - done, at + done);
    } catch (error) {
      if (error instanceof SpillError) throw error;
      throw new SpillError(`There is no room for more hits: ${reason(error)}.`);
    }
    this.#length += bytes.length;
    return at;
  }

  read(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.#fd, bytes, done, length - done, at + done);
      if (count === 0) throw new SpillError('The file of spilled hits was cut.');
      done += count;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#fd);
    process.off('exit', this.#onExit);
    this.#onExit();
  }

  #askForRoom(more: number): void {
    if (this.#length + more < this.#askAt) return;
    const { bavail, bsize } = statfsSync(this.#folder);
    if (bavail * bsize < RESERVE_BYTES + more)
      throw new SpillError('There is no room for more hits: the disk is nearly full.');
    this.#askAt = this.#length + ASK_EVERY_BYTES;
  }
}

/** Removes files of processes that are no more. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive(pid)) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

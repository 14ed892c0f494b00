/**
 * Ids of files, as requests name them. A path of the command line has the same id in every run, so that a page that was open while
 * bigview was started anew finds its files again; what has no path of its own gets one that is never used again.
 */
import { createHash, randomBytes } from 'node:crypto';
import { absolutePath } from './openFile.ts';

/** 72 bits: nobody meets two paths of one id. */
const ID_BYTES = 9;

export function newFileId(): string {
  return randomBytes(ID_BYTES).toString('base64url');
}

/** Gives the files of one command line their ids, in its order. */
export class PathIds {
  readonly #taken = new Set<string>();

  /** A path that is given twice has two entries, and so two ids. */
  next(path: string | Buffer): string {
    const whole = Buffer.from(absolutePath(path));
    for (let nth = 0; ; nth++) {
      // No path holds a NUL: a number behind one cannot be part of it.
      const hash = createHash('sha256').update(whole).update(`\0${nth}`).digest();
      const id = hash.subarray(0, ID_BYTES).toString('base64url');
      if (this.#taken.has(id)) continue;
      this.#taken.add(id);
      return id;
    }
  }
}

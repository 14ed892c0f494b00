/** Bytes of the file in the kernel's memory, read straight there. */
import { readSync } from 'node:fs';
import { assert } from '../../shared/assert.ts';
import { errorCode } from '../source/sourceError.ts';
import { DATA, DATA_LIMIT, type SearchKernel } from './kernel.ts';

/** The file ended before its size. */
export class ShortRead extends Error {
  override readonly name = 'ShortRead';
}

/** Around the data lie zeros, so that nothing of an earlier load is taken for a part of this one. */
const MARGIN = 16;

export class LoadedBytes {
  readonly #kernel: SearchKernel;
  readonly #beforeRead: () => void;
  #offset = 0;
  #end = 0;

  /** `beforeRead` is called before each wait for the disk. */
  constructor(kernel: SearchKernel, beforeRead: () => void) {
    this.#kernel = kernel;
    this.#beforeRead = beforeRead;
  }

  /** Loads `[offset, end)` of the file. Throws a ShortRead, or what the system says. */
  load(fd: number, offset: number, end: number): void {
    const { memory, exports } = this.#kernel;
    const length = end - offset;
    assert(length >= 0 && DATA + length <= DATA_LIMIT, `a load of ${length} bytes`);
    this.#beforeRead();
    let filled = 0;
    while (filled < length) {
      const count = read(fd, memory, DATA + filled, length - filled, offset + filled);
      if (count === 0) throw new ShortRead(`the file ends at ${offset + filled}`);
      if (count > 0) filled += count;
    }
    memory.fill(0, DATA - MARGIN, DATA);
    memory.fill(0, DATA + length, DATA + length + MARGIN);
    this.#offset = offset;
    this.#end = end;
    // Pointers and offsets have the same remainder modulo 8 when this is added to the pointer.
    exports.setData(DATA, DATA + length, (((offset - DATA) % 8) + 8) % 8);
  }

  get offset(): number {
    return this.#offset;
  }
  get end(): number {
    return this.#end;
  }

  /** Where the byte at `offset` lies; `offset` may also be the end of the loaded bytes. */
  pointer(offset: number): number {
    return DATA + offset - this.#offset;
  }

  offsetOf(pointer: number): number {
    return this.#offset + pointer - DATA;
  }
}

/** As readSync; -1 when a signal came first. */
function read(fd: number, target: Buffer, start: number, length: number, offset: number): number {
  try {
    return readSync(fd, target, start, length, offset);
  } catch (error) {
    if (errorCode(error) !== 'EINTR') throw error;
    return -1;
  }
}

/** Temporary and sparse files for tests. Everything lies in folders under the system's own, and is removed at the end. */
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A run of bytes to be written at `offset` of a sparse file. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array | string;
}

/** Made outside a test. */
const folders = new Set<string>();
// A hook, as the process of a test file is ended by a signal, which 'exit' does not hear of. Benchmarks have no such process.
if (process.env.VITEST) {
  afterAll(() => {
    for (const folder of folders) remove(folder);
    folders.clear();
  });
}

const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

/**
 * A new empty folder, without symbolic links in its path. Made inside a test it goes when that test ends; made outside
 * (at the top of a file, in `beforeAll`) it goes with the last test of the file.
 */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bigview-test-')));
  try {
    onTestFinished(() => remove(folder));
  } catch {
    folders.add(folder);
  }
  return folder;
}

/** Writes a file of `size` bytes that is a hole but for the patches; takes no more disk than those. Returns `path`. */
export function sparseFile(path: string, size: number, patches: readonly Patch[]): string {
  const fd = openSync(path, 'w');
  try {
    ftruncateSync(fd, size);
    for (const patch of patches) {
      const bytes = typeof patch.bytes === 'string' ? Buffer.from(patch.bytes) : patch.bytes;
      if (patch.offset + bytes.length > size) throw new RangeError(`patch at ${patch.offset} ends past ${size}`);
      writeSync(fd, bytes, 0, bytes.length, patch.offset);
    }
  } finally {
    closeSync(fd);
  }
  return path;
}

/**
 * The byte that pattern files hold at `offset`: 1..251, never 0 (so that a hole or a lost page shows), and with a period that
 * no power of two divides (so that a page in the wrong place shows). Exact up to 2^53.
 */
export function patternByte(offset: number): number {
  return 1 + ((offset + 7 * Math.floor(offset / 4096) + 31 * Math.floor(offset / 2 ** 32)) % 251);
}

/** The bytes of a pattern file in `[offset, offset + length)`. */
export function patternBytes(offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = patternByte(offset + i);
  return bytes;
}

/** Writes a dense file of `size` pattern bytes. Returns `path`. */
export function patternFile(path: string, size: number): string {
  const step = 1 << 20;
  writeFileSync(path, '');
  const fd = openSync(path, 'r+');
  try {
    for (let offset = 0; offset < size; offset += step) {
      const bytes = patternBytes(offset, Math.min(step, size - offset));
      writeSync(fd, bytes, 0, bytes.length, offset);
    }
  } finally {
    closeSync(fd);
  }
  return path;
}

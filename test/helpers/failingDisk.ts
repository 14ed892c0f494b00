/** A disk that fails where it is told to: failingDisk.c, preloaded into the server. Linux with a C compiler. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from './files.ts';

const SOURCE = fileURLToPath(new URL('../fault/failingDisk.c', import.meta.url));
const CONTROL_BYTES = 40;

export interface Failure {
  /** `once`: one read; `for good`: that one and all after it. */
  readonly when: 'once' | 'for good';
  /** An errno name; `short`: half of the bytes come; `end`: none, as if the file ended. */
  readonly how: 'EIO' | 'ESTALE' | 'EINTR' | 'short' | 'end';
}

/** Whether there is a compiler to make the library with. */
export function canFailDisk(): boolean {
  return process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;
}

export class FailingDisk {
  /** To be given to the server. */
  readonly env: Readonly<Record<string, string>>;
  readonly #fd: number;

  constructor() {
    const folder = tempFolder();
    const library = join(folder, 'failingDisk.so');
    const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl'], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    const control = join(folder, 'control');
    this.#fd = openSync(control, 'w+');
    writeSync(this.#fd, Buffer.alloc(CONTROL_BYTES), 0, CONTROL_BYTES, 0);
    this.env = { LD_PRELOAD: library, BIGVIEW_FAILING_DISK: control };
  }

  /** Lets read number `at` (the first is 1) of the file fail, counted from now on. */
  fail(path: string, at: number, { when, how }: Failure): void {
    const { dev, ino } = statSync(path, { bigint: true });
    const bytes = Buffer.alloc(CONTROL_BYTES);
    bytes.writeBigUInt64LE(dev, 0);
    bytes.writeBigUInt64LE(ino, 8);
    bytes.writeUInt32LE(at, 20);
    const code = how === 'short' || how === 'end' ? 0 : constants.errno[how];
    bytes.writeUInt32LE(how === 'short' ? 1 : how === 'end' ? 2 : 0, 24);
    bytes.writeUInt32LE(code, 28);
    writeSync(this.#fd, bytes, 0, CONTROL_BYTES, 0);
    // Last: what it means is all there.
    bytes.writeUInt32LE(when === 'once' ? 1 : 2, 16);
    writeSync(this.#fd, bytes, 16, 4, 16);
  }

  /** All is well again; returns how many reads have failed. */
  heal(): number {
    // First, so that none fails after it was counted.
    writeSync(this.#fd, Buffer.alloc(4), 0, 4, 16);
    const bytes = Buffer.alloc(4);
    readSync(this.#fd, bytes, 0, 4, 36);
    return bytes.readUInt32LE(0);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

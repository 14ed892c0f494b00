/** Files to measure on, made anew for each run in a temporary folder and removed after it. */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, utimesSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LEVELS = ['INFO ', 'INFO ', 'INFO ', 'INFO ', 'DEBUG', 'WARN ', 'INFO ', 'ERROR'];
const PARTS = ['auth', 'billing', 'checkout', 'gateway', 'inventory', 'search', 'session', 'shipping'];

/** About `bytes` of web-service log lines, 60–200 bytes each; the same text for the same arguments. */
export function logText(bytes: number, seed: number): Buffer {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
  const lines: string[] = [];
  let length = 0;
  for (let n = 0; length < bytes; n++) {
    const time = new Date(1_760_000_000_000 + n * 37).toISOString();
    const id = next(4_294_967_296).toString(16).padStart(8, '0');
    const tail = next(4) === 0 ? ` agent="Mozilla/5.0 (X11; Linux x86_64) client/${next(300)}"` : '';
    const line = `${time} ${LEVELS[next(8)]} ${PARTS[next(8)]} request id=${id} path=/api/v${next(3)}/items/${next(100_000)} status=${[200, 200, 200, 304, 404, 500][next(6)]} took=${next(900)}ms${tail}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(''), 'latin1');
}

/** Takes the pages of a file out of the page cache (posix_fadvise DONTNEED, by GNU dd), after they are on the disk. */
export function dropFromCache(path: string): void {
  execFileSync('sync', [path]);
  execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
}

export interface Corpus {
  readonly folder: string;
  /** A log of `bytes`, in whole 32 MiB repeats of one text (the last cut where it falls). */
  log(name: string, bytes: number): string;
  /** About `bytes` of lines of 16 bytes, `k=0000000 v=NN`, in whole repeats of a thousand. */
  shortLines(name: string, bytes: number): string;
  /** `bytes` of nothing but a hole, with `head` at the start. */
  sparse(name: string, bytes: number, head: Buffer): string;
  remove(): void;
}

export function createCorpus(): Corpus {
  const folder = mkdtempSync(join(process.env.BIGVIEW_BENCH_DIR ?? tmpdir(), 'bigview-bench-'));
  const write = (name: string, fill: (fd: number) => void): string => {
    const path = join(folder, name);
    const fd = openSync(path, 'w');
    try {
      fill(fd);
    } finally {
      closeSync(fd);
    }
    // Measured are files at rest: one that was just written to is looked at more closely for half a minute.
    utimesSync(path, 1.7e9, 1.7e9);
    return path;
  };
  return {
    folder,
    log: (name, bytes) =>
      write(name, (fd) => {
        const text = logText(Math.min(bytes, 33_554_432), 1);
        for (let left = bytes; left > 0; left -= text.length) writeSync(fd, text, 0, Math.min(left, text.length));
      }),
    shortLines: (name, bytes) =>
      write(name, (fd) => {
        const lines = Array.from(
          { length: 1_000 },
          (_, n) => `k=${String(n).padStart(7, '0')} v=${String(n % 100).padStart(2, '0')} \n`,
        );
        const text = Buffer.from(lines.join('').repeat(64), 'latin1');
        for (let left = bytes; left > 0; left -= text.length) writeSync(fd, text);
      }),
    sparse: (name, bytes, head) =>
      write(name, (fd) => {
        writeSync(fd, head);
        ftruncateSync(fd, bytes);
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

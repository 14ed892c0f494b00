/** Files that live: one at rest, one that grows and is cut, one that is rotated, one that is rewritten in place. */
import { closeSync, ftruncateSync, mkdtempSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logText } from '../bench/corpus.ts';

const REST_BYTES = 134_217_728;
const MAX_GROWN_BYTES = 100_000_000;
const REWRITTEN_BYTES = 8_388_608;
const LINE_BYTES = 64;

/** Every line of the living files: where it starts and which life of the file it is of, so that each can be told to be right. */
export function livingLine(offset: number, life: number): string {
  return `${String(offset).padStart(12, '0')} life ${String(life).padStart(6, '0')} a line of a file that lives and is old\n`;
}

export interface LivingFile {
  readonly path: string;
  /** Writes, cuts, rotates: about 20 times a second. */
  step(n: number): void;
}

export interface SoakFiles {
  readonly folder: string;
  readonly rest: { readonly path: string; readonly text: Buffer };
  readonly living: readonly LivingFile[];
  remove(): void;
}

export function soakFiles(): SoakFiles {
  const folder = mkdtempSync(join(process.env.BIGVIEW_BENCH_DIR ?? tmpdir(), 'bigview-soak-'));
  const text = logText(REST_BYTES / 4, 3).subarray(0, REST_BYTES / 4);
  const rest = join(folder, 'rest.log');
  const fd = openSync(rest, 'w');
  for (let n = 0; n < 4; n++) writeSync(fd, text);
  closeSync(fd);
  return {
    folder,
    rest: { path: rest, text },
    living: [
      growing(join(folder, 'growing.log')),
      rotated(join(folder, 'rotated.log')),
      rewritten(join(folder, 'state.log')),
    ],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function lines(offset: number, count: number, life: number): string {
  return Array.from({ length: count }, (_, i) => livingLine(offset + i * LINE_BYTES, life)).join('');
}

/** Up to 1 MB a second, and cut to nothing when it has become large (copytruncate). */
function growing(path: string): LivingFile {
  const fd = openSync(path, 'w');
  let size = 0;
  let life = 1;
  return {
    path,
    step() {
      if (size >= MAX_GROWN_BYTES) {
        ftruncateSync(fd, 0);
        size = 0;
        life++;
      }
      size += writeSync(fd, lines(size, 800, life), size);
    },
  };
}

/** Renamed and made anew every 20 s; the server goes on with what it has opened. */
function rotated(path: string): LivingFile {
  let fd = openSync(path, 'w');
  let size = writeSync(fd, lines(0, 1_000, 1));
  let life = 1;
  return {
    path,
    step(n) {
      if (n % 400 === 399) {
        closeSync(fd);
        renameSync(path, `${path}.1`);
        fd = openSync(path, 'w');
        size = 0;
        life++;
      }
      size += writeSync(fd, lines(size, 10, life), size);
    },
  };
}

/** The same size for ever, other lines every 10 s. */
function rewritten(path: string): LivingFile {
  const fd = openSync(path, 'w');
  const count = REWRITTEN_BYTES / LINE_BYTES;
  writeSync(fd, lines(0, count, 1), 0);
  let life = 1;
  return {
    path,
    step(n) {
      if (n % 200 !== 199) return;
      life++;
      writeSync(fd, lines(0, count, life), 0);
    },
  };
}

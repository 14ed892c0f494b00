/** Telling growth from everything that makes old bytes worthless. */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  openSync,
  renameSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileStat } from '../../../server/source/fileStat.ts';
import { FileState, type Stat } from '../../../server/source/fileState.ts';
import type { FileIdentity } from '../../../server/source/source.ts';
import { quickStat } from '../../../server/source/statx.ts';
import { patternBytes, patternFile, tempFolder } from '../../helpers/files.ts';
import { seededRandom } from '../../helpers/sources.ts';

const SIZE = 100_000;

function watch(path: string, stat: (fd: number) => Stat = quickStat): FileState {
  const fd = openSync(path, 'r');
  onTestFinished(() => closeSync(fd));
  return new FileState(fd, stat(fd));
}

function overwrite(path: string, offset: number, bytes: string): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, offset);
  closeSync(fd);
}

function newFile(): string {
  return patternFile(join(tempFolder(), 'f'), SIZE);
}

describe('generation', () => {
  it('stays while nothing happens, and through rename, chmod and appends', () => {
    const path = newFile();
    const state = watch(path);
    const { revision } = state;
    state.look();
    renameSync(path, `${path}2`);
    chmodSync(`${path}2`, 0o600);
    state.look();
    expect(state.revision).toBe(revision);
    appendFileSync(`${path}2`, 'more');
    state.look();
    expect(state).toMatchObject({ generation: 1, size: SIZE + 4, suspect: false });
    expect(state.revision).toBe(revision + 1);
  });

  it.each([
    ['cut by one byte', (path: string) => truncateSync(path, SIZE - 1)],
    ['emptied', (path: string) => truncateSync(path, 0)],
    ['rewritten at the head, same size', (path: string) => overwrite(path, 100, 'XXXX')],
    ['rewritten at the tail, same size', (path: string) => overwrite(path, SIZE - 100, 'XXXX')],
    ['rewritten, larger', (path: string) => writeFileSync(path, 'y'.repeat(SIZE * 2))],
    [
      'rewritten, and its mtime set back',
      (path: string) => {
        const { atime, mtime } = statSync(path);
        overwrite(path, 0, 'XXXX');
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'cut and refilled beyond its old size',
      (path: string) => {
        truncateSync(path, 0);
        truncateSync(path, SIZE - 1_000);
        appendFileSync(path, 'z'.repeat(5_000));
      },
    ],
  ])('grows at the next look when the file was %s', (_, change) => {
    const path = newFile();
    utimesSync(path, 1_700_000_000, 1_700_000_000);
    const state = watch(path);
    change(path);
    state.look();
    expect(state.generation).toBe(2);
    state.look();
    expect(state.generation).toBe(2);
  });

  it('grows within a moment when only bytes in the middle were rewritten', async () => {
    const path = newFile();
    const state = watch(path);
    overwrite(path, SIZE / 2, 'XXXX');
    state.look();
    expect(state).toMatchObject({ generation: 1, suspect: true });
    await delay(300);
    state.look();
    expect(state).toMatchObject({ generation: 2, suspect: false });
  });

  it('starts from an empty file', () => {
    const path = join(tempFolder(), 'f');
    writeFileSync(path, '');
    const state = watch(path);
    appendFileSync(path, 'first');
    state.look();
    expect(state).toMatchObject({ generation: 1, size: 5 });
    writeFileSync(path, 'other');
    state.look();
    expect(state).toMatchObject({ generation: 2, size: 5 });
  });

  it('does not take an append whose size is not visible yet for a rewrite', () => {
    const path = newFile();
    let early: bigint | null = null;
    const state = watch(path, (fd) => {
      const real = fileStat(fd, null);
      return () => (early === null ? real() : { ...real(), size: early });
    });
    early = BigInt(SIZE);
    appendFileSync(path, 'more');
    state.look();
    expect(state).toMatchObject({ generation: 1, size: SIZE, suspect: true });
    early = null;
    state.look();
    expect(state).toMatchObject({ generation: 1, size: SIZE + 4, suspect: false });
  });

  it('sees a second rewrite that carries the time stamp of the first', () => {
    const path = newFile();
    let frozen: bigint | null = null;
    const state = watch(path, (fd) => {
      const real = fileStat(fd, null);
      return () => (frozen === null ? real() : { ...real(), mtimeNs: frozen, ctimeNs: frozen });
    });
    frozen = BigInt(Date.now()) * 1_000_000n;
    overwrite(path, 0, 'first');
    state.look();
    const { generation } = state;
    overwrite(path, 0, 'again');
    state.look();
    expect(state.generation).toBe(generation + 1);
  });

  it('sees the end of a single long write, which is stamped at its start alone', async () => {
    const path = newFile();
    let frozen: bigint | null = null;
    const state = watch(path, (fd) => {
      const real = fileStat(fd, null);
      return () => (frozen === null ? real() : { ...real(), mtimeNs: frozen, ctimeNs: frozen });
    });
    frozen = BigInt(Date.now()) * 1_000_000n;
    overwrite(path, 0, 'the new head');
    state.look();
    const { generation } = state;
    // Longer than a state is young.
    for (let waited = 0; waited < 60; waited += 20) {
      await delay(20);
      state.look();
    }
    expect(state.generation).toBe(generation);
    overwrite(path, SIZE - 8, 'new tail');
    state.look();
    expect(state.generation).toBe(generation + 1);
  });

  it('grows when another file stands behind the descriptor', () => {
    const path = newFile();
    let replaced = false;
    const state = watch(path, (fd) => {
      const real = fileStat(fd, null);
      return () => (replaced ? { ...real(), inode: 1n, mtimeNs: 1n } : real());
    });
    replaced = true;
    state.look();
    expect(state.generation).toBe(2);
  });

  it('follows random histories: never an old generation for changed bytes, never a new one for appends', () => {
    const random = seededRandom(5);
    const path = newFile();
    const state = watch(path);
    let { generation } = state;
    let size = SIZE;
    let bumps = 0;
    for (let step = 0; step < 400; step++) {
      const dice = random();
      const steps = Math.floor(random() * 3) + 1;
      let worthless = false;
      for (let i = 0; i < steps; i++) {
        if (dice < 0.6 || size < 20) {
          const length = Math.floor(random() * 9_000) + 1;
          appendFileSync(path, patternBytes(size + step, length));
          size += length;
        } else if (dice < 0.8) {
          size = Math.floor(random() * size);
          truncateSync(path, size);
          worthless = true;
        } else {
          overwrite(path, 0, `rewritten ${step}.${i}`.slice(0, size));
          worthless = true;
        }
      }
      state.look();
      if (worthless) bumps++;
      expect(state.generation, `step ${step}`).toBe(worthless ? ++generation : generation);
      expect(state.size).toBe(size);
    }
    expect(bumps).toBeGreaterThan(50);
  });
});

describe('quickStat', () => {
  it('says what fstat says, before and after changes', () => {
    const path = newFile();
    const fd = openSync(path, 'r');
    onTestFinished(() => closeSync(fd));
    const quick = quickStat(fd);
    const slow = fileStat(fd, null);
    const compare = (): FileIdentity => {
      expect(quick()).toEqual(slow());
      return quick();
    };
    const first = compare();
    expect(quick()).toBe(quick());
    appendFileSync(path, 'x');
    expect(compare().size).toBe(first.size + 1n);
    truncateSync(path, 2 ** 40);
    expect(compare().size).toBe(2n ** 40n);
    // Past 2106, before 1970, and with nanoseconds.
    for (const seconds of [5e9 + 0.25, 0, 1.5, -1.75]) {
      utimesSync(path, seconds, seconds);
      compare();
    }
  });
});

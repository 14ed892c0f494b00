import { closeSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hasHoles, nextData } from '../../../server/source/holes.ts';
import type { Extent } from '../../../shared/extent.ts';
import { patternFile, sparseFile, tempFolder } from '../../helpers/files.ts';
import { seededRandom } from '../../helpers/sources.ts';

const TiB = 2 ** 40;
/** File systems allot in units of up to this. */
const SLACK = 2 ** 20;

function open(path: string): number {
  const fd = openSync(path, 'r');
  onTestFinished(() => closeSync(fd));
  return fd;
}

function allData(fd: number, size: number): Extent[] {
  const found: Extent[] = [];
  for (let at = 0; ; ) {
    const data = nextData(fd, at, size);
    if (!data) return found;
    found.push(data);
    at = data.end;
  }
}

it('finds every byte of data in a file of 1 TiB, and hardly more', () => {
  const random = seededRandom(11);
  const patches = Array.from({ length: 60 }, () => ({ offset: Math.floor(random() * (TiB - 20)), bytes: 'some data' }));
  patches.push(
    { offset: 0, bytes: 'first' },
    { offset: TiB - 4, bytes: 'last' },
    { offset: 2 ** 32 - 2, bytes: 'four' },
  );
  const fd = open(sparseFile(join(tempFolder(), 'f'), TiB, patches));
  expect(hasHoles(fd)).toBe(true);

  const data = allData(fd, TiB);
  for (const { offset, bytes } of patches) {
    expect(data.some((run) => run.offset <= offset && offset + bytes.length <= run.end)).toBe(true);
  }
  for (const [i, run] of data.entries()) {
    expect(run.end).toBeGreaterThan(run.offset);
    expect(run.offset).toBeGreaterThanOrEqual(data[i - 1]?.end ?? 0);
    expect(run.end).toBeLessThanOrEqual(TiB);
  }
  expect(data.length).toBeGreaterThan(50);
  expect(data.reduce((sum, run) => sum + run.end - run.offset, 0)).toBeLessThan(patches.length * SLACK);
});

it('starts inside a run of data, and cuts at the size it is given', () => {
  const fd = open(patternFile(join(tempFolder(), 'f'), 100_000));
  expect(hasHoles(fd)).toBe(false);
  expect(nextData(fd, 0, 100_000)).toEqual({ offset: 0, end: 100_000 });
  expect(nextData(fd, 12_345, 100_000)).toEqual({ offset: 12_345, end: 100_000 });
  expect(nextData(fd, 12_345, 50_000)).toEqual({ offset: 12_345, end: 50_000 });
  expect(nextData(fd, 100_000, 100_000)).toBeNull();
  expect(nextData(fd, 200_000, 100_000)).toBeNull();
});

it('says that only a hole follows', () => {
  const fd = open(sparseFile(join(tempFolder(), 'f'), 10 ** 9, [{ offset: 5, bytes: 'x' }]));
  expect(nextData(fd, SLACK, 10 ** 9)).toBeNull();
  const empty = join(tempFolder(), 'empty');
  writeFileSync(empty, '');
  expect(nextData(open(empty), 0, 0)).toBeNull();
  truncateSync(empty, 10 ** 9);
  expect(nextData(open(empty), 0, 10 ** 9)).toBeNull();
});

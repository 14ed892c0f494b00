/** What FileSource makes of copiers that are lied to, decline, or take their time. */
import { appendFileSync, fstatSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type Copier, FileSource } from '../../../server/source/fileSource.ts';
import { fileStat } from '../../../server/source/fileStat.ts';
import { FileState } from '../../../server/source/fileState.ts';
import { StaleReadError } from '../../../server/source/source.ts';
import { patternBytes, patternFile, tempFolder } from '../../helpers/files.ts';

const SIZE = 50_000;

function setup(copy: (path: string, target: Uint8Array) => boolean | Promise<boolean>) {
  const path = patternFile(join(tempFolder(), 'f'), SIZE);
  const fd = openSync(path, 'r');
  const calls = { copies: 0, closed: 0 };
  const copier: Copier = {
    engine: 'map',
    copy(_offset, target) {
      calls.copies++;
      return copy(path, target);
    },
    close() {
      calls.closed++;
    },
  };
  return { path, fd, calls, source: new FileSource(fd, new FileState(fd, fileStat(fd, null)), copier) };
}

it('throws away zeros that a mapping showed while the file was cut, although it then grew as if by appending', async () => {
  const { source, calls } = setup((path, target) => {
    truncateSync(path, 0);
    target.fill(0);
    writeFileSync(path, patternBytes(0, SIZE + 1_000));
    return true;
  });
  const target = Buffer.alloc(10_000);
  expect(await source.read(20_000, target)).toBe(10_000);
  expect(target.equals(patternBytes(20_000, 10_000))).toBe(true);
  expect(source.generation).toBe(1);
  expect(calls.copies).toBe(1);
  source.close();
});

it('throws them away too when the file was refilled to the same size', async () => {
  const { source } = setup((path, target) => {
    truncateSync(path, 0);
    target.fill(0);
    writeFileSync(path, patternBytes(0, SIZE));
    return true;
  });
  const target = Buffer.alloc(10_000);
  expect(await source.read(20_000, target)).toBe(10_000);
  expect(target.equals(patternBytes(20_000, 10_000))).toBe(true);
  source.close();
});

it('rejects as stale what is cut during the copy', async () => {
  const { source, path } = setup((path) => {
    truncateSync(path, 1_000);
    return true;
  });
  await expect(source.read(0, Buffer.alloc(100))).rejects.toBeInstanceOf(StaleReadError);
  expect(source.generation).toBe(2);
  truncateSync(path, 0);
  await expect(source.read(0, Buffer.alloc(100))).resolves.toBe(0);
  source.close();
});

it('reads by position what the copier declines, over what it wrote already', async () => {
  for (const answer of [false, Promise.resolve(false)]) {
    const { source, calls } = setup((_, target) => {
      target.fill(0, 0, 50);
      return answer;
    });
    const target = Buffer.alloc(100);
    expect(await source.read(7, target)).toBe(100);
    expect(target.equals(patternBytes(7, 100))).toBe(true);
    expect(calls.copies).toBe(1);
    source.close();
  }
});

it('never asks the copier for bytes outside the file', async () => {
  const { source, calls, path } = setup(() => false);
  for (const offset of [SIZE, SIZE + 1, 2 ** 50]) expect(await source.read(offset, Buffer.alloc(10))).toBe(0);
  expect(calls.copies).toBe(0);
  appendFileSync(path, 'ab');
  const target = Buffer.alloc(10);
  expect(await source.read(SIZE, target)).toBe(2);
  expect(target.toString('latin1', 0, 2)).toBe('ab');
  source.close();
});

it('keeps copier and descriptor until a slow copy has ended', async () => {
  const { source, calls, fd } = setup(async (_, target) => {
    await delay(30);
    target.fill(7);
    return true;
  });
  const target = Buffer.alloc(10);
  const read = source.read(0, target);
  source.close();
  await delay(5);
  expect(calls.closed).toBe(0);
  expect(fstatSync(fd).size).toBe(SIZE);
  expect(await read).toBe(10);
  expect(target.every((byte) => byte === 7)).toBe(true);
  expect(calls.closed).toBe(1);
  expect(() => fstatSync(fd)).toThrow('EBADF');
});

it('reports a file that ends before the size it claims, and reads the rest of it', async () => {
  const path = patternFile(join(tempFolder(), 'f'), 1_000);
  const fd = openSync(path, 'r');
  const source = new FileSource(fd, new FileState(fd, fileStat(fd, 2_000n)), null);
  await expect(source.read(900, Buffer.alloc(200))).rejects.toMatchObject({ name: 'SourceError', code: 'EIO' });
  expect(await source.read(900, Buffer.alloc(100))).toBe(100);
  source.close();
});

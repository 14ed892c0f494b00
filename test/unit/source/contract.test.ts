/** What every engine owes its callers: the bytes of the file, wherever they lie, as `pread` gives them. */
import { appendFileSync, closeSync, openSync, readFileSync, readSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OpenedSource } from '../../../server/source/fileSource.ts';
import { SourceError } from '../../../server/source/source.ts';
import { patternByte, patternBytes, patternFile, sparseFile, tempFolder } from '../../helpers/files.ts';
import { enginesUnderTest, seededRandom } from '../../helpers/sources.ts';

const KiB = 1024;
const GiB = 2 ** 30;
const TiB = 2 ** 40;

async function readAt(source: OpenedSource, offset: number, length: number): Promise<Buffer> {
  const target = Buffer.alloc(length, 0xee);
  const count = await source.read(offset, target);
  expect(target.subarray(count).every((byte) => byte === 0xee)).toBe(true);
  return target.subarray(0, count);
}

/** `pread` of another descriptor: the oracle. */
function oracle(path: string): { read(offset: number, length: number): Buffer; close(): void } {
  const fd = openSync(path, 'r');
  return {
    read(offset, length) {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    },
    close: () => closeSync(fd),
  };
}

describe.each(enginesUnderTest())('$title', ({ engine, open }) => {
  it('is in effect, or the system cannot', async () => {
    const source = await open(patternFile(join(tempFolder(), 'f'), 10));
    expect(source.engine).toBe(process.platform === 'linux' ? engine : source.engine);
    source.close();
  });

  it.each([1, 7, 4096, 65_536, 100_003, 400_000])('gives the file in windows of %d bytes', async (windowBytes) => {
    const size = windowBytes < 100 ? 3_001 : 300_017;
    const path = patternFile(join(tempFolder(), 'f'), size);
    const source = await open(path);
    const parts: Buffer[] = [];
    for (let offset = 0; offset < size; offset += windowBytes) parts.push(await readAt(source, offset, windowBytes));
    expect(Buffer.concat(parts).equals(readFileSync(path))).toBe(true);
    source.close();
  });

  it('agrees with pread around page, segment, 2 GiB, 4 GiB and 1 TiB boundaries', async () => {
    const boundaries = [4 * KiB, 64 * KiB, 2 ** 28, GiB, 2 * GiB, 3 * GiB, 4 * GiB, 8 * GiB, TiB, TiB + 4 * GiB];
    const reach = 70_000;
    const size = TiB + 4 * GiB + reach - 11;
    const patches = boundaries.map((at) => {
      const from = Math.max(0, at - reach);
      return { offset: from, bytes: patternBytes(from, Math.min(at + reach, size) - from) };
    });
    const path = sparseFile(join(tempFolder(), 'huge'), size, patches);
    const source = await open(path);
    const truth = oracle(path);
    expect(source.size).toBe(size);

    let compared = 0;
    const compare = async (offset: number, length: number) => {
      const expected = truth.read(offset, length);
      const found = await readAt(source, offset, length);
      if (!found.equals(expected)) throw new Error(`differs at ${offset}, ${length} bytes`);
      compared++;
    };
    for (const boundary of [0, ...boundaries, size]) {
      for (const delta of [-65_536, -4096, -100, -1, 0, 1]) {
        if (boundary + delta < 0) continue;
        for (const length of [1, 2, 100, 4096, 65_536]) await compare(boundary + delta, length);
      }
      expect((await readAt(source, Math.min(boundary, size - 1), 1))[0]).toBe(
        patternByte(Math.min(boundary, size - 1)),
      );
    }
    const random = seededRandom(2);
    for (let i = 0; i < 300; i++) {
      const boundary = boundaries[Math.floor(random() * boundaries.length)] ?? 0;
      await compare(Math.max(0, Math.floor(boundary + (random() - 0.5) * 2 * reach)), Math.floor(random() * 200_000));
    }
    expect(compared).toBeGreaterThan(600);
    truth.close();
    source.close();
  });

  it('reads fewer bytes at the end, and none past it', async () => {
    const source = await open(patternFile(join(tempFolder(), 'f'), 70_000));
    expect(await readAt(source, 69_990, 100)).toEqual(patternBytes(69_990, 10));
    expect(await readAt(source, 69_999, 1)).toEqual(patternBytes(69_999, 1));
    for (const offset of [70_000, 70_001, 10 ** 9, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
      expect((await readAt(source, offset, 100)).length).toBe(0);
    }
    expect((await readAt(source, 5, 0)).length).toBe(0);
    source.close();
  });

  it('reads an empty file', async () => {
    const path = join(tempFolder(), 'empty');
    writeFileSync(path, '');
    const source = await open(path);
    expect(source.size).toBe(0);
    expect((await readAt(source, 0, 100)).length).toBe(0);
    source.close();
  });

  it('fills exactly the view it is given', async () => {
    const source = await open(patternFile(join(tempFolder(), 'f'), 100_000));
    const whole = new Uint8Array(70_000).fill(0xee);
    expect(await source.read(33_333, whole.subarray(1_001, 67_001))).toBe(66_000);
    expect(Buffer.from(whole.subarray(1_001, 67_001)).equals(patternBytes(33_333, 66_000))).toBe(true);
    expect(whole.subarray(0, 1_001).every((byte) => byte === 0xee)).toBe(true);
    expect(whole.subarray(67_001).every((byte) => byte === 0xee)).toBe(true);
    // V8 keeps typed arrays this small on its own heap.
    for (let length = 1; length <= 65; length++) {
      const small = new Uint8Array(length);
      expect(await source.read(4_090, small)).toBe(length);
      expect(Buffer.from(small).equals(patternBytes(4_090, length))).toBe(true);
    }
    source.close();
  });

  it('shows what is appended, in the same generation', async () => {
    const path = patternFile(join(tempFolder(), 'f'), 1_000);
    const source = await open(path);
    for (let size = 1_000; size < 400_000; size += 40_001) {
      expect((await readAt(source, 0, 500_000)).equals(patternBytes(0, size))).toBe(true);
      expect(source.size).toBe(size);
      appendFileSync(path, patternBytes(size, 40_001));
    }
    expect(source.generation).toBe(1);
    source.close();
  });

  it('begins a new generation when the file is cut, and reads what is left', async () => {
    const path = patternFile(join(tempFolder(), 'f'), 200_000);
    const source = await open(path);
    expect((await readAt(source, 100_000, 100_000)).length).toBe(100_000);
    truncateSync(path, 100_010);
    expect(await readAt(source, 100_000, 100_000)).toEqual(patternBytes(100_000, 10));
    expect(source.size).toBe(100_010);
    expect(source.generation).toBe(2);
    truncateSync(path, 0);
    expect((await readAt(source, 0, 10)).length).toBe(0);
    expect(source.generation).toBe(3);
    source.close();
  });

  it('shows new bytes after a rewrite of the same size', async () => {
    const path = patternFile(join(tempFolder(), 'f'), 100_000);
    const source = await open(path);
    await readAt(source, 0, 100_000);
    writeFileSync(path, Buffer.alloc(100_000, 'x'), { flag: 'r+' });
    expect((await readAt(source, 50_000, 3)).toString()).toBe('xxx');
    expect(source.generation).toBe(2);
    source.close();
  });

  it('serves many reads at once', async () => {
    const path = patternFile(join(tempFolder(), 'f'), 1_000_000);
    const source = await open(path);
    const random = seededRandom(3);
    const reads = Array.from({ length: 200 }, async () => {
      const offset = Math.floor(random() * 990_000);
      const found = await readAt(source, offset, 10_000);
      return found.equals(patternBytes(offset, 10_000));
    });
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 200 }, () => true));
    source.close();
  });

  it('finishes the reads under way when it is closed, and refuses later ones', async () => {
    const path = patternFile(join(tempFolder(), 'f'), 1_000_000);
    const source = await open(path);
    const reads = Array.from({ length: 20 }, (_, i) => readAt(source, i * 1_000, 200_000));
    source.close();
    source.close();
    // The descriptor's number must not be given to another file before those reads are done.
    const other = openSync(join(path, '..', 'other'), 'w');
    for (const [i, read] of reads.entries()) expect((await read).equals(patternBytes(i * 1_000, 200_000))).toBe(true);
    await expect(source.read(0, new Uint8Array(1))).rejects.toMatchObject({ code: 'EBADF' });
    await expect(source.read(0, new Uint8Array(1))).rejects.toBeInstanceOf(SourceError);
    expect(() => source.refresh()).toThrow(SourceError);
    closeSync(other);
  });

  it('refuses what is not an offset', async () => {
    const source = await open(patternFile(join(tempFolder(), 'f'), 10));
    for (const offset of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      await expect(source.read(offset, new Uint8Array(1))).rejects.toThrow(RangeError);
    }
    source.close();
  });
});

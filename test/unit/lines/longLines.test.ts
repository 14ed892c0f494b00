import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LineIndex } from '../../../server/index/lineIndex.ts';
import { ScanPool } from '../../../server/index/scanPool.ts';
import { nextData } from '../../../server/source/holes.ts';
import { openSource } from '../../../server/source/open.ts';
import type { Source } from '../../../server/source/source.ts';
import { type LineOptions, LineReader } from '../../../server/window/lineReader.ts';
import { lineFormat } from '../../../shared/lineFormat.ts';
import type { LineRecord } from '../../../shared/protocol.ts';
import { type Patch, sparseFile, tempFolder } from '../../helpers/files.ts';
import { MemorySource } from '../../helpers/memorySource.ts';

const LF = lineFormat('utf-8', 'lf');
const OPTIONS: LineOptions = { columns: 20, column: 0, text: true, split: null };
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const pool = new ScanPool(1);
afterAll(() => pool.stop());

interface Sparse {
  readonly source: Source;
  /** Counts its reads. */
  readonly reads: { count: number; bytes: number };
  readonly reader: LineReader;
  readonly index: LineIndex;
  close(): Promise<void>;
}

/** A sparse file, with an index that is complete or knows nothing. */
async function open(size: number, patches: readonly Patch[], scan: boolean): Promise<Sparse> {
  const path = sparseFile(join(tempFolder(), 'sparse'), size, patches);
  const source = await openSource(path, 'read');
  const reads = { count: 0, bytes: 0 };
  const read = source.read.bind(source);
  source.read = (offset, target) => {
    reads.count++;
    reads.bytes += target.length;
    return read(offset, target);
  };
  const index = new LineIndex(source, LF, {
    memory: null,
    nextData: (offset, size) => nextData(source.fd, offset, size),
    pool,
  });
  if (scan) {
    const done = new Promise<void>((resolve) => {
      index.onProgress(() => {
        if (index.complete) resolve();
      });
    });
    index.start();
    await done;
  }
  const reader = new LineReader(source, index, 'utf-8', 0);
  reads.count = 0;
  reads.bytes = 0;
  const close = async (): Promise<void> => {
    await index.close();
    source.close();
  };
  return { source, reads, reader, index, close };
}

/** Zeros, with a few bytes among them. */
class ZeroSource extends MemorySource {
  readonly #size: number;
  readonly #at: number;
  readonly #patch: Buffer;

  constructor(size: number, at: number, patch: string) {
    super(new Uint8Array(0));
    this.#size = size;
    this.#at = at;
    this.#patch = Buffer.from(patch);
  }

  override get size(): number {
    return this.#size;
  }

  override async read(offset: number, target: Uint8Array): Promise<number> {
    await Promise.resolve();
    const length = Math.min(target.length, this.#size - offset);
    target.fill(0, 0, length);
    for (const [i, byte] of this.#patch.entries()) {
      const at = this.#at + i - offset;
      if (at >= 0 && at < length) target[at] = byte;
    }
    this.readBytes += length;
    return length;
  }
}

function place({ line, offset, length, terminatorLength, column }: LineRecord): (number | null)[] {
  return [line, offset, length, terminatorLength, column];
}

describe('lines of gigabytes', () => {
  it('finds every line of a sparse TiB by number and from any byte, in a few reads', async () => {
    const ends = [5, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32 + 10, 2 ** 40 - 65_537, 2 ** 40 - 1];
    const size = 2 ** 40 + 100;
    const patches = ends.map((offset) => ({ offset, bytes: '\n' }));
    const { reader, reads, close } = await open(size, patches, true);
    const starts = [0, ...ends.map((end) => end + 1)];
    const lines = starts.map((start, n) => {
      const end = ends[n];
      return [n, start, (end ?? size) - start, end === undefined ? 0 : 1, 0];
    });
    for (const [n, start] of starts.entries()) {
      const one = await reader.byLine(n, 1, OPTIONS, null);
      expect(one).toMatchObject({ exact: true, totalLines: 8, size });
      expect(one.lines.map(place)).toEqual([lines[n]]);
      const end = ends[n] ?? size - 1;
      for (const offset of [start, Math.floor((start + end) / 2), end]) {
        const forward = await reader.byOffset(offset, 2, OPTIONS, null);
        expect(forward.lines.map(place)).toEqual(lines.slice(n, n + 2));
        const back = await reader.byOffset(offset, -2, OPTIONS, null);
        expect(back.lines.map(place)).toEqual(lines.slice(Math.max(0, n - 2), n));
      }
    }
    const tail = await reader.byOffset(size, -3, OPTIONS, null);
    expect(tail.lines.map(place)).toEqual(lines.slice(-3));
    reads.count = 0;
    reads.bytes = 0;
    await reader.byOffset(2 ** 39, 3, { ...OPTIONS, text: false }, null);
    expect(reads.count).toBeLessThan(12);
    expect(reads.bytes).toBeLessThan(3 * 2 ** 20);
    await close();
  });

  it('serves one line of 5 GiB by columns and by pieces without reading it', async () => {
    const size = 5 * GIB;
    const { reader, reads, close } = await open(size, [{ offset: 4 * GIB - 2, bytes: 'é漢😀' }], true);
    const { lines } = await reader.byLine(0, 10, { ...OPTIONS, column: 4 * GIB + 1 }, null);
    expect(lines).toHaveLength(1);
    // In the middle of the second character, whose start is 4 GiB.
    expect(lines[0]).toMatchObject({ offset: 0, length: size, line: 0, textColumn: 4 * GIB, truncated: true });
    expect(lines[0]?.text?.startsWith('漢😀\0')).toBe(true);
    expect(lines[0]?.text?.length).toBe(20);

    const split = { ...OPTIONS, split: 4096 };
    const middle = await reader.byOffset(4 * GIB + 5, 2, split, null);
    expect(middle.lines.map(place)).toEqual([
      [0, 4 * GIB, 4096, 0, 4 * GIB],
      [0, 4 * GIB + 4096, 4096, 0, 4 * GIB + 4096],
    ]);
    const before = await reader.byOffset(4 * GIB + 5, -2, split, null);
    expect(before.lines.map((record) => record.offset)).toEqual([4 * GIB - 8192, 4 * GIB - 4096]);
    const last = await reader.byOffset(size, -1, split, null);
    expect(last.lines.map(place)).toEqual([[0, size - 4096, 4096, 0, size - 4096]]);
    expect(reads.bytes).toBeLessThan(4 * 2 ** 20);
    await close();
  });

  it('says honestly what it could not find while nothing is scanned, and goes further each time', async () => {
    const size = 640 * MIB;
    const end = 540 * MIB;
    const somewhere = 400 * MIB;
    // Not a file: filling the page cache with zeros would be most of the time.
    const source = new ZeroSource(size, end, '\nnext');
    const index = new LineIndex(source, LF, { memory: null, nextData: null, pool });
    const reader = new LineReader(source, index, 'utf-8', 0);
    const first = await reader.byOffset(0, 1, OPTIONS, null);
    expect(first.lines).toHaveLength(1);
    expect(first.lines[0]).toMatchObject({
      line: 0,
      offset: 0,
      column: 0,
      open: true,
      truncated: true,
      terminatorLength: 0,
    });
    expect(first.lines[0]?.length).toBeLessThan(size);
    expect(first.totalLines).toBeNull();
    expect(source.readBytes).toBeLessThan(70 * MIB);

    // In the midst of it neither end is near.
    const middle = await reader.byOffset(somewhere, 1, OPTIONS, null);
    expect(middle.lines[0]).toMatchObject({ line: null, column: null, open: true });
    expect(middle.lines[0]?.offset).toBeGreaterThan(0);

    // Pieces are anchored in the file as long as the start is unknown.
    const pieces = await reader.byOffset(somewhere + 5, 2, { ...OPTIONS, split: 1000 }, null);
    const grid = Math.floor((somewhere + 5) / 1000) * 1000;
    expect(pieces.lines.map(place)).toEqual([
      [null, grid, 1000, 0, null],
      [null, grid + 1000, 1000, 0, null],
    ]);
    const back = await reader.byOffset(somewhere + 5, -2, { ...OPTIONS, split: 1000 }, null);
    expect(back.lines.map((record) => record.offset)).toEqual([grid - 2000, grid - 1000]);

    // What was looked at is remembered: repeated, the search arrives at both ends.
    let looks = 0;
    let record = first.lines[0];
    while (record?.open) {
      looks++;
      [record] = (await reader.byOffset(0, 1, OPTIONS, null)).lines;
      expect(looks).toBeLessThan(30);
    }
    expect(looks).toBeGreaterThan(2);
    expect(record && place(record)).toEqual([0, 0, end, 1, 0]);
    const known = await reader.byOffset(somewhere, 2, OPTIONS, null);
    expect(known.lines.map((line) => line.offset)).toEqual([0, end + 1]);
    expect(index.scannedBytes).toBe(0);
  });

  it('finds the end of a line of UTF-16 that was cut within a character when it was looked at', async () => {
    const body = Buffer.from('ਊ'.repeat(MIB), 'utf16le');
    // One byte off, nothing but the last unit looks like a terminator.
    const source = new MemorySource(Buffer.concat([body, Buffer.from([0x0a])]));
    const format = lineFormat('utf-16le', 'lf');
    const index = new LineIndex(source, format, { memory: null, nextData: null, pool });
    const reader = new LineReader(source, index, 'utf-16le', 0);
    const before = await reader.byOffset(0, 2, OPTIONS, null);
    expect(before.lines.map(place)).toEqual([[0, 0, 2 * MIB + 1, 0, 0]]);
    source.bytes = Buffer.concat([source.bytes, Buffer.from([0]), Buffer.from('next\n', 'utf16le')]);
    const after = await reader.byOffset(0, 3, OPTIONS, null);
    expect(after.lines.map(place)).toEqual([
      [0, 0, 2 * MIB, 2, 0],
      [1, 2 * MIB + 2, 8, 2, 0],
    ]);
    expect(index.scannedBytes).toBe(0);
  });

  it('stops reading when nobody waits any more', async () => {
    const { reader, reads, close } = await open(GIB, [], false);
    const abort = new AbortController();
    const answer = reader.byOffset(GIB / 2, 1, OPTIONS, abort.signal);
    abort.abort();
    await expect(answer).rejects.toThrow(/abort/i);
    expect(reads.bytes).toBeLessThan(2 ** 20);
    await close();
  });
});

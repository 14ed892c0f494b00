import { appendFileSync, closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LineIndex, type LineIndexOptions } from '../../../server/index/lineIndex.ts';
import type { ScanJob } from '../../../server/index/scanJob.ts';
import type { KnownLines } from '../../../server/index/scannedPrefix.ts';
import { type ScanClient, ScanPool, type ScanScheduler } from '../../../server/index/scanPool.ts';
import { hasHoles, nextData } from '../../../server/source/holes.ts';
import { openSource } from '../../../server/source/open.ts';
import { type Source, SourceError } from '../../../server/source/source.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import { type LineFormat, lineFormat } from '../../../shared/lineFormat.ts';
import { sparseFile, tempFolder } from '../../helpers/files.ts';
import { MemorySource } from '../../helpers/memorySource.ts';
import { naiveLines, naivePageCounts } from '../lines/naiveLines.ts';

const LF = lineFormat('utf-8', 'lf');
const pool = new ScanPool(2);
afterAll(() => pool.stop());

const PLAIN: LineIndexOptions = { memory: null, nextData: null, pool };

/** Resolves when the index is complete or has an error. */
async function settled(index: LineIndex): Promise<void> {
  const isSettled = (): boolean => index.complete || index.status().error !== null;
  if (isSettled()) return;
  await new Promise<void>((resolve) => {
    const stop = index.onProgress(() => {
      if (!isSettled()) return;
      stop();
      resolve();
    });
  });
}

async function scanned(source: Source, format: LineFormat, options = PLAIN): Promise<LineIndex> {
  const index = new LineIndex(source, format, options);
  index.start();
  await settled(index);
  return index;
}

/** Every number the index knows, to be compared with another's. */
function dump(index: LineIndex): unknown {
  const { table } = index;
  const before = Array.from({ length: table.pages + 1 }, (_, page) => table.before(page));
  const { scannedBytes, lines, complete, error } = index.status();
  return { before, terminators: index.terminators, total: index.totalLines, scannedBytes, lines, complete, error };
}

function expected(bytes: Uint8Array, format: LineFormat): unknown {
  const counts = naivePageCounts(bytes, format, PAGE_BYTES);
  const whole = Math.floor(bytes.length / PAGE_BYTES);
  const before = [0];
  for (const count of counts.slice(0, whole)) before.push((before.at(-1) ?? 0) + count);
  const terminators = counts.reduce((sum, count) => sum + count, 0);
  const lines = naiveLines(bytes, format).length;
  return { before, terminators, total: lines, scannedBytes: bytes.length, lines, complete: true, error: null };
}

/** Text of many pages with lines of all lengths, also longer than a page. */
function text(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length, 'x');
  let state = seed;
  for (let at = 0; at < length; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const random = Math.floor(state / 65_536);
    at += random % 400 === 0 ? random * 10 : random % 200;
    if (at < length) bytes[at] = random % 3 === 0 ? 13 : 10;
    at++;
  }
  return bytes;
}

describe('LineIndex', () => {
  it.each([
    ['utf-8', 'lf'],
    ['utf-8', 'cr'],
    ['utf-16le', 'lf'],
    ['utf-16be', 'lf'],
  ] as const)('counts the lines of %s with %s on threads as the naive splitter does', async (encoding, terminator) => {
    const folder = tempFolder();
    const format = lineFormat(encoding, terminator);
    // Past what is read inline, around the ends of stripes and steps, odd for UTF-16.
    for (const length of [5 * 2 ** 20 - 1, 6 * 2 ** 20 + 1]) {
      const half = text(format.unitBytes === 2 ? Math.ceil(length / 2) : length, length);
      let bytes: Buffer = half;
      if (format.unitBytes === 2) {
        bytes = Buffer.from(half.toString('latin1'), 'utf16le').subarray(0, length);
        if (format.bigEndian) bytes.subarray(0, length - (length % 2)).swap16();
      }
      const path = join(folder, `f${length}`);
      writeFileSync(path, bytes);
      const source = await openSource(path, 'read');
      const index = await scanned(source, format);
      expect(dump(index)).toEqual(expected(bytes, format));
      expect(index.terminators).toBeGreaterThan(1000);
      await index.close();
      source.close();
    }
  });

  it('knows files of a few bytes', async () => {
    for (const content of ['', '\n', 'a', 'a\n', '\n\n', 'a\nb', '\r\n', '\r']) {
      const bytes = Buffer.from(content);
      expect(dump(await scanned(new MemorySource(bytes), LF))).toEqual(expected(bytes, LF));
    }
    const wide = Buffer.from('\n\na', 'utf16le').subarray(0, 5);
    const format = lineFormat('utf-16le', 'lf');
    expect(dump(await scanned(new MemorySource(wide), format))).toEqual(expected(wide, format));
  });

  it('after any history of growth equals an index made anew', async () => {
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom('\n', '\r', 'a') }),
      fc.integer({ min: 0, max: 2 * PAGE_BYTES }).map((length) => text(length, length).toString('latin1')),
      fc.constantFrom(-1, 0, 1).map((by) => `${'y'.repeat(PAGE_BYTES - 1 + by)}\n`),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(piece, fc.boolean()), { maxLength: 8 }),
        fc.boolean(),
        async (pieces, wide) => {
          const format = lineFormat(wide ? 'utf-16le' : 'utf-8', 'lf');
          const source = new MemorySource(new Uint8Array(0));
          const index = new LineIndex(source, format, PLAIN);
          index.start();
          for (const [part, wait] of pieces) {
            source.bytes = Buffer.concat([source.bytes, Buffer.from(part, 'latin1')]);
            index.grown(source.size);
            if (wait) await settled(index);
            else await Promise.resolve();
          }
          await settled(index);
          expect(dump(index)).toEqual(expected(source.bytes, format));
        },
      ),
      { numRuns: 100, seed: 77 },
    );
  });

  it('goes on from what an earlier run knew, whenever the file grows', async () => {
    const whole = text(4 * 2 ** 20, 12);
    for (const size of [2 * PAGE_BYTES, 3 * 2 ** 20 - 5]) {
      const source = new MemorySource(whole.subarray(0, size));
      let known: KnownLines | null = null;
      const store = (_: Source, __: LineFormat, lines: KnownLines): Promise<void> => {
        known = lines;
        return Promise.resolve();
      };
      await scanned(source, LF, { ...PLAIN, memory: { load: () => Promise.resolve(null), store } });
      expect(known).toMatchObject({ size });

      const memory = { load: () => Promise.resolve(known), store: () => Promise.resolve() };
      const index = await scanned(source, LF, { ...PLAIN, memory });
      expect(index.status()).toMatchObject({ fromCache: true, complete: true });
      const { readBytes } = source;
      source.bytes = whole.subarray(0, size + 100_000);
      index.grown(source.size);
      await settled(index);
      expect(dump(index)).toEqual(expected(source.bytes, LF));
      // What was known is not read again.
      expect(source.readBytes - readBytes).toBeLessThan(100_000 + 2 * PAGE_BYTES);
      await index.close();
    }
  });

  it('follows a file that grows while threads scan it', async () => {
    const path = join(tempFolder(), 'log');
    let bytes = text(9 * 2 ** 20 + 123, 4);
    writeFileSync(path, bytes);
    const source = await openSource(path, 'read');
    const index = new LineIndex(source, LF, PLAIN);
    index.start();
    for (let i = 1; i <= 12; i++) {
      const more = text(i % 4 === 0 ? 5 * 2 ** 20 : i * 1000, i);
      appendFileSync(path, more);
      bytes = Buffer.concat([bytes, more]);
      source.refresh();
      index.grown(source.size);
      if (i % 3 === 0) await settled(index);
      else await new Promise((resolve) => setTimeout(resolve, i % 2));
    }
    await settled(index);
    expect(source.generation).toBe(index.generation);
    expect(dump(index)).toEqual(expected(bytes, LF));
    await index.close();
    source.close();
  });

  it('puts jobs together in whatever order they arrive, also when the file grows meanwhile', async () => {
    let growths = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(4 * 2 ** 20 + 10, 4 * 2 ** 20 + PAGE_BYTES, 5 * 2 ** 20 - 1, 7 * 2 ** 20 + 3),
        fc.infiniteStream(fc.nat(99)),
        async (size, choices) => {
          const whole = text(9 * 2 ** 20, 6);
          const source = new MemorySource(whole.subarray(0, size));
          const shuffled = new ShuffledPool(source);
          const index = new LineIndex(source, LF, { ...PLAIN, pool: shuffled });
          index.start();
          await Promise.resolve();
          await Promise.resolve();
          let left = 2;
          for (const choice of choices.take(200)) {
            // Only a few growths: each would mend what an earlier one broke.
            if (choice % 3 === 0 && left > 0) {
              left--;
              growths++;
              source.bytes = whole.subarray(0, source.size + ([1, 10, PAGE_BYTES, 200_000][(choice / 3) % 4] ?? 1));
              index.grown(source.size);
            } else shuffled.deliver(choice);
            await new Promise((resolve) => setImmediate(resolve));
          }
          expect(dump(index)).toEqual(expected(source.bytes, LF));
        },
      ),
      { numRuns: 40, seed: 3 },
    );
    expect(growths).toBeGreaterThan(50);
  });

  it('skips the holes of a sparse TiB, and counts around the boundaries of 32 bits', async () => {
    const path = join(tempFolder(), 'sparse');
    const places = [0, 2 ** 31 - 2, 2 ** 31, 2 ** 32 - 3, 2 ** 32, 2 ** 32 + 1, 2 ** 40 - 70_000];
    sparseFile(path, 2 ** 40 + 3, [
      ...places.map((offset) => ({ offset, bytes: '\n' })),
      { offset: 2 ** 40, bytes: '\na\n' },
    ]);
    const source = await openSource(path, 'read');
    expect(hasHoles(source.fd)).toBe(true);
    const index = await scanned(source, LF, {
      ...PLAIN,
      nextData: (offset, size) => nextData(source.fd, offset, size),
    });
    expect(index.status()).toMatchObject({ complete: true, lines: places.length + 2, scannedBytes: 2 ** 40 + 3 });
    for (const [n, offset] of places.entries()) {
      const page = Math.floor(offset / PAGE_BYTES);
      expect(index.table.pageOf(n)).toBe(page);
      expect(index.table.before(page)).toBe(places.filter((place) => place < page * PAGE_BYTES).length);
    }
    expect(index.table.byteLength).toBeLessThan(200_000);
    await index.close();
    source.close();
  });

  it('counts no line twice or not at all when cancelled and resumed over and over', async () => {
    const path = join(tempFolder(), 'log');
    const bytes = text(24 * 2 ** 20 + 5, 8);
    writeFileSync(path, bytes);
    const source = await openSource(path, 'read');
    const index = new LineIndex(source, LF, PLAIN);
    index.start();
    let cancels = 0;
    while (!index.complete) {
      index.cancel();
      cancels++;
      expect(index.status().cancelled).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const { scannedBytes } = index.status();
      await new Promise((resolve) => setTimeout(resolve, 30));
      // At rest: what was under way has arrived, and nothing follows.
      expect(index.status().scannedBytes).toBe(scannedBytes);
      if (index.complete) break;
      index.resume();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(cancels).toBeGreaterThan(0);
    expect(index.status().cancelled).toBe(false);
    expect(dump(index)).toEqual(expected(bytes, LF));
    await index.close();
    source.close();
  });

  it('says where it could not read, and goes on from there when asked again', async () => {
    const source = new MemorySource(text(3 * 2 ** 20, 1));
    const read = source.read.bind(source);
    let broken = true;
    source.read = (offset, target) => {
      if (broken && offset >= 2 ** 20) return Promise.reject(new SourceError('EIO', 'disk'));
      return read(offset, target);
    };
    const index = await scanned(source, LF);
    expect(index.status()).toMatchObject({ complete: false, scannedBytes: 2 ** 20 });
    expect(index.status().error).toMatch(/EIO/);
    expect(index.totalLines).toBeNull();
    broken = false;
    index.resume();
    await settled(index);
    expect(dump(index)).toEqual(expected(source.bytes, LF));
  });

  it('outlives a thread that cannot read, and a descriptor that is gone', async () => {
    const path = join(tempFolder(), 'log');
    const bytes = text(8 * 2 ** 20, 2);
    writeFileSync(path, bytes);
    const source = await openSource(path, 'read');
    const gone = { ...fake(source), fd: 1_000_000 };
    const index = await scanned(gone, LF);
    expect(index.status().error).toMatch(/EBADF/);
    expect(index.status().error?.endsWith('.')).toBe(true);
    expect(dump(await scanned(source, LF))).toEqual(expected(bytes, LF));
    source.close();
  });

  it('stops without an answer when the file gets another generation', async () => {
    const path = join(tempFolder(), 'log');
    writeFileSync(path, text(32 * 2 ** 20, 3));
    const source = await openSource(path, 'read');
    const index = new LineIndex(source, LF, PLAIN);
    index.start();
    const fd = openSync(path, 'w');
    writeSync(fd, 'short\n');
    closeSync(fd);
    while (source.generation === index.generation) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(index.complete).toBe(false);
    const { scannedBytes } = index.status();
    await index.close();
    expect(index.status()).toMatchObject({ scannedBytes, complete: false, error: null });
    const fresh = await scanned(source, LF);
    expect(dump(fresh)).toEqual(expected(Buffer.from('short\n'), LF));
    source.close();
  });

  it('gives several files equal shares of the threads', async () => {
    const folder = tempFolder();
    const sources: Source[] = [];
    const indexes: LineIndex[] = [];
    for (const name of ['a', 'b', 'c']) {
      const path = join(folder, name);
      sparseFile(path, 96 * 2 ** 20, []);
      const source = await openSource(path, 'read');
      sources.push(source);
      indexes.push(new LineIndex(source, LF, PLAIN));
    }
    for (const index of indexes) index.start();
    const [first] = indexes;
    if (!first) throw new Error('an index');
    await settled(first);
    // By the time one is done, the others are nearly so.
    for (const index of indexes) expect(index.scannedBytes).toBeGreaterThan(60 * 2 ** 20);
    await Promise.all(indexes.map(settled));
    for (const index of indexes) {
      expect(index.status()).toMatchObject({ complete: true, lines: 1 });
      await index.close();
    }
    for (const source of sources) source.close();
  });

  it('forgets everything and counts anew when distrusted', async () => {
    const source = new MemorySource(Buffer.from('a\nb\nc\n'));
    const index = await scanned(source, LF);
    source.bytes = Buffer.from('abcdef');
    index.distrust();
    await settled(index);
    expect(dump(index)).toEqual(expected(source.bytes, LF));
  });
});

/** Answers jobs from memory, in any order. */
class ShuffledPool implements ScanScheduler {
  readonly size = 2;
  readonly #source: MemorySource;
  readonly #jobs: { readonly job: ScanJob; readonly client: ScanClient }[] = [];
  #nextId = 1;

  constructor(source: MemorySource) {
    this.#source = source;
  }

  wake(client: ScanClient): void {
    for (let job = client.nextJob(this.#nextId++); job; job = client.nextJob(this.#nextId++)) {
      this.#jobs.push({ job, client });
    }
  }

  forget(): void {}

  deliver(choice: number): void {
    const [next] = this.#jobs.splice(choice % Math.max(1, this.#jobs.length), 1);
    if (!next) return;
    const { offset, length, id, needle } = next.job;
    const bytes = this.#source.bytes.subarray(offset, offset + length);
    const counts = Uint32Array.from(naivePageCounts(bytes, LF, PAGE_BYTES));
    next.client.jobDone(next.job, { id, counts, error: null, errorOffset: 0, last: bytes.at(-1) ?? needle });
    this.wake(next.client);
  }
}

/** A source's members as own properties. */
function fake(source: Source): Source {
  return {
    size: source.size,
    generation: source.generation,
    identity: source.identity,
    fd: source.fd,
    read: (offset, target) => source.read(offset, target),
    refresh: () => source.refresh(),
    close: () => undefined,
  };
}

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cacheFolder } from '../../../server/index/cacheFolder.ts';
import { IndexCache } from '../../../server/index/indexCache.ts';
import { LineIndex } from '../../../server/index/lineIndex.ts';
import { ScanPool } from '../../../server/index/scanPool.ts';
import { openSource } from '../../../server/source/open.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import { lineFormat } from '../../../shared/lineFormat.ts';
import { effort } from '../../helpers/effort.ts';
import { tempFolder } from '../../helpers/files.ts';
import { naiveLines } from '../lines/naiveLines.ts';

const LF = lineFormat('utf-8', 'lf');
const LIMITS = { minFileBytes: 1000, maxTotalBytes: 2 ** 20 };
const pool = new ScanPool(1);
afterAll(() => pool.stop());

interface Opened {
  readonly fromCache: boolean;
  readonly lines: number;
  readonly complete: boolean;
  readonly elapsedMs: number;
}

/** Opens a file as the server does, with an index that is scanned or comes from the cache, and closes it again. */
async function open(path: string, cache: IndexCache, format = LF): Promise<Opened> {
  const source = await openSource(path, 'read');
  let stored: Promise<void> = Promise.resolve();
  const memory = {
    load: cache.load.bind(cache),
    store: (...args: Parameters<IndexCache['store']>): Promise<void> => {
      stored = cache.store(...args);
      return stored;
    },
  };
  const index = new LineIndex(source, format, { memory, nextData: null, pool });
  const done = new Promise<void>((resolve) => {
    index.onProgress(() => {
      if (index.complete) resolve();
    });
  });
  index.start();
  await done;
  await stored;
  await index.close();
  source.close();
  return index.status();
}

/** A log whose time stamps are old enough to be believed. */
function log(path: string, lines: number, mtime = new Date(2020, 1, 1)): string {
  writeFileSync(path, Array.from({ length: lines }, (_, i) => `line ${i} of this log\n`).join(''));
  utimesSync(path, mtime, mtime);
  return path;
}

function setup(): { folder: string; path: string; cache: IndexCache; entries: () => string[] } {
  const home = tempFolder();
  const folder = join(home, 'cache', 'bigview');
  const entries = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  return { folder, path: log(join(home, 'log'), 20_000), cache: new IndexCache(folder, LIMITS), entries };
}

describe('IndexCache', () => {
  it('gives back what was scanned, without a scan, for nobody else to read', async () => {
    const { folder, path, cache, entries } = setup();
    expect(await open(path, cache)).toMatchObject({ fromCache: false, lines: 20_000 });
    expect(entries()).toHaveLength(1);
    expect(statSync(folder).mode % 0o1000).toBe(0o700);
    expect(statSync(join(folder, entries()[0] ?? '')).mode % 0o1000).toBe(0o600);
    expect(await open(path, cache)).toMatchObject({ fromCache: true, lines: 20_000, elapsedMs: 0, complete: true });
    // Each line format has its own.
    expect(await open(path, cache, lineFormat('utf-8', 'cr'))).toMatchObject({ fromCache: false, lines: 1 });
    expect(await open(path, cache)).toMatchObject({ fromCache: true, lines: 20_000 });
  });

  it('believes nothing of a file that was written to in place', async () => {
    const { path, cache } = setup();
    await open(path, cache);
    // Same inode, size and mtime; only ctime tells.
    const { mtime } = statSync(path);
    const fd = openSync(path, 'r+');
    writeSync(fd, '\n', 70_000);
    closeSync(fd);
    utimesSync(path, mtime, mtime);
    const lines = naiveLines(readFileSync(path), LF).length;
    expect(await open(path, cache)).toMatchObject({ fromCache: false, lines });
  });

  it('stores nothing while it may yet turn out that the file was written to in place', async () => {
    const { path, cache, entries } = setup();
    const source = await openSource(path, 'read');
    const index = new LineIndex(source, LF, { memory: null, nextData: null, pool });
    const done = new Promise<void>((resolve) => {
      index.onProgress(() => {
        if (index.complete) resolve();
      });
    });
    index.start();
    await done;
    const fd = openSync(path, 'r+');
    writeSync(fd, '\n\n\n', 50_003);
    closeSync(fd);
    source.refresh();
    // The source takes longer than this to call it a new generation.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const { table, terminators } = index;
    const tail = { tailTerminators: terminators - table.terminators, endsLine: true };
    await cache.store(source, LF, { table, size: source.size, ...tail });
    expect(entries()).toEqual([]);
    await index.close();
    source.close();
  });

  it('reuses the part of a log that was there before it grew, unless that changed', async () => {
    const { path, cache } = setup();
    await open(path, cache);
    appendFileSync(path, 'more\nand more\nand no end');
    expect(await open(path, cache)).toMatchObject({ fromCache: true, lines: 20_003, complete: true });
    appendFileSync(path, ' yet\n');
    for (const at of [0, 100_000]) {
      const size = statSync(path).size;
      const place = at === 0 ? 0 : size - at;
      await open(path, cache);
      const fd = openSync(path, 'r+');
      writeSync(fd, '\n\n\n', at === 0 ? place : size - 1000);
      closeSync(fd);
      appendFileSync(path, 'x\n'.repeat(1000));
      const lines = naiveLines(readFileSync(path), LF).length;
      expect(await open(path, cache)).toMatchObject({ fromCache: false, lines });
    }
  });

  it('believes no part of a file that was rewritten while it was open, however it grew', async () => {
    const { path, cache } = setup();
    await open(path, cache);
    const source = await openSource(path, 'read');
    const fd = openSync(path, 'r+');
    writeSync(fd, '\n\n\n', 80_003);
    closeSync(fd);
    for (let waited = 0; source.generation === 1 && waited < 2_000; waited += 50) {
      source.refresh();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(source.generation).toBe(2);
    appendFileSync(path, 'more\n');
    source.refresh();
    expect(source.generation).toBe(2);
    expect(await cache.load(source, LF)).toBeNull();
    source.close();
  });

  it('is not fooled by another file in the same place', async () => {
    const { path, cache, folder, entries } = setup();
    await open(path, cache);
    const [name = ''] = entries();
    const stored = readFileSync(join(folder, name));
    const other = log(`${path}2`, 19_000);
    await open(other, cache);
    for (const each of entries()) writeFileSync(join(folder, each), stored);
    expect(await open(other, cache)).toMatchObject({ fromCache: false, lines: 19_000 });
  });

  it(
    'rebuilds after any flipped byte',
    async () => {
      const { path, cache, folder, entries } = setup();
      await open(path, cache);
      const file = join(folder, entries()[0] ?? '');
      const whole = readFileSync(file);
      const source = await openSource(path, 'read');
      expect(await cache.load(source, LF)).not.toBeNull();
      expect(whole.length).toBeGreaterThan(16_384);
      for (let at = 0; at < whole.length; at++) {
        // All of the head and the hash, and in `npm test` a sample of the counts between.
        if (at > 800 && at < whole.length - 40 && at % effort(97, 1) !== 0) continue;
        const broken = Buffer.from(whole);
        broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8));
        writeFileSync(file, broken);
        expect(await cache.load(source, LF), `byte ${at}`).toBeNull();
      }
      writeFileSync(file, whole);
      expect(await cache.load(source, LF)).not.toBeNull();
      source.close();
    },
    effort(30_000, 600_000),
  );

  it(
    'rebuilds after a cut at any length, and after anything appended',
    async () => {
      const { path, cache, folder, entries } = setup();
      await open(path, cache);
      const file = join(folder, entries()[0] ?? '');
      const whole = readFileSync(file);
      const source = await openSource(path, 'read');
      for (let length = 0; length < whole.length; length++) {
        if (length > 800 && length < whole.length - 40 && length % effort(97, 1) !== 0) continue;
        writeFileSync(file, whole.subarray(0, length));
        expect(await cache.load(source, LF), `cut at ${length}`).toBeNull();
      }
      writeFileSync(file, Buffer.concat([whole, Buffer.of(0)]));
      expect(await cache.load(source, LF)).toBeNull();
      writeFileSync(file, whole);
      expect(await cache.load(source, LF)).not.toBeNull();
      source.close();
    },
    effort(30_000, 600_000),
  );

  it('costs only itself when there is no room or no right to write', async () => {
    const { path } = setup();
    const home = tempFolder();
    writeFileSync(join(home, 'file'), '');
    const nowhere = ['/proc/bigview', '/dev/full/bigview', join(home, 'file', 'bigview'), `${home}/${'n'.repeat(300)}`];
    for (const folder of nowhere) {
      const cache = new IndexCache(folder, LIMITS);
      expect(await open(path, cache)).toMatchObject({ fromCache: false, lines: 20_000 });
      expect(await open(path, cache)).toMatchObject({ fromCache: false, lines: 20_000 });
    }
  });

  it('does not follow a link that lies where an index should be', async () => {
    const { path, cache, folder, entries } = setup();
    await open(path, cache);
    const [name = ''] = entries();
    const stored = readFileSync(join(folder, name));
    const elsewhere = join(tempFolder(), 'stored');
    writeFileSync(elsewhere, stored);
    chmodSync(folder, 0o700);
    const other = join(folder, 'moved');
    mkdirSync(other);
    const linked = new IndexCache(other, LIMITS);
    symlinkSync(elsewhere, join(other, name));
    expect(await open(path, linked)).toMatchObject({ fromCache: false });
    expect(readFileSync(elsewhere).equals(stored)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe that lies where an index should be', async () => {
    const { path, folder, cache, entries } = setup();
    await open(path, cache);
    const [stored = ''] = entries();
    rmSync(join(folder, stored));
    execFileSync('mkfifo', [join(folder, stored)]);
    expect(await open(path, cache)).toMatchObject({ fromCache: false, complete: true });
  });

  it('keeps small files out', async () => {
    const { cache, entries, path } = setup();
    const small = log(`${path}.small`, 10);
    await open(small, cache);
    expect(entries()).toEqual([]);
  });

  it('is bounded, and lets the least recently used go', async () => {
    const { path, folder, entries } = setup();
    const size = 17_000;
    const cache = new IndexCache(folder, { minFileBytes: 1000, maxTotalBytes: 3 * size });
    const paths = [1, 2, 3].map((n) => log(`${path}.${n}`, 4000 + n));
    for (const each of paths) await open(each, cache);
    for (const [i, name] of entries().entries()) utimesSync(join(folder, name), 1e9 + i, 1e9 + i);
    const [used = ''] = paths;
    expect(await open(used, cache)).toMatchObject({ fromCache: true });
    await open(path, cache);
    expect(entries()).toHaveLength(3);
    expect(await open(used, cache)).toMatchObject({ fromCache: true });
    expect(await open(path, cache)).toMatchObject({ fromCache: true });
    const total = entries().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(total).toBeLessThanOrEqual(3 * size);
  });

  it('sweeps up what a killed process left half written', async () => {
    const { path, cache, folder, entries } = setup();
    await open(path, cache);
    const [name = ''] = entries();
    const old = join(folder, `${name}.123.abc.tmp`);
    const young = join(folder, `${name}.124.abc.tmp`);
    writeFileSync(old, 'half');
    writeFileSync(young, 'half');
    writeFileSync(join(folder, 'not ours'), 'x');
    utimesSync(old, 1e9, 1e9);
    await open(log(`${path}.b`, 2000), cache);
    expect(entries().sort()).toContain('not ours');
    expect(existsSync(old)).toBe(false);
    expect(existsSync(young)).toBe(true);
  });

  it('covers pages exactly to the end of the file', async () => {
    const { path, cache } = setup();
    for (const size of [PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 3 * PAGE_BYTES]) {
      const file = `${path}.${size}`;
      writeFileSync(file, `${'z'.repeat(99)}\n`.repeat(size / 100 + 1).slice(0, size));
      utimesSync(file, 1e9, 1e9);
      const { lines } = await open(file, cache);
      expect(lines).toBe(Math.ceil(size / 100));
      expect(await open(file, cache)).toMatchObject({ fromCache: true, lines, complete: true });
    }
  });
});

describe('cacheFolder', () => {
  it('is where each platform wants it', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux', '/home/u')).toBe('/c/bigview');
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' }, 'linux', '/home/u')).toBe('/home/u/.cache/bigview');
    expect(cacheFolder({}, 'linux', '/home/u')).toBe('/home/u/.cache/bigview');
    expect(cacheFolder({}, 'linux', '')).toBeNull();
    expect(cacheFolder({}, 'darwin', '/Users/u')).toBe('/Users/u/Library/Caches/bigview');
    expect(cacheFolder({ LOCALAPPDATA: 'C:\\L' }, 'win32', 'C:\\u')).toBe('C:\\L\\bigview\\Cache');
    expect(cacheFolder({}, 'win32', 'C:\\u')).toBe('C:\\u\\AppData\\Local\\bigview\\Cache');
  });
});

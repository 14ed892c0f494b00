/** The mapping as a loan: bounded, given back, never from under a lease, never waiting for the disk. */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cachedCopier } from '../../../server/source/cachedCopier.ts';
import { libcMapper, MAP_LIMITS, MapCopier } from '../../../server/source/mapCopier.ts';
import { openSource } from '../../../server/source/open.ts';
import { loadPosix, type MapCalls } from '../../../server/source/posix.ts';
import { type Mapping, SegmentMap } from '../../../server/source/segmentMap.ts';
import { patternBytes, patternFile, sparseFile, tempFolder } from '../../helpers/files.ts';
import { openWithLimits, seededRandom, TINY_LIMITS } from '../../helpers/sources.ts';

const MiB = 2 ** 20;
const TMPFS = 0x01021994;

class FakeMapper {
  readonly mapped = new Map<number, number>();
  refuse = false;
  #next = 1_000_000;
  map(_fd: number, _offset: number, length: number): Mapping | null {
    if (this.refuse) return null;
    const address = this.#next;
    this.#next += 1_000_000;
    this.mapped.set(address, length);
    return { address, length };
  }
  unmap({ address, length }: Mapping): void {
    expect(this.mapped.get(address)).toBe(length);
    this.mapped.delete(address);
  }
}

describe('SegmentMap', () => {
  const setup = () => {
    const mapper = new FakeMapper();
    return { mapper, segments: new SegmentMap(mapper, 0, 100, 3) };
  };
  const touch = (segments: SegmentMap, offset: number) => {
    const lease = segments.lease(offset, offset + 1);
    lease?.end();
    return lease?.address;
  };

  it('maps a segment once, and drops the least recently used of too many', () => {
    const { mapper, segments } = setup();
    const first = touch(segments, 0);
    expect(touch(segments, 99)).toBe((first ?? 0) + 99);
    for (const offset of [100, 200, 5, 300]) touch(segments, offset);
    expect(segments.mapped).toBe(3);
    expect(touch(segments, 0)).toBe(first);
    expect(mapper.mapped.size).toBe(3);
    for (let i = 0; i < 1_000; i++) {
      touch(segments, i * 37);
      expect(mapper.mapped.size).toBeLessThanOrEqual(3);
    }
    segments.close();
    expect(mapper.mapped.size).toBe(0);
    expect(segments.mapped).toBe(0);
  });

  it('does not unmap what is lent, neither for room nor at the end', () => {
    const { mapper, segments } = setup();
    const lease = segments.lease(50, 60);
    const again = segments.lease(0, 60);
    for (let i = 1; i < 10; i++) touch(segments, i * 100);
    expect(mapper.mapped.has((lease?.address ?? 0) - 50)).toBe(true);
    lease?.end();
    lease?.end();
    expect(mapper.mapped.size).toBe(4);
    segments.close();
    expect(mapper.mapped.size).toBe(1);
    again?.end();
    expect(mapper.mapped.size).toBe(0);
    expect(() => segments.lease(0, 1)).toThrow('closed');
  });

  it('maps again what the file has outgrown', () => {
    const mapper = new FakeMapper();
    let fileSize = 30;
    const short = {
      map: (fd: number, offset: number, length: number) => mapper.map(fd, offset, Math.min(length, fileSize - offset)),
      unmap: (mapping: Mapping) => mapper.unmap(mapping),
    };
    const segments = new SegmentMap(short, 0, 100, 3);
    const before = segments.lease(10, 30);
    expect(before?.length).toBe(20);
    fileSize = 80;
    const after = segments.lease(10, 80);
    expect(after?.length).toBe(70);
    expect(mapper.mapped.size).toBe(2);
    before?.end();
    expect(mapper.mapped.size).toBe(1);
    after?.end();
  });

  it('lends nothing when the system refuses, and tries again', () => {
    const { mapper, segments } = setup();
    mapper.refuse = true;
    expect(segments.lease(0, 1)).toBeNull();
    mapper.refuse = false;
    expect(touch(segments, 0)).toBeGreaterThan(0);
  });
});

const onLinux = process.platform === 'linux';

function mapsOf(path: string): number {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(path)).length;
}

/** Bytes of the mappings of `path` that count as this process's memory. */
function residentOf(path: string): number {
  let resident = 0;
  let inside = false;
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    if (/^[0-9a-f]+-[0-9a-f]+ /.test(line)) inside = line.endsWith(path);
    else if (inside && line.startsWith('Rss:')) resident += Number.parseInt(line.slice(4), 10) * 1024;
  }
  return resident;
}

describe.runIf(onLinux)('mappings of the process', () => {
  it('stay few, and go with the source, as do descriptors', async () => {
    const path = patternFile(join(tempFolder(), 'many segments'), 2 * MiB);
    const descriptors = () => readdirSync('/proc/self/fd').length;
    await openSource(path, 'map').then((warm) => warm.close());
    const before = descriptors();
    const random = seededRandom(7);
    const target = new Uint8Array(1_000);
    let most = 0;
    for (let round = 0; round < 40; round++) {
      const { source, copier } = openWithLimits(path, TINY_LIMITS);
      for (let i = 0; i < 100; i++) {
        const offset = Math.floor(random() * (2 * MiB - 1_000));
        expect(await source.read(offset, target)).toBe(1_000);
        expect(target[0]).toBe(patternBytes(offset, 1)[0]);
      }
      most = Math.max(most, mapsOf(path));
      expect(mapsOf(path)).toBeLessThanOrEqual(TINY_LIMITS.maxSegments);
      // Proves that reads went through the mapping at all.
      expect(copier.copy(0, target, 1_000)).toBe(true);
      source.close();
      expect(mapsOf(path)).toBe(0);
    }
    expect(most).toBeGreaterThan(0);
    expect(descriptors()).toBe(before);
    for (let i = 0; i < 300; i++) {
      const source = await openSource(path, 'map');
      await source.read(0, target);
      source.close();
    }
    expect(descriptors()).toBe(before);
    expect(mapsOf(path)).toBe(0);
  });

  it('take bounded address space for a file of 1 TiB', async () => {
    const path = sparseFile(join(tempFolder(), 'tebibyte'), 2 ** 40, [{ offset: 2 ** 40 - 4, bytes: 'last' }]);
    const source = await openSource(path, 'map');
    const target = new Uint8Array(4);
    for (let offset = 2 ** 29; offset < 2 ** 40; offset += 2 ** 30) await source.read(offset, target);
    await source.read(2 ** 40 - 4, target);
    expect(Buffer.from(target).toString()).toBe('last');
    expect(mapsOf(path)).toBeLessThanOrEqual(MAP_LIMITS.maxSegments);
    source.close();
  });

  it('keep a small part of a large file in the resident set', async () => {
    const path = patternFile(join(tempFolder(), 'large'), 160 * MiB);
    const source = await openSource(path, 'map');
    const target = new Uint8Array(65_536);
    let most = 0;
    for (let offset = 0; offset < 160 * MiB; offset += 65_536) {
      await source.read(offset, target);
      if (offset % (4 * MiB) === 0) most = Math.max(most, residentOf(path));
    }
    expect(most).toBeGreaterThan(0);
    // 24 regions of 2 MiB.
    expect(most).toBeLessThanOrEqual(48 * MiB);
    source.close();
  });
});

describe.runIf(onLinux)('MapCopier', () => {
  const calls = () => {
    const found = loadPosix()?.map;
    if (!found) throw new Error('no mapping calls on Linux');
    return found;
  };
  const copierWith = (path: string, change: Partial<MapCalls>) => {
    const fd = openSync(path, 'r');
    const copier = new MapCopier('map', fd, libcMapper(calls()), { ...calls(), ...change }, TINY_LIMITS);
    onTestFinished(() => {
      copier.close();
      closeSync(fd);
    });
    return copier;
  };

  it('declines what is not in memory, by one page', () => {
    const path = patternFile(join(tempFolder(), 'f'), 300_000);
    const asked: number[] = [];
    const copier = copierWith(path, {
      resident: (_, length) => asked.push(length) < 2,
      copy: (_address, _target, _start, length) => length,
    });
    // Straddles a segment: both parts are asked about, the second is not there.
    expect(copier.copy(60_000, new Uint8Array(10_000), 10_000)).toBe(false);
    expect(asked).toEqual([5_536, 4_464]);
  });

  it('continues short copies and gives up at a failed one', () => {
    const path = patternFile(join(tempFolder(), 'f'), 300_000);
    const short = copierWith(path, {
      copy: (address, target, start, length) => calls().copy(address, target, start, Math.min(length, 777)),
    });
    const target = new Uint8Array(200_000);
    expect(short.copy(1_234, target, 200_000)).toBe(true);
    expect(Buffer.from(target).equals(patternBytes(1_234, 200_000))).toBe(true);
    expect(copierWith(path, { copy: () => -1 }).copy(0, target, 10)).toBe(false);
    expect(copierWith(path, { copy: () => 0 }).copy(0, target, 10)).toBe(false);
  });

  it('survives a copy from past the end of the file', () => {
    const path = patternFile(join(tempFolder(), 'f'), 10_000);
    const copier = copierWith(path, { resident: () => true });
    // The last page ends at 12,288; a load from the next one would end this process.
    expect(copier.copy(8_000, new Uint8Array(10_000), 10_000)).toBe(false);
    expect(copier.copy(20_000, new Uint8Array(10), 10)).toBe(false);
  });

  const cold = onLinux && existsSync('/usr/bin/dd') && statfsSync(tempFolder()).type !== TMPFS;
  describe.runIf(cold).each(['map', 'cached'] as const)('%s', (engine) => {
    it('leaves pages that are on disk only to positional reads, which bring them in', async () => {
      const path = patternFile(join(tempFolder(), 'f'), 16 * MiB);
      const dd = (...options: string[]) => execFileSync('dd', [...options, 'status=none']);
      dd(`of=${path}`, 'conv=notrunc,fsync', 'count=0', 'if=/dev/null');
      dd(`if=${path}`, 'iflag=nocache', 'count=0');
      const source = await openSource(path, engine);
      expect(source.engine).toBe(engine);
      const copier = copierWith(path, {});
      const target = new Uint8Array(65_536);
      // Opening has read the two ends, and the system some more around them.
      const offset = 8 * MiB;
      expect(copier.copy(offset, target, 65_536)).toBe(false);
      // Asking may begin to bring them in, and a quick disk has them before the call returns: then they have to be right.
      if (cachedCopier(source.fd)?.copy(offset, target, 65_536)) {
        expect(Buffer.from(target).equals(patternBytes(offset, 65_536))).toBe(true);
      }
      target.fill(0);
      expect(await source.read(offset, target)).toBe(65_536);
      expect(Buffer.from(target).equals(patternBytes(offset, 65_536))).toBe(true);
      expect(copier.copy(offset, target, 65_536)).toBe(true);
      expect(cachedCopier(source.fd)?.copy(offset, target, 65_536)).toBe(true);
      source.close();
    });
  });
});

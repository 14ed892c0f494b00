/** Every way to read a file that this machine has, for suites that must hold for all of them. */
import { openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FileSource, type OpenedSource } from '../../server/source/fileSource.ts';
import { fileStat } from '../../server/source/fileStat.ts';
import { FileState } from '../../server/source/fileState.ts';
import { libcMapper, MapCopier, type MapLimits } from '../../server/source/mapCopier.ts';
import { openSource } from '../../server/source/open.ts';
import { loadPosix } from '../../server/source/posix.ts';
import type { EngineName } from '../../shared/protocol.ts';

export interface EngineUnderTest {
  readonly title: string;
  readonly engine: EngineName;
  open(path: string): Promise<OpenedSource>;
}

/** Small enough that every test crosses segments and evicts some. */
export const TINY_LIMITS: MapLimits = { segmentBytes: 65_536, maxSegments: 3, endLimit: Number.MAX_SAFE_INTEGER };

/** Whether the optional package is there: from the folder BIGVIEW_MMAP_IO, or beside bigview. */
export function mmapIoInstalled(): boolean {
  const folder = process.env.BIGVIEW_MMAP_IO;
  try {
    createRequire(folder ? join(folder, 'package.json') : import.meta.url).resolve('@riaskov/mmap-io');
    return true;
  } catch {
    return false;
  }
}

export function enginesUnderTest(): EngineUnderTest[] {
  const names: EngineName[] = ['read', 'map', 'cached'];
  if (mmapIoInstalled()) names.push('mmap-io');
  const engines = names.map((engine) => ({ title: engine, engine, open: (path: string) => openSource(path, engine) }));
  const tiny = {
    title: 'map in segments of 64 KiB',
    engine: 'map' as const,
    open: async (path: string) => openWithLimits(path, TINY_LIMITS).source,
  };
  return loadPosix()?.map ? [...engines, tiny] : engines;
}

/** The map engine with limits of its own, and the copier inside it. */
export function openWithLimits(path: string, limits: MapLimits): { source: OpenedSource; copier: MapCopier } {
  const calls = loadPosix()?.map;
  if (!calls) throw new Error('this system cannot map');
  const fd = openSync(path, 'r');
  const copier = new MapCopier('map', fd, libcMapper(calls), calls, limits);
  return { source: new FileSource(fd, new FileState(fd, fileStat(fd, null)), copier), copier };
}

/** A seeded generator of numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

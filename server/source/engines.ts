/**
 * Which way to the bytes is in effect for a file. A wish that the system cannot grant falls back, `cached` to `map` to `read`,
 * and the source says so by its `engine`. Only `mmap-io`, which a person has to install, is an error when it is missing.
 *
 * Random reads of a 1 GiB file in memory through Source.read, thousands a second, one and 16 under way (medians of 3 on two
 * cores that others used as well; the ratios matter):
 *            64 KiB x1   x16    100 bytes x1   x16
 *   cached       124     160         240       149
 *   map           51      71          99        74
 *   read          42      55          48        51
 */
import { accessSync, constants, type Stats } from 'node:fs';
import { assertUnreachable } from '../../shared/assert.ts';
import type { EngineName } from '../../shared/protocol.ts';
import { cachedCopier } from './cachedCopier.ts';
import type { Copier } from './fileSource.ts';
import { libcMapper, MAP_LIMITS, MapCopier } from './mapCopier.ts';
import { loadMmapIo, MMAP_IO_LIMITS, mmapIoMapper } from './mmapIo.ts';
import { readPositional } from './positional.ts';
import { loadPosix } from './posix.ts';
import { windowsCopier } from './windowsMap.ts';

/** The copier for a regular file, proven on its first bytes; null when they are to be read by position. */
export async function chooseCopier(engine: EngineName, fd: number, stats: Stats): Promise<Copier | null> {
  switch (engine) {
    case 'read':
      return null;
    case 'cached':
      return cachedCopier(fd) ?? (await chooseCopier('map', fd, stats));
    case 'map': {
      if (process.platform !== 'win32') return provenMap(mapCopier(fd, stats), fd, stats.size);
      const copier = windowsCopier(fd);
      return copier && proven(copier, (target) => copier.copy(0, target, target.length), fd, stats.size);
    }
    case 'mmap-io':
      return provenMap(mmapIoCopier(fd, stats), fd, stats.size);
    default:
      return assertUnreachable(engine);
  }
}

function mapCopier(fd: number, stats: Stats): MapCopier | null {
  const calls = loadPosix()?.map;
  return calls && tellsResidency(fd, stats) ? new MapCopier('map', fd, libcMapper(calls), calls, MAP_LIMITS) : null;
}

function mmapIoCopier(fd: number, stats: Stats): MapCopier | null {
  const mapper = mmapIoMapper(loadMmapIo());
  // Its Buffers must not be touched from JavaScript either, so libc copies out of them.
  const calls = loadPosix()?.map;
  return calls && tellsResidency(fd, stats) ? new MapCopier('mmap-io', fd, mapper, calls, MMAP_IO_LIMITS) : null;
}

/**
 * Linux lets only the owner and those who may write learn by `mincore` what of a file is in memory; to everybody else all of
 * it seems to be, and a copy would stop the event loop for the disk.
 */
function tellsResidency(fd: number, stats: Stats): boolean {
  if (process.platform !== 'linux') return true;
  const user = process.geteuid?.() ?? 0;
  if (user === 0 || user === stats.uid) return true;
  try {
    accessSync(`/proc/self/fd/${fd}`, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function provenMap(copier: MapCopier | null, fd: number, size: number): Promise<Copier | null> {
  return copier ? proven(copier, (target) => copier.probe(target), fd, size) : Promise.resolve(null);
}

/**
 * Gives up a copier whose first bytes differ from those of a positional read, or that fails (a seccomp filter, a file system
 * that cannot be mapped). `copyFirst` fills its target from the start of the file.
 */
async function proven(
  copier: Copier,
  copyFirst: (target: Uint8Array) => boolean | Promise<boolean>,
  fd: number,
  size: number,
): Promise<Copier | null> {
  const expected = new Uint8Array(Math.min(size, 4096));
  const copied = new Uint8Array(expected.length);
  try {
    const count = await readPositional(fd, 0, expected, expected.length);
    if (count === 0 || ((await copyFirst(copied)) && Buffer.compare(expected, copied) === 0)) return copier;
  } catch {
    // As good as different.
  }
  copier.close();
  return null;
}

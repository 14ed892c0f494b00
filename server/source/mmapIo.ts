/**
 * The optional package `@riaskov/mmap-io` as a Mapper. It holds size and offset in 32-bit integers: at 4 GiB it maps the
 * bytes of offset 0 and says nothing, so it is asked only for what ends at or below 2^31. It has no unmap: a segment goes when
 * the garbage collector takes its Buffer, after the reference is dropped here.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { addressOf } from './foreign.ts';
import type { MapLimits } from './mapCopier.ts';
import { OpenError } from './openError.ts';
import type { Mapper } from './segmentMap.ts';

const PACKAGE = '@riaskov/mmap-io';

/** The part of the package that is used. */
export interface MmapIo {
  readonly PROT_READ: number;
  readonly MAP_SHARED: number;
  map(size: number, protection: number, flags: number, fd: number, offset: number): Buffer;
}

/** Segments of 256 MiB: the last ends at 2^31 exactly, and its size and offset still fit. */
export const MMAP_IO_LIMITS: MapLimits = { segmentBytes: 2 ** 28, maxSegments: 8, endLimit: 2 ** 31 };

/**
 * Loads the package from where bigview is installed, or from the folder that BIGVIEW_MMAP_IO names. Throws an OpenError that
 * says how to get it.
 */
export function loadMmapIo(): MmapIo {
  const folder = process.env.BIGVIEW_MMAP_IO;
  const require = createRequire(folder ? join(folder, 'package.json') : import.meta.url);
  try {
    return require(PACKAGE) as MmapIo;
  } catch (error) {
    const found = error instanceof Error && 'code' in error && error.code !== 'MODULE_NOT_FOUND';
    const says = found ? `${PACKAGE} does not load (${error.message.split('\n')[0]})` : `${PACKAGE} is not installed`;
    throw new OpenError('ENOPKG', `engine mmap-io: ${says}; npm install ${PACKAGE}, or use --engine map`, error);
  }
}

export function mmapIoMapper(mmapIo: MmapIo): Mapper {
  const held = new Map<number, Buffer>();
  return {
    map(fd, offset, length) {
      try {
        const view = mmapIo.map(length, mmapIo.PROT_READ, mmapIo.MAP_SHARED, fd, offset);
        const address = addressOf(view);
        held.set(address, view);
        return { address, length };
      } catch {
        return null;
      }
    },
    unmap({ address }) {
      held.delete(address);
    },
  };
}

/** Where a sparse file holds data: a scan that skips the holes opens a 1 TiB file of 10 MB in the time of 10 MB. */
import { fstatSync } from 'node:fs';
import { type Extent, extent } from '../../shared/extent.ts';
import { failedWith, loadPosix } from './posix.ts';

/** `st_blocks` counts in this unit on every system. */
const STAT_UNIT_BYTES = 512;

/** Whether the file takes less disk than its size: only then is it worth while to ask nextData. */
export function hasHoles(fd: number): boolean {
  const { blocks, size } = fstatSync(fd);
  return blocks * STAT_UNIT_BYTES < size;
}

/**
 * The first run of data at or after `offset` in a file of `size` bytes, cut to `[offset, size)`; null when only a hole
 * follows. Bytes of a hole read as zeros. Where the system cannot tell (`SEEK_DATA` missing or refused), all is data.
 * Runs touch whole file system blocks, so data may begin or end with zeros.
 */
export function nextData(fd: number, offset: number, size: number): Extent | null {
  if (offset >= size) return null;
  const posix = loadPosix();
  if (!posix?.seek) return extent(offset, size);
  const start = posix.seek(fd, offset, posix.seekData);
  if (start < 0) return failedWith('ENXIO') ? null : extent(offset, size);
  if (start >= size) return null;
  const hole = posix.seek(fd, start, posix.seekHole);
  return extent(start, hole > start ? Math.min(hole, size) : size);
}

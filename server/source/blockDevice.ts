import { readFileSync } from 'node:fs';
import { OpenError } from './openError.ts';
import { loadPosix } from './posix.ts';

/** Unit of /sys/dev/block/…/size, whatever the device's own sectors. */
const SYS_SECTOR_BYTES = 512;

/** Bytes of the block device `rdev` behind `fd`, for which `fstat` says 0. `name` is its path for people. */
export function blockDeviceSize(fd: number, rdev: number, name: string): number {
  const posix = loadPosix();
  const end = posix?.seek?.(fd, 0, posix.seekEnd) ?? 0;
  const size = end > 0 ? end : sysSize(rdev);
  if (size > 0) return size;
  throw new OpenError('ENOMEDIUM', `${name}: is a block device of unknown size, or holds no medium`);
}

function sysSize(rdev: number): number {
  // Encoded as glibc's makedev: 12 + 20 bits each, split around the old 8-bit fields.
  const id = BigInt(rdev);
  const major = ((id >> 8n) & 0xfffn) | ((id >> 32n) & 0xfffff000n);
  const minor = (id & 0xffn) | ((id >> 12n) & 0xffffff00n);
  try {
    return Number(readFileSync(`/sys/dev/block/${major}:${minor}/size`, 'utf8')) * SYS_SECTOR_BYTES;
  } catch {
    return 0;
  }
}

import { readFileSync } from 'node:fs';

/** Unit of /sys/dev/block/…/size, whatever the device's own sectors. */
const SYS_SECTOR_BYTES = 512;

/** Bytes of the block device `rdev` behind `fd`; `fstat` says 0. */
export function blockDeviceSize(_fd: number, rdev: number): number {
  // Encoded as glibc's makedev: 12 + 20 bits each, split around the old 8-bit fields.
  const id = BigInt(rdev);
  const major = ((id >> 8n) & 0xfffn) | ((id >> 32n) & 0xfffff000n);
  const minor = (id & 0xffn) | ((id >> 12n) & 0xffffff00n);
  const sectors = Number(readFileSync(`/sys/dev/block/${major}:${minor}/size`, 'utf8'));
  return sectors * SYS_SECTOR_BYTES;
}

import { fstatSync } from 'node:fs';
import type { Stat } from './fileState.ts';
import { sourceError } from './sourceError.ts';

/**
 * `fstat` of the descriptor as a Stat. `fixedSize` is for devices, whose own size is 0 and whose times are those of the node
 * in /dev, not of the bytes: writes to a device go unnoticed.
 */
export function fileStat(fd: number, fixedSize: bigint | null): Stat {
  return () => {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
      if (fixedSize !== null) return { device: dev, inode: ino, size: fixedSize, mtimeNs: 0n, ctimeNs: 0n };
      return { device: dev, inode: ino, size, mtimeNs, ctimeNs };
    } catch (error) {
      throw sourceError(error, 'fstat');
    }
  };
}

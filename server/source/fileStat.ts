import { fstatSync } from 'node:fs';
import type { Stat } from './fileState.ts';
import { sourceError } from './sourceError.ts';

/** `fstat` of the descriptor as a Stat. `fixedSize` replaces the size, for devices, whose own is 0. */
export function fileStat(fd: number, fixedSize: bigint | null): Stat {
  return () => {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
      return { device: dev, inode: ino, size: fixedSize ?? size, mtimeNs, ctimeNs };
    } catch (error) {
      throw sourceError(error, 'fstat');
    }
  };
}

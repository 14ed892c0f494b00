/** A disk that is soon full: a file system in memory of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempFolder } from './files.ts';

interface SmallDisk {
  readonly folder: string;
  /** Makes it so many MiB large. */
  resize(mebibytes: number): void;
}

/** Of so many MiB, until the test ends; null without the right to mount one. */
export function smallDisk(mebibytes: number): SmallDisk | null {
  const folder = join(tempFolder(), 'disk');
  mkdirSync(folder);
  const options = `size=${mebibytes}m,mode=0700`;
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'bigview-test', folder]).status !== 0) return null;
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return { folder, resize: (to) => void spawnSync('mount', ['-o', `remount,size=${to}m`, folder]) };
}

/**
 * Files of /proc, /sys and their kin have no size, or a wrong one, and no bytes that stay: they are refused. Reading them
 * whole instead would show a copy that never changes under the name of a file that always does.
 */
import { readSync, statfsSync } from 'node:fs';
import { OpenError } from './openError.ts';

/** Magic numbers of linux/magic.h. */
const pseudoFileSystems: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x73636673, 'securityfs'],
  [0xcafe4a11, 'bpf'],
  [0x62656570, 'configfs'],
  [0x6165676c, 'pstore'],
]);

/** Throws an OpenError when the bytes behind `fd` have nothing to do with `size`. `name` is the path for people. */
export function assertHonestSize(path: string | Buffer, fd: number, size: number, name: string): void {
  const kind = pseudoFileSystem(path);
  if (kind === null && !(size === 0 && holdsByte(fd))) return;
  const where = kind === null ? '' : ` in ${kind}`;
  throw new OpenError(
    'ESPIPE',
    `${name}: is not a stored file${where}, its size is unknown; save a copy and open that`,
  );
}

function pseudoFileSystem(path: string | Buffer): string | null {
  if (process.platform !== 'linux') return null;
  try {
    return pseudoFileSystems.get(statfsSync(path).type) ?? null;
  } catch {
    return null;
  }
}

/** Whether a file that says it is empty gives a byte all the same; false also for one that was appended to just now. */
function holdsByte(fd: number): boolean {
  try {
    return readSync(fd, new Uint8Array(1), 0, 1, 0) === 1;
  } catch {
    return false;
  }
}

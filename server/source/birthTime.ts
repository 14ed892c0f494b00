/** When the file of a descriptor was made: what tells it from an earlier file that had the same inode. */
import { fstatSync } from 'node:fs';
import { addressOf, openLibrary } from './foreign.ts';

const AT_EMPTY_PATH = 0x1000;
const STATX_BTIME = 0x800;
/** `struct statx` in 64-bit words; the lower half of the first says which fields are filled in. */
const RESULT_WORDS = 32;
const MASK = 0;
const BTIME_SECONDS = 10;
const BTIME_NS = 11;

/**
 * Nanoseconds since 1970, or null where the system or the file system does not tell. On Linux `fs.fstat` will not do: where there is
 * no birth time it may give that of the last change in its place, which changes as the file grows.
 */
export function birthTimeNs(fd: number): bigint | null {
  if (fd < 0) return null;
  if (process.platform === 'linux') return statxBirth(fd);
  try {
    const { birthtimeNs } = fstatSync(fd, { bigint: true });
    return birthtimeNs > 0n ? birthtimeNs : null;
  } catch {
    return null;
  }
}

function statxBirth(fd: number): bigint | null {
  const types = ['int', 'uintptr_t', 'int', 'uint', 'uintptr_t'] as const;
  const statx = openLibrary(null)?.find('statx', 'int', types);
  if (!statx) return null;
  const words = new BigInt64Array(RESULT_WORDS);
  const noName = new Uint8Array(new ArrayBuffer(8));
  if (statx(fd, addressOf(noName), AT_EMPTY_PATH, STATX_BTIME, addressOf(words)) !== 0) return null;
  if (((words[MASK] ?? 0n) & BigInt(STATX_BTIME)) === 0n) return null;
  return (words[BTIME_SECONDS] ?? 0n) * 1_000_000_000n + ((words[BTIME_NS] ?? 0n) & 0xffff_ffffn);
}

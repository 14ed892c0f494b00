/**
 * `fstat` at half the cost: `statx` through koffi takes 0.5 us where `fs.fstatSync` with bigints takes 1.0 us, and every read
 * asks twice. The layout of its result is the same on all Linux platforms, unlike that of `fstat`.
 */

import { fileStat } from './fileStat.ts';
import type { Stat } from './fileState.ts';
import { addressOf, openLibrary } from './foreign.ts';
import type { FileIdentity } from './source.ts';

const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
/** `struct statx` in 64-bit words. */
const RESULT_WORDS = 32;
const INODE = 4;
const SIZE = 5;
const CTIME_SECONDS = 12;
const CTIME_NS = 13;
const MTIME_SECONDS = 14;
const MTIME_NS = 15;

/** A Stat of the descriptor; by `fs.fstatSync` where `statx` is missing, and for its errors. */
export function quickStat(fd: number): Stat {
  const slow = fileStat(fd, null);
  const types = ['int', 'uintptr_t', 'int', 'uint', 'uintptr_t'] as const;
  const statx = process.platform === 'linux' ? openLibrary(null)?.find('statx', 'int', types) : null;
  if (!statx) return slow;

  const words = new BigInt64Array(RESULT_WORDS);
  const wordsAddress = addressOf(words);
  const noName = new Uint8Array(new ArrayBuffer(8));
  const noNameAddress = addressOf(noName);
  const first = slow();
  let last: FileIdentity = first;
  return () => {
    const failed = statx(fd, noNameAddress, AT_EMPTY_PATH, STATX_BASIC_STATS, wordsAddress) !== 0;
    if (failed || noName[0] !== 0) return slow();
    const found = {
      device: first.device,
      inode: word(words, INODE),
      size: word(words, SIZE),
      mtimeNs: word(words, MTIME_SECONDS) * 1_000_000_000n + nanoseconds(words, MTIME_NS),
      ctimeNs: word(words, CTIME_SECONDS) * 1_000_000_000n + nanoseconds(words, CTIME_NS),
    };
    // The same object for the same state: the caller's comparison then costs nothing.
    if (!same(found, last)) last = found;
    return last;
  };
}

function word(words: BigInt64Array, index: number): bigint {
  return words[index] ?? 0n;
}

/** The upper half of the word is padding. */
function nanoseconds(words: BigInt64Array, index: number): bigint {
  return word(words, index) & 0xffff_ffffn;
}

function same(a: FileIdentity, b: FileIdentity): boolean {
  return a.mtimeNs === b.mtimeNs && a.size === b.size && a.ctimeNs === b.ctimeNs && a.inode === b.inode;
}

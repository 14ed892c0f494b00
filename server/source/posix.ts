/**
 * The calls of libc that the engines are made of; each is null where the system lacks it. Linux is what all of this was run
 * on. The macOS lines (other constants, `mach_vm_read_overwrite`) were written from its manual and not run.
 */
import { constants } from 'node:os';
import { addressOf, type ForeignFunction, lastErrno, openLibrary } from './foreign.ts';

const PROT_READ = 1;
const MAP_SHARED = 1;
const MADV_DONTNEED = 4;
const RWF_NOWAIT = 8;
const SEEK_END = 2;

export interface Posix {
  readonly pageBytes: number;
  readonly map: MapCalls | null;
  /**
   * `preadv2` with RWF_NOWAIT: reads what is in memory and never waits for a disk. Bytes into `target[0, length)`, fewer
   * where a page is missing or the file ends, -1 when the first is missing or the file system cannot. Null: no such call.
   */
  readonly readCached: ((fd: number, offset: number, target: Uint8Array, length: number) => number) | null;
  /** `lseek`; -1 with `lastErrno`. Moves the descriptor's position, which nothing here uses. */
  readonly seek: ((fd: number, offset: number, whence: number) => number) | null;
  readonly seekEnd: number;
  readonly seekData: number;
  readonly seekHole: number;
}

export interface MapCalls {
  /** Maps a shared, read-only view; its address, or 0 when the system refuses. `offset` is a multiple of the page size. */
  map(fd: number, offset: number, length: number): number;
  unmap(address: number, length: number): void;
  /** Whether all pages of the run are in memory now, by `mincore`: about 0.5 us for 64 KiB. */
  resident(address: number, length: number): boolean;
  /**
   * The system copies out of the mapping, so nothing dies where the file was cut: fewer bytes (or -1) then. Fills
   * `target[start, start + length)`.
   */
  copy(address: number, target: Uint8Array, start: number, length: number): number;
  /** Takes the pages out of this process's resident set; they stay in the page cache and come back when touched. */
  release(address: number, length: number): void;
}

let posix: Posix | null | undefined;

/** Null on Windows, and where koffi does not load. */
export function loadPosix(): Posix | null {
  if (posix === undefined) posix = process.platform === 'win32' ? null : build();
  return posix;
}

function build(): Posix | null {
  const libc = openLibrary(null);
  if (!libc) return null;
  const mac = process.platform === 'darwin';
  const pageBytes = libc.find('getpagesize', 'int', [])?.() ?? 0;
  const lseek = libc.find('lseek', 'int64_t', ['int', 'int64_t', 'int']);
  const preadv2 =
    process.platform === 'linux'
      ? libc.find('preadv2', 'int64_t', ['int', 'uintptr_t', 'int', 'int64_t', 'int'])
      : null;
  return {
    pageBytes,
    map: pageBytes > 0 ? mapCalls(pageBytes) : null,
    readCached: preadv2 && cachedReader(preadv2),
    seek: lseek && ((fd, offset, whence) => Number(lseek(fd, offset, whence))),
    seekEnd: SEEK_END,
    seekData: mac ? 4 : 3,
    seekHole: mac ? 3 : 4,
  };
}

/** Buffers whose address is kept are made on an ArrayBuffer: V8 may hold small typed arrays on its heap and move them. */

/** One `struct iovec` after another: address, length, both 64 bits. Float arithmetic keeps clear of bigints. */
class Iovec {
  readonly #words: Uint32Array;
  readonly address: number;
  constructor(entries: number) {
    const bytes = new Uint8Array(new ArrayBuffer(entries * 16));
    this.#words = new Uint32Array(bytes.buffer);
    this.address = addressOf(bytes);
  }
  set(entry: number, address: number, length: number): void {
    const word = entry * 4;
    this.#words[word] = address % 2 ** 32;
    this.#words[word + 1] = Math.floor(address / 2 ** 32);
    this.#words[word + 2] = length;
    this.#words[word + 3] = 0;
  }
}

function cachedReader(preadv2: ForeignFunction): Posix['readCached'] {
  const iovec = new Iovec(1);
  return (fd, offset, target, length) => {
    iovec.set(0, addressOf(target), length);
    return Number(preadv2(fd, iovec.address, 1, offset, RWF_NOWAIT));
  };
}

function mapCalls(pageBytes: number): MapCalls | null {
  const libc = openLibrary(null);
  const mmap = libc?.find('mmap', 'intptr_t', ['uintptr_t', 'size_t', 'int', 'int', 'int', 'int64_t']);
  const munmap = libc?.find('munmap', 'int', ['uintptr_t', 'size_t']);
  const mincore = libc?.find('mincore', 'int', ['uintptr_t', 'size_t', 'uintptr_t']);
  const madvise = libc?.find('madvise', 'int', ['uintptr_t', 'size_t', 'int']);
  const copy = process.platform === 'darwin' ? machCopy() : linuxCopy();
  if (!mmap || !munmap || !mincore || !madvise || !copy) return null;

  const flags = new Uint8Array(1024);
  const flagsAddress = addressOf(flags);
  return {
    map(fd, offset, length) {
      const address = Number(mmap(0, length, PROT_READ, MAP_SHARED, fd, offset));
      return address === -1 ? 0 : address;
    },
    unmap(address, length) {
      munmap(address, length);
    },
    resident(address, length) {
      const end = address + length;
      for (let at = address - (address % pageBytes); at < end; at += flags.length * pageBytes) {
        const pages = Math.min(flags.length, Math.ceil((end - at) / pageBytes));
        if (mincore(at, pages * pageBytes, flagsAddress) !== 0) return false;
        for (let page = 0; page < pages; page++) if (((flags[page] ?? 0) & 1) === 0) return false;
      }
      return true;
    },
    copy,
    release(address, length) {
      madvise(address, length, MADV_DONTNEED);
    },
  };
}

/** `process_vm_readv` on the own process. A system call takes at most 0x7ffff000 bytes: the caller gets fewer then. */
function linuxCopy(): MapCalls['copy'] | null {
  const types = ['int', 'uintptr_t', 'uint64_t', 'uintptr_t', 'uint64_t', 'uint64_t'] as const;
  const call = process.platform === 'linux' ? openLibrary(null)?.find('process_vm_readv', 'int64_t', types) : null;
  if (!call) return null;
  const iovec = new Iovec(2);
  return (address, target, start, length) => {
    iovec.set(0, addressOf(target) + start, length);
    iovec.set(1, address, length);
    return Number(call(process.pid, iovec.address, 1, iovec.address + 16, 1, 0));
  };
}

/** All or nothing, unlike Linux; `task_self_trap` is the call behind `mach_task_self()`. */
function machCopy(): MapCalls['copy'] | null {
  const libc = openLibrary(null);
  const self = libc?.find('task_self_trap', 'uint', []);
  const read = libc?.find('mach_vm_read_overwrite', 'int', ['uint', 'uint64_t', 'uint64_t', 'uint64_t', 'uintptr_t']);
  if (!self || !read) return null;
  const task = self();
  const count = new BigInt64Array(new ArrayBuffer(8));
  const countAddress = addressOf(count);
  return (address, target, start, length) => {
    count[0] = 0n;
    const failed = read(task, address, length, addressOf(target) + start, countAddress) !== 0;
    return failed ? -1 : Number(count[0]);
  };
}

/** Whether the last foreign call failed with the errno of this name. */
export function failedWith(name: keyof typeof constants.errno): boolean {
  return lastErrno() === constants.errno[name];
}

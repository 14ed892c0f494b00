/**
 * The door to functions of the operating system that Node does not offer, through koffi. It is loaded when first asked for
 * (10 ms) and may be missing: then everything here is null, and the callers do without.
 *
 * Calling forms, measured (koffi 3.3.4, Node 20, us a call): getpid 0.21; five plain numbers 0.47, the same as bigints 0.49,
 * as a string and a Buffer 0.49–0.51; address of a Buffer 0.04. So addresses and lengths go as numbers, and structures live
 * in Buffers of our own that are written through typed arrays.
 */
import { createRequire } from 'node:module';
import { endianness } from 'node:os';
import type { LibraryHandle } from 'koffi';

/** C types by their koffi names. Addresses are numbers: those of user space lie below 2^53 on every platform. */
type CType = 'int' | 'uint' | 'int64_t' | 'uint64_t' | 'size_t' | 'intptr_t' | 'uintptr_t' | 'void *' | 'str16';

export type ForeignFunction = (...values: (number | string | null)[]) => number;
/** Runs on a worker thread of koffi; the arguments must stay as they are until it calls back. */
type AsyncForeignFunction = (...values: (number | string | null)[]) => Promise<number>;

export interface Library {
  /** Null when the library has no such function. Always called with the same types for a name. */
  find(name: string, result: CType, values: readonly CType[]): ForeignFunction | null;
  findAsync(name: string, result: CType, values: readonly CType[]): AsyncForeignFunction | null;
}

/** The structures that callers lay out by hand hold 64-bit addresses and sizes, low half first. */
const LAYOUT_KNOWN = endianness() === 'LE' && ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'].includes(process.arch);

type Koffi = typeof import('koffi');
let koffi: Koffi | null | undefined;

function loadKoffi(): Koffi | null {
  if (koffi === undefined) {
    try {
      koffi = LAYOUT_KNOWN ? (createRequire(import.meta.url)('koffi') as Koffi) : null;
    } catch {
      koffi = null;
    }
  }
  return koffi;
}

const libraries = new Map<string | null, Library | null>();

/**
 * The library of that name, or with null what the process itself offers (libc). Null when there is none. Libraries and functions are
 * asked of koffi once: each time costs memory of its own outside the heap until the collector comes to it, and callers ask once a file.
 */
export function openLibrary(name: string | null): Library | null {
  const known = libraries.get(name);
  if (known !== undefined) return known;
  const handle = attempt(() => loadKoffi()?.load(name) ?? null);
  const library = handle && { find: once(find.bind(null, handle)), findAsync: once(findAsync.bind(null, handle)) };
  libraries.set(name, library);
  return library;
}

type Find<T> = (name: string, result: CType, values: readonly CType[]) => T;

/** As `find`, which is called once for each name. */
function once<T>(find: Find<T>): Find<T> {
  const found = new Map<string, T>();
  return (name, result, values) => {
    const known = found.get(name);
    if (known !== undefined) return known;
    const made = find(name, result, values);
    found.set(name, made);
    return made;
  };
}

function find(handle: LibraryHandle, name: string, result: CType, values: readonly CType[]): ForeignFunction | null {
  return attempt(() => handle.func(name, result, [...values]) as unknown as ForeignFunction);
}

function findAsync(
  handle: LibraryHandle,
  name: string,
  result: CType,
  values: readonly CType[],
): AsyncForeignFunction | null {
  const found = attempt(() => handle.func(name, result, [...values]));
  if (!found) return null;
  return (...given) =>
    new Promise((resolve, reject) => {
      found.async(...given, (error: unknown, count: number) => (error ? reject(error) : resolve(count)));
    });
}

/**
 * Where the bytes lie in memory. It holds as long as `bytes` itself is held and its buffer is not transferred. Only to be
 * called after openLibrary gave a library.
 */
export function addressOf(bytes: Uint8Array | BigInt64Array): number {
  return Number(loadKoffi()?.address(bytes) ?? 0);
}

/** `errno` as the last foreign call left it. */
export function lastErrno(): number {
  return loadKoffi()?.errno() ?? 0;
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

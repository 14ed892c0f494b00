/**
 * The SIMD kernel (server/kernels/count.ts) for the main thread: small synchronous questions about bytes that were already
 * read. Bytes are copied into the kernel's own memory first (about 4 µs for 64 KiB), which lets any number of requests share
 * one instance: no call leaves anything behind. Whole files are counted by scanWorker.ts, which reads into its memory directly.
 */
import { readFileSync } from 'node:fs';
import { assert } from '../../shared/assert.ts';
import { MAX_LINES, PAGE_BYTES } from '../../shared/limits.ts';
import type { LineFormat } from '../../shared/lineFormat.ts';
import { serverAsset } from '../assets.ts';
import type { WasmGlobal, WasmModule } from './wasmTypes.ts';

/** The functions of count.wasm; pointers are bytes into the imported memory. */
export interface KernelExports {
  countPages(pointer: number, length: number, needle: number, unitBytes: number, out: number): void;
  count8(pointer: number, length: number, needle: number): number;
  count16(pointer: number, length: number, needle: number): number;
  locate(
    pointer: number,
    length: number,
    needle: number,
    unitBytes: number,
    skip: number,
    limit: number,
    out: number,
  ): number;
}

/** Longest window that the kernel takes at once, bytes. */
export const KERNEL_BYTES = 1_048_576;
/** Most positions that `locate` returns at once: two more than lines, since a search for lines may begin up to two too early. */
export const KERNEL_POSITIONS = MAX_LINES + 2;

const WASM_PAGE = 65_536;
const OUT = 0;
const WINDOW = WASM_PAGE;
const MEMORY_PAGES = 1 + KERNEL_BYTES / WASM_PAGE;

const { WebAssembly } = globalThis as unknown as WasmGlobal;

let compiled: WasmModule | null = null;
let shared: LineKernel | null = null;

/** The compiled kernel, for workers as well. Throws when the build is missing. */
export function kernelModule(): WasmModule {
  compiled ??= new WebAssembly.Module(readFileSync(serverAsset('count.wasm')));
  return compiled;
}

/** What the kernel compares units with: the terminator as a little-endian load of the unit sees it. */
export function needleOf(format: LineFormat): number {
  const code = format.terminator === 'lf' ? 0x0a : 0x0d;
  return format.unitBytes === 2 && format.bigEndian ? code * 256 : code;
}

/** The instance of this thread. */
export function lineKernel(): LineKernel {
  shared ??= new LineKernel();
  return shared;
}

export class LineKernel {
  readonly #exports: KernelExports;
  readonly #bytes: Uint8Array;
  readonly #positions: Uint32Array;

  constructor() {
    const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    const instance = new WebAssembly.Instance(kernelModule(), { env: { memory } });
    this.#exports = instance.exports as unknown as KernelExports;
    this.#bytes = new Uint8Array(memory.buffer, WINDOW, KERNEL_BYTES);
    this.#positions = new Uint32Array(memory.buffer, OUT, KERNEL_POSITIONS);
  }

  /** Number of terminators in `bytes` (at most KERNEL_BYTES), which start at a multiple of the unit in the file. */
  count(bytes: Uint8Array, format: LineFormat): number {
    this.#load(bytes);
    const needle = needleOf(format);
    return format.unitBytes === 2
      ? this.#exports.count16(WINDOW, bytes.length, needle)
      : this.#exports.count8(WINDOW, bytes.length, needle);
  }

  /** Terminators of each page of `bytes`, which start at a page's start; the last page may be a part of one. A copy. */
  countPages(bytes: Uint8Array, format: LineFormat): Uint32Array {
    this.#load(bytes);
    this.#exports.countPages(WINDOW, bytes.length, needleOf(format), format.unitBytes, OUT);
    return this.#positions.slice(0, Math.ceil(bytes.length / PAGE_BYTES));
  }

  /**
   * Positions in `bytes` of the first bytes of terminators number `skip` to `skip + limit - 1`, in order; fewer when there
   * are not as many. The result is a view of kernel memory: use it before the next call.
   */
  locate(bytes: Uint8Array, format: LineFormat, skip: number, limit: number): Uint32Array {
    assert(limit <= KERNEL_POSITIONS, `locate asked for ${limit} positions`);
    this.#load(bytes);
    const { unitBytes } = format;
    const found = this.#exports.locate(WINDOW, bytes.length, needleOf(format), unitBytes, skip, limit, OUT);
    return this.#positions.subarray(0, found);
  }

  #load(bytes: Uint8Array): void {
    assert(bytes.length <= KERNEL_BYTES, `kernel window of ${bytes.length} bytes`);
    this.#bytes.set(bytes);
  }
}

/**
 * The bytes that one request for lines looks at: windows of one state of the file, kept until the request is answered, and
 * counted against its budget, so that no request reads without a bound whatever the lines are like.
 */
import { isAscii } from 'node:buffer';
import { type Source, StaleReadError } from '../source/source.ts';

/** Bytes from `offset` on. */
export interface LineWindow {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Most windows that are kept for reuse; the largest has 1 MiB. */
const MAX_KEPT = 12;

/**
 * Memory of windows of requests that were answered. Most requests load one or two windows; a fresh one each time costs 40 µs of
 * page faults, and garbage collections that are driven by memory outside the heap.
 */
const POOLED_BYTES = 262_144;
const MAX_POOLED = 16;
const pooled: Buffer[] = [];

/** A kept window and what is known about it. */
interface Kept extends LineWindow {
  readonly bytes: Buffer;
  ascii: boolean | null;
}

export class LineWindows {
  /** Of the file when the request began; growth since then is left to the next request. */
  readonly size: number;
  readonly generation: number;
  readonly #source: Source;
  readonly #signal: AbortSignal | null;
  readonly #kept: Kept[] = [];
  /** What goes back to the pool. */
  #taken: Buffer[] = [];
  readonly #budget: number;
  #left: number;

  constructor(source: Source, budget: number, signal: AbortSignal | null) {
    this.#source = source;
    this.#signal = signal;
    this.#budget = budget;
    this.#left = budget;
    this.size = source.size;
    this.generation = source.generation;
  }

  /** True when no more windows may be loaded. */
  get exhausted(): boolean {
    return this.#left <= 0;
  }

  /** Begins a search of its own: one that found nothing leaves the next one its full budget. */
  renewBudget(): void {
    this.#left = this.#budget;
  }

  /** Reads `[offset, end)` and keeps it. */
  async load(offset: number, end: number): Promise<LineWindow> {
    const window = { offset, bytes: await this.#read(offset, this.#take(end - offset)), ascii: null };
    this.#left -= window.bytes.length;
    this.#kept.push(window);
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    return window;
  }

  /** What a kept window holds from `offset` on (a view), or null. */
  from(offset: number): LineWindow | null {
    for (const { offset: start, bytes } of this.#kept) {
      if (start <= offset && offset < start + bytes.length) return { offset, bytes: bytes.subarray(offset - start) };
    }
    return null;
  }

  /** `[offset, end)` as a view of a kept window, or null. */
  held(offset: number, end: number): Uint8Array | null {
    for (const { offset: start, bytes } of this.#kept) {
      if (start <= offset && end <= start + bytes.length) return bytes.subarray(offset - start, end - start);
    }
    return null;
  }

  /** The text of `[offset, end)` when a kept window holds it and is all ASCII, else null: a fifth of a decoder's time. */
  heldAscii(offset: number, end: number): string | null {
    for (const window of this.#kept) {
      const { offset: start, bytes } = window;
      if (start > offset || end > start + bytes.length) continue;
      window.ascii ??= isAscii(bytes);
      if (window.ascii) return bytes.toString('latin1', offset - start, end - start);
    }
    return null;
  }

  /** `[offset, end)`, from a kept window or read. */
  async bytes(offset: number, end: number): Promise<Uint8Array> {
    return this.held(offset, end) ?? (await this.#read(offset, Buffer.allocUnsafeSlow(end - offset)));
  }

  /** Throws StaleReadError when not all that was read is of one generation; to be called before answering. */
  assertOneGeneration(): void {
    if (this.#source.generation !== this.generation) throw new StaleReadError('the file was cut or rewritten');
  }

  /** The request was answered: nothing of its windows is used any more. */
  release(): void {
    this.#kept.length = 0;
    for (const bytes of this.#taken) if (pooled.length < MAX_POOLED) pooled.push(bytes);
    this.#taken = [];
  }

  #take(length: number): Buffer {
    if (length > POOLED_BYTES) return Buffer.allocUnsafeSlow(length);
    const whole = pooled.pop() ?? Buffer.allocUnsafeSlow(POOLED_BYTES);
    this.#taken.push(whole);
    return whole.subarray(0, length);
  }

  /** Fills `bytes`, whole, or throws. */
  async #read(offset: number, bytes: Buffer): Promise<Buffer> {
    this.#signal?.throwIfAborted();
    const count = await this.#source.read(offset, bytes);
    this.assertOneGeneration();
    if (count < bytes.length) throw new StaleReadError(`the file ended at ${offset + count}`);
    return bytes;
  }
}

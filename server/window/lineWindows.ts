/**
 * The bytes that one request for lines looks at: windows of one state of the file, kept until the request is answered, and
 * counted against its budget, so that no request reads without a bound whatever the lines are like.
 */
import { type Source, StaleReadError } from '../source/source.ts';

/** Bytes from `offset` on. */
export interface LineWindow {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Most windows that are kept for reuse; the largest has 1 MiB. */
const MAX_KEPT = 12;

export class LineWindows {
  /** Of the file when the request began; growth since then is left to the next request. */
  readonly size: number;
  readonly generation: number;
  readonly #source: Source;
  readonly #signal: AbortSignal | null;
  readonly #kept: LineWindow[] = [];
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
    const window = { offset, bytes: await this.#read(offset, end) };
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

  /** `[offset, end)`, from a kept window or read. */
  async bytes(offset: number, end: number): Promise<Uint8Array> {
    return this.held(offset, end) ?? (await this.#read(offset, end));
  }

  /** Throws StaleReadError when not all that was read is of one generation; to be called before answering. */
  assertOneGeneration(): void {
    if (this.#source.generation !== this.generation) throw new StaleReadError('the file was cut or rewritten');
  }

  async #read(offset: number, end: number): Promise<Uint8Array> {
    this.#signal?.throwIfAborted();
    // Not zeroed: every byte is written or the read fails.
    const bytes = Buffer.allocUnsafeSlow(end - offset);
    const count = await this.#source.read(offset, bytes);
    this.assertOneGeneration();
    if (count < bytes.length) throw new StaleReadError(`the file ended at ${offset + count}`);
    return bytes;
  }
}

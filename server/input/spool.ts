/**
 * Standard input on its way to a file that can be read at random.
 *
 * Bytes wait in a queue of bounded length while the disk takes those before them; when it is full, the input is not read, and the
 * producer waits as for any reader that is slow. When the disk has no room (or hardly any, others need some too), nothing is lost:
 * it is tried again every RETRY_MS, and the input waits. Only its end, or ours, ends it.
 */
import type { Readable } from 'node:stream';
import type { InputStatus } from '../../shared/protocol.ts';

/** The input is not read any more past this, and again below that. */
const HIGH_BYTES = 8_388_608;
const LOW_BYTES = 2_097_152;
/** Parts that wait at most: a producer may write byte by byte. */
const MAX_PARTS = 4_096;
/** The disk is asked so often, in bytes written, and more often when there is little room. */
const ASK_EVERY_BYTES = 67_108_864;
const ASK_LEAST_BYTES = 1_048_576;
const RETRY_MS = 1_000;
/** A disk that is behind for so long is worth a word, ms. */
const SLOW_MS = 2_000;

/** Where the bytes go. */
export interface SpoolTarget {
  /** Writes at `offset`; resolves to how many bytes were written. Rejects with an errno code. */
  write(parts: readonly Uint8Array[], offset: number): Promise<number>;
  /** Bytes that may be written before others would lack room. */
  room(): number;
}

export class Spool {
  readonly #input: Readable;
  readonly #target: SpoolTarget;
  readonly #onChange: (status: InputStatus) => void;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #written = 0;
  #askAt = 0;
  #writing = false;
  #ended = false;
  #stopped = false;
  #status: InputStatus = { state: 'open', message: null };
  #retry: NodeJS.Timeout | null = null;
  #slow: NodeJS.Timeout | null = null;

  /** `onChange` hears of every change of the status. Begins at once. */
  constructor(input: Readable, target: SpoolTarget, onChange: (status: InputStatus) => void) {
    this.#input = input;
    this.#target = target;
    this.#onChange = onChange;
    input.on('data', (part: Uint8Array) => this.#take(part));
    input.once('end', () => this.#end());
    input.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
  }

  get status(): InputStatus {
    return this.#status;
  }

  /** Reads no more; the producer then hears that nobody does. */
  stop(): void {
    this.#stopped = true;
    this.#clear();
    this.#input.destroy();
  }

  #take(part: Uint8Array): void {
    this.#queue.push(part);
    this.#queued += part.length;
    const full = this.#queued >= HIGH_BYTES || this.#queue.length >= MAX_PARTS;
    if (full && !this.#input.isPaused()) {
      this.#input.pause();
      this.#slow ??= setTimeout(() => this.#become('slow', null), SLOW_MS).unref();
    }
    if (!this.#writing && this.#retry === null) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#queue.length > 0 && !this.#stopped) {
      const parts = this.#queue;
      // What is being written stands in one place only, or a disk that refuses would have it put back twice.
      this.#queue = [];
      let count: number;
      try {
        if (!this.#mayWrite()) {
          this.#queue = parts;
          this.#waitForRoom();
          break;
        }
        count = await this.#target.write(parts, this.#written);
      } catch (error) {
        this.#queue = [...parts, ...this.#queue];
        this.#refused(error);
        break;
      }
      this.#written += count;
      this.#queued -= count;
      this.#queue = [...rest(parts, count), ...this.#queue];
      this.#goOn();
    }
    this.#writing = false;
    if (this.#ended && this.#queue.length === 0 && this.#status.state !== 'failed') this.#become('ended', null);
  }

  #mayWrite(): boolean {
    if (this.#written + this.#queued < this.#askAt) return true;
    const room = this.#target.room() - this.#queued;
    if (room <= 0) return false;
    this.#askAt = this.#written + this.#queued + Math.max(ASK_LEAST_BYTES, Math.min(ASK_EVERY_BYTES, room / 2));
    return true;
  }

  /** Some bytes were taken. */
  #goOn(): void {
    if (this.#queued > LOW_BYTES || this.#queue.length > MAX_PARTS / 2) return;
    if (this.#slow) clearTimeout(this.#slow);
    this.#slow = null;
    this.#become('open', null);
    if (this.#input.isPaused()) this.#input.resume();
  }

  #waitForRoom(): void {
    this.#pauseUntilRetry();
    this.#become('full', null);
  }

  #refused(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    this.#pauseUntilRetry();
    if (code === 'ENOSPC' || code === 'EDQUOT') this.#become('full', null);
    else this.#become('slow', `The file that keeps the input cannot be written (${code}); it is tried again.`);
  }

  #pauseUntilRetry(): void {
    this.#input.pause();
    if (this.#slow) clearTimeout(this.#slow);
    this.#slow = null;
    // What was asked before holds no longer.
    this.#askAt = 0;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      void this.#drain();
    }, RETRY_MS).unref();
  }

  #end(): void {
    this.#ended = true;
    if (!this.#writing && this.#queue.length === 0) this.#become('ended', null);
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#stopped) return;
    this.#become('failed', `The input cannot be read any more (${error.code ?? error.message}).`);
  }

  #become(state: InputStatus['state'], message: string | null): void {
    const before = this.#status;
    if (before.state === 'failed' || (before.state === state && before.message === message)) return;
    this.#status = { state, message };
    this.#onChange(this.#status);
  }

  #clear(): void {
    if (this.#retry) clearTimeout(this.#retry);
    if (this.#slow) clearTimeout(this.#slow);
  }
}

/** What is left of `parts` after `count` bytes. */
function rest(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  const left: Uint8Array[] = [];
  for (const part of parts) {
    if (skip < part.length) left.push(skip === 0 ? part : part.subarray(skip));
    skip = Math.max(0, skip - part.length);
  }
  return left;
}

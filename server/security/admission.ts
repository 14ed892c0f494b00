/**
 * Bounds the work under way: a few reads at once, a queue of those that wait, and above all how many bytes were read but not
 * yet taken by their clients. Whoever comes when the queue is full is told so at once rather than kept.
 */
import type { EventEmitter } from 'node:events';
import { HttpError } from '../routes/reply.ts';

export interface AdmissionLimits {
  /** Reads at the same time. */
  readonly running: number;
  /** Requests that wait for their turn. */
  readonly waiting: number;
  /** Bytes of replies handed to the system and not yet taken by it. */
  readonly unsentBytes: number;
}

export const DEFAULT_LIMITS: AdmissionLimits = { running: 8, waiting: 256, unsentBytes: 64 * 1024 * 1024 };

/** 503: come again in a second. */
export function busy(): HttpError {
  return new HttpError(503, 'busy', 'too many requests at once; try again', {}, { 'Retry-After': 1 });
}

export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #unsentBytes = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Takes a turn without waiting; true when there was one. Pair with `leave`. */
  tryEnter(): boolean {
    if (this.#running >= this.#limits.running || this.#queue.length > 0) return false;
    this.#running++;
    return true;
  }

  /** Throws 503 while too many bytes wait for clients that do not take them. */
  assertRoom(): void {
    if (this.#unsentBytes > this.#limits.unsentBytes) throw busy();
  }

  /** Waits for a turn; rejects with 503 when too many wait, and with the signal's reason when it aborts. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.tryEnter()) return;
    if (this.#queue.length >= this.#limits.waiting) throw busy();
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        const index = this.#queue.indexOf(turn);
        if (index >= 0) this.#queue.splice(index, 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#queue.push(turn);
    });
    // The turn was handed over by `leave`, which kept it counted.
    if (signal.aborted) {
      this.leave();
      throw signal.reason;
    }
  }

  /** Ends a turn; the longest waiting request takes it over. */
  leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#running--;
  }

  /** Runs `work` in a turn. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.enter(signal);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Counts `bytes` that lie in memory until the client of the response `res`, which is not closed, has taken them or hung up. */
  holdUntilSent(res: EventEmitter, bytes: number): void {
    this.#unsentBytes += bytes;
    res.once('close', () => {
      this.#unsentBytes -= bytes;
    });
  }
}

/**
 * Tries again what failed for a passing reason, later each time and never for good: a server that is away is asked a few times a
 * minute for as long as the page is open. A server that is busy is given the time it asks for.
 */
import { backoffMs, type Pace } from '../api/backoff.ts';
import { isTransient, pauseAskedFor } from '../api/errors.ts';
import { browserClock, type Clock } from './clock.ts';

export interface RetryOptions {
  readonly pace: Pace;
  readonly clock?: Clock;
  /** 0 to 1. */
  readonly random?: () => number;
}

export class Retry {
  readonly #again: () => void;
  readonly #pace: Pace;
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  #cancel: (() => void) | null = null;

  constructor(again: () => void, options: RetryOptions) {
    this.#again = again;
    this.#pace = options.pace;
    this.#clock = options.clock ?? browserClock;
    this.#random = options.random ?? Math.random;
  }

  /** A try is due. */
  get pending(): boolean {
    return this.#cancel !== null;
  }

  /** Plans the next try, if the error may pass; whatever was planned before is replaced. */
  failed(error: unknown): void {
    if (!isTransient(error)) return;
    const wait = Math.max(backoffMs(this.#pace, this.#failures, this.#random()), pauseAskedFor(error));
    this.#failures += 1;
    this.stop();
    this.#cancel = this.#clock.delay(wait, () => {
      this.#cancel = null;
      this.#again();
    });
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Tries at once what would be tried later: the server is there again. */
  now(): void {
    if (this.#cancel === null) return;
    this.stop();
    this.#failures = 0;
    this.#again();
  }

  /** Nothing is tried by itself any more, until the next failure. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

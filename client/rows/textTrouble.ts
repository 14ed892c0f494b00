/** What went wrong on which side, and when it is tried again: by itself where the network or a busy server was to blame. */
import { ApiError, isTransient } from '../api/errors.ts';
import type { Clock } from '../cache/clock.ts';
import type { TextErrors, TextSide } from './textChange.ts';

const FIRST_BACKOFF_MS = 300;
const MAX_BACKOFF_MS = 8_000;

export class TextTrouble {
  readonly #clock: Clock;
  readonly #retry: () => void;
  #errors: TextErrors = {};
  #failures = 0;
  #cancelBackoff: (() => void) | null = null;

  constructor(clock: Clock, retry: () => void) {
    this.#clock = clock;
    this.#retry = retry;
  }

  get errors(): TextErrors {
    return this.#errors;
  }

  failed(side: TextSide, error: unknown): void {
    this.#errors = { ...this.#errors, [side]: error instanceof Error ? error.message : String(error) };
    if (!isTransient(error)) return;
    const backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#failures);
    const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
    this.#failures += 1;
    this.#cancelBackoff?.();
    this.#cancelBackoff = this.#clock.delay(Math.max(backoff, asked), this.#retry);
  }

  /** A side works (again); after a jump everything does. */
  succeeded(side: TextSide): void {
    this.#failures = 0;
    const { [side]: _, ...others } = this.#errors;
    this.#errors = side === 'jump' ? {} : others;
  }

  /** Forgets the errors and the try that is due. */
  clear(): void {
    this.#cancelBackoff?.();
    this.#cancelBackoff = null;
    this.#errors = {};
  }
}

/** The state of the file that a refusal tells, when it is another generation than `generation`. */
export function newState(error: unknown, generation: number): { generation: number; size: number } | null {
  if (!(error instanceof ApiError) || (error.code !== 'stale-generation' && error.code !== 'past-end')) return null;
  const { generation: current, size } = error.details;
  return current === undefined || size === undefined || current === generation ? null : { generation: current, size };
}

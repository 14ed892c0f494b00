/** What went wrong on which side, and when it is tried again: by itself where the network or a busy server was to blame. */
import { ApiError, sentenceOf } from '../api/errors.ts';
import type { Clock } from '../cache/clock.ts';
import { Retry } from '../cache/retry.ts';
import type { TextErrors, TextSide } from './textChange.ts';

const PACE = { firstMs: 300, maxMs: 8_000 };

export class TextTrouble {
  readonly #retry: Retry;
  #errors: TextErrors = {};

  constructor(clock: Clock, retry: () => void) {
    this.#retry = new Retry(retry, { pace: PACE, clock });
  }

  get errors(): TextErrors {
    return this.#errors;
  }

  failed(side: TextSide, error: unknown): void {
    this.#errors = { ...this.#errors, [side]: sentenceOf(error) };
    this.#retry.failed(error);
  }

  /** A side works (again); after a jump everything does. */
  succeeded(side: TextSide): void {
    this.#retry.succeeded();
    const { [side]: _, ...others } = this.#errors;
    this.#errors = side === 'jump' ? {} : others;
  }

  /** Forgets the errors and the try that is due. */
  clear(): void {
    this.#retry.stop();
    this.#errors = {};
  }
}

/** The state of the file that a refusal tells, when it is another generation than `generation`. */
export function newState(error: unknown, generation: number): { generation: number; size: number } | null {
  if (!(error instanceof ApiError) || (error.code !== 'stale-generation' && error.code !== 'past-end')) return null;
  const { generation: current, size } = error.details;
  return current === undefined || size === undefined || current === generation ? null : { generation: current, size };
}

/**
 * What went wrong with which pages, and when requests may go on. A failure that may pass (the line, a busy server) stops all
 * requests of the cache for a while, longer each time; one that is about the bytes stays with its page until it is tried again.
 */
import { backoffMs } from '../api/backoff.ts';
import { isTransient, pauseAskedFor, sentenceOf } from '../api/errors.ts';

const PACE = { firstMs: 250, maxMs: 8_000 };
/** Most pages of which something is remembered: who scrolls through a broken disk sees those on screen anew. */
const MAX_NOTED = 1_024;

/** How a page failed; `retrying` when it is tried again by itself. */
export interface PageError {
  /** Null: it waits, for a reason that is said elsewhere. */
  readonly message: string | null;
  readonly retrying: boolean;
}

export class PageTrouble {
  readonly #random: () => number;
  readonly #errors = new Map<number, PageError>();
  /** Pages of a request that was refused: asked for one by one, so that one bad page does not hide its neighbours. */
  readonly #alone = new Set<number>();
  #failures = 0;
  /** No request before this moment: the server cannot be reached or asked for a pause. */
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** `random`: 0 to 1, for the time between tries. */
  constructor(random: () => number) {
    this.#random = random;
  }

  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  error(page: number): PageError | null {
    return this.#errors.get(page) ?? null;
  }

  isAlone(page: number): boolean {
    return this.#alone.has(page);
  }

  /** The page is not asked for by itself. */
  isGivenUp(page: number): boolean {
    return this.#errors.get(page)?.retrying === false;
  }

  /** A request failed at `now`. True when there are errors to be shown; false: its pages are to be asked for one by one. */
  failed(pages: readonly number[], error: unknown, now: number): boolean {
    const retrying = isTransient(error);
    if (retrying) this.#pause(error, now);
    if (!retrying && pages.length > 1) {
      for (const page of pages) this.#alone.add(page);
      keepNewest(this.#alone);
      return false;
    }
    const message = sentenceOf(error);
    for (const page of pages) this.#errors.set(page, { message, retrying });
    keepNewest(this.#errors);
    return true;
  }

  /** The server answers. */
  answered(): void {
    this.#failures = 0;
  }

  arrived(page: number): void {
    this.#alone.delete(page);
    this.#errors.delete(page);
  }

  /** Requests may go on at once; of `page` nothing is held against it any more. */
  allow(page: number): void {
    this.#errors.delete(page);
    this.#goOn();
  }

  /** Requests may go on at once; what was to be tried again is not in trouble any more. */
  resume(): void {
    for (const [page, { retrying }] of [...this.#errors]) if (retrying) this.#errors.delete(page);
    this.#goOn();
  }

  /** Other bytes are behind the pages from now on. */
  forget(): void {
    this.#errors.clear();
    this.#alone.clear();
  }

  #goOn(): void {
    this.#failures = 0;
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
  }

  /** Requests that fail together are one failure. */
  #pause(error: unknown, now: number): void {
    const asked = now + pauseAskedFor(error);
    if (this.#pausedUntil > now) {
      this.#pausedUntil = Math.max(this.#pausedUntil, asked);
      return;
    }
    this.#pausedUntil = Math.max(asked, now + backoffMs(PACE, this.#failures, this.#random()));
    this.#failures++;
  }
}

/** Of what is noted page by page, the newest. */
function keepNewest(noted: Map<number, PageError> | Set<number>): void {
  for (const page of noted.keys()) {
    if (noted.size <= MAX_NOTED) return;
    noted.delete(page);
  }
}

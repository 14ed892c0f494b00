/**
 * The bytes of one file as far as they are here. Views read with `get`, `peek` and `readBytes`, which are synchronous and never
 * start a request; they say which pages they want through an interest, and hear by `subscribe` when something came.
 *
 * Invariants: at most MAX_IN_FLIGHT requests; a request none of whose pages is wanted any more is aborted; what `get` returns is
 * of the current `generation`; growth keeps every page but makes a partial last page wanted again; a request that fails leaves
 * an error for its pages until they come or `retry` is called, and never disturbs the pages that are here.
 */

import { MAX_WINDOW_BYTES, PAGE_BYTES } from '../../shared/limits.ts';
import { ApiError, isAbort } from '../api/errors.ts';
import { browserClock, type Clock } from './clock.ts';
import type { PageStore } from './pageStore.ts';
import { type PageError, PageTrouble } from './pageTrouble.ts';
import { interleave, type PageWindow, pageCount, pageLength, pageOf, pagesOf, planWindows } from './plan.ts';

/** HTTP/1.1 allows six connections per origin; events and lines need the others. */
const MAX_IN_FLIGHT = 4;
/** While the thumb is dragged only the latest place counts, and it is asked for at most this often. */
const DRAG_INTERVAL_MS = 80;

export interface WindowReply {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly generation: number;
}

/** Gets `[offset, offset + length)` of one generation of the file; refuses with a `stale-generation` ApiError. */
export type FetchWindow = (
  offset: number,
  length: number,
  generation: number,
  signal: AbortSignal,
) => Promise<WindowReply>;

/**
 * What became different: pages came, the file grew, all pages were thrown away, errors came or went, or the server is there again
 * and whoever waits may ask.
 */
export type CacheChange = 'pages' | 'size' | 'generation' | 'errors' | 'resumed';

/** What one view wants. Two views of a file each have one. */
export interface PageInterest {
  /** Replaces what this view wanted, most urgent first. Takes effect once per animation frame. */
  want(pages: readonly number[], dragging: boolean): void;
  /** The view is gone. */
  release(): void;
}

export interface PageCacheOptions {
  readonly fileId: string;
  readonly size: number;
  readonly generation: number;
  readonly store: PageStore;
  readonly fetchWindow: FetchWindow;
  readonly clock?: Clock;
  /** 0 to 1, for the time between tries. */
  readonly random?: () => number;
}

interface Flight {
  readonly window: PageWindow;
  readonly abort: AbortController;
}

export class PageCache {
  readonly #fileId: string;
  readonly #store: PageStore;
  readonly #fetchWindow: FetchWindow;
  readonly #clock: Clock;
  readonly #listeners = new Set<(change: CacheChange) => void>();
  readonly #interests = new Map<PageInterest, { pages: readonly number[]; dragging: boolean }>();
  readonly #flights = new Set<Flight>();
  readonly #trouble: PageTrouble;
  #size: number;
  #generation: number;
  #version = 0;
  #renewals = 0;
  #scheduled = false;
  #lastPlan = Number.NEGATIVE_INFINITY;
  #cancelWake: (() => void) | null = null;
  #disposed = false;

  constructor(options: PageCacheOptions) {
    this.#fileId = options.fileId;
    this.#size = options.size;
    this.#generation = options.generation;
    this.#store = options.store;
    this.#fetchWindow = options.fetchWindow;
    this.#clock = options.clock ?? browserClock;
    this.#trouble = new PageTrouble(options.random ?? Math.random);
  }

  get size(): number {
    return this.#size;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Grows whenever everything was begun anew for another run of the server, whose generations are others. */
  get renewals(): number {
    return this.#renewals;
  }

  /** Grows with every change; for useSyncExternalStore. */
  get version(): number {
    return this.#version;
  }

  /** The page if it is here, as a read-only view; shorter than PAGE_BYTES at (what was) the end of the file. */
  get(page: number): Uint8Array | null {
    return this.#store.get(this.#fileId, this.#generation, page);
  }

  /** Why a page that is not here did not come, or null. */
  error(page: number): PageError | null {
    return this.#trouble.error(page);
  }

  /**
   * As many bytes of `[offset, offset + length)` as are here without a gap from `offset` on: a view when they lie in one page,
   * a copy when they do not.
   */
  peek(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.#size);
    const parts: Uint8Array[] = [];
    let at = offset;
    while (at < end) {
      const number = pageOf(at);
      const start = at - number * PAGE_BYTES;
      const part = this.get(number)?.subarray(start, start + end - at);
      if (part === undefined || part.length === 0) break;
      parts.push(part);
      at += part.length;
      if (start + part.length < PAGE_BYTES) break;
    }
    if (parts.length === 1 && parts[0]) return parts[0];
    const joined = new Uint8Array(at - offset);
    let filled = 0;
    for (const part of parts) {
      joined.set(part, filled);
      filled += part.length;
    }
    return joined;
  }

  /** The bytes `[offset, offset + length)`, cut at the end of the file, or null unless all are here. View or copy as `peek`. */
  readBytes(offset: number, length: number): Uint8Array | null {
    const expected = Math.max(0, Math.min(offset + length, this.#size) - offset);
    const bytes = this.peek(offset, expected);
    return bytes.length === expected ? bytes : null;
  }

  subscribe = (listener: (change: CacheChange) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  interest(): PageInterest {
    const interest: PageInterest = {
      want: (pages, dragging) => {
        this.#interests.set(interest, { pages, dragging });
        this.#schedule();
      },
      release: () => {
        this.#interests.delete(interest);
        this.#schedule();
      },
    };
    return interest;
  }

  /** Tries a page again at once, also when the server had asked for a pause. */
  retry(page: number): void {
    this.#trouble.allow(page);
    this.#emit('errors');
    this.#schedule();
  }

  /** Tells what became of the file. News older than what is known (a smaller generation, less bytes in the same) is ignored. */
  update(size: number, generation: number): void {
    if (generation > this.#generation) this.#become(size, generation);
    else if (generation === this.#generation && size > this.#size) {
      this.#size = size;
      this.#emit('size');
      this.#schedule();
    }
  }

  /** The file as another run of the server knows it: whatever is here may be of another generation, whatever its number. */
  renew(size: number, generation: number): void {
    this.#renewals += 1;
    this.#trouble.resume();
    this.#become(size, generation);
  }

  /** The server is there again: asks at once for what is missing, and again for what may have been lost on the way. */
  resume(): void {
    this.#trouble.resume();
    this.#abortFlights();
    this.#emit('resumed');
    this.#schedule();
  }

  /** Aborts everything and forgets the pages. */
  dispose(): void {
    this.#disposed = true;
    this.#cancelWake?.();
    this.#abortFlights();
    this.#interests.clear();
    this.#store.drop(this.#fileId);
  }

  #become(size: number, generation: number): void {
    this.#generation = generation;
    this.#size = size;
    this.#abortFlights();
    this.#trouble.forget();
    this.#store.drop(this.#fileId);
    this.#emit('generation');
    this.#schedule();
  }

  #abortFlights(): void {
    for (const flight of this.#flights) flight.abort.abort();
    this.#flights.clear();
  }

  #emit(change: CacheChange): void {
    this.#version++;
    for (const listener of [...this.#listeners]) listener(change);
  }

  #schedule(): void {
    if (this.#scheduled || this.#disposed) return;
    this.#scheduled = true;
    this.#clock.frame(() => {
      this.#scheduled = false;
      this.#plan();
    });
  }

  /** Plans again in `ms`; a nearer wake-up that is already set stays. */
  #wakeIn(ms: number): void {
    this.#cancelWake?.();
    this.#cancelWake = this.#clock.delay(ms, () => {
      this.#cancelWake = null;
      this.#plan();
    });
  }

  #isShort(page: number): boolean {
    const bytes = this.get(page);
    return bytes === null || bytes.length < pageLength(page, this.#size);
  }

  #plan(): void {
    if (this.#disposed) return;
    const now = this.#clock.now();
    const wishes = [...this.#interests.values()];
    const dragging = wishes.some((wish) => wish.dragging);
    const wait = Math.max(dragging ? this.#lastPlan + DRAG_INTERVAL_MS - now : 0, this.#trouble.pausedUntil - now);
    if (wait > 0) {
      this.#wakeIn(wait);
      return;
    }
    this.#lastPlan = now;
    const wanted = interleave(wishes.map((wish) => wish.pages));
    const wantedSet = new Set(wanted);
    const coming = new Set<number>();
    for (const flight of [...this.#flights]) {
      const pages = pagesOf(flight.window);
      if (pages.some((page) => wantedSet.has(page))) {
        for (const page of pages) coming.add(page);
      } else {
        this.#flights.delete(flight);
        flight.abort.abort();
      }
    }
    const total = pageCount(this.#size);
    const windows = planWindows({
      wanted,
      isMissing: (page) => {
        return page < total && !coming.has(page) && !this.#trouble.isGivenUp(page) && this.#isShort(page);
      },
      isAlone: (page) => this.#trouble.isAlone(page),
      slots: MAX_IN_FLIGHT - this.#flights.size,
    });
    for (const window of windows) void this.#fly(window);
  }

  async #fly(window: PageWindow): Promise<void> {
    const flight: Flight = { window, abort: new AbortController() };
    this.#flights.add(flight);
    const generation = this.#generation;
    const offset = window.first * PAGE_BYTES;
    const length = Math.min(window.count * PAGE_BYTES, MAX_WINDOW_BYTES, this.#size - offset);
    try {
      const reply = await this.#fetchWindow(offset, length, generation, flight.abort.signal);
      if (!this.#flights.delete(flight)) return;
      this.#trouble.answered();
      this.#receive(window, reply);
    } catch (error) {
      if (!this.#flights.delete(flight) || isAbort(error)) return;
      this.#fail(window, error);
    }
    this.#plan();
  }

  #receive(window: PageWindow, reply: WindowReply): void {
    this.update(reply.size, reply.generation);
    if (reply.generation !== this.#generation) return;
    let useful = false;
    for (const page of pagesOf(window)) {
      const start = (page - window.first) * PAGE_BYTES;
      // A copy: a view would keep the whole window in memory for as long as one of its pages lives.
      const bytes = reply.bytes.slice(start, start + PAGE_BYTES);
      const before = this.get(page)?.length ?? 0;
      if (bytes.length <= before && before > 0) continue;
      if (bytes.length === 0) continue;
      this.#store.set(this.#fileId, this.#generation, page, bytes);
      this.#trouble.arrived(page);
      useful = true;
    }
    if (useful) {
      this.#emit('pages');
    } else {
      // An answer that holds nothing new must not be asked for again and again in a tight loop.
      this.#fail(window, new Error('The server sent fewer bytes than the file has here'));
    }
  }

  #fail(window: PageWindow, error: unknown): void {
    if (error instanceof ApiError && (error.code === 'stale-generation' || error.code === 'past-end')) {
      const { generation, size } = error.details;
      if (generation !== undefined && generation > this.#generation && size !== undefined) {
        this.update(size, generation);
        return;
      }
    }
    if (this.#trouble.failed(pagesOf(window), error, this.#clock.now())) this.#emit('errors');
  }
}

/**
 * Hits by number, as a list shows them: fetched in pages, asked for again while their numbers or lines may change. `get` is
 * synchronous; what was there stays until something newer comes.
 */
import type { SearchHit, SearchHitsReply } from '../../shared/protocol.ts';
import { Changes } from '../cache/changes.ts';
import { Retry, type RetryOptions } from '../cache/retry.ts';

export const PAGE_HITS = 64;
const MAX_PAGES = 256;
const PACE = { firstMs: 500, maxMs: 8_000 };

export type FetchPage = (start: number, count: number, signal: AbortSignal) => Promise<SearchHitsReply>;

interface HitPage {
  readonly hits: readonly SearchHit[];
  /** Neither numbers nor lines will change. */
  readonly final: boolean;
  /** How far search and line index were. */
  readonly stamp: string;
}

export class HitPages {
  readonly #fetch: FetchPage;
  readonly #changes = new Changes();
  readonly #pages = new Map<number, HitPage>();
  #wanted: readonly number[] = [];
  #flight: { readonly page: number; readonly abort: AbortController } | null = null;
  #stamp = '';
  #size = -1;
  readonly #retry: Retry;
  #closed = false;

  constructor(fetch: FetchPage, timing: Omit<RetryOptions, 'pace'> = {}) {
    this.#fetch = fetch;
    this.#retry = new Retry(() => this.#plan(), { ...timing, pace: PACE });
  }

  get version(): number {
    return this.#changes.version;
  }

  subscribe = this.#changes.subscribe;

  /** Hit number `number` as known last; null when it is not here. */
  get(number: number): SearchHit | null {
    const page = Math.floor(number / PAGE_HITS);
    return this.#pages.get(page)?.hits[number - page * PAGE_HITS] ?? null;
  }

  /** `stamp` differs whenever search or index have come farther; with another `size` of the file no hit is certain any more. */
  want(first: number, last: number, stamp: string, size: number): void {
    if (size !== this.#size) for (const [page, known] of this.#pages) this.#pages.set(page, { ...known, final: false });
    this.#stamp = stamp;
    this.#size = size;
    const pages: number[] = [];
    for (let page = Math.floor(Math.max(0, first) / PAGE_HITS); page * PAGE_HITS <= last; page++) pages.push(page);
    this.#wanted = pages;
    this.#plan();
  }

  /** The numbers of all hits have changed: nothing that is here can be relied on. */
  forget(): void {
    for (const [page, known] of this.#pages) this.#pages.set(page, { ...known, final: false, stamp: '' });
    this.#plan();
  }

  /** The server can be reached again: what failed is asked for at once. */
  resume(): void {
    this.#retry.now();
  }

  close(): void {
    this.#closed = true;
    this.#retry.stop();
    this.#flight?.abort.abort();
    this.#changes.close();
  }

  #plan(): void {
    if (this.#closed) return;
    if (this.#flight) {
      if (this.#wanted.includes(this.#flight.page)) return;
      this.#flight.abort.abort();
      this.#flight = null;
    }
    if (this.#retry.pending) return;
    const missing = this.#wanted.find((page) => {
      const known = this.#pages.get(page);
      return !known || (!known.final && known.stamp !== this.#stamp);
    });
    if (missing !== undefined) void this.#fly(missing);
  }

  async #fly(page: number): Promise<void> {
    const flight = { page, abort: new AbortController() };
    this.#flight = flight;
    const stamp = this.#stamp;
    let found: HitPage;
    try {
      const { hits, exact } = await this.#fetch(page * PAGE_HITS, PAGE_HITS, flight.abort.signal);
      const final = exact && hits.length === PAGE_HITS && hits.every(({ line }) => line !== null);
      found = { hits, final, stamp };
      this.#retry.succeeded();
    } catch (error) {
      if (this.#flight !== flight) return;
      // The status of the search says what is wrong; it is asked again when that changes, or when the line may be there again.
      this.#retry.failed(error);
      const met = this.#retry.pending ? '' : stamp;
      found = { hits: this.#pages.get(page)?.hits ?? [], final: false, stamp: met };
    }
    if (this.#flight !== flight) return;
    this.#flight = null;
    this.#pages.delete(page);
    this.#pages.set(page, found);
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(old);
    }
    this.#changes.tell();
    this.#plan();
  }
}

/** The bytes around hits: of the page cache where they are there, else read in small windows that leave the cache alone. */
import type { PageCache } from '../cache/pageCache.ts';
import { Retry } from '../cache/retry.ts';
import { api } from '../state/documents.ts';
import { contextExtent } from './context.ts';

/** Pages need the other connections. */
const MAX_IN_FLIGHT = 2;
const MAX_KEPT = 2_048;
const PACE = { firstMs: 500, maxMs: 8_000 };

export interface HitPlace {
  readonly offset: number;
  readonly length: number;
}

export class ContextReader {
  readonly #fileId: string;
  readonly #cache: PageCache;
  readonly #generation: number;
  readonly #onChange: () => void;
  readonly #known = new Map<number, Uint8Array | null>();
  readonly #flying = new Set<number>();
  readonly #retry = new Retry(() => this.#plan(), { pace: PACE });
  #wanted: readonly HitPlace[] = [];
  #closed = false;

  /** `onChange` is called when bytes came. */
  constructor(fileId: string, cache: PageCache, onChange: () => void) {
    this.#fileId = fileId;
    this.#cache = cache;
    this.#generation = cache.generation;
    this.#onChange = onChange;
  }

  /** The bytes around a hit and where in them it begins; null while they are not here, or cannot be had. */
  get({ offset, length }: HitPlace): { readonly bytes: Uint8Array; readonly at: number } | null {
    const extent = contextExtent(offset, length, this.#cache.size);
    const here = this.#known.get(offset) ?? this.#cache.readBytes(extent.offset, extent.end - extent.offset);
    return here && { bytes: here, at: offset - extent.offset };
  }

  want(hits: readonly HitPlace[]): void {
    this.#wanted = hits;
    this.#plan();
  }

  /** The server can be reached again: what failed is asked for at once. */
  resume(): void {
    this.#retry.now();
  }

  close(): void {
    this.#closed = true;
    this.#retry.stop();
  }

  #plan(): void {
    for (const hit of this.#wanted) {
      if (this.#closed || this.#retry.pending || this.#flying.size >= MAX_IN_FLIGHT) return;
      const missing = !this.#known.has(hit.offset) && !this.#flying.has(hit.offset) && this.get(hit) === null;
      if (missing) void this.#read(hit);
    }
  }

  async #read({ offset, length }: HitPlace): Promise<void> {
    this.#flying.add(offset);
    const extent = contextExtent(offset, length, this.#cache.size);
    let bytes: Uint8Array | null = null;
    try {
      const reply = await api.bytes(this.#fileId, extent.offset, extent.end - extent.offset, this.#generation);
      ({ bytes } = reply);
      this.#retry.succeeded();
    } catch (error) {
      // The hit is listed all the same; what is wrong with the file is said elsewhere.
      if (!this.#closed) this.#retry.failed(error);
    }
    this.#flying.delete(offset);
    if (this.#closed || (bytes === null && this.#retry.pending)) return;
    this.#known.set(offset, bytes);
    for (const old of this.#known.keys()) {
      if (this.#known.size <= MAX_KEPT) break;
      this.#known.delete(old);
    }
    this.#onChange();
    this.#plan();
  }
}

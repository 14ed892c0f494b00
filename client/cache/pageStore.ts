/** The memory for pages of all files together: least recently used pages go first, counted in bytes. */
import { LRUCache } from 'lru-cache';

/** Memory for pages in all. */
export const PAGE_STORE_BYTES = 96 * 1024 * 1024;

export class PageStore {
  readonly #pages: LRUCache<string, Uint8Array>;

  constructor(maxBytes: number) {
    this.#pages = new LRUCache<string, Uint8Array>({
      maxSize: maxBytes,
      sizeCalculation: (page) => Math.max(1, page.length),
    });
  }

  /** The page itself, not a copy: treat it as read-only. */
  get(fileId: string, generation: number, page: number): Uint8Array | null {
    return this.#pages.get(`${fileId}:${generation}:${page}`) ?? null;
  }

  set(fileId: string, generation: number, page: number, bytes: Uint8Array): void {
    this.#pages.set(`${fileId}:${generation}:${page}`, bytes);
  }

  /** Forgets every page of one file. */
  drop(fileId: string): void {
    const mine = `${fileId}:`;
    for (const key of [...this.#pages.keys()]) if (key.startsWith(mine)) this.#pages.delete(key);
  }

  get bytes(): number {
    return this.#pages.calculatedSize;
  }
}

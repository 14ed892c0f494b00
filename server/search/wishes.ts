/** Those who wait for a hit near a place: where to search first for them, and when to look again. */
import type { Wish } from './segmentOrder.ts';

export class Wishes {
  readonly #wishes = new Set<Wish>();
  readonly #waiters = new Set<() => void>();

  /** What is waited for now. */
  get all(): Iterable<Wish> {
    return this.#wishes;
  }

  /** Adds `wish` until the next change; `wake` is called when it is in. Resolves at that change, or when `signal` aborts. */
  async wait(wish: Wish, signal: AbortSignal, wake: () => void): Promise<void> {
    this.#wishes.add(wish);
    const change = this.#change(signal);
    wake();
    try {
      await change;
    } finally {
      this.#wishes.delete(wish);
    }
  }

  /** Something changed: all who wait look again. */
  wakeAll(): void {
    for (const waiter of this.#waiters) waiter();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

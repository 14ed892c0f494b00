/** Tells listeners that something changed: often enough for a progress bar, not for every job of a fast scan. */
const INTERVAL_MS = 50;

export class ProgressTeller {
  readonly #listeners = new Set<() => void>();
  #lastTold = 0;
  #timer: NodeJS.Timeout | null = null;

  /** Returns how to be forgotten again. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** At once: a state that lasts. */
  tell(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#lastTold = performance.now();
    for (const listener of this.#listeners) listener();
  }

  /** Within INTERVAL_MS. */
  tellSoon(): void {
    if (this.#timer || this.#listeners.size === 0) return;
    const wait = this.#lastTold + INTERVAL_MS - performance.now();
    if (wait <= 0) this.tell();
    else this.#timer = setTimeout(() => this.tell(), wait).unref();
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#listeners.clear();
  }
}

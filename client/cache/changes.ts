/** Tells those who draw something that it has changed: by a number that differs, as React's useSyncExternalStore wants it. */
export class Changes {
  readonly #listeners = new Set<() => void>();
  #version = 0;

  /** Differs whenever something has changed. */
  get version(): number {
    return this.#version;
  }

  /** Returns how to stop that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Something has changed; a listener may come or go by that. */
  tell(): void {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Nobody hears of anything any more. */
  close(): void {
    this.#listeners.clear();
  }
}

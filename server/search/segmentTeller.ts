/** Tells who works with the hits of segments `[from, end)` that these were searched, or told anew. */
type Listener = (from: number, end: number) => void;

export class SegmentTeller {
  readonly #listeners = new Set<Listener>();

  /** Returns how to be forgotten again. */
  add(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(from: number, end: number): void {
    for (const listener of this.#listeners) listener(from, end);
  }
}

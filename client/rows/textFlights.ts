/** Requests on their way, at most one of each kind: a new one of a kind aborts the one before. */
export class Flights<Kind extends string> {
  readonly #flights = new Map<Kind, AbortController>();

  has(kind: Kind): boolean {
    return this.#flights.has(kind);
  }

  takeOff(kind: Kind): AbortController {
    const flight = new AbortController();
    this.#flights.get(kind)?.abort();
    this.#flights.set(kind, flight);
    return flight;
  }

  /** Whether the flight still is the one of its kind; it is not when something newer took its place, or it was cancelled. */
  land(kind: Kind, flight: AbortController): boolean {
    if (this.#flights.get(kind) !== flight) return false;
    return this.#flights.delete(kind);
  }

  cancel(...kinds: readonly Kind[]): void {
    for (const kind of kinds) {
      this.#flights.get(kind)?.abort();
      this.#flights.delete(kind);
    }
  }

  cancelAll(): void {
    this.cancel(...this.#flights.keys());
  }
}

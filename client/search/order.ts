/**
 * Replies about one thing in the order in which they were asked for: one that was overtaken by a later one is not taken. Each is
 * numbered when it is asked for.
 */
export class Order {
  readonly #taken = new Map<number, number>();
  #last = 0;

  /** The number of what is asked for now. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  /** True when the reply with this number is the latest so far about `subject`; it counts as taken then. */
  take(subject: number, number: number): boolean {
    if (number < (this.#taken.get(subject) ?? 0)) return false;
    this.#taken.set(subject, number);
    return true;
  }

  /** Nothing is asked about it any more. */
  forget(subject: number): void {
    this.#taken.delete(subject);
  }
}

/** Time spent on something that goes on and rests. */
export class Stopwatch {
  #since: number | null = null;
  #elapsedMs = 0;

  /** Does nothing while it runs. */
  start(): void {
    this.#since ??= performance.now();
  }

  stop(): void {
    this.#elapsedMs = this.elapsedMs;
    this.#since = null;
  }

  get elapsedMs(): number {
    return this.#elapsedMs + (this.#since === null ? 0 : performance.now() - this.#since);
  }
}

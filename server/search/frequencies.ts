/** Which bytes are rare in a file, judged by a sample of it. */
export class Frequencies {
  readonly sample: Uint8Array;
  /** Share of each byte; those that the sample lacks count as rare, not as impossible. */
  readonly #shares: Float64Array;
  /** Places of byte b in the sample: `#order[#starts[b] .. #starts[b + 1])`, rising. */
  readonly #starts = new Uint32Array(257);
  readonly #order: Uint32Array;

  constructor(sample: Uint8Array) {
    this.sample = sample;
    for (const byte of sample) this.#starts[byte + 1] = (this.#starts[byte + 1] ?? 0) + 1;
    const whole = sample.length + 51.2;
    this.#shares = Float64Array.from({ length: 256 }, (_, byte) => ((this.#starts[byte + 1] ?? 0) + 0.2) / whole);
    for (let byte = 0; byte < 256; byte++)
      this.#starts[byte + 1] = (this.#starts[byte + 1] ?? 0) + (this.#starts[byte] ?? 0);
    this.#order = new Uint32Array(sample.length);
    const next = this.#starts.slice(0, 256);
    for (let at = 0; at < sample.length; at++) {
      const byte = sample[at] ?? 0;
      const place = next[byte] ?? 0;
      this.#order[place] = at;
      next[byte] = place + 1;
    }
  }

  /** Share of bytes that equal `value` under `mask`. */
  share(value: number, mask: number): number {
    return this.#matching(value, mask).reduce((sum, byte) => sum + (this.#shares[byte] ?? 0), 0);
  }

  /** Calls `visit` with each place in the sample whose byte equals `value` under `mask`; in no particular order. */
  places(value: number, mask: number, visit: (at: number) => void): void {
    for (const byte of this.#matching(value, mask)) {
      const end = this.#starts[byte + 1] ?? 0;
      for (let i = this.#starts[byte] ?? 0; i < end; i++) visit(this.#order[i] ?? 0);
    }
  }

  #matching(value: number, mask: number): number[] {
    if (mask === 255) return [value];
    const bytes: number[] = [];
    for (let byte = 0; byte < 256; byte++) if ((byte & mask) === value) bytes.push(byte);
    return bytes;
  }
}

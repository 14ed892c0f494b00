/** The line numbers of the marks in a list: asked for as they are wanted, and again as long as they are not counted. */
import type { Api } from '../api/client.ts';

/** Pages need the other connections. */
const MAX_IN_FLIGHT = 2;

interface Known {
  /** 0-based; null while it is not counted. */
  readonly line: number | null;
  /** How far the count was. */
  readonly stamp: string;
}

export class MarkLines {
  readonly #api: Pick<Api, 'lines'>;
  readonly #fileId: string;
  readonly #encoding: string | null;
  readonly #onChange: () => void;
  readonly #known = new Map<number, Known>();
  readonly #abort = new AbortController();
  #wanted: readonly number[] = [];
  #stamp = '';
  #flying = 0;

  constructor(api: Pick<Api, 'lines'>, fileId: string, encoding: string | null, onChange: () => void) {
    this.#api = api;
    this.#fileId = fileId;
    this.#encoding = encoding;
    this.#onChange = onChange;
  }

  get(offset: number): number | null {
    return this.#known.get(offset)?.line ?? null;
  }

  /** `stamp` differs when lines that were not counted may be. */
  want(offsets: readonly number[], stamp: string): void {
    this.#wanted = offsets;
    this.#stamp = stamp;
    this.#plan();
  }

  close(): void {
    this.#abort.abort();
  }

  #plan(): void {
    for (const offset of this.#wanted) {
      if (this.#flying >= MAX_IN_FLIGHT || this.#abort.signal.aborted) return;
      const known = this.#known.get(offset);
      if (!known || (known.line === null && known.stamp !== this.#stamp)) void this.#ask(offset);
    }
  }

  async #ask(offset: number): Promise<void> {
    this.#flying += 1;
    const stamp = this.#stamp;
    this.#known.set(offset, { line: this.get(offset), stamp });
    const encoding = this.#encoding === null ? {} : { encoding: this.#encoding };
    try {
      const { lines } = await this.#api.lines(
        this.#fileId,
        { offset, count: 1, text: 0, ...encoding },
        this.#abort.signal,
      );
      const line = lines[0]?.line ?? null;
      this.#known.set(offset, { line, stamp });
      if (line !== null && !this.#abort.signal.aborted) this.#onChange();
    } catch {
      // The mark is listed by its offset; what is wrong with the file is said elsewhere.
    }
    this.#flying -= 1;
    this.#plan();
  }
}

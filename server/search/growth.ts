/**
 * When the growth of a file is taken on: by all of its searches and filters at once, and not while one of them is at work where the
 * file ended so far. Growth that comes faster than such work is done would otherwise undo it again and again, and nothing
 * at the end would ever be found; and a filter needs layers that are of one size.
 */
import type { Source } from '../source/source.ts';

/** A search or a filter. */
export interface Grower {
  /** It is at work on what growth would change. */
  readonly atEnd: boolean;
  /** The file is known to have `size` bytes from now on. */
  grow(size: number): void;
  /** Looks what became of the file. */
  noticeSource(): void;
}

const known = new WeakMap<Source, Growth>();

export class Growth {
  readonly #generation: number;
  /** A filter comes after its layers. */
  readonly #growers = new Set<Grower>();
  #size: number;

  private constructor(source: Source) {
    this.#generation = source.generation;
    this.#size = source.size;
  }

  /** Of the present generation of a source. */
  static of(source: Source): Growth {
    let growth = known.get(source);
    if (!growth || growth.#generation !== source.generation) {
      growth = new Growth(source);
      known.set(source, growth);
    }
    growth.notice(source.size);
    return growth;
  }

  /** Of the file, as far as all of them know it. */
  get size(): number {
    return this.#size;
  }

  join(grower: Grower): void {
    this.#growers.add(grower);
  }

  /** Others may have waited for it. */
  leave(grower: Grower): void {
    if (!this.#growers.delete(grower)) return;
    for (const other of [...this.#growers]) other.noticeSource();
  }

  /** The file has `size` bytes: takes that on, or leaves it for when nobody is at work at the old end. */
  notice(size: number): void {
    if (size <= this.#size) return;
    for (const grower of this.#growers) if (grower.atEnd) return;
    this.#size = size;
    for (const grower of [...this.#growers]) grower.grow(size);
  }
}

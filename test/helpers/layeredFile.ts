/**
 * A file that is cut and written to while others read it, and the memory of what it has held: every byte of a reply can be told
 * from one that was never there. All of it is lines of 64 bytes: 63 times one character, which stands for the write that brought
 * it, and a line feed. It never holds a zero.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

export const LINE = 64;
const FEED = 10;
const FIRST = 33;
const VALUES = 94;

interface Layer {
  /** Where it ends; it starts where the one before ends. */
  readonly end: number;
  readonly value: number;
}

/** The file between two operations. */
interface State {
  readonly layers: readonly Layer[];
  readonly size: number;
  /** Bytes there were before the operation that led here, when it appended: it may be seen half done. */
  readonly grewFrom: number;
}

export class LayeredFile {
  readonly path: string;
  readonly #fd: number;
  readonly #states: State[] = [{ layers: [], size: 0, grewFrom: 0 }];
  #value = 0;
  /** Number of the first state that is remembered. */
  #first = 0;

  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'w');
  }

  /** Number of the present state. */
  get now(): number {
    return this.#first + this.#states.length - 1;
  }

  get size(): number {
    return this.#last.size;
  }

  /** The character of the last write. */
  get value(): number {
    return FIRST + (this.#value % VALUES);
  }

  cut(size: number): void {
    const { layers } = this.#last;
    ftruncateSync(this.#fd, size);
    const kept = layers.filter((_, i) => (layers[i - 1]?.end ?? 0) < size);
    this.#push({ layers: kept.map((layer) => ({ ...layer, end: Math.min(layer.end, size) })), size, grewFrom: size });
  }

  append(length: number): void {
    const { layers, size } = this.#last;
    this.#value++;
    const end = size + length;
    const layer = { end, value: this.value };
    const bytes = render([layer], size, length);
    for (let done = 0; done < length; ) done += writeSync(this.#fd, bytes, done, length - done, size + done);
    this.#push({ layers: [...layers, layer], size: end, grewFrom: size });
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** What the file holds now in `[offset, offset + length)`. */
  bytes(offset: number, length: number): Buffer {
    const { layers, size } = this.#last;
    return render(layers, offset, Math.max(0, Math.min(length, size - offset)));
  }

  /**
   * Whether `found` is what `[offset, offset + wanted)` held in one state of the file from number `from` to number `to`, cut at its
   * end; `shorter`: it may also end before.
   */
  held(found: Buffer, offset: number, wanted: number, from: number, to: number, shorter: boolean): boolean {
    for (let number = to; number >= from; number--) {
      const state = this.#states[number - this.#first];
      if (!state) throw new Error(`state ${number} is forgotten`);
      const most = Math.max(0, Math.min(wanted, state.size - offset));
      const least = shorter ? 0 : Math.max(0, Math.min(wanted, state.grewFrom - offset));
      if (found.length > most || found.length < least) continue;
      if (found.equals(render(state.layers, offset, found.length))) return true;
    }
    return false;
  }

  get #last(): State {
    const last = this.#states.at(-1);
    if (!last) throw new Error('there is always a state');
    return last;
  }

  #push(state: State): void {
    this.#states.push(state);
    if (this.#states.length < 20_000) return;
    this.#states.splice(0, 10_000);
    this.#first += 10_000;
  }
}

function render(layers: readonly Layer[], offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let start = layers.length === 1 ? offset : 0;
  for (const { end, value } of layers) {
    if (end > offset && start < offset + length)
      bytes.fill(value, Math.max(0, start - offset), Math.min(length, end - offset));
    start = end;
  }
  for (let at = LINE - 1 - (offset % LINE); at < length; at += LINE) bytes[at] = FEED;
  return bytes;
}

/**
 * The hits of one search around what is on screen: fetched in tiles of the file, kept for a while, asked for again while they may
 * still change. `spans` is synchronous and gives what is here; `want` says what should be; listeners hear when something came.
 *
 * A tile is asked for again when it was not wholly searched and the search has come farther since. Its old hits stay until then,
 * so nothing flickers while a file grows.
 */
import type { Extent } from '../../shared/extent.ts';
import type { SearchExtentReply } from '../../shared/protocol.ts';
import { Changes } from '../cache/changes.ts';
import { Retry, type RetryOptions } from '../cache/retry.ts';

/** One request brings 1,024 hits, about as many as there are in a tile that is dense with them. */
export const TILE_BYTES = 4_096;
/** Tiles that are next to each other are asked for together, so many at most. */
const MAX_RUN = 16;
const MAX_TILES = 2_048;
/** Rows whose spans are remembered. */
const MAX_ANSWERS = 4_096;
/** Pages and lines need the other connections. */
const MAX_IN_FLIGHT = 2;
const PACE = { firstMs: 500, maxMs: 8_000 };
/** Of no state of a search. */
const FAILED = '';

export type FetchHits = (from: number, to: number, signal: AbortSignal) => Promise<SearchExtentReply>;

interface Tile {
  /** Start and end of each hit that touches the tile, in file order. */
  readonly ends: readonly number[];
  readonly starts: readonly number[];
  readonly exact: boolean;
  /** How far the search was. */
  readonly stamp: string;
}

interface Flight {
  readonly first: number;
  readonly end: number;
  readonly abort: AbortController;
}

const NONE: readonly number[] = [];

export class HitTiles {
  readonly #fetch: FetchHits;
  readonly #onError: (error: unknown) => void;
  readonly #changes = new Changes();
  readonly #tiles = new Map<number, Tile>();
  readonly #wishes = new Map<string, readonly number[]>();
  readonly #flights = new Set<Flight>();
  /** Answers of `spans` of this and the last version, so that what did not change stays the same array. */
  #answers = new Map<string, readonly number[]>();
  #older = new Map<string, readonly number[]>();
  readonly #retry: Retry;
  #stamp = FAILED;
  #size = -1;
  #closed = false;

  constructor(fetch: FetchHits, onError: (error: unknown) => void, timing: Omit<RetryOptions, 'pace'> = {}) {
    this.#fetch = fetch;
    this.#onError = onError;
    this.#retry = new Retry(() => this.#plan(), { ...timing, pace: PACE });
  }

  get version(): number {
    return this.#changes.version;
  }

  subscribe = this.#changes.subscribe;

  /** The search has come farther: what was not certain is asked for again. With another size nothing is certain any more. */
  advance(stamp: string, size: number): void {
    if (stamp === this.#stamp && size === this.#size) return;
    if (size !== this.#size) for (const [at, tile] of this.#tiles) this.#tiles.set(at, { ...tile, exact: false });
    this.#stamp = stamp;
    this.#size = size;
    this.#plan();
  }

  /** Replaces what `who` wants; an empty list when it is gone. */
  want(who: string, extents: readonly Extent[]): void {
    const tiles = new Set<number>();
    for (const { offset, end } of extents) {
      for (let tile = Math.floor(offset / TILE_BYTES); tile * TILE_BYTES < end; tile++) tiles.add(tile);
    }
    if (tiles.size === 0) this.#wishes.delete(who);
    else this.#wishes.set(who, [...tiles]);
    this.#plan();
  }

  /**
   * Start and end, in turns, of the parts of `[offset, end)` that hits cover, in order; hits that touch are one part. The same
   * array as before when nothing has changed.
   */
  spans(offset: number, end: number): readonly number[] {
    const key = `${offset} ${end}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const found: number[] = [];
    for (let at = Math.floor(offset / TILE_BYTES); at * TILE_BYTES < end; at++) {
      const tile = this.#tiles.get(at);
      for (let i = 0; i < (tile?.starts.length ?? 0); i++) {
        const from = Math.max(offset, tile?.starts[i] ?? 0);
        const to = Math.min(end, tile?.ends[i] ?? 0);
        if (to <= from) continue;
        const last = found.length - 1;
        if (found.length > 0 && from <= (found[last] ?? 0)) found[last] = Math.max(found[last] ?? 0, to);
        else found.push(from, to);
      }
    }
    const before = this.#older.get(key);
    if (this.#answers.size > MAX_ANSWERS) this.#answers.clear();
    const answer = found.length === 0 ? NONE : before && sameNumbers(before, found) ? before : found;
    this.#answers.set(key, answer);
    return answer;
  }

  /** The server can be reached again: what failed is asked for at once. */
  resume(): void {
    this.#retry.now();
  }

  close(): void {
    this.#closed = true;
    this.#retry.stop();
    for (const flight of this.#flights) flight.abort.abort();
    this.#flights.clear();
    this.#changes.close();
  }

  #isMissing(tile: number): boolean {
    const known = this.#tiles.get(tile);
    if (known && (known.exact || known.stamp === this.#stamp)) return false;
    return ![...this.#flights].some(({ first, end }) => tile >= first && tile < end);
  }

  #plan(): void {
    if (this.#closed) return;
    const wanted = [...new Set([...this.#wishes.values()].flat())].sort((a, b) => a - b);
    for (const flight of [...this.#flights]) {
      if (wanted.some((tile) => tile >= flight.first && tile < flight.end)) continue;
      this.#flights.delete(flight);
      flight.abort.abort();
    }
    if (this.#retry.pending) return;
    const missing = wanted.filter((tile) => this.#isMissing(tile));
    for (let at = 0; at < missing.length && this.#flights.size < MAX_IN_FLIGHT; ) {
      const first = missing[at] ?? 0;
      let end = first + 1;
      for (at += 1; missing[at] === end && end - first < MAX_RUN; at++) end += 1;
      void this.#fly(first, end);
    }
  }

  async #fly(first: number, end: number): Promise<void> {
    const flight: Flight = { first, end, abort: new AbortController() };
    this.#flights.add(flight);
    const stamp = this.#stamp;
    const starts: number[] = [];
    const ends: number[] = [];
    let exact = true;
    try {
      const to = end * TILE_BYTES;
      for (let from = first * TILE_BYTES, more = true; more; ) {
        const reply = await this.#fetch(from, to, flight.abort.signal);
        for (const { offset, length } of reply.hits) {
          // What reaches in was there the last time, too.
          if (starts.length > 0 && offset <= (starts[starts.length - 1] ?? -1)) continue;
          starts.push(offset);
          ends.push(offset + length);
        }
        exact &&= reply.exact;
        const next = (reply.hits.at(-1)?.offset ?? to) + 1;
        more = reply.more && next > from;
        from = next;
      }
    } catch (error) {
      if (!this.#flights.delete(flight) || flight.abort.signal.aborted) return;
      // Asked for again when the search has come farther; or after a while, if the line was to blame.
      this.#retry.failed(error);
      const met = this.#retry.pending ? FAILED : stamp;
      for (let tile = first; tile < end; tile++) {
        const old = this.#tiles.get(tile);
        this.#tiles.set(tile, { starts: old?.starts ?? NONE, ends: old?.ends ?? NONE, exact: false, stamp: met });
      }
      this.#onError(error);
      return;
    }
    if (!this.#flights.delete(flight)) return;
    this.#retry.succeeded();
    this.#keep(flight, starts, ends, exact, stamp);
    this.#plan();
  }

  #keep(flight: Flight, starts: readonly number[], ends: readonly number[], exact: boolean, stamp: string): void {
    for (let tile = flight.first; tile < flight.end; tile++) {
      const low = tile * TILE_BYTES;
      const touching = starts
        .map((_, i) => i)
        .filter((i) => (starts[i] ?? 0) < low + TILE_BYTES && (ends[i] ?? 0) > low);
      this.#tiles.delete(tile);
      this.#tiles.set(tile, {
        starts: touching.map((i) => starts[i] ?? 0),
        ends: touching.map((i) => ends[i] ?? 0),
        exact,
        stamp,
      });
    }
    for (const tile of this.#tiles.keys()) {
      if (this.#tiles.size <= MAX_TILES) break;
      this.#tiles.delete(tile);
    }
    this.#older = this.#answers;
    this.#answers = new Map();
    this.#changes.tell();
  }
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The jobs of one search that threads work on. */
import type { SegmentHits } from './hitStore.ts';

export interface Flight {
  readonly segment: number;
  readonly hits: SegmentHits;
  /** In place of earlier hits, which stay until these are whole. */
  readonly replaces: boolean;
  /** The segment was searched already, with another carry. */
  readonly redo: boolean;
}

export class Flights {
  /** By job. */
  readonly #flights = new Map<number, Flight>();
  /** Those whose result no longer counts: their segment is to be searched again. */
  readonly #void = new Set<Flight>();

  add(job: number, flight: Flight): void {
    this.#flights.set(job, flight);
  }

  get(job: number): Flight | null {
    return this.#flights.get(job) ?? null;
  }

  /** The job is over. */
  remove(job: number): void {
    const flight = this.#flights.get(job);
    this.#flights.delete(job);
    if (flight) this.#void.delete(flight);
  }

  counts(flight: Flight): boolean {
    return !this.#void.has(flight);
  }

  /** What is under way in segment `from` or after it no longer counts. */
  voidFrom(from: number): void {
    for (const flight of this.#flights.values()) if (flight.segment >= from) this.#void.add(flight);
  }

  /** Whether `segment` is being searched. */
  in(segment: number): boolean {
    for (const flight of this.#flights.values()) if (flight.segment === segment && this.counts(flight)) return true;
    return false;
  }

  /** Whether one of the segments `[from, end)` is being searched again. */
  redoing(from: number, end: number): boolean {
    for (const { redo, segment } of this.#flights.values()) if (redo && segment >= from && segment < end) return true;
    return false;
  }
}

/** The jobs of one search that threads work on. */
import type { SegmentHits } from './hitStore.ts';
import type { SettledPart } from './settled.ts';

export interface Flight {
  readonly segment: number;
  readonly hits: SegmentHits;
  /** In place of earlier hits, which stay until these are whole. */
  readonly replaces: boolean;
  /** The part of the segment that is not searched again; null when all of it is. */
  readonly before: SettledPart | null;
  /** What is settled of the segment, as far as the job has told. */
  settled: SettledPart | null;
  /** The segment was searched already, with another carry. */
  readonly redo: boolean;
}

export class Flights {
  /** By job. */
  readonly #flights = new Map<number, Flight>();

  add(job: number, flight: Flight): void {
    this.#flights.set(job, flight);
  }

  get(job: number): Flight | null {
    return this.#flights.get(job) ?? null;
  }

  /** The job is over. */
  remove(job: number): void {
    this.#flights.delete(job);
  }

  /** Whether segment `from` or one after it is being searched. */
  anyFrom(from: number): boolean {
    for (const { segment } of this.#flights.values()) if (segment >= from) return true;
    return false;
  }

  /** Whether `segment` is being searched. */
  in(segment: number): boolean {
    for (const flight of this.#flights.values()) if (flight.segment === segment) return true;
    return false;
  }

  /** Whether one of the segments `[from, end)` is being searched again. */
  redoing(from: number, end: number): boolean {
    for (const { redo, segment } of this.#flights.values()) if (redo && segment >= from && segment < end) return true;
    return false;
  }
}

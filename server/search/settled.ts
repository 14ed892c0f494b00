/**
 * What of the segments near the end of a file will not change when the file grows, so that only the rest is searched again: the rest
 * of a segment is put behind the hits that stay. Kept for as long as growth may come near.
 */
import { assert } from '../../shared/assert.ts';
import type { FromWorker, SearchJob } from './searchJob.ts';

/** The start of a segment, and what was found in it. */
export interface SettledPart {
  /** Offset in the file where it ends. */
  readonly end: number;
  /** So many parts of the segment's hits are of it. */
  readonly parts: number;
  /** Its first hit, or null. */
  readonly first: number | null;
  /** Where its last hit ends; 0 without hits. */
  readonly reach: number;
  /** The carry that the segment was searched with, or -1. */
  readonly carry: number;
}

export class SettledParts {
  /** By segment. */
  readonly #parts = new Map<number, SettledPart>();

  get(segment: number): SettledPart | null {
    return this.#parts.get(segment) ?? null;
  }

  set(segment: number, part: SettledPart | null): void {
    if (part) this.#parts.set(segment, part);
    else this.#parts.delete(segment);
  }

  /** Growth does not come near segments before `segment` any more. */
  forgetBefore(segment: number): void {
    for (const each of this.#parts.keys()) if (each < segment) this.#parts.delete(each);
  }
}

/** What a message says is settled, together with `before`, what was settled already and not searched again. */
export function settledPart(
  job: SearchJob,
  message: FromWorker,
  parts: number,
  before: SettledPart | null,
): SettledPart {
  assert(message.settledTo !== null, 'the message says so');
  return {
    ...joined(message, before),
    end: message.settledTo,
    parts: (before?.parts ?? 0) + parts,
    carry: before ? before.carry : job.carry,
  };
}

/** First and last of the hits of a job and of what was settled before it. */
export function joined(
  { first, reach }: Pick<FromWorker, 'first' | 'reach'>,
  before: SettledPart | null,
): { readonly first: number | null; readonly reach: number } {
  if (!before || before.first === null) return { first, reach };
  return { first: before.first, reach: first === null ? before.reach : reach };
}

/** Segments in which an expression got stuck, and what is tried before it is given up. */
import type { SearchPlan } from './plan.ts';
import type { SearchJob, StuckAt } from './searchJob.ts';

export class CarefulSegments {
  /** By segment: the offset from which it is searched line by line. */
  readonly #from = new Map<number, number>();

  from(segment: number): number | null {
    return this.#from.get(segment) ?? null;
  }

  /** The segment was searched to its end. */
  done(segment: number): void {
    this.#from.delete(segment);
  }

  /** The job got stuck: null when it is to be tried again with care, else why it is given up. */
  stuck(
    { carefulFrom }: SearchJob,
    segment: number,
    { offset, length, want }: StuckAt,
    mode: SearchPlan['mode'],
  ): string | null {
    const wasCareful = carefulFrom !== null && offset >= carefulFrom;
    if (wasCareful || mode === 'bytes') {
      const where = wasCareful ? 'line' : `${length} bytes`;
      const what = want === 'time' ? 'takes too long' : 'needs too much memory';
      return `The expression ${what} on the ${where} here, so the search was stopped.`;
    }
    // Many lines were matched at once; line by line it will show which one it was, or that it was only slow.
    this.#from.set(segment, offset);
    return null;
  }
}

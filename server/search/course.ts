/**
 * The course of something that threads make of a file, segment by segment (a search, a filter): the time it takes, who hears of it,
 * and what ended it before its end.
 */
import { ProgressTeller } from '../index/progressTeller.ts';
import { Stopwatch } from '../index/stopwatch.ts';
import { type Source, SourceError } from '../source/source.ts';

/** A fault that kills every thread that comes near it must not go on for ever. */
const MAX_LOST = 8;

/** What is wrong, one sentence, and where in the file. */
export interface Trouble {
  readonly message: string;
  readonly offset: number | null;
}

export class Course {
  readonly teller = new ProgressTeller();
  readonly clock = new Stopwatch();
  /** Why it stopped, or what it left out; the first of these. */
  error: Trouble | null = null;
  readonly #name: string;
  /** Jobs lost with their threads since one came back. */
  #lost = 0;
  #stopped = false;

  /** `name` is what a person calls it. */
  constructor(name: 'search' | 'filter') {
    this.#name = name;
  }

  /** Nothing more is made because of the error. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends it for good; `message` is one sentence. */
  stop(message: string, offset: number | null): void {
    this.error = { message, offset };
    this.#stopped = true;
    this.settle();
  }

  /** The clock stops, and listeners hear of the new state at once. */
  settle(): void {
    this.clock.stop();
    this.teller.tell();
  }

  /** A job came back. */
  jobBack(): void {
    this.#lost = 0;
  }

  /** A job was lost with its thread; false when so many were that nothing more is made. */
  jobLost(offset: number): boolean {
    if (++this.#lost <= MAX_LOST) return true;
    this.stop(`The ${this.#name} stopped: its threads died or could not be started.`, offset);
    return false;
  }

  /** Looks at the file; false when that fails, which stops it. */
  refresh(source: Source): boolean {
    try {
      source.refresh();
      return true;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.stop(`The ${this.#name} stopped: ${error.message}.`, null);
      return false;
    }
  }
}

/** What to say of a job that ended early with `code`; `done` is what was not done there. */
export function readFailure(code: string, done: 'searched' | 'filtered'): string {
  if (code === 'SHORT') return `A part of the file from here on was not ${done}: the file ended early.`;
  return `A part of the file from here on was not ${done}: it cannot be read (${code}).`;
}

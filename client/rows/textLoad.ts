/** The requests of a jump: what is below its place, and what is above if that comes soon. */
import type { LineRecord, LinesReply } from '../../shared/protocol.ts';
import type { Clock } from '../cache/clock.ts';
import type { GeometryPlace } from './textChange.ts';
import { createRun, rowOfOffset, type TextFacts, type TextRun } from './textRun.ts';
import { FETCH_ROWS } from './textWishes.ts';

export type AskLines = (place: GeometryPlace, count: number) => Promise<LinesReply>;

export interface LoadedAround {
  /** The reply that holds the place. */
  readonly below: LinesReply;
  /** All records, contiguous. */
  readonly records: readonly LineRecord[];
  /** Index of the record that holds the place. */
  readonly index: number;
}

/** A byte, or a line whose number is known. Its row gets coordinate `row` if one is given and nothing better is known. */
export interface LoadTarget {
  readonly offset: number;
  readonly row: number | null;
  readonly line: number | null;
}

/** A jump waits so long for the rows above its place, ms, before it shows the ones below alone. */
const ABOVE_PATIENCE_MS = 80;

/** Rows around the byte at `offset`, or around the line of a known number. */
export async function loadAround(
  ask: AskLines,
  clock: Clock,
  offset: number,
  line: number | null,
): Promise<LoadedAround> {
  if (line !== null) {
    const start = Math.max(0, line - FETCH_ROWS / 2);
    const below = await ask({ start }, FETCH_ROWS * 2);
    return { below, records: below.lines, index: 0 };
  }
  const above = offset > 0 ? ask({ offset }, -FETCH_ROWS) : null;
  // Its failure shows when the rows above are asked for again.
  above?.catch(() => {});
  const below = await ask({ offset }, FETCH_ROWS);
  const first = above ? await within(clock, ABOVE_PATIENCE_MS, above) : null;
  if (first === null || !repliesJoin(first, below)) return { below, records: below.lines, index: 0 };
  return { below, records: [...first.lines, ...below.lines], index: first.lines.length };
}

/** A run of what was loaded, and the coordinate of its row that was meant. */
export function runAround(
  { below, records, index }: LoadedAround,
  { offset, row, line }: LoadTarget,
  split: boolean,
  facts: TextFacts,
): { readonly run: TextRun; readonly at: number } {
  const about = Math.round((below.lines[0]?.offset ?? offset) / facts.meanLine);
  const run = createRun(records, split, { index, row: row ?? about, line: about }, facts);
  const at = (line !== null ? null : rowOfOffset(run, offset, facts.size)) ?? row ?? run.firstRow;
  return { run, at };
}

/** Whether the records of one reply end where those of the other begin. */
function repliesJoin(above: LinesReply, below: LinesReply): boolean {
  const last = above.lines.at(-1);
  const ends = last !== undefined && last.offset + last.length + last.terminatorLength === below.lines[0]?.offset;
  return ends && above.generation === below.generation;
}

/** The value when it comes within `ms`, else null; null too when it fails. */
function within<T>(clock: Clock, ms: number, value: Promise<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const cancel = clock.delay(ms, () => resolve(null));
    const done = (result: T | null) => {
      cancel();
      resolve(result);
    };
    value.then(done, () => done(null));
  });
}

/**
 * Marks of one file: lines and byte ranges with a name and a colour. A line is marked by the offset of its first byte: its number is
 * looked up when it is shown, as it may not be counted yet. Pure; marksStore.ts keeps them.
 */
import type { Extent } from '../../shared/extent.ts';
import type { Tint } from '../state/tints.ts';

export interface Mark {
  /** First byte of the line, or of the range. */
  readonly offset: number;
  /** Bytes of the range, at least 1; 0 for a line. */
  readonly length: number;
  /** Empty: it is shown by its place. */
  readonly name: string;
  readonly tint: Tint;
}

/** In one file. */
export const MAX_MARKS = 1_000;
/** UTF-16 units. */
export const MAX_MARK_NAME = 200;

/** One mark a place: what is at the same place is the same mark. */
export function markKey({ offset, length }: Pick<Mark, 'offset' | 'length'>): string {
  return `${offset}+${length}`;
}

export function sameMark(a: Pick<Mark, 'offset' | 'length'>, b: Pick<Mark, 'offset' | 'length'>): boolean {
  return a.offset === b.offset && a.length === b.length;
}

/** Which bytes the mark is drawn at: of a line its first one. */
export function markExtent({ offset, length }: Mark): Extent {
  return { offset, end: offset + Math.max(1, length) };
}

/** By place in the file; at one offset lines come before ranges, and short ranges before long ones. */
function inOrder(a: Mark, b: Mark): number {
  return a.offset - b.offset || a.length - b.length;
}

/** With `mark` at its place in order, in place of what is there. */
export function withMark(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  return [...marks.filter((other) => !sameMark(other, mark)), mark].sort(inOrder);
}

export function withoutMark(marks: readonly Mark[], mark: Pick<Mark, 'offset' | 'length'>): readonly Mark[] {
  return marks.filter((other) => !sameMark(other, mark));
}

/** All of both; where both have a mark at a place, that of `added`. */
export function merged(marks: readonly Mark[], added: readonly Mark[]): readonly Mark[] {
  const all = new Map(marks.map((mark) => [markKey(mark), mark]));
  for (const mark of added) all.set(markKey(mark), mark);
  return [...all.values()].sort(inOrder);
}

/**
 * The mark that a toggle at `place` is about: the one that is exactly there. At a single byte it is also the smallest range that
 * holds the byte, so that a range can be unmarked from anywhere in it.
 */
export function markAt(marks: readonly Mark[], place: Pick<Mark, 'offset' | 'length'>): Mark | null {
  const exact = marks.find((mark) => sameMark(mark, place));
  if (exact || place.length !== 1) return exact ?? null;
  const around = marks.filter(({ offset, length }) => place.offset >= offset && place.offset < offset + length);
  return around.reduce<Mark | null>((best, mark) => (best && best.length <= mark.length ? best : mark), null);
}

/**
 * The next mark after a cursor, or the one before it, around the ends of the file; null when there is none to go to. Marks past the
 * end are no places.
 */
export function stepMark(
  marks: readonly Mark[],
  cursor: number,
  direction: 'next' | 'previous',
  size: number,
): { readonly mark: Mark; readonly around: boolean } | null {
  const inside = marks.filter(({ offset }) => offset < size);
  const found =
    direction === 'next'
      ? inside.find(({ offset }) => offset > cursor)
      : inside.findLast(({ offset }) => offset < cursor);
  if (found) return { mark: found, around: false };
  const other = direction === 'next' ? inside[0] : inside.at(-1);
  return other ? { mark: other, around: true } : null;
}

/** Marks of the rows that are drawn. */
import type { Extent } from '../../shared/extent.ts';
import { type Mark, markExtent } from './marks.ts';

/** Those that touch the extent. */
export function marksIn(marks: readonly Mark[], { offset, end }: Extent): readonly Mark[] {
  return marks.filter((mark) => {
    const own = markExtent(mark);
    return own.offset < end && own.end > offset;
  });
}

/** For the row's properties: plain values, so that a row is drawn when they change. */
export interface RowRibbon {
  /** 0 for none. */
  readonly markTint: number;
  /** What to say about it; of a row in the middle of a range, nothing. */
  readonly markName: string;
}

const NO_RIBBON: RowRibbon = { markTint: 0, markName: '' };

/** What stands beside a row: a mark that begins in it before one that only goes through. */
export function ribbonOf(marks: readonly Mark[], row: Extent, nameOf: (mark: Mark) => string): RowRibbon {
  if (marks.length === 0) return NO_RIBBON;
  const touching = marksIn(marks, row);
  const beginning = touching.filter(({ offset }) => offset >= row.offset);
  const first = beginning[0] ?? touching[0];
  return first ? { markTint: first.tint, markName: beginning.map(nameOf).join('\n') } : NO_RIBBON;
}

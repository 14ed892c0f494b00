/** What a person has coloured in the rows that are drawn: marks beside them, highlighters in them. */
import { useEffect } from 'react';
import { type Painting, usePainting } from '../../highlight/highlightStore.ts';
import type { Mark } from '../../marks/marks.ts';
import { useMarks } from '../../marks/marksStore.ts';
import { marksIn } from '../../marks/rowMarks.ts';
import type { TextRun } from '../../rows/textRun.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { rowsExtent } from './textExtents.ts';

export interface RowColours {
  /** Those of the rows that are drawn. */
  readonly marks: readonly Mark[];
  readonly painting: Painting;
  /** Take the texts that are drawn, and of them those on screen, for the painter to want. */
  readonly painted: string[];
  readonly seen: string[];
  readonly isSeen: (row: number) => boolean;
}

/** `who` tells views apart that show rows of the same file. */
export function useRowColours(identity: string, who: string, runway: Runway, run: TextRun | null): RowColours {
  const marks = marksIn(useMarks(identity), rowsExtent(runway.items, run));
  const painting = usePainting();
  const painted: string[] = [];
  const seen: string[] = [];
  useEffect(() => painting.want(who, painted, seen));
  useEffect(() => () => painting.want(who, [], []), [painting, who]);
  const isSeen = (row: number): boolean => row >= runway.firstVisibleRow && row <= runway.lastVisibleRow;
  return { marks, painting, painted, seen, isSeen };
}

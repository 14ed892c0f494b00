import { useMemo } from 'react';
import { useMarks } from '../../marks/marksStore.ts';
import { TINTS } from '../../state/tints.ts';
import type { OverviewMarks } from '../overview/paintLayers.ts';
import { markName } from './markNames.ts';

/** The marks of a file for its overview: a layer for each colour that is used. */
export function useMarkLayers(identity: string): readonly OverviewMarks[] {
  const marks = useMarks(identity);
  return useMemo(
    () =>
      TINTS.flatMap((tint): OverviewMarks[] => {
        const own = marks.filter((mark) => mark.tint === tint);
        if (own.length === 0) return [];
        const offsets = Float64Array.from(own, ({ offset }) => offset);
        return [{ kind: 'mark', tint, offsets, names: own.map(markName) }];
      }),
    [marks],
  );
}

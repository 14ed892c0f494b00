/** A view that becomes lower keeps the row with the cursor in sight if it was: it moves by as little as needed. */
import { useLayoutEffect, useRef } from 'react';
import type { Runway } from './runwayTypes.ts';

export function useKeptInSight(runway: Runway, row: number | null): void {
  const before = useRef({ height: 0, first: 0, last: -1 });
  useLayoutEffect(() => {
    const { viewportHeight: height, firstVisibleRow: first, lastVisibleRow: last } = runway;
    const was = before.current;
    before.current = { height, first, last };
    if (row === null || height === 0 || height >= was.height) return;
    if (row >= was.first && row <= was.last && row >= last) runway.scrollToRow(row, 'nearest');
  });
}

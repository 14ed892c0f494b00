/** Tells the place of a view to the one that may come in its stead, and when it has come to the place that it took over itself. */
import { type RefObject, useCallback, useEffect, useRef } from 'react';
import type { FileView } from '../../state/store.ts';
import { offerPlace, type TextPaneName, tellLanded } from './heldPlace.ts';
import type { TextTop } from './useTextGeometry.ts';

interface HeldPlaceParts {
  readonly pane: TextPaneName;
  readonly view: FileView;
  readonly top: RefObject<TextTop>;
  readonly leftPx: number;
}

/** Returns what to call once `top` is where the view stands (true), and when the view is put at the place anew (false). */
export function useHeldPlace(parts: HeldPlaceParts): (landed: boolean) => void {
  const { pane } = parts;
  const latest = useRef(parts);
  latest.current = parts;
  const stampNow = useCallback((): string => {
    const { view, top } = latest.current;
    return [top.current.offset, top.current.px, view.cursor, view.anchor].join(' ');
  }, []);
  useEffect(
    () =>
      offerPlace(pane, () => ({
        top: { ...latest.current.top.current },
        leftPx: latest.current.leftPx,
        stamp: stampNow(),
      })),
    [pane, stampNow],
  );
  return useCallback(
    (landed) => {
      // The filtered lines below the full view take nothing over.
      if (pane === 'text') tellLanded(landed ? stampNow() : null);
    },
    [pane, stampNow],
  );
}

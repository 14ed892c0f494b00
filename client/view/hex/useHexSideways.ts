/** Rows that are wider than their pane follow the cursor sideways. */
import { useLayoutEffect, useRef } from 'react';
import type { Runway } from '../../rows/useRunway.ts';
import type { Reveal } from '../../state/store.ts';
import { bytesBox, type HexColumn, type HexLayout, textBox } from './hexLayout.ts';

/** Cells kept between the cursor and the edge. */
const MARGIN_CELLS = 3;

/**
 * Where to scroll to, px, so that `[left, left + width)` is in view with a margin, when `scrollLeft` is where one is; as little as
 * needed; of what is wider than the pane its start. The first `pinned` px of the pane are covered by the addresses, which stay.
 */
export function sidewaysFor(
  box: { readonly left: number; readonly width: number },
  scrollLeft: number,
  viewport: number,
  margin: number,
  pinned: number,
): number {
  const right = box.left + box.width;
  if (right + margin <= viewport) return 0;
  const most = Math.max(0, box.left - margin - pinned);
  if (most < scrollLeft) return most;
  return Math.max(scrollLeft, Math.min(most, right + margin - viewport));
}

export interface HexSidewaysParts {
  /** A new `seq` asks for its byte to be seen. */
  readonly reveal: Reveal;
  readonly runway: Runway;
  readonly layout: HexLayout;
  /** The column that the person works in. */
  readonly column: HexColumn;
  /** Of the pane, CSS px; 0 until it is known. */
  readonly width: number;
}

export function useHexSideways({ reveal, runway, layout, column, width }: HexSidewaysParts): void {
  const seen = useRef(-1);
  const before = useRef({ layout, width });
  useLayoutEffect(() => {
    const old = before.current;
    before.current = { layout, width };
    const scroller = runway.scroller();
    if (width === 0 || !scroller) return;
    const boxOf = column === 'text' ? textBox : bytesBox;
    const placeIn = (place: HexLayout) => {
      const index = reveal.offset % place.rowBytes;
      return boxOf(place, index, Math.min(index + (reveal.length ?? 1), place.rowBytes) - 1);
    };
    if (seen.current === reveal.seq) {
      // A pane that becomes narrower, or has larger letters or other rows, keeps in view what was.
      if (old.width === width && old.layout === layout) return;
      const was = placeIn(old.layout);
      const at = scroller.scrollLeft;
      if (was.left < at + old.layout.bytesLeft || was.left + was.width > at + old.width) return;
    }
    seen.current = reveal.seq;
    if (layout.width <= width) return;
    const box = placeIn(layout);
    const left = sidewaysFor(box, scroller.scrollLeft, width, MARGIN_CELLS * layout.cellWidth, layout.bytesLeft);
    if (left !== scroller.scrollLeft) scroller.scrollLeft = left;
  }, [reveal, runway, layout, column, width]);
}

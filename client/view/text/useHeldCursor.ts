/**
 * Keeps the cursor at its height on screen when wrapping is switched, or a view of wrapped rows takes the place of another: every row
 * gets another height then, those above the cursor some time later, as they are measured.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { Runway } from '../../rows/useRunway.ts';
import { appStore } from '../../state/store.ts';

/** Heights are known when nothing had to be put right for so long. Whoever moves something himself has the view at once. */
const HOLD_MS = 500;
/** Rows of a view that has just begun come later. */
const FIRST_MS = 2_000;
const MOVES = ['wheel', 'pointerdown', 'touchstart', 'keydown'] as const;

interface Held {
  readonly y: number;
  readonly until: number;
}

export interface HeldCursor {
  /** Whether the cursor was on screen when wrapping was switched. */
  readonly isHeld: () => boolean;
  /** Puts it back to its height; for a layout effect after each render. */
  readonly settle: (runway: Runway, cursorRow: number | null) => void;
}

function ringOf(main: RefObject<HTMLElement | null>): { ring: DOMRect; frame: DOMRect; row: HTMLElement } | null {
  const ring = main.current?.querySelector('.text-cursor');
  const row = ring?.closest<HTMLElement>('[data-row]');
  const scroller = ring?.closest('.text-rows');
  if (!ring || !row || !scroller) return null;
  return { ring: ring.getBoundingClientRect(), frame: scroller.getBoundingClientRect(), row };
}

/** `heldY`: the height at which the view begins with its cursor, while lines wrap; null: it begins elsewhere. */
export function useHeldCursor(main: RefObject<HTMLElement | null>, heldY: number | null): HeldCursor {
  const [first] = useState((): Held | null =>
    heldY === null ? null : { y: heldY, until: performance.now() + FIRST_MS },
  );
  const held = useRef<Held | null>(first);

  // Told before anything is drawn anew, so the old place can still be measured.
  useEffect(
    () =>
      appStore.subscribe((state, before) => {
        if (state.settings.wrap === before.settings.wrap) return;
        const found = ringOf(main);
        held.current = null;
        if (!found) return;
        const y = found.ring.top - found.frame.top;
        if (y < 0 || y > found.frame.height - found.ring.height) return;
        held.current = { y, until: performance.now() + HOLD_MS };
      }),
    [main],
  );

  useEffect(() => {
    const release = () => {
      held.current = null;
    };
    for (const move of MOVES) window.addEventListener(move, release, { capture: true, passive: true });
    return () => {
      for (const move of MOVES) window.removeEventListener(move, release, { capture: true });
    };
  }, []);

  const settle = useCallback(
    (runway: Runway, cursorRow: number | null) => {
      if (!held.current) return;
      if (performance.now() > held.current.until) {
        held.current = null;
        return;
      }
      const found = ringOf(main);
      const again = { y: held.current.y, until: performance.now() + HOLD_MS };
      if (!found) {
        held.current = again;
        // Rows above it turned out taller than they were taken for, and pushed it out.
        if (cursorRow !== null) runway.scrollToPosition({ row: cursorRow, px: Math.round(-held.current.y) });
        return;
      }
      const { ring, frame, row } = found;
      if (Math.abs(ring.top - frame.top - held.current.y) < 1) return;
      held.current = again;
      const inRow = ring.top - row.getBoundingClientRect().top;
      runway.scrollToPosition({ row: Number(row.dataset.row), px: Math.round(inRow - held.current.y) });
    },
    [main],
  );

  return { isHeld: useCallback(() => held.current !== null, []), settle };
}

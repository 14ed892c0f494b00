/**
 * Keeps the cursor at its height on screen when wrapping is switched, or a view of wrapped rows takes the place of another: every row
 * gets another height then, those above the cursor some time later, as they are measured.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { Runway } from '../../rows/useRunway.ts';
import { appStore } from '../../state/store.ts';

/** Heights are known when nothing had to be put right for so long. Whoever moves something himself has the view at once. */
const HOLD_MS = 500;
/** Bytes of rows are waited for so long before. */
const AWAIT_MS = 10_000;
const MOVES = ['wheel', 'pointerdown', 'touchstart', 'keydown'] as const;

interface Held {
  readonly y: number;
  /** What heights cannot be known without. */
  readonly waits: 'rows' | 'bytes' | null;
  readonly until: number;
}

export interface HeldCursor {
  /** Whether the cursor was on screen when wrapping was switched. */
  readonly isHeld: () => boolean;
  /** Rows have come. */
  readonly arrived: () => void;
  /** The view goes elsewhere. */
  readonly release: () => void;
  /** Puts it back to its height; for a layout effect after each render. `whole`: the heights of all rows on screen are known. */
  readonly settle: (runway: Runway, cursorRow: number | null, whole: () => boolean) => void;
}

/** From now on, until rows come. */
function hold(y: number): Held {
  return { y, waits: 'rows', until: Number.POSITIVE_INFINITY };
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
  const [first] = useState(() => (heldY === null ? null : hold(heldY)));
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
        held.current = hold(y);
      }),
    [main],
  );

  const release = useCallback((): void => {
    held.current = null;
  }, []);
  useEffect(() => {
    for (const move of MOVES) window.addEventListener(move, release, { capture: true, passive: true });
    return () => {
      for (const move of MOVES) window.removeEventListener(move, release, { capture: true });
    };
  }, [release]);

  const arrived = useCallback((): void => {
    if (held.current?.waits === 'rows') {
      held.current = { ...held.current, waits: 'bytes', until: performance.now() + AWAIT_MS };
    }
  }, []);

  const settle = useCallback(
    (runway: Runway, cursorRow: number | null, whole: () => boolean) => {
      const now = performance.now();
      if (held.current && now > held.current.until) held.current = null;
      if (!held.current) return;
      const again: Held = { ...held.current, waits: null, until: now + HOLD_MS };
      const found = ringOf(main);
      if (!found) {
        if (held.current.waits === null) held.current = again;
        // Rows above it turned out taller than they were taken for, and pushed it out.
        if (cursorRow !== null) runway.scrollToPosition({ row: cursorRow, px: Math.round(-held.current.y) });
        return;
      }
      const { ring, frame, row } = found;
      if (Math.abs(ring.top - frame.top - held.current.y) < 1) {
        if (held.current.waits === 'bytes' && whole()) held.current = again;
        return;
      }
      if (held.current.waits === null) held.current = again;
      const inRow = ring.top - row.getBoundingClientRect().top;
      runway.scrollToPosition({ row: Number(row.dataset.row), px: Math.round(inRow - held.current.y) });
    },
    [main],
  );

  return { isHeld: useCallback(() => held.current !== null, []), arrived, release, settle };
}

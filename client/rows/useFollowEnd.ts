/**
 * Keeps the last row of a view in sight while the file is followed, and notices when the person moves away from it or comes back.
 *
 * Whatever moved the view (wheel, keys, thumb, touch, a jump), it is the same to see: the view is higher than where it was put
 * last, though its rows are the same, and it was scrolled there. Growth never moves it up.
 */
import { useLayoutEffect, useRef } from 'react';
import type { Runway } from './runwayTypes.ts';

export interface FollowEndParts {
  readonly status: 'off' | 'live' | 'paused';
  /** `left`: the person moved away from the end; `returned`: it is in view again. */
  readonly tell: (event: 'left' | 'returned') => void;
  readonly runway: Runway;
  /** Rows have heights of their own. */
  readonly measured: boolean;
  /** Row numbers mean something else when it differs. */
  readonly epoch: string;
  /** The last row of the file is the last of the runway. */
  readonly covered: boolean;
  /** Somebody asked for another place, whose rows are on their way. Asked in the commit that may have sent for them. */
  readonly leaving: () => boolean;
  /** Puts the last row that is known at the foot of the view. */
  readonly bring: () => void;
}

interface Placed {
  readonly row: number;
  readonly px: number;
  readonly scrollTop: number;
  /** The row that the runway begins with: what scrollTop counts from. */
  readonly base: number | null;
  /** The place can be compared with one of the same frame only. */
  readonly frame: string;
}

/** The last row is wholly in view. */
function isAtEnd(runway: Runway, measured: boolean): boolean {
  const scroller = runway.scroller();
  if (!scroller || runway.viewportHeight === 0) return false;
  if (measured) {
    const last = runway.items.at(-1);
    if (last?.row !== runway.rowCount - 1) return false;
    return scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1;
  }
  const { row, px } = runway.position();
  return (runway.rowCount - row) * runway.rowHeight - px <= runway.viewportHeight + 1;
}

export function useFollowEnd(parts: FollowEndParts): void {
  const { status, tell, runway, measured, epoch, covered, leaving, bring } = parts;
  const placed = useRef<Placed | null>(null);
  useLayoutEffect(() => {
    if (status === 'off' || runway.viewportHeight === 0) {
      placed.current = null;
      return;
    }
    const atEnd = covered && isAtEnd(runway, measured);
    if (status === 'paused') {
      placed.current = null;
      if (atEnd && !leaving()) tell('returned');
      return;
    }
    // As tall as it is now: a line over the rows that goes makes the view taller, and with that higher, before the runway hears of it.
    const height = runway.scroller()?.clientHeight ?? runway.viewportHeight;
    const frame = `${epoch} ${height} ${runway.rowHeight}`;
    const before = placed.current;
    const now = placeOf(runway, frame);
    if (leaving() || (before?.frame === frame && isAbove(now, before, runway.rowHeight) && wasMoved(now, before))) {
      placed.current = null;
      tell('left');
      return;
    }
    if (!atEnd) bring();
    placed.current = placeOf(runway, frame);
  });
}

function placeOf(runway: Runway, frame: string): Placed {
  const [first] = runway.items;
  const scrollTop = runway.scroller()?.scrollTop ?? 0;
  return { ...runway.position(), scrollTop, base: first ? first.row - first.index : null, frame };
}

/**
 * Rows above the view that turn out taller than thought (their bytes came) push it up among them, as scrollTop cannot make up for that
 * before the runway is as tall as they are. A person's move lowers scrollTop.
 */
function wasMoved(now: Placed, before: Placed): boolean {
  return now.base !== before.base || now.scrollTop < before.scrollTop - 1;
}

/** Less than half a row is not a move: heights that are measured come with such. */
function isAbove(now: Pick<Placed, 'row' | 'px'>, before: Placed, rowHeight: number): boolean {
  return (before.row - now.row) * rowHeight + before.px - now.px > rowHeight / 2;
}

/**
 * A runway: the few rows that the native scroller holds, out of any number of rows.
 *
 * Why: browsers cap the height of an element (17.9M to 33.5M px) and keep scrollTop in a float32, so neither 64 billion rows nor a
 * scaled scrollTop work. A runway of at most RUNWAY_ROWS rows is short enough to be exact, its scroll events are local, and it is
 * laid elsewhere ("rebased") when the view nears one of its ends: its base and scrollTop change together, so that no pixel moves.
 *
 * Coordinates: a *slot* is a row's fixed place in runway coordinates; `row = slot + origin`. Rows can be renamed (when the line
 * index learns the exact number of an estimated line) by changing the origin alone: slots, and with them the rows on screen, stay.
 *
 * Everything here is pure arithmetic on numbers below 2^53; nothing uses 32-bit operators. Heights are whole CSS px.
 */

/** Most rows of a runway, and its greatest height: below every browser's cap at any zoom, and exact in a float32. */
const RUNWAY_ROWS = 40_000;
const RUNWAY_PX = 1_000_000;

/**
 * Rebases move by multiples of so many rows, so that they are a whole number of device px at every usual zoom and scale factor
 * (k/2, k/3, k/4, k/5, k/10, k/16, k/100): scrollTop snaps to device px, and a fraction would be lost each time.
 */
export const REBASE_QUANTUM = 1_200;

/** A view position: the slot at the top edge and how many px of it are above the edge. */
export interface RunwayTop {
  readonly slot: number;
  readonly px: number;
}

/** All slots there are: half-open `[low, end)`. */
export interface SlotSpan {
  readonly low: number;
  readonly end: number;
}

/** The slots that the scroller holds: `[base, base + count)`. */
export interface RunwayExtent {
  readonly base: number;
  readonly count: number;
}

export type RowAlign = 'start' | 'center' | 'end' | 'nearest';

/** How many rows of `rowHeight` px a runway holds. */
export function runwayCapacity(rowHeight: number): number {
  return Math.max(1, Math.min(RUNWAY_ROWS, Math.floor(RUNWAY_PX / rowHeight)));
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** The base nearest to `wanted` that keeps the runway full, and differs from `current` by whole quanta unless at the low end. */
function reachableBase(wanted: number, current: number, span: SlotSpan, capacity: number): number {
  if (span.end - span.low <= capacity) return span.low;
  const quanta = Math.round((wanted - current) / REBASE_QUANTUM);
  const lastQuanta = Math.ceil((span.end - capacity - current) / REBASE_QUANTUM);
  return Math.max(span.low, current + Math.min(quanta, lastQuanta) * REBASE_QUANTUM);
}

/**
 * The runway as it can be now: `base` where it was, unless slots have gone and it would hang over an end. At the end of the file it
 * holds less than `capacity` rather than move by a fraction of a quantum.
 */
export function runwayExtent(base: number, span: SlotSpan, capacity: number): RunwayExtent {
  const hangs = base < span.low || base > Math.max(span.low, span.end - capacity) + REBASE_QUANTUM;
  const held = hangs || span.end - span.low <= capacity ? reachableBase(base, base, span, capacity) : base;
  return { base: held, count: Math.max(0, Math.min(capacity, span.end - held)) };
}

/** The base of a runway with `slot` in the middle, a whole number of quanta away from `current`. */
export function centredBase(slot: number, current: number, span: SlotSpan, capacity: number): number {
  return reachableBase(slot - Math.floor(capacity / 2), current, span, capacity);
}

/**
 * Where the runway should go when slots `[first, last]` are visible: null to leave it. While scrolling it goes only when an end is
 * near (a twentieth, 2,000 of 40,000 rows), when idle already at a quarter, so that it hardly ever has to while scrolling.
 */
export function rebaseFor(
  runway: RunwayExtent,
  visible: { readonly first: number; readonly last: number },
  span: SlotSpan,
  capacity: number,
  idle: boolean,
): number | null {
  const margin = Math.floor(capacity / (idle ? 4 : 20));
  const nearStart = visible.first - runway.base < margin && runway.base > span.low;
  const nearEnd = runway.base + runway.count - 1 - visible.last < margin && runway.base + runway.count < span.end;
  if (!nearStart && !nearEnd) return null;
  const base = centredBase(visible.first, runway.base, span, capacity);
  return base === runway.base ? null : base;
}

/** The position at `scrollTop` for rows of one height. */
export function topAt(scrollTop: number, base: number, rowHeight: number): RunwayTop {
  const rows = Math.floor(scrollTop / rowHeight);
  return { slot: base + rows, px: scrollTop - rows * rowHeight };
}

/** scrollTop that shows `top`, for rows of one height. */
export function scrollTopOf(top: RunwayTop, base: number, rowHeight: number): number {
  return (top.slot - base) * rowHeight + top.px;
}

/** The lowest and highest position of a view of `viewport` px. */
export function clampTop(top: RunwayTop, span: SlotSpan, viewport: number, rowHeight: number): RunwayTop {
  if (top.slot < span.low) return { slot: span.low, px: 0 };
  const hidden = (span.end - span.low) * rowHeight - viewport;
  if (hidden <= 0) return { slot: span.low, px: 0 };
  const fits = Math.ceil(viewport / rowHeight);
  const last: RunwayTop = { slot: span.end - fits, px: fits * rowHeight - viewport };
  return top.slot > last.slot || (top.slot === last.slot && top.px > last.px) ? last : top;
}

/** The position that shows `slot` as asked, not yet clamped; null when `nearest` finds it wholly visible already. */
export function alignTop(
  slot: number,
  align: RowAlign,
  current: RunwayTop,
  viewport: number,
  rowHeight: number,
): RunwayTop | null {
  switch (align) {
    case 'start':
      return { slot, px: 0 };
    case 'center':
      return above(slot, Math.round((viewport - rowHeight) / 2), rowHeight);
    case 'end':
      return above(slot, viewport - rowHeight, rowHeight);
    case 'nearest': {
      const y = (slot - current.slot) * rowHeight - current.px;
      if (y < 0 || viewport < rowHeight) return y === 0 ? null : { slot, px: 0 };
      return y + rowHeight <= viewport ? null : above(slot, viewport - rowHeight, rowHeight);
    }
  }
}

/** The position `px` above the top edge of `slot`. */
function above(slot: number, px: number, rowHeight: number): RunwayTop {
  const rows = Math.ceil(Math.max(0, px) / rowHeight);
  return { slot: slot - rows, px: rows * rowHeight - Math.max(0, px) };
}

/** Slots wholly or partly visible from `top` on: first and last, inside the span. */
export function visibleSlots(
  top: RunwayTop,
  span: SlotSpan,
  viewport: number,
  rowHeight: number,
): { first: number; last: number } {
  const first = clamp(top.slot, span.low, Math.max(span.low, span.end - 1));
  const rows = Math.ceil((viewport + top.px) / rowHeight);
  return { first, last: clamp(top.slot + rows - 1, first, Math.max(first, span.end - 1)) };
}

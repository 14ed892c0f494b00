/**
 * Exact scrolling through any number of rows on @tanstack/react-virtual: the virtualizer sees the runway of runway.ts only, and
 * scrollTop is written in one place, a layout effect, together with the base it belongs to. So what is painted is always one
 * consistent pair of (base, scrollTop), and no frame is blank or moved by a rebase.
 *
 * Two options of the virtualizer are overridden. `observeElementOffset` renders inside the scroll event (flushSync), and keeps the
 * callback, to tell the virtualizer where we went before the browser's own event says so. `rangeExtractor` mounts rows in groups.
 */
import { measureElement, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import {
  centredBase,
  type RunwayTop,
  runwayCapacity,
  runwayExtent,
  type SlotSpan,
  scrollTopOf,
  topAt,
  visibleSlots,
} from './runway.ts';
import { createControls, type Place, type RowVirtualizer, type Target } from './runwayControls.ts';
import type { Runway, RunwayItem, RunwayOptions } from './runwayTypes.ts';

export type { RowPosition, Runway, RunwayItem, RunwayOptions } from './runwayTypes.ts';

/** A scroll is over when nothing moved for so long, ms. */
const IDLE_MS = 150;
/** Rows beyond either edge that are there before they are seen, at least. */
const OVERSCAN_ROWS = 8;
/**
 * Rows come and go so many at a time: the browser's own work for a frame that changes anything in the page (style, pre-paint,
 * commit) is most of the cost of one row. Main thread per frame of random bytes, by 4 and by 16 rows: 5.6 and 4.0 ms at 3 rows a
 * frame, 12.0 and 10.9 ms at 20.
 */
const ROWS_AT_A_TIME = 16;
/** A change of one measured row costs a pass over the rest of the runway, so the runway is shorter then. */
const MEASURED_ROWS = 8_000;

function mountedRows(range: Range): number[] {
  const step = ROWS_AT_A_TIME;
  const first = Math.max(0, Math.floor((range.startIndex - range.overscan) / step) * step);
  const end = Math.min(range.count, Math.ceil((range.endIndex + 1 + range.overscan) / step) * step);
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

export function useRunway(options: RunwayOptions): Runway {
  const { rowCount, rowHeight, measured, firstRow = 0 } = options;
  const capacity = measured ? Math.min(MEASURED_ROWS, runwayCapacity(rowHeight)) : runwayCapacity(rowHeight);
  const [place, setPlace] = useState<Place>(() => {
    const span = { low: firstRow, end: options.rowCount };
    return { origin: 0, base: centredBase(options.initialRow, 0, span, capacity), measurement: 0 };
  });
  const span: SlotSpan = { low: firstRow - place.origin, end: rowCount - place.origin };
  const { base, count } = runwayExtent(place.base, span, capacity);

  const element = useRef<HTMLDivElement | null>(null);
  const emit = useRef<((offset: number, scrolling: boolean) => void) | null>(null);
  const target = useRef<Target | null>(null);
  /** What is on screen: as of the last commit or scroll event. */
  const shown = useRef<RunwayTop>({ slot: options.initialRow, px: 0 });
  const painted = useRef({ base, rowHeight });
  const touch = useRef({ down: false, gliding: false });
  const live = useRef({ options, place, span, base, count, capacity });

  const observeOffset = useCallback(
    (instance: RowVirtualizer, callback: (offset: number, scrolling: boolean) => void) => {
      const scroller = instance.scrollElement;
      if (!scroller) return;
      let timer: ReturnType<typeof setTimeout> | null = null;
      const settle = () => {
        timer = null;
        touch.current.gliding = false;
        callback(scroller.scrollTop, false);
        if (!touch.current.down) controls.current?.rebase(true);
      };
      emit.current = (offset, scrolling) => {
        callback(offset, scrolling);
        if (timer !== null) clearTimeout(timer);
        timer = scrolling ? setTimeout(settle, IDLE_MS) : null;
      };
      const onScroll = () => {
        flushSync(() => {
          emit.current?.(scroller.scrollTop, true);
          controls.current?.scrolled();
          if (!touch.current.down && !touch.current.gliding) controls.current?.rebase(false);
        });
      };
      const onTouchStart = () => {
        touch.current = { down: true, gliding: false };
      };
      const onTouchEnd = (event: TouchEvent) => {
        touch.current = { down: event.touches.length > 0, gliding: true };
        emit.current?.(scroller.scrollTop, true);
      };
      scroller.addEventListener('scroll', onScroll, { passive: true });
      scroller.addEventListener('touchstart', onTouchStart, { passive: true });
      scroller.addEventListener('touchend', onTouchEnd, { passive: true });
      scroller.addEventListener('touchcancel', onTouchEnd, { passive: true });
      return () => {
        if (timer !== null) clearTimeout(timer);
        emit.current = null;
        scroller.removeEventListener('scroll', onScroll);
        scroller.removeEventListener('touchstart', onTouchStart);
        scroller.removeEventListener('touchend', onTouchEnd);
        scroller.removeEventListener('touchcancel', onTouchEnd);
      };
    },
    [],
  );

  // A new function whenever the layout of the runway is another one: the virtualizer rebuilds it on that, and on nothing else.
  // biome-ignore lint/correctness/useExhaustiveDependencies: rowHeight is the height that estimateSize gives
  const getItemKey = useCallback((index: number) => base + index, [base, rowHeight, place.measurement]);

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count,
    getScrollElement: () => element.current,
    estimateSize: () => rowHeight,
    getItemKey,
    overscan: OVERSCAN_ROWS,
    rangeExtractor: mountedRows,
    observeElementOffset: observeOffset,
    // Rows that were measured are still observed when they are not any more.
    measureElement: (row, entry, instance) => (measured ? measureElement(row, entry, instance) : rowHeight),
    initialOffset: () => scrollTopOf({ slot: options.initialRow, px: 0 }, base, rowHeight),
    useFlushSync: false,
  });

  const controls = useRef<ReturnType<typeof createControls> | null>(null);
  controls.current ??= createControls({ element, emit, target, shown, live, virtualizer, setPlace });

  useLayoutEffect(() => {
    live.current = { options, place, span, base, count, capacity };
    const scroller = element.current;
    if (!scroller) return;
    const before = painted.current;
    painted.current = { base, rowHeight };
    let wish = target.current;
    target.current = null;
    if (measured && before.rowHeight !== rowHeight) {
      controls.current?.api.remeasure();
      return;
    }
    if (wish === null && before.rowHeight !== rowHeight) {
      const { slot, px } = shown.current;
      wish = { base, top: { slot, px: Math.floor((px * rowHeight) / before.rowHeight) }, settle: null };
    } else if (wish === null && before.base !== base) {
      wish = { base, top: shown.current, settle: null };
    }
    if (wish !== null) controls.current?.apply(wish);
  });

  const viewport = virtualizer.scrollRect?.height ?? 0;
  const virtualItems = virtualizer.getVirtualItems();
  const items = useMemo(
    () =>
      virtualItems.map(
        (item): RunwayItem => ({
          key: base + item.index,
          row: base + item.index + place.origin,
          index: item.index,
          start: item.start,
          size: item.size,
        }),
      ),
    [virtualItems, base, place.origin],
  );
  const range = virtualizer.range;
  const slots =
    measured && range
      ? { first: base + range.startIndex, last: base + range.endIndex }
      : visibleSlots(topAt(virtualizer.scrollOffset ?? 0, base, rowHeight), span, viewport, rowHeight);

  return {
    ...controls.current.api,
    items,
    totalSize: virtualizer.getTotalSize(),
    rowHeight,
    rowCount,
    viewportHeight: viewport,
    firstVisibleRow: slots.first + place.origin,
    lastVisibleRow: slots.last + place.origin,
    pageRows: Math.max(1, Math.floor(viewport / rowHeight)),
    startOf: (row) => (row - place.origin - base) * rowHeight,
    measureElement: virtualizer.measureElement,
  };
}

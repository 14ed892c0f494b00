/**
 * Exact scrolling through any number of rows on @tanstack/react-virtual: the virtualizer sees the runway of runway.ts only, and
 * scrollTop is written in one place, a layout effect, together with the base it belongs to. So what is painted is always one
 * consistent pair of (base, scrollTop), and no frame is blank or moved by a rebase.
 *
 * Two options of the virtualizer are overridden. `observeElementOffset` renders inside the scroll event (flushSync), and keeps the
 * callback, to tell the virtualizer where we went before the browser's own event says so. `rangeExtractor` mounts rows in groups.
 */
import { type Range, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import {
  alignTop,
  centredBase,
  clampTop,
  type RowAlign,
  type RunwayTop,
  rebaseFor,
  runwayCapacity,
  runwayExtent,
  type SlotSpan,
  scrollTopOf,
  topAt,
  visibleSlots,
} from './runway.ts';

/** A scroll is over when nothing moved for so long, ms. */
const IDLE_MS = 150;
/** Rows beyond either edge that are there before they are seen, at least. */
const OVERSCAN_ROWS = 8;
/**
 * Rows come and go so many at a time. Chromium looks at and paints every highlight range of the page again in each frame in which
 * anything in the page changed: 8 ms for 72 rows of random bytes (1,000 ranges), against 2 ms for a frame in which nothing did. So
 * slow scrolling changes nothing in most frames, and a frame that brings 16 rows still is within 16 ms.
 */
const ROWS_AT_A_TIME = 16;
/** A change of one measured row costs a pass over the rest of the runway, so the runway is shorter then. */
const MEASURED_ROWS = 8_000;

export interface RunwayOptions {
  /** Rows in all, below 2^53. May change: growth at the end moves nothing. */
  readonly rowCount: number;
  /** Whole CSS px; the estimate when `measured`. */
  readonly rowHeight: number;
  /** Rows have heights of their own and are measured (`measureElement` on each). */
  readonly measured: boolean;
  /** Row at the top at first. */
  readonly initialRow: number;
  /** Called in each scroll event and after each jump, before the frame is painted. */
  readonly onScroll?: (top: RowPosition) => void;
}

/** A place in the file as rows: px of `row` are above the top edge. */
export interface RowPosition {
  readonly row: number;
  readonly px: number;
}

export interface RunwayItem {
  /** Steady identity while mounted, also when rows are renamed. */
  readonly key: number;
  /** Absolute row, 0-based. */
  readonly row: number;
  /** Index in the runway; the `data-index` of a measured element. */
  readonly index: number;
  /** px from the top of the runway. */
  readonly start: number;
  readonly size: number;
}

export interface Runway {
  readonly scrollerRef: (element: HTMLDivElement | null) => void;
  /** The scroller, null until mounted. */
  readonly scroller: () => HTMLDivElement | null;
  readonly items: readonly RunwayItem[];
  /** Height of the runway, px. */
  readonly totalSize: number;
  readonly rowHeight: number;
  readonly rowCount: number;
  /** px; 0 until mounted. */
  readonly viewportHeight: number;
  /** First and last row of which a pixel is visible, as of this render. */
  readonly firstVisibleRow: number;
  readonly lastVisibleRow: number;
  /** Whole rows that fit, at least 1: the length of a page. */
  readonly pageRows: number;
  /** px from the top of the runway to the top of `row`; only meaningful for rows of the runway. Fixed heights only. */
  readonly startOf: (row: number) => number;
  /** Where the view is right now. */
  readonly position: () => RowPosition;
  /** Row at `y` px below the top edge of the scroller, right now; clamped to the rows there are. */
  readonly rowAt: (y: number) => number;
  readonly scrollToRow: (row: number, align: RowAlign) => void;
  /** Puts the view at an exact place, clamped. */
  readonly scrollToPosition: (position: RowPosition) => void;
  readonly scrollBy: (px: number) => void;
  readonly scrollByRows: (rows: number) => void;
  /**
   * Renames the rows: what was row n is row n + delta from now on, and no pixel moves. Call together with the state change that
   * gives the new `rowCount`.
   */
  readonly shift: (delta: number) => void;
  readonly measureElement: (element: HTMLElement | null) => void;
  /** Forgets measured heights (the width or the font changed) and keeps the top row in its place. */
  readonly remeasure: () => void;
}

function mountedRows(range: Range): number[] {
  const step = ROWS_AT_A_TIME;
  const first = Math.max(0, Math.floor((range.startIndex - range.overscan) / step) * step);
  const end = Math.min(range.count, Math.ceil((range.endIndex + 1 + range.overscan) / step) * step);
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

type RowVirtualizer = Virtualizer<HTMLDivElement, HTMLElement>;

interface Place {
  /** Row of slot 0. */
  readonly origin: number;
  /** Slot of index 0. */
  readonly base: number;
}

/** What the layout effect has to do after the next commit. */
interface Target {
  /** Base of the runway that was asked for with it. */
  readonly base: number;
  readonly top: RunwayTop;
  /** Measured rows only: settle this slot at its alignment as heights become known. */
  readonly settle: { readonly slot: number; readonly align: RowAlign } | null;
}

/** px from the start of slot `base` to the start of `slot`, by measured heights where there are some. */
function measuredDistance(sizes: ReadonlyMap<unknown, number>, base: number, slot: number, estimate: number): number {
  let px = 0;
  for (let at = base; at < slot; at++) px += sizes.get(at) ?? estimate;
  return px;
}

export function useRunway(options: RunwayOptions): Runway {
  const { rowCount, rowHeight, measured } = options;
  const capacity = measured ? Math.min(MEASURED_ROWS, runwayCapacity(rowHeight)) : runwayCapacity(rowHeight);
  const [place, setPlace] = useState<Place>(() => {
    const span = { low: 0, end: options.rowCount };
    return { origin: 0, base: centredBase(options.initialRow, 0, span, capacity) };
  });
  const span: SlotSpan = { low: 0 - place.origin, end: rowCount - place.origin };
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
  const getItemKey = useCallback((index: number) => base + index, [base, rowHeight]);

  const virtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count,
    getScrollElement: () => element.current,
    estimateSize: () => rowHeight,
    getItemKey,
    overscan: OVERSCAN_ROWS,
    rangeExtractor: mountedRows,
    observeElementOffset: observeOffset,
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
    if (wish === null && before.rowHeight !== rowHeight) {
      if (measured) virtualizer.itemSizeCache.clear();
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

interface ControlParts {
  readonly element: { current: HTMLDivElement | null };
  readonly emit: { current: ((offset: number, scrolling: boolean) => void) | null };
  readonly target: { current: Target | null };
  readonly shown: { current: RunwayTop };
  readonly live: {
    current: {
      readonly options: RunwayOptions;
      readonly place: Place;
      readonly span: SlotSpan;
      readonly base: number;
      readonly count: number;
      readonly capacity: number;
    };
  };
  readonly virtualizer: RowVirtualizer;
  readonly setPlace: (change: (place: Place) => Place) => void;
}

/** The functions of one runway; made once, they read what is current from `live`. */
function createControls(parts: ControlParts) {
  const { element, emit, target, shown, live, virtualizer, setPlace } = parts;
  const viewport = () => element.current?.clientHeight ?? 0;

  const topNow = (): RunwayTop => {
    const scroller = element.current;
    const { base, options } = live.current;
    // What was asked for and not committed yet is where we are, for whoever asks for the next thing.
    if (target.current !== null) return target.current.top;
    if (!scroller) return shown.current;
    if (!options.measured) return topAt(scroller.scrollTop, base, options.rowHeight);
    const item = virtualizer.getVirtualItemForOffset(scroller.scrollTop);
    return item ? { slot: base + item.index, px: scroller.scrollTop - item.start } : { slot: base, px: 0 };
  };

  const rowPosition = (top: RunwayTop): RowPosition => ({ row: top.slot + live.current.place.origin, px: top.px });

  const scrolled = () => {
    shown.current = topNow();
    live.current.options.onScroll?.(rowPosition(shown.current));
  };

  const distance = (base: number, slot: number) => {
    const { rowHeight, measured } = live.current.options;
    return measured
      ? measuredDistance(virtualizer.itemSizeCache as ReadonlyMap<unknown, number>, base, slot, rowHeight)
      : (slot - base) * rowHeight;
  };

  /** Writes scrollTop; only called with `live` of the commit that is about to be painted. */
  const apply = (wish: Target) => {
    const scroller = element.current;
    if (!scroller) return;
    const { base, count, options } = live.current;
    if (wish.settle && wish.settle.slot >= base && wish.settle.slot < base + count) {
      const align = wish.settle.align === 'nearest' ? 'auto' : wish.settle.align;
      virtualizer.scrollToIndex(wish.settle.slot - base, { align });
    } else {
      const slot = Math.max(base, Math.min(wish.top.slot, base + count));
      scroller.scrollTop = distance(base, slot) + (slot === wish.top.slot ? wish.top.px : 0);
    }
    emit.current?.(scroller.scrollTop, true);
    shown.current = topNow();
    options.onScroll?.(rowPosition(shown.current));
  };

  /** Lays the runway at `base` with the view at the target. No frame shows one without the other. */
  const move = (wish: Target) => {
    const { base } = wish;
    if (base === live.current.base && target.current === null) {
      apply(wish);
      return;
    }
    target.current = wish;
    if (live.current.options.measured) {
      // Heights of rows that are not in the runway any more are not kept: the map would grow with every far jump.
      for (const key of [...virtualizer.itemSizeCache.keys()]) {
        if (typeof key === 'number' && (key < base || key >= base + live.current.capacity)) {
          virtualizer.itemSizeCache.delete(key);
        }
      }
    }
    setPlace((place) => ({ ...place, base }));
    emit.current?.(distance(base, wish.top.slot) + wish.top.px, true);
  };

  const rebase = (idle: boolean) => {
    const { span, base, count, capacity, options } = live.current;
    if (element.current === null || target.current !== null) return;
    const top = topNow();
    const visible = visibleSlots(top, span, viewport(), options.rowHeight);
    const next = rebaseFor({ base, count }, visible, span, capacity, idle);
    if (next === null) return;
    if (idle) flushSync(() => move({ base: next, top, settle: null }));
    else move({ base: next, top, settle: null });
  };

  const goTo = (wanted: RunwayTop, settle: Target['settle']) => {
    const { span, capacity, options } = live.current;
    const { base, count } = runwayExtent(target.current?.base ?? live.current.base, span, capacity);
    // Measured rows may be taller than the estimate, so only the browser knows how far down the view can go.
    const top = options.measured
      ? { slot: Math.max(span.low, Math.min(wanted.slot, span.end - 1)), px: wanted.px }
      : clampTop(wanted, span, viewport(), options.rowHeight);
    const visible = visibleSlots(top, span, viewport(), options.rowHeight);
    const next =
      visible.first < base || visible.last >= base + count
        ? centredBase(visible.first, base, span, capacity)
        : (rebaseFor({ base, count }, visible, span, capacity, false) ?? base);
    move({ base: next, top, settle });
  };

  const api = {
    scrollerRef: (node: HTMLDivElement | null) => {
      element.current = node;
    },
    scroller: () => element.current,
    position: () => rowPosition(topNow()),
    rowAt: (y: number) => {
      const { base, options, place, span } = live.current;
      const at = (element.current?.scrollTop ?? 0) + y;
      const item = options.measured ? virtualizer.getVirtualItemForOffset(Math.max(0, at)) : null;
      const slot = item ? base + item.index : topAt(at, base, options.rowHeight).slot;
      return Math.max(span.low, Math.min(slot, span.end - 1)) + place.origin;
    },
    scrollToRow: (row: number, align: RowAlign) => {
      const { place, span, options } = live.current;
      const slot = Math.max(span.low, Math.min(row - place.origin, span.end - 1));
      if (
        options.measured &&
        target.current === null &&
        slot >= live.current.base &&
        slot < live.current.base + live.current.count
      ) {
        apply({ base: live.current.base, top: topNow(), settle: { slot, align } });
        return;
      }
      const wanted = alignTop(slot, align, topNow(), viewport(), options.rowHeight);
      if (wanted !== null) goTo(wanted, options.measured ? { slot, align } : null);
    },
    scrollToPosition: (position: RowPosition) =>
      goTo({ slot: position.row - live.current.place.origin, px: position.px }, null),
    scrollBy: (px: number) => {
      const scroller = element.current;
      if (scroller && target.current === null) scroller.scrollTop += px;
    },
    scrollByRows: (rows: number) => {
      const top = topNow();
      goTo({ slot: top.slot + rows, px: top.px }, null);
    },
    shift: (delta: number) => {
      if (delta !== 0) setPlace((place) => ({ ...place, origin: place.origin + delta }));
    },
    remeasure: () => {
      const top = topNow();
      virtualizer.itemSizeCache.clear();
      virtualizer.measure();
      target.current = { base: live.current.base, top, settle: null };
      setPlace((place) => ({ ...place }));
    },
  };

  return { api, apply, rebase, scrolled, topNow };
}

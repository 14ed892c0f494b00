/**
 * The moves of one runway, outside of React's rendering: where the view is, and how it gets elsewhere. Made once per runway; they
 * read what is current from `live`, and everything that was asked for and is not committed yet from `target`.
 */
import type { Virtualizer } from '@tanstack/react-virtual';
import { flushSync } from 'react-dom';
import {
  alignTop,
  centredBase,
  clampTop,
  type RowAlign,
  type RunwayTop,
  rebaseFor,
  runwayExtent,
  type SlotSpan,
  topAt,
  visibleSlots,
} from './runway.ts';
import type { RowPosition, RunwayOptions } from './runwayTypes.ts';

export type RowVirtualizer = Virtualizer<HTMLDivElement, HTMLElement>;

export interface Place {
  /** Row of slot 0. */
  readonly origin: number;
  /** Slot of index 0. */
  readonly base: number;
  /** Grows when measured heights were forgotten. */
  readonly measurement: number;
}

/** What the layout effect has to do after the next commit. */
export interface Target {
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

export function createControls(parts: ControlParts) {
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
      const sizes = virtualizer.itemSizeCache;
      sizes.clear();
      // Those that are mounted are measured at once: they are what the top row is placed by.
      // Without heights of their own they may still be as tall as they were a moment ago.
      for (const [key, row] of live.current.options.measured ? virtualizer.elementsCache : []) {
        if (row.isConnected) sizes.set(key, row.offsetHeight);
      }
      const height = sizes.get(top.slot) ?? live.current.options.rowHeight;
      const px = Math.max(0, Math.min(top.px, height - 1));
      target.current = { base: live.current.base, top: { slot: top.slot, px }, settle: null };
      setPlace((place) => ({ ...place, measurement: place.measurement + 1 }));
    },
  };

  return { api, apply, rebase, scrolled, topNow };
}

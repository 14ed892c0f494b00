/** Selecting with the mouse: click, drag, Shift-click, double click for a word, triple click for a row. */
import { useCallback, useRef } from 'react';
import type { PageCache } from '../../cache/pageCache.ts';
import { appStore } from '../../state/store.ts';
import type { RowsPointerEvent } from '../rows.tsx';
import { byteAt, type HexColumn, type HexLayout } from './hexLayout.ts';
import { wordAround } from './hexMoves.ts';

/** How far a double click looks for the ends of a word, bytes. */
const WORD_REACH = 1_024;

interface Held {
  /** What was selected by the press, both ends included; a drag extends from it. */
  readonly first: number;
  readonly last: number;
  readonly clicks: number;
}

export interface HexPointerParts {
  readonly fileId: string;
  readonly cache: PageCache;
  readonly layout: HexLayout;
  readonly onColumn: (column: HexColumn) => void;
  /** How far the rows are scrolled under the addresses, px. */
  readonly scrollLeft: number;
}

export function useHexPointer(parts: HexPointerParts): (event: RowsPointerEvent) => void {
  const latest = useRef(parts);
  latest.current = parts;
  const held = useRef<Held | null>(null);

  return useCallback((event: RowsPointerEvent) => {
    const { fileId, cache, layout, onColumn, scrollLeft } = latest.current;
    const state = appStore.getState();
    const view = state.views[fileId];
    const { size } = cache;
    if (!view || size === 0) return;
    const inPane = event.x - scrollLeft;
    const hit = byteAt(layout, inPane < layout.bytesLeft ? inPane : event.x);
    const offset = Math.min(event.row * layout.rowBytes + hit.index, size - 1);
    switch (event.phase) {
      case 'press': {
        if (hit.column !== 'address') onColumn(hit.column);
        if (event.extend) {
          const anchor = view.anchor ?? view.cursor;
          held.current = { first: anchor, last: anchor, clicks: 1 };
          state.move(fileId, offset, { anchor });
          return;
        }
        const chosen = chosenByClicks(cache, layout, offset, event.clicks);
        held.current = { ...chosen, clicks: event.clicks };
        state.move(fileId, chosen.last, { anchor: event.clicks > 1 ? chosen.first : null });
        return;
      }
      case 'drag': {
        const from = held.current;
        if (!from) return;
        const chosen = chosenByClicks(cache, layout, offset, from.clicks);
        const back = chosen.first < from.first;
        const cursor = back ? chosen.first : Math.max(chosen.last, from.last);
        const anchor = back ? from.last : from.first;
        // Within the byte that was pressed nothing is selected yet.
        if (cursor === anchor && view.anchor === null) return;
        if (cursor !== view.cursor || anchor !== view.anchor) state.move(fileId, cursor, { anchor });
        return;
      }
      case 'release':
        held.current = null;
        return;
      case 'context': {
        // A menu is about what is selected, or about the byte it is opened on.
        const inside =
          view.anchor !== null &&
          offset >= Math.min(view.anchor, view.cursor) &&
          offset <= Math.max(view.anchor, view.cursor);
        if (!inside) state.move(fileId, offset, { anchor: null });
        return;
      }
    }
  }, []);
}

/** What one, two, three clicks on a byte mean: the byte, the word, the row. Both ends included. */
function chosenByClicks(
  cache: PageCache,
  layout: HexLayout,
  offset: number,
  clicks: number,
): { readonly first: number; readonly last: number } {
  if (clicks >= 3) {
    const first = offset - (offset % layout.rowBytes);
    return { first, last: Math.min(first + layout.rowBytes, cache.size) - 1 };
  }
  if (clicks === 2) {
    const from = Math.max(0, offset - WORD_REACH);
    const around = cache.peek(from, offset - from + WORD_REACH);
    const known = around.length > offset - from;
    const bytes = known ? around : cache.peek(offset, WORD_REACH);
    const start = known ? from : offset;
    if (bytes.length === 0) return { first: offset, last: offset };
    const word = wordAround(bytes, offset - start);
    return { first: start + word.first, last: start + word.last };
  }
  return { first: offset, last: offset };
}

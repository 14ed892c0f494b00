/** Selecting with the mouse: click, drag, Shift-click, double click for a word, triple click (or the gutter) for a line. */
import { useCallback, useRef } from 'react';
import {
  characterHolding,
  lineSpan,
  selectBetween,
  type TextPlaces,
  type TextSpan,
  wordSpan,
} from '../../rows/textMoves.ts';
import { appStore } from '../../state/store.ts';
import type { RowsPointerEvent } from '../rows.tsx';

export interface TextPointerParts {
  readonly fileId: string;
  readonly places: TextPlaces | null;
  readonly gutterWidth: number;
  /** The byte under the pointer. */
  readonly offsetAt: (event: RowsPointerEvent) => number | null;
  /** The pointer is `px` beyond the left (negative) or right edge of the text. */
  readonly onBeyond: (px: number) => void;
  readonly width: number;
  /** Other panes show the place that is pressed as well. */
  readonly shared: boolean;
}

interface Held {
  readonly span: TextSpan;
  readonly unit: 1 | 2 | 3;
}

function spanAt(places: TextPlaces, offset: number, unit: 1 | 2 | 3): TextSpan {
  const span =
    unit === 3 ? lineSpan(places, offset) : unit === 2 ? wordSpan(places, offset) : characterHolding(places, offset);
  return span ?? { offset, end: offset + 1 };
}

export function useTextPointer(parts: TextPointerParts): (event: RowsPointerEvent) => void {
  const latest = useRef(parts);
  latest.current = parts;
  const held = useRef<Held | null>(null);

  return useCallback((event: RowsPointerEvent) => {
    const { fileId, places, gutterWidth, offsetAt, onBeyond, width, shared } = latest.current;
    const reveal = shared ? { reveal: 'nearest' as const } : {};
    const state = appStore.getState();
    const view = state.views[fileId];
    const offset = offsetAt(event);
    if (!view || !places || offset === null) return;
    switch (event.phase) {
      case 'press': {
        const unit = event.x < gutterWidth || event.clicks >= 3 ? 3 : event.clicks === 2 ? 2 : 1;
        const span = spanAt(places, offset, unit);
        if (event.extend) {
          const from = spanAt(places, view.anchor ?? view.cursor, 1);
          held.current = { span: from, unit: 1 };
          const { cursor, anchor } = selectBetween(from, span);
          state.move(fileId, cursor, { anchor });
          return;
        }
        held.current = { span, unit };
        if (unit === 1) state.move(fileId, span.offset, { anchor: null, ...reveal });
        else state.move(fileId, span.end - 1, { anchor: span.offset, ...reveal });
        return;
      }
      case 'drag': {
        const from = held.current;
        if (!from) return;
        if (event.x > width) onBeyond(event.x - width);
        else if (event.x < gutterWidth && from.unit !== 3) onBeyond(event.x - gutterWidth);
        const span = spanAt(places, offset, from.unit);
        // Within the character that was pressed nothing is selected yet.
        if (from.unit === 1 && span.offset === from.span.offset && view.anchor === null) return;
        const { cursor, anchor } = selectBetween(from.span, span);
        if (cursor !== view.cursor || anchor !== view.anchor) state.move(fileId, cursor, { anchor });
        return;
      }
      case 'release':
        if (shared && held.current) state.reveal(fileId, view.cursor, 'nearest');
        held.current = null;
        return;
      case 'context': {
        const low = Math.min(view.cursor, view.anchor ?? view.cursor);
        const high = Math.max(view.cursor, view.anchor ?? view.cursor);
        if (view.anchor === null || offset < low || offset > high)
          state.move(fileId, offset, { anchor: null, ...reveal });
        return;
      }
    }
  }, []);
}

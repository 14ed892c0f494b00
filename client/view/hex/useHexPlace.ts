/**
 * Keeps the runway and the store together: the view follows wishes to reveal a byte, reports its top, and in the linked view
 * follows the top of the other pane, by bytes.
 */
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { RowPosition, Runway } from '../../rows/useRunway.ts';
import { appStore, type FileView } from '../../state/store.ts';

/** The top is reported at most this often while scrolling, ms: what depends on it (address bar) need not know each frame. */
const REPORT_MS = 100;

const ALIGNS = { nearest: 'nearest', center: 'center', top: 'start' } as const;

/** The first row for a view that is just mounted: where the other view was, unless the cursor, if near, would be out of sight. */
export function firstRow(view: FileView, rowBytes: number): number {
  const top = Math.floor(view.top / rowBytes);
  const cursor = Math.floor(view.cursor / rowBytes);
  const near = Math.abs(view.cursor - view.top) < 65_536;
  return near && (cursor < top || cursor > top + 20) ? Math.max(0, cursor - 8) : top;
}

export interface HexPlaceParts {
  readonly fileId: string;
  readonly view: FileView;
  readonly runway: Runway;
  readonly rowBytes: number;
}

/** Returns the function to call with each new position. */
export function useHexPlace(parts: HexPlaceParts): (position: RowPosition) => void {
  const { view, runway, rowBytes } = parts;
  /** Byte at the top as it is on screen, and the top we know the store to have or got from it. */
  const topByte = useRef(view.top);
  const agreed = useRef(view.top);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(parts);
  latest.current = parts;
  const seen = useRef(view.followed);
  const widths = useRef(rowBytes);

  const report = useCallback(() => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
    if (agreed.current === topByte.current) return;
    agreed.current = topByte.current;
    appStore.getState().setTop(latest.current.fileId, topByte.current);
  }, []);

  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );

  // Other rows: the byte that was at the top stays there.
  useLayoutEffect(() => {
    if (widths.current === rowBytes) return;
    widths.current = rowBytes;
    runway.scrollToRow(Math.floor(topByte.current / rowBytes), 'start');
  }, [rowBytes, runway]);

  // A layout effect, so that cursor and view move in one frame.
  useLayoutEffect(() => {
    const { reveal } = view;
    if (reveal.seq === seen.current) return;
    seen.current = reveal.seq;
    appStore.getState().setFollowed(latest.current.fileId);
    runway.scrollToRow(Math.floor(reveal.offset / rowBytes), ALIGNS[reveal.align]);
  }, [view, runway, rowBytes]);

  useEffect(() => {
    if (view.mode !== 'both' || view.top === agreed.current) return;
    agreed.current = view.top;
    if (Math.floor(view.top / rowBytes) === Math.floor(topByte.current / rowBytes)) return;
    runway.scrollToRow(Math.floor(view.top / rowBytes), 'start');
  }, [view.mode, view.top, rowBytes, runway]);

  return useCallback(
    (position: RowPosition) => {
      const { rowBytes: bytes, view: current } = latest.current;
      topByte.current = position.row * bytes;
      // What follows the other pane has nothing of its own to report.
      if (Math.floor(agreed.current / bytes) === position.row) {
        topByte.current = Math.max(topByte.current, Math.min(agreed.current, topByte.current + bytes - 1));
        return;
      }
      if (current.mode === 'both') report();
      else timer.current ??= setTimeout(report, REPORT_MS);
    },
    [report],
  );
}

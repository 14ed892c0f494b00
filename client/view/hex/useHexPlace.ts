/**
 * Keeps the runway and the store together: the view follows wishes to reveal a byte, reports its top, and in the linked view
 * follows the other pane when that one leads.
 */
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { RowPosition, Runway } from '../../rows/useRunway.ts';
import { appStore, type FileView, type Lead } from '../../state/store.ts';

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

  const sent = useRef<Lead | null>(null);
  const followed = useRef(view.lead);

  /** Tells the linked pane how this one stands, if this one leads. */
  const lead = useCallback(() => {
    const {
      fileId,
      runway: { position, pageRows },
      rowBytes: bytes,
    } = latest.current;
    const now = appStore.getState().views[fileId];
    if (now?.mode !== 'both' || now.leads !== 'hex') return;
    const { row } = position();
    const level = Math.floor(now.cursor / bytes) - row;
    const inSight = level >= 0 && level <= pageRows;
    if (Math.floor(topByte.current / bytes) !== row) topByte.current = row * bytes;
    const next = { top: topByte.current, cursor: now.cursor, level: inSight ? level : null };
    const last = sent.current;
    if (last?.top === next.top && last.cursor === next.cursor && last.level === next.level) return;
    sent.current = next;
    agreed.current = next.top;
    appStore.getState().setTop(fileId, next.top, next);
  }, []);

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

  // Level with the cursor of the pane that leads, or from the same top.
  useLayoutEffect(() => {
    const other = view.lead;
    if (view.mode !== 'both' || view.leads === 'hex' || other === null || other === followed.current) return;
    followed.current = other;
    agreed.current = other.top;
    const { top, cursor, level } = other;
    if (level === null) runway.scrollToRow(Math.floor(top / rowBytes), 'start');
    else runway.scrollToPosition({ row: Math.max(0, Math.floor(cursor / rowBytes) - level), px: 0 });
  }, [view, rowBytes, runway]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the cursor may have moved within the view
  useLayoutEffect(() => lead(), [view.mode, view.cursor, lead]);

  return useCallback(
    (position: RowPosition) => {
      const { rowBytes: bytes, view: current } = latest.current;
      topByte.current = position.row * bytes;
      if (current.mode === 'both') {
        lead();
        return;
      }
      if (Math.floor(agreed.current / bytes) === position.row) {
        topByte.current = Math.max(topByte.current, Math.min(agreed.current, topByte.current + bytes - 1));
        return;
      }
      timer.current ??= setTimeout(report, REPORT_MS);
    },
    [lead, report],
  );
}

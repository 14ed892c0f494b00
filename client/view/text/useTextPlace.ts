/** Keeps the view and the store together: follows wishes to reveal a byte, reports its top, follows the other pane when that one leads. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { nearestRow } from '../../rows/pickedRows.ts';
import type { RowGeometry, TextScroll } from '../../rows/textChange.ts';
import type { TextRun } from '../../rows/textRun.ts';
import { rowOfOffset } from '../../rows/textRun.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { followOf } from '../../state/follow.ts';
import { appStore, type FileView, type Lead } from '../../state/store.ts';
import type { HeldPlace } from './heldPlace.ts';
import type { TextTop } from './useTextGeometry.ts';

/** The top is reported at most this often while scrolling, ms. */
const REPORT_MS = 100;

const ALIGNS = { nearest: 'nearest', center: 'center', top: 'start' } as const;

export interface FirstPlace {
  readonly offset: number;
  readonly align: TextScroll['align'];
  /** With 'keep', px of the row above the top edge; negative: its top is so far below. */
  readonly px: number;
}

/**
 * Where a view that is just mounted begins: at a wish that no view has followed yet; when another display of the file gave way to it,
 * with the cursor at its height on screen, or the same row at the top; else where the other view was, unless the cursor, if near,
 * would be out of sight.
 */
export function firstPlace(view: FileView, held: HeldPlace | null): FirstPlace {
  const { reveal } = view;
  if (reveal.seq > view.followed) return { offset: reveal.offset, align: ALIGNS[reveal.align], px: 0 };
  if (held?.cursorY != null) return { offset: view.cursor, align: 'keep', px: -held.cursorY };
  if (held) return { offset: held.top.offset, align: 'keep', px: held.top.px };
  const near = Math.abs(view.cursor - view.top) < 65_536;
  return { offset: near && view.cursor < view.top ? view.cursor : view.top, align: 'start', px: 0 };
}

export interface TextPlaceParts {
  readonly fileId: string;
  readonly view: FileView;
  readonly geometry: RowGeometry;
  readonly run: TextRun | null;
  /** The byte that is waited for, and the row at which; null: none is. */
  readonly heading: number | null;
  readonly awaited: number | null;
  readonly size: number;
  readonly top: RefObject<TextTop>;
  readonly runway: Runway;
  readonly wrap: boolean;
  /** Shows where the cursor goes although nobody asked for it: another pane has the keyboard. */
  readonly follows: boolean;
  /** Speaks for the file: its top is the file's, and it may lead the linked pane. */
  readonly reports: boolean;
}

/** Rows on screen from the top to the row with the cursor; null while that is out of sight. */
function levelOf(runway: Runway, cursorRow: number | null): number | null {
  const { row, px } = runway.position();
  const first = runway.items.find((item) => item.row === row);
  const here = runway.items.find((item) => item.row === cursorRow);
  if (!first || !here || here.row < row) return null;
  const level = Math.max(0, Math.floor((here.start - first.start - px) / runway.rowHeight));
  return level <= runway.pageRows ? level : null;
}

/** Where a view that waits for rows leads to: to what it waits for, level with the cursor if that was sent there. */
function leadAhead(heading: number, awaited: number | null, cursor: number, runway: Runway): Lead {
  const level = awaited === null || cursor !== heading ? null : Math.max(0, awaited - runway.position().row);
  return { top: heading, cursor, level };
}

/** Returns the function to call after a render that may have moved the top, or has begun to wait. */
export function useTextPlace(parts: TextPlaceParts): () => void {
  const { view, geometry } = parts;
  const latest = useRef(parts);
  latest.current = parts;
  const agreed = useRef(view.top);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const seen = useRef(view.reveal.seq);

  const sent = useRef<Lead | null>(null);
  const followed = useRef(view.lead);
  const asked = useRef<Lead | null>(null);

  /** Tells the linked pane how this one stands, if this one leads. */
  const lead = useCallback(() => {
    const { fileId, top, run, size, runway, heading, awaited } = latest.current;
    const now = appStore.getState().views[fileId];
    if (now?.mode !== 'both' || now.leads !== 'text' || !run) return;
    const next =
      heading === null
        ? { top: top.current.offset, cursor: now.cursor, level: levelOf(runway, rowOfOffset(run, now.cursor, size)) }
        : leadAhead(heading, awaited, now.cursor, runway);
    const last = sent.current;
    if (last?.top === next.top && last.cursor === next.cursor && last.level === next.level) return;
    sent.current = next;
    // The top of a view that waits stays told as the one where rows were last.
    agreed.current = heading === null ? next.top : top.current.offset;
    appStore.getState().setTop(fileId, agreed.current, next);
  }, []);

  /** Level with the cursor of the pane that leads, or from the same top. */
  const follow = useCallback((other: Lead) => {
    const { geometry: rows, run, size, top, runway, wrap } = latest.current;
    if (other === followed.current || !run) return;
    agreed.current = other.top;
    const row = rowOfOffset(run, other.level === null ? other.top : other.cursor, size);
    if (other.level !== null && row !== null && !wrap) runway.scrollToPosition({ row: row - other.level, px: 0 });
    else if (other.level !== null) {
      if (asked.current !== other) rows.show(other.cursor, wrap ? 'nearest' : 'center');
      asked.current = other;
      // Rows that are not here yet are levelled when they have come.
      if (!wrap) return;
    } else if (row === null || row !== rowOfOffset(run, top.current.offset, size)) rows.show(other.top, 'start');
    followed.current = other;
  }, []);

  const report = useCallback(() => {
    timer.current = null;
    const { fileId, top } = latest.current;
    if (agreed.current === top.current.offset) return;
    agreed.current = top.current.offset;
    appStore.getState().setTop(fileId, top.current.offset);
  }, []);

  /** A wish is followed once its rows are here: a view that goes before leaves it to the next one. */
  const arrived = useCallback(() => {
    const { fileId, view: current, geometry: rows, run } = latest.current;
    const here = run !== null && !rows.leaving && seen.current === current.reveal.seq;
    if (here && current.reveal.seq > current.followed) appStore.getState().setFollowed(fileId);
  }, []);

  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );

  /** Shows a byte with what is around it, unless it is on the screen. */
  const come = useCallback((offset: number): void => {
    const { geometry: rows, run, size, runway } = latest.current;
    const row = run && nearestRow(run, offset, size);
    if (row !== null && row >= runway.firstVisibleRow && row < runway.lastVisibleRow) return;
    rows.show(offset, 'center');
  }, []);

  // A layout effect, so that cursor and view move in one frame.
  useLayoutEffect(() => {
    const { reveal } = view;
    if (reveal.seq === seen.current) return;
    seen.current = reveal.seq;
    if (latest.current.follows && reveal.align === 'nearest') come(reveal.offset);
    else geometry.show(reveal.offset, ALIGNS[reveal.align]);
    arrived();
  }, [view, geometry, come, arrived]);

  const { follows, fileId } = parts;
  const { cursor } = view;
  const came = useRef(cursor);
  useLayoutEffect(() => {
    // The end of the file stays in view until the cursor is moved: to give the keyboard to another pane is no wish to leave it.
    if (follows && (came.current !== cursor || followOf(fileId).status !== 'live')) come(cursor);
    came.current = cursor;
  }, [follows, cursor, fileId, come]);

  return useCallback(() => {
    arrived();
    const { view: current, top, run, size, reports } = latest.current;
    if (!reports) return;
    if (current.mode === 'both') {
      if (current.leads === 'text') lead();
      else if (current.lead) follow(current.lead);
      return;
    }
    if (top.current.offset === agreed.current) return;
    // What follows the other pane has nothing of its own to report.
    const same = run && rowOfOffset(run, agreed.current, size) === rowOfOffset(run, top.current.offset, size);
    if (same) return;
    timer.current ??= setTimeout(report, REPORT_MS);
  }, [arrived, lead, follow, report]);
}

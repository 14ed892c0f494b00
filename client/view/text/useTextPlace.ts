/** Keeps the view and the store together: follows wishes to reveal a byte, reports its top, follows the other pane's top. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { RowAlign } from '../../rows/runway.ts';
import type { TextGeometry } from '../../rows/textGeometry.ts';
import type { TextRun } from '../../rows/textRun.ts';
import { rowOfOffset } from '../../rows/textRun.ts';
import { appStore, type FileView } from '../../state/store.ts';
import type { TextTop } from './useTextGeometry.ts';

/** The top is reported at most this often while scrolling, ms. */
const REPORT_MS = 100;

const ALIGNS = { nearest: 'nearest', center: 'center', top: 'start' } as const;

/**
 * Where a view that is just mounted begins: at a wish that no view has followed yet; else where the other view was, unless the
 * cursor, if near, would be out of sight.
 */
export function firstPlace(view: FileView): { readonly offset: number; readonly align: RowAlign } {
  const { reveal } = view;
  if (reveal.seq > view.followed) return { offset: reveal.offset, align: ALIGNS[reveal.align] };
  const near = Math.abs(view.cursor - view.top) < 65_536;
  return { offset: near && view.cursor < view.top ? view.cursor : view.top, align: 'start' };
}

export interface TextPlaceParts {
  readonly fileId: string;
  readonly view: FileView;
  readonly geometry: TextGeometry;
  readonly run: TextRun | null;
  readonly size: number;
  readonly top: RefObject<TextTop>;
}

/** Returns the function to call after a render that may have moved the top. */
export function useTextPlace(parts: TextPlaceParts): () => void {
  const { view, geometry } = parts;
  const latest = useRef(parts);
  latest.current = parts;
  const agreed = useRef(view.top);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const seen = useRef(view.reveal.seq);

  const report = useCallback(() => {
    timer.current = null;
    const { fileId, top } = latest.current;
    if (agreed.current === top.current.offset) return;
    agreed.current = top.current.offset;
    appStore.getState().setTop(fileId, top.current.offset);
  }, []);

  // The wish that was there at first is followed by beginning there (firstPlace).
  useEffect(() => appStore.getState().setFollowed(latest.current.fileId), []);

  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );

  // A layout effect, so that cursor and view move in one frame.
  useLayoutEffect(() => {
    const { reveal } = view;
    if (reveal.seq === seen.current) return;
    seen.current = reveal.seq;
    appStore.getState().setFollowed(latest.current.fileId);
    geometry.show(reveal.offset, ALIGNS[reveal.align]);
  }, [view, geometry]);

  useEffect(() => {
    if (view.mode !== 'both' || view.top === agreed.current) return;
    agreed.current = view.top;
    const { run, size, top } = latest.current;
    const wanted = run && rowOfOffset(run, view.top, size);
    const shown = run && rowOfOffset(run, top.current.offset, size);
    if (wanted === null || wanted !== shown) geometry.show(view.top, 'start');
  }, [view.mode, view.top, geometry]);

  return useCallback(() => {
    const { view: current, top, run, size } = latest.current;
    if (top.current.offset === agreed.current) return;
    // What follows the other pane has nothing of its own to report.
    const same = run && rowOfOffset(run, agreed.current, size) === rowOfOffset(run, top.current.offset, size);
    if (same) return;
    if (current.mode === 'both') report();
    else timer.current ??= setTimeout(report, REPORT_MS);
  }, [report]);
}

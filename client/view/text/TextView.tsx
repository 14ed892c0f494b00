/**
 * The lines of a file in rows. Where the rows are comes from a TextGeometry, their bytes from the page cache, cursor and selection
 * from the store; what is on screen is a function of these, and nothing here is kept twice.
 */
import { type CSSProperties, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { selectionExtent } from '../../../shared/extent.ts';
import type { FileInfo } from '../../../shared/protocol.ts';
import { createTextCodec } from '../../../shared/text/codec.ts';
import { byteOf, characterAtCell, characterAtIndex } from '../../../shared/text/lineLayout.ts';
import type { Api } from '../../api/client.ts';
import type { PageCache } from '../../cache/pageCache.ts';
import { pageOf } from '../../cache/plan.ts';
import { useCacheVersion } from '../../cache/usePages.ts';
import { useCellMetrics } from '../../rows/metrics.ts';
import { isLong, TextContents } from '../../rows/textContent.ts';
import type { TextPlaces } from '../../rows/textMoves.ts';
import { lineOf, meanRow, rowAt, rowEnd, rowOfOffset, runEndRow, type TextRow } from '../../rows/textRun.ts';
import { type RunwayItem, useRunway } from '../../rows/useRunway.ts';
import { useCommandHandlers } from '../../state/commandRegistry.ts';
import { appStore, type FileView } from '../../state/store.ts';
import { useApp } from '../../state/useApp.ts';
import { CopyNotice, useCopy } from '../copy/useCopy.tsx';
import { Overview, type OverviewStep } from '../overview/Overview.tsx';
import type { OverviewLayer } from '../overview/paintLayers.ts';
import { type RowsPointerEvent, RowsViewport } from '../rows.tsx';
import { hasControlPictures } from './controlPictures.ts';
import { HorizontalBar } from './HorizontalBar.tsx';
import { gutterCells } from './lineLabel.ts';
import { rowWindow } from './rowWindow.ts';
import { TextRowView } from './TextRowView.tsx';
import { indexAtPoint } from './textHighlights.ts';
import { useHeldCursor } from './useHeldCursor.ts';
import { useTextAnnouncement } from './useTextAnnouncement.ts';
import { useTextCommands } from './useTextCommands.ts';
import { type TextTop, useTextGeometry } from './useTextGeometry.ts';
import { useTextPages } from './useTextPages.ts';
import { firstOffset, useTextPlace } from './useTextPlace.ts';
import { useTextPointer } from './useTextPointer.ts';
import './text.css';

export interface TextViewProps {
  readonly file: FileInfo;
  readonly cache: PageCache;
  readonly api: Api;
  /** Has the keyboard: its commands are the ones that keys mean. */
  readonly active: boolean;
  /** More to show in the overview. */
  readonly layers: readonly OverviewLayer[];
  /** Says more about a byte of the file in the overview's tooltip, such as its line. */
  readonly describe: ((offset: number) => string | Promise<string>) | null;
}

/** px between the line number and the text. */
const TEXT_GAP = 12;
/** While the thumb is dragged the latest place is asked for at most this often, ms. */
const SEEK_MS = 60;
/** Cells kept between the cursor and the edge when a move scrolls sideways. */
const MARGIN_CELLS = 4;

const createDecoder = (label: string, options: TextDecoderOptions) => new TextDecoder(label, options);

export function TextView(props: TextViewProps) {
  const view = useApp((state) => state.views[props.file.id]);
  return view ? <TextPane key={props.file.id} {...props} view={view} /> : null;
}

function TextPane(props: TextViewProps & { readonly view: FileView }) {
  const { file, cache, api, active, view } = props;
  const settings = useApp((state) => state.settings);
  const version = useCacheVersion(cache);
  const { cellWidth, letterSpacing, rowHeight } = useCellMetrics(settings.fontSize);
  const { size } = cache;
  const { wrap } = settings;
  const encoding = view.encoding ?? file.encoding;

  const [initialOffset] = useState(() => firstOffset(view));
  const top = useRef<TextTop>({ offset: initialOffset, px: 0 });
  const shift = useRef<(rows: number) => void>(() => undefined);
  const onShift = useCallback((rows: number) => shift.current(rows), []);
  const main = useRef<HTMLDivElement>(null);
  const heldCursor = useHeldCursor(main);
  const cursor = useRef(view.cursor);
  cursor.current = view.cursor;
  const wrapAnchor = useCallback(() => (heldCursor.isHeld() ? cursor.current : top.current.offset), [heldCursor]);
  const { geometry, snapshot, takeScroll } = useTextGeometry({
    file,
    cache,
    api,
    encoding: view.encoding,
    wrap,
    initialOffset,
    top,
    wrapAnchor,
    onShift,
  });
  const { run, rowCount, facts, errors } = snapshot;

  const contents = useMemo(
    () =>
      new TextContents({
        codec: createTextCodec(encoding, createDecoder),
        tabSize: settings.tabSize,
        escapes: settings.rawEscapes ? 'symbols' : 'colour',
        controls: hasControlPictures() ? 'pictures' : 'carets',
        readBytes: (offset, length) => cache.readBytes(offset, length),
      }),
    [encoding, settings.tabSize, settings.rawEscapes, cache],
  );
  const places = useMemo<TextPlaces | null>(() => run && { run, contents, size }, [run, contents, size]);

  const runway = useRunway({ rowCount, rowHeight, measured: wrap, initialRow: 0 });
  shift.current = runway.shift;

  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = main.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    setWidth(element.clientWidth);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const gutter = useGutter(snapshot.facts.totalLines ?? facts.size / facts.meanLine, file.generation, cellWidth);
  const textWidth = Math.max(0, width - gutter - TEXT_GAP);
  const cells = Math.max(1, Math.floor(textWidth / cellWidth));
  const [leftPx, setLeftPx] = useState(0);
  /** The last wish to reveal a byte that was also followed sideways; -1: `offset` is to be. */
  const sideways = useRef({ seq: view.reveal.seq, offset: 0 });
  const leftCells = wrap ? 0 : leftPx / cellWidth;

  // Widths of wrapped rows follow from the width of the pane and of the cells.
  const fit = `${wrap}:${textWidth}:${cellWidth}:${rowHeight}`;
  const fitted = useRef(fit);
  useLayoutEffect(() => {
    if (fitted.current === fit) return;
    const toggled = fitted.current.startsWith('true') !== wrap;
    fitted.current = fit;
    if (wrap || toggled) runway.remeasure();
    if (!toggled) return;
    setLeftPx(0);
    // What the cursor is on comes into view sideways, too.
    if (heldCursor.isHeld()) sideways.current = { seq: -1, offset: cursor.current };
  }, [fit, wrap, runway, heldCursor]);

  const firstVisible = run ? rowAt(run, runway.firstVisibleRow) : null;
  const lastVisible = run ? (rowAt(run, runway.lastVisibleRow) ?? run.rows.at(-1) ?? null) : null;
  const reportTop = useTextPlace({ fileId: file.id, view, geometry, run, size, top });

  useLayoutEffect(() => {
    const scroll = takeScroll();
    if (scroll) {
      if (scroll.align === 'keep') runway.scrollToPosition({ row: scroll.row, px: Math.min(scroll.px, rowHeight - 1) });
      else runway.scrollToRow(scroll.row, scroll.align);
      return;
    }
    if (!run) return;
    heldCursor.settle(runway, rowOfOffset(run, view.cursor, size));
    const position = runway.position();
    const row = rowAt(run, position.row);
    if (row) {
      const column = isLong(row) && !wrap ? Math.floor(leftCells) : 0;
      top.current = { offset: Math.min(row.offset + column, Math.max(row.offset, rowEnd(row) - 1)), px: position.px };
      reportTop();
    }
    geometry.look(snapshot.epoch, runway.firstVisibleRow, runway.lastVisibleRow);
  });

  const cursorRow = run ? rowOfOffset(run, view.cursor, size) : null;
  useTextPages({
    cache,
    contents,
    run,
    firstRow: runway.firstVisibleRow,
    lastRow: runway.lastVisibleRow,
    cursorRow,
    left: leftCells,
    cells,
    version,
  });

  const scrollLeft = useCallback((next: number) => setLeftPx(Math.max(0, Math.round(next * cellWidth))), [cellWidth]);
  useSidewaysWheel(main, (px) => setLeftPx((before) => Math.max(0, Math.min(before + px, maxLeft.current))));
  const longest = useLongest(runway.items, run, contents, version);
  const maxLeft = useRef(0);
  maxLeft.current = wrap ? 0 : Math.max(leftPx, (longest + MARGIN_CELLS - cells) * cellWidth, 0);

  // A move brings its cell into view once its row is here.
  useLayoutEffect(() => {
    if (sideways.current.seq === view.reveal.seq || wrap || !run || width === 0) return;
    const { offset } = sideways.current.seq === -1 ? sideways.current : view.reveal;
    const at = rowOfOffset(run, offset, size);
    const row = at === null ? null : rowAt(run, at);
    const cell = row && contents.cellAt(row, offset);
    if (cell === null) return;
    sideways.current = { seq: view.reveal.seq, offset };
    if (cell < leftCells) scrollLeft(Math.max(0, cell - MARGIN_CELLS));
    else if (cell >= leftCells + cells - 1) scrollLeft(cell - cells + 1 + MARGIN_CELLS);
  });

  const offsetAt = (event: RowsPointerEvent): number | null => {
    const row = run && rowAt(run, event.row);
    if (!row) return null;
    const content = contents.content(row, leftCells, cells);
    if (!content) return row.offset;
    const { layout, start, startCell } = content;
    const element = main.current?.querySelector(`[data-row="${event.row}"] .text-line`);
    const x = event.x - gutter - TEXT_GAP;
    let character: number;
    if (x < 0 && !wrap) character = characterAtCell(layout, Math.max(0, Math.floor(leftCells - startCell)));
    else if (!wrap && (layout.maps === null || !element)) {
      character = characterAtCell(layout, Math.max(0, Math.floor((x + leftPx) / cellWidth - startCell)));
    } else if (element) {
      const { from, to } = wrap ? { from: 0, to: layout.text.length } : rowWindow(content, leftCells, cells);
      const text = element.textContent ?? '';
      const length = Math.min(text.length, to - from + 1);
      character = characterAtIndex(layout, from + indexAtPoint(element, length, text, event.clientX, event.clientY));
    } else return row.offset;
    if (character >= layout.count) return contents.lastOffset(row) ?? row.offset;
    return row.offset + start + byteOf(layout, character);
  };

  const visualMove = (lines: 1 | -1): number | null => {
    const scroller = runway.scroller();
    const ring = scroller?.querySelector('.text-cursor');
    if (!wrap || !scroller || !ring) return null;
    const box = ring.getBoundingClientRect();
    const frame = scroller.getBoundingClientRect();
    const clientX = box.left + Math.min(box.width, cellWidth) / 2;
    const clientY = box.top + box.height / 2 + lines * rowHeight;
    const row = runway.rowAt(clientY - frame.top);
    if (row === cursorRow && clientY < frame.top - rowHeight * 8) return null;
    const element = scroller.querySelector(`[data-row="${row}"]`);
    if (!element) return null;
    const rowBox = element.getBoundingClientRect();
    if (clientY < rowBox.top || clientY > rowBox.bottom) return null;
    const x = clientX - frame.left;
    return offsetAt({ phase: 'press', row, x, clicks: 1, extend: false, clientX, clientY });
  };

  const copy = useCopy({ api, fileId: file.id, cache, encoding });
  const bring = useCallback((offset: number) => geometry.show(offset, 'nearest'), [geometry]);
  const [announcement, announce] = useTextAnnouncement(places);
  useTextCommands({ fileId: file.id, places, rowCount, runway, copy, bring, visualMove, onMoved: announce }, active);
  useCommandHandlers(
    {
      'view.levels': () => appStore.getState().patchSettings({ levels: !settings.levels }),
      'view.escapes': () => appStore.getState().patchSettings({ rawEscapes: !settings.rawEscapes }),
    },
    true,
  );
  const onBeyond = (px: number) => {
    if (!wrap) setLeftPx((before) => Math.max(0, Math.min(before + Math.round(px / 4), maxLeft.current)));
  };
  const onPointer = useTextPointer({ fileId: file.id, places, gutterWidth: gutter, offsetAt, onBeyond, width });
  const onFocus = useCallback(() => appStore.getState().patchView(file.id, { pane: 'text' }), [file.id]);

  const selection = selectionExtent(view.cursor, view.anchor);
  const retryGeometry = useCallback(() => geometry.retry(), [geometry]);

  const renderRow = (item: RunwayItem) => {
    const row = run ? rowAt(run, item.row) : null;
    if (!row || !run) {
      const side =
        run && item.row === runEndRow(run) ? 'after' : run && item.row === run.firstRow - 1 ? 'before' : null;
      const error = side === null ? null : (errors[side] ?? null);
      return (
        <TextRowView
          {...EMPTY_ROW}
          number={run && !run.split ? item.row + 1 : null}
          exact={run?.exact === true && !run.split}
          gutterWidth={gutter}
          skeletonCells={skeletonCells(item.row, run ? meanRow(run, facts) : 60)}
          error={error}
          onRetry={error === null ? null : retryGeometry}
        />
      );
    }
    const content = contents.content(row, leftCells, cells);
    const shared = {
      number: row.column === null || row.column > 0 ? null : lineOf(run, row) + 1,
      exact: run.exact,
      continues: row.column === null ? run.split && row !== run.rows[0] : row.column > 0,
      gutterWidth: gutter,
    };
    if (!content) {
      const page = firstFailed(cache, contents.extent(row, leftCells, cells));
      const error = page === null ? null : (cache.error(page)?.message ?? null);
      return (
        <TextRowView
          {...EMPTY_ROW}
          {...shared}
          skeletonCells={Math.min(row.length, cells)}
          error={error}
          onRetry={page === null ? null : () => cache.retry(page)}
        />
      );
    }
    const { layout, start, startCell } = content;
    const base = row.offset + start;
    const whole = start + layout.byteCount >= row.length;
    const limit = whole ? layout.byteCount + row.terminatorLength : layout.byteCount;
    const inRow = (offset: number): number => Math.max(0, Math.min(offset - base, limit));
    const part = wrap ? { from: 0, to: layout.text.length, cell: 0 } : rowWindow(content, leftCells, cells);
    const pinned = !wrap && isLong(row);
    const hasCursor = view.cursor >= base && (view.cursor < base + limit || (limit === 0 && view.cursor === base));
    return (
      <TextRowView
        {...shared}
        layout={layout}
        from={part.from}
        to={part.to}
        x={
          pinned
            ? startCell * cellWidth - leftPx + part.cell * cellWidth - startCell * cellWidth
            : part.cell * cellWidth
        }
        pinned={pinned}
        terminated={whole && row.terminatorLength > 0}
        selectionStart={selection ? inRow(selection.offset) : 0}
        selectionEnd={selection ? inRow(selection.end) : 0}
        cursor={hasCursor && size > 0 ? view.cursor - base : -1}
        fit={hasCursor ? fit : ''}
        levels={settings.levels && start === 0 && (row.column ?? 1) === 0}
        skeletonCells={0}
        error={null}
        onRetry={null}
      />
    );
  };

  const visible = {
    offset: Math.min(
      size,
      firstVisible
        ? firstVisible.offset + fraction(firstVisible, runway.position().px, rowHeight, wrap)
        : top.current.offset,
    ),
    end: Math.min(size, lastVisible ? rowEnd(lastVisible) : top.current.offset + 1),
  };
  const onSeek = useSeek(geometry, size, visible.end - visible.offset);
  const onStep = (step: OverviewStep) => {
    if (step === 'start') geometry.show(0, 'start');
    else if (step === 'end') geometry.show(size - 1, 'end');
    else
      runway.scrollByRows(
        (step === 'up' || step === 'pageUp' ? -1 : 1) * (step.startsWith('page') ? runway.pageRows : 1),
      );
  };

  const style = {
    '--text-letter-spacing': `${letterSpacing}px`,
    '--text-font-size': `${settings.fontSize}px`,
    '--text-row-height': `${rowHeight}px`,
    '--text-cell': `${cellWidth}px`,
    '--text-gutter': `${gutter}px`,
    '--text-left': `${-leftPx}px`,
  } as CSSProperties;
  return (
    <div className={wrap ? 'text-view text-view-wrap' : 'text-view'} style={style}>
      <div className="text-main" ref={main}>
        <RowsViewport
          runway={runway}
          label={`Lines of ${file.name}`}
          className="text-rows"
          measured={wrap}
          activeRow={cursorRow}
          idPrefix={`text-${file.id}`}
          columnCount={2}
          contentWidth={null}
          renderRow={renderRow}
          onPointer={onPointer}
          onFocus={onFocus}
          announcement={announcement}
        />
        {size === 0 && <p className="text-empty">This file is empty. Lines written to it will appear here.</p>}
        {size > 0 && !run && errors.jump !== undefined && (
          <div className="text-empty text-failed">
            <span>{errors.jump}</span>
            <button type="button" onClick={retryGeometry}>
              Try again
            </button>
          </div>
        )}
        {!wrap && (
          <HorizontalBar
            left={leftCells}
            visible={cells}
            total={longest + MARGIN_CELLS}
            inset={gutter}
            onScroll={scrollLeft}
          />
        )}
        <CopyNotice actions={copy} />
      </div>
      <Overview
        size={size}
        visible={visible}
        cursor={view.cursor}
        selection={selection}
        scannedBytes={file.index.complete ? null : file.index.scannedBytes}
        layers={props.layers}
        rowBytes={run ? meanRow(run, facts) : 80}
        controls={`text-${file.id}-rows`}
        describe={props.describe}
        onSeek={onSeek}
        onWheelPx={runway.scrollBy}
        onStep={onStep}
      />
    </div>
  );
}

const EMPTY_ROW = {
  number: null,
  exact: false,
  continues: false,
  layout: null,
  from: 0,
  to: 0,
  x: 0,
  pinned: false,
  terminated: false,
  selectionStart: 0,
  selectionEnd: 0,
  cursor: -1,
  fit: '',
  levels: false,
} as const;

/** A steady look of rows that are not known yet: lengths vary with the row, not with time. */
function skeletonCells(row: number, mean: number): number {
  return Math.max(8, Math.min(120, mean * (0.55 + 0.45 * Math.abs(Math.sin(row * 12.9898)))));
}

/** Bytes of the first visible row that are scrolled away, so that the thumb moves with each px. */
function fraction(row: TextRow, px: number, rowHeight: number, wrap: boolean): number {
  const bytes = rowEnd(row) - row.offset;
  return wrap ? 0 : Math.floor((bytes * Math.min(px, rowHeight)) / rowHeight);
}

function firstFailed(cache: PageCache, extent: { readonly offset: number; readonly end: number }): number | null {
  const last = pageOf(Math.max(extent.offset, extent.end - 1));
  for (let page = pageOf(extent.offset); page <= last; page++) if (cache.error(page)) return page;
  return null;
}

/** Width of the line numbers, whole px; grows with the number of lines, and never shrinks while one file is shown. */
function useGutter(lines: number, generation: number, cellWidth: number): number {
  const widest = useRef({ generation, cells: 0 });
  if (widest.current.generation !== generation) widest.current = { generation, cells: 0 };
  const cells = Math.max(widest.current.cells, gutterCells(lines));
  widest.current = { generation, cells };
  return Math.ceil((cells + 1.5) * cellWidth);
}

/** Cells of the longest row on screen; what was longest stays until rows of another place are shown. */
function useLongest(
  items: readonly RunwayItem[],
  run: TextPlaces['run'] | null,
  contents: TextContents,
  version: number,
): number {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the cache may have brought the bytes of a row
  return useMemo(() => {
    if (!run) return 0;
    let longest = 0;
    for (const item of items) {
      const row = rowAt(run, item.row);
      const cells = row && contents.rowCells(row);
      if (cells !== null && cells > longest) longest = cells;
    }
    return longest;
  }, [items, run, contents, version]);
}

/** Wheels and trackpads that go sideways, and Shift with the wheel: px to the right. */
function useSidewaysWheel(element: { readonly current: HTMLElement | null }, onPx: (px: number) => void): void {
  const latest = useRef(onPx);
  latest.current = onPx;
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) return;
      const unit = event.deltaMode === 0 ? 1 : 20;
      const px = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (px === 0 || (!event.shiftKey && Math.abs(event.deltaX) < Math.abs(event.deltaY) / 2)) return;
      // The page's own sideways gestures (back, forward) must not take it.
      event.preventDefault();
      latest.current(px * unit);
    };
    target.addEventListener('wheel', onWheel, { passive: false });
    return () => target.removeEventListener('wheel', onWheel);
  }, [element]);
}

/** Goes where the thumb is dragged: the latest place, a few times a second; the end of the file when the thumb is at its end. */
function useSeek(
  geometry: { show: (offset: number, align: 'start' | 'end') => void },
  size: number,
  shown: number,
): (offset: number, dragging: boolean) => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const wanted = useRef(0);
  const limits = useRef({ size, shown });
  limits.current = { size, shown };
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  return useCallback(
    (offset: number, dragging: boolean) => {
      const go = () => {
        timer.current = null;
        const { size: all, shown: bytes } = limits.current;
        if (wanted.current > 0 && wanted.current + bytes >= all) geometry.show(all - 1, 'end');
        else geometry.show(wanted.current, 'start');
      };
      wanted.current = offset;
      if (dragging && timer.current !== null) return;
      if (timer.current !== null) clearTimeout(timer.current);
      if (dragging) timer.current = setTimeout(go, SEEK_MS);
      else go();
    },
    [geometry],
  );
}

/**
 * The bytes of a file in rows. Everything on screen is a function of (rows of the runway, pages in the cache, cursor, selection,
 * settings); the store holds what is shared with other views, and nothing here is kept twice.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { selectionExtent } from '../../../shared/extent.ts';
import type { FileInfo } from '../../../shared/protocol.ts';
import { createTextCodec } from '../../../shared/text/codec.ts';
import { formatHex } from '../../../shared/units.ts';
import type { Api } from '../../api/client.ts';
import type { PageCache } from '../../cache/pageCache.ts';
import { pageOf } from '../../cache/plan.ts';
import { useCacheVersion, useWantedPages } from '../../cache/usePages.ts';
import { useMarks } from '../../marks/marksStore.ts';
import { marksIn, ribbonOf } from '../../marks/rowMarks.ts';
import { useCellMetrics } from '../../rows/metrics.ts';
import { useKeptInSight } from '../../rows/useKeptInSight.ts';
import { type RowPosition, type RunwayItem, useRunway } from '../../rows/useRunway.ts';
import { useVisibleHits } from '../../search/useVisibleHits.ts';
import { appStore } from '../../state/store.ts';
import { useApp } from '../../state/useApp.ts';
import { CopyNotice, useCopy } from '../copy/useCopy.tsx';
import { HiddenStrip } from '../HiddenStrip.tsx';
import { HorizontalBar } from '../HorizontalBar.tsx';
import { markName } from '../marks/markNames.ts';
import type { OverviewStep } from '../overview/Overview.tsx';
import { PartOverview } from '../overview/PartOverview.tsx';
import type { OverviewLayer } from '../overview/paintLayers.ts';
import { RowsViewport } from '../rows.tsx';
import { HexBookmarks } from './HexBookmarks.tsx';
import { HexHeader } from './HexHeader.tsx';
import { HexHits } from './HexHits.tsx';
import { HexCurrentRow, HexCursor, HexSelection } from './HexMarks.tsx';
import { HexRow } from './HexRow.tsx';
import {
  addressDigits,
  fittingRowBytes,
  type HexColumn,
  hexByte,
  hexLayout,
  MAX_ROW_BYTES,
  MIN_ROW_BYTES,
} from './hexLayout.ts';
import { EMPTY_VIEW, mountedExtent } from './hexParts.ts';
import { useHexCommands } from './useHexCommands.ts';
import { useHexFollow } from './useHexFollow.ts';
import { firstRow, useHexPlace } from './useHexPlace.ts';
import { useHexPointer } from './useHexPointer.ts';
import { useHexSideways } from './useHexSideways.ts';
import './hex.css';

export interface HexViewProps {
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

/** What is said to a screen reader after a move is said once the moves have paused, ms. */
const ANNOUNCE_MS = 250;

const createDecoder = (label: string, options: TextDecoderOptions) => new TextDecoder(label, options);

/** Width of an element, CSS px; 0 until it is mounted. */
function useWidth(): readonly [(element: HTMLElement | null) => (() => void) | undefined, number] {
  const [width, setWidth] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Announces a byte some time after the last move. */
function useAnnouncement(cache: PageCache): readonly [string, (cursor: number) => void] {
  const [text, setText] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  const announce = useCallback(
    (cursor: number) => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const byte = cache.peek(cursor, 1)[0];
        setText(`Offset ${formatHex(cursor)}${byte === undefined ? '' : `, byte ${hexByte(byte)}`}`);
      }, ANNOUNCE_MS);
    },
    [cache],
  );
  return [text, announce];
}

export function HexView(props: HexViewProps) {
  const { file, cache, api, active } = props;
  const view = useApp((state) => state.views[file.id]);
  const settings = useApp((state) => state.settings);
  useCacheVersion(cache);
  const [widthRef, width] = useWidth();
  const [scrollLeft, setScrollLeft] = useState(0);
  const [column, setColumn] = useState<HexColumn>('bytes');
  const [dragging, setDragging] = useState(false);
  const { cellWidth, letterSpacing, rowHeight } = useCellMetrics(settings.fontSize);

  const { size } = cache;
  const encoding = view?.encoding ?? file.encoding;
  const codec = useMemo(
    () => (settings.textColumn === 'ascii' ? null : createTextCodec(encoding, createDecoder)),
    [settings.textColumn, encoding],
  );
  const digits = addressDigits(size, settings.addressRadix);
  const layout = useMemo(() => {
    const shape = { grouping: settings.grouping, radix: settings.addressRadix, addressDigits: digits, cellWidth };
    const asked = settings.rowBytes === 'fit' ? fittingRowBytes(width, shape) : settings.rowBytes;
    const rowBytes = Math.max(MIN_ROW_BYTES, Math.min(Math.floor(asked), MAX_ROW_BYTES));
    return hexLayout({ ...shape, rowBytes });
  }, [settings.grouping, settings.addressRadix, settings.rowBytes, digits, cellWidth, width]);
  const { rowBytes } = layout;

  const rowCount = Math.ceil(size / rowBytes);
  const lowRow = Math.floor((view?.start ?? 0) / rowBytes);
  const hidden = lowRow * rowBytes;
  const [initialRow] = useState(() => (view ? firstRow(view, rowBytes) : 0));
  const [position, setPosition] = useState<RowPosition>({ row: initialRow, px: 0 });
  const report = useRef<(position: RowPosition) => void>(() => undefined);
  const runway = useRunway({
    rowCount,
    firstRow: lowRow,
    rowHeight,
    measured: false,
    initialRow,
    onScroll: (next) => {
      setPosition((old) => (old.row === next.row && old.px === next.px ? old : next));
      report.current(next);
    },
  });
  const current = view ?? EMPTY_VIEW;
  report.current = useHexPlace({ fileId: file.id, view: current, runway, rowBytes });

  useKeptInSight(runway, size === 0 ? null : Math.floor(current.cursor / rowBytes));
  useHexFollow({ file, view: current, runway, rowBytes });

  const viewportBytes = Math.floor((runway.viewportHeight / rowHeight) * rowBytes);
  const top = Math.floor((position.row + position.px / rowHeight) * rowBytes);
  const visible = {
    offset: Math.min(size, top),
    end: Math.min(size, top + viewportBytes),
  };
  useWantedPages(
    cache,
    {
      offset: runway.firstVisibleRow * rowBytes,
      end: Math.min(size, (runway.lastVisibleRow + 1) * rowBytes),
    },
    dragging,
  );

  const copy = useCopy({ api, fileId: file.id, cache, encoding, pick: null });
  const { notice, dismiss } = copy;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a refusal is about the selection it was given for
  useEffect(() => {
    if (notice?.kind === 'refused') dismiss();
  }, [current.cursor, current.anchor]);
  const [announcement, announce] = useAnnouncement(cache);
  useHexCommands(
    {
      fileId: file.id,
      size,
      start: view?.start ?? 0,
      rowBytes,
      radix: settings.addressRadix,
      runway,
      copy,
      column,
      onMoved: announce,
    },
    active,
  );
  const onPointer = useHexPointer({ fileId: file.id, cache, layout, onColumn: setColumn, scrollLeft });
  useHexSideways({ reveal: current.reveal, runway, layout, column, width });
  const scrollSideways = useCallback(
    (cells: number) => runway.scroller()?.scrollTo({ left: Math.round(cells * cellWidth) }),
    [runway, cellWidth],
  );
  const onFocus = useCallback(() => appStore.getState().patchView(file.id, { pane: 'hex' }), [file.id]);

  const shownMarks = marksIn(useMarks(file.identity), mountedExtent(runway.items, rowBytes, size));
  const retry = useCallback((page: number) => cache.retry(page), [cache]);
  const renderRow = (item: RunwayItem) => {
    const offset = item.row * rowBytes;
    const length = Math.min(rowBytes, size - offset);
    const first = pageOf(offset);
    const last = pageOf(offset + Math.max(0, length - 1));
    const page = cache.get(first);
    const error = page === null ? (cache.error(first)?.message ?? null) : null;
    const previous = pageOf(Math.max(0, offset - rowBytes));
    const leads = item.row === runway.firstVisibleRow || previous !== first;
    return (
      <HexRow
        offset={offset}
        length={length}
        layout={layout}
        codec={codec}
        cache={cache}
        page={page}
        nextPage={last === first ? null : cache.get(last)}
        error={error}
        {...ribbonOf(shownMarks, { offset, end: offset + length }, markName)}
        onRetry={error !== null && leads ? () => retry(first) : null}
      />
    );
  };

  const onSeek = useCallback(
    (offset: number, stillDragging: boolean) => {
      setDragging(stillDragging);
      // The end of the thumb's way is the end of the last row, which may be shorter than the others.
      if (offset + viewportBytes >= size) return runway.scrollToRow(rowCount - 1, 'end');
      const row = Math.floor(offset / rowBytes);
      runway.scrollToPosition({ row, px: Math.round(((offset - row * rowBytes) / rowBytes) * rowHeight) });
    },
    [runway, rowBytes, rowHeight, rowCount, size, viewportBytes],
  );
  const onStep = (step: OverviewStep) => {
    if (step === 'start') runway.scrollToRow(0, 'start');
    else if (step === 'end') runway.scrollToRow(rowCount - 1, 'end');
    else
      runway.scrollByRows(
        (step === 'up' || step === 'pageUp' ? -1 : 1) * (step.startsWith('page') ? runway.pageRows : 1),
      );
  };

  const { cursor, anchor } = current;
  const selection = selectionExtent(cursor, anchor);
  const hits = useVisibleHits(file.id, 'hex', [mountedExtent(runway.items, rowBytes, size)], visible, cursor);
  const idPrefix = `hex-${file.id}`;
  /** Rows are wider than the pane. */
  const cut = width > 0 && layout.width > width;
  return (
    <div
      className="hex-view"
      style={
        {
          '--hex-letter-spacing': `${letterSpacing}px`,
          '--hex-address-left': `${layout.addressLeft}px`,
          '--hex-bytes-left': `${layout.bytesLeft}px`,
          '--hex-bytes-width': `${layout.bytesWidth}px`,
          '--hex-text-left': `${layout.textLeft}px`,
          '--hex-text-width': `${layout.textWidth}px`,
          '--hex-row-height': `${rowHeight}px`,
          '--hex-font-size': `${settings.fontSize}px`,
        } as React.CSSProperties
      }
    >
      <div className={cut ? 'hex-main hex-main-cut' : 'hex-main'} ref={widthRef}>
        <HexHeader
          layout={layout}
          column={size === 0 ? -1 : cursor % rowBytes}
          scrollLeft={scrollLeft}
          textName={codec === null ? 'ASCII' : encoding.toUpperCase()}
        />
        {hidden > 0 && <HiddenStrip fileId={file.id} bytes={hidden} />}
        <RowsViewport
          runway={runway}
          label={`Bytes of ${file.name}`}
          className="hex-rows"
          measured={false}
          activeRow={size === 0 ? null : Math.floor(cursor / rowBytes)}
          idPrefix={idPrefix}
          columnCount={3}
          contentWidth={layout.width}
          renderRow={renderRow}
          underlay={
            size > 0 && (
              <>
                <HexCurrentRow runway={runway} layout={layout} cursor={cursor} />
                <HexBookmarks runway={runway} layout={layout} marks={shownMarks} />
                <HexHits runway={runway} layout={layout} hits={hits} />
                <HexSelection runway={runway} layout={layout} selection={selection} />
              </>
            )
          }
          overlay={size > 0 && <HexCursor runway={runway} layout={layout} cursor={cursor} />}
          onPointer={onPointer}
          onFocus={onFocus}
          onScrollLeft={setScrollLeft}
          announcement={announcement}
        />
        {cut && (
          <HorizontalBar
            left={scrollLeft / cellWidth}
            visible={(width - layout.bytesLeft) / cellWidth}
            total={(layout.width - layout.bytesLeft) / cellWidth}
            inset={layout.bytesLeft}
            controls={`${idPrefix}-rows`}
            onScroll={scrollSideways}
          />
        )}
        {size > 0 && hidden >= size && (
          <p className="hex-empty">Nothing has come since. What comes appears here by itself.</p>
        )}
        {size === 0 && <p className="hex-empty">This file is empty. Bytes written to it will appear here.</p>}
        <CopyNotice actions={copy} />
      </div>
      {/* Linked panes show the same place of the same file: one strip, at the right, is enough. */}
      {current.mode !== 'both' && (
        <PartOverview
          start={hidden}
          unit="bytes"
          size={size}
          visible={visible}
          cursor={cursor}
          selection={selection}
          scannedBytes={file.index.complete ? null : file.index.scannedBytes}
          layers={props.layers}
          rowBytes={rowBytes}
          controls={`${idPrefix}-rows`}
          describe={props.describe}
          onSeek={onSeek}
          onWheelPx={runway.scrollBy}
          onStep={onStep}
        />
      )}
    </div>
  );
}

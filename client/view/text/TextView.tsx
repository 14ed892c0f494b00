/**
 * The lines of a file in rows. Where the rows are comes from a TextGeometry, their bytes from the page cache, cursor and selection
 * from the store; what is on screen is a function of these, and nothing here is kept twice.
 */
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { selectionExtent } from '../../../shared/extent.ts';
import type { FileInfo } from '../../../shared/protocol.ts';
import { createTextCodec } from '../../../shared/text/codec.ts';
import type { Api } from '../../api/client.ts';
import type { PageCache } from '../../cache/pageCache.ts';
import { useCacheVersion } from '../../cache/usePages.ts';
import { useCellMetrics } from '../../rows/metrics.ts';
import { gapAt } from '../../rows/pickedRows.ts';
import { isLong, TextContents } from '../../rows/textContent.ts';
import type { TextPlaces } from '../../rows/textMoves.ts';
import { rowAt, rowEnd, rowOfOffset } from '../../rows/textRun.ts';
import { useKeptInSight } from '../../rows/useKeptInSight.ts';
import { type RunwayItem, useRunway } from '../../rows/useRunway.ts';
import { useVisibleHits } from '../../search/useVisibleHits.ts';
import { mayGrow } from '../../state/follow.ts';
import { useToldHeading } from '../../state/heading.ts';
import { appStore, type FileView } from '../../state/store.ts';
import { useApp } from '../../state/useApp.ts';
import { CopyNotice, useCopy } from '../copy/useCopy.tsx';
import { RowsNewsPill } from '../filter/RowsNewsPill.tsx';
import { HiddenStrip } from '../HiddenStrip.tsx';
import { HorizontalBar } from '../HorizontalBar.tsx';
import type { OverviewProps } from '../overview/Overview.tsx';
import type { OverviewLayer } from '../overview/paintLayers.ts';
import { RowsViewport } from '../rows.tsx';
import { hasControlPictures } from './controlPictures.ts';
import { type FilteredRows, filteredRowClass } from './filteredRows.ts';
import { heldPlace } from './heldPlace.ts';
import { renderTextRow } from './renderTextRow.tsx';
import { SeamHeader } from './SeamHeader.tsx';
import { TextEmpty } from './TextEmpty.tsx';
import { TextHeader } from './TextHeader.tsx';
import { TextOverview } from './TextOverview.tsx';
import { areWhole, onScreen, textExtents } from './textExtents.ts';
import { offsetAtPoint, offsetOnNextLine, type TextPointParts } from './textPoint.ts';
import { keptPosition, textStyle, useGutter, useRefit, useTextSwitches, useWidth } from './textViewHooks.ts';
import { useHeldCursor } from './useHeldCursor.ts';
import { useHeldPlace } from './useHeldPlace.ts';
import { useRowColours } from './useRowColours.ts';
import { useSideways } from './useSideways.ts';
import { useTextAnnouncement } from './useTextAnnouncement.ts';
import { useTextCommands } from './useTextCommands.ts';
import { useTextFollow } from './useTextFollow.ts';
import { type TextTop, useTextGeometry } from './useTextGeometry.ts';
import { useTextPages } from './useTextPages.ts';
import { firstPlace, useTextPlace } from './useTextPlace.ts';
import { useTextPointer } from './useTextPointer.ts';
import '../tints.css';
import './filteredRows.css';
import './sgr.css';
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
  readonly describe: OverviewProps['describe'];
  /** Another pane of rows has the keyboard; this one shows where its cursor goes. */
  readonly follows: boolean;
  /** Show the rows of a filter; null: all. */
  readonly filtered: FilteredRows | null;
}

/** px between the line number and the text. */
const TEXT_GAP = 12;

const createDecoder = (label: string, options: TextDecoderOptions) => new TextDecoder(label, options);

export function TextView(props: TextViewProps) {
  const view = useApp((state) => state.views[props.file.id]);
  // Rows of a filter come from elsewhere: a view of them is another one.
  const key = `${props.file.id}${props.filtered ? ' filtered' : ''}`;
  return view ? <TextPane key={key} {...props} view={view} /> : null;
}

function TextPane(props: TextViewProps & { readonly view: FileView }) {
  const { file, cache, api, active, view, filtered } = props;
  const settings = useApp((state) => state.settings);
  const version = useCacheVersion(cache);
  const { cellWidth, letterSpacing, rowHeight } = useCellMetrics(settings.fontSize);
  const { size } = cache;
  const { wrap } = settings;
  const encoding = view.encoding ?? file.encoding;
  const beside = filtered?.beside === true;
  // Rows of a filter are those that the server makes of what is shown.
  const start = filtered ? 0 : Math.min(view.start, size);

  const [held] = useState(() => heldPlace(file.id));
  const [initial] = useState(() => firstPlace(view, held));
  const top = useRef<TextTop>({ offset: initial.offset, px: 0 });
  const shift = useRef<(rows: number) => void>(() => undefined);
  const onShift = useCallback((rows: number) => shift.current(rows), []);
  const main = useRef<HTMLDivElement>(null);
  const heldCursor = useHeldCursor(main, wrap && !beside ? (held?.ringY ?? null) : null);
  const cursor = useRef(view.cursor);
  cursor.current = view.cursor;
  const wrapAnchor = useCallback(() => (heldCursor.isHeld() ? cursor.current : top.current.offset), [heldCursor]);
  const hold = useRef<() => number | null>(() => null);
  const { geometry, picked, snapshot, takeScroll } = useTextGeometry({
    file,
    cache,
    api,
    encoding: view.encoding,
    start,
    wrap,
    initial,
    top,
    wrapAnchor,
    onShift,
    filtered,
    hold: () => hold.current(),
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
  const places = useMemo<TextPlaces | null>(() => run && { run, contents, start, size }, [run, contents, start, size]);

  const runway = useRunway({ rowCount, firstRow: snapshot.firstRow, rowHeight, measured: wrap, initialRow: 0 });
  shift.current = runway.shift;

  const width = useWidth(main);
  const gutter = useGutter(snapshot.facts.totalLines ?? facts.size / facts.meanLine, file.generation, cellWidth);
  const textWidth = Math.max(0, width - gutter - TEXT_GAP);
  const cells = Math.max(1, Math.floor(textWidth / cellWidth));
  const sideways = useSideways({
    main,
    view,
    run,
    items: runway.items,
    contents,
    size,
    wrap,
    width,
    cells,
    cellWidth,
    version,
    isHeld: heldCursor.isHeld,
    firstPx: held && (!beside || held.picked) ? held.leftPx : null,
  });
  const { px: leftPx, left: leftCells } = sideways;

  const fit = `${wrap}:${textWidth}:${cellWidth}:${rowHeight}`;
  useRefit(runway, wrap, fit);

  const reportTop = useTextPlace({
    fileId: file.id,
    view,
    geometry,
    run,
    heading: snapshot.heading,
    awaited: snapshot.awaited,
    size,
    top,
    runway,
    wrap,
    follows: props.follows,
    reports: !beside,
  });

  const tellPlace = useHeldPlace({ pane: beside ? 'filtered' : 'text', view, top, leftPx });
  useLayoutEffect(() => {
    const scroll = takeScroll();
    if (scroll) {
      if (scroll.align === 'keep') {
        heldCursor.arrived();
        runway.scrollToPosition(keptPosition(scroll.row, scroll.px, runway, wrap));
        tellPlace(false);
      } else {
        heldCursor.release();
        runway.scrollToRow(scroll.row, scroll.align);
      }
      return;
    }
    if (!run) return;
    heldCursor.settle(runway, rowOfOffset(run, view.cursor, size), () => !wrap || areWhole(runway, run, contents));
    const position = runway.position();
    const row = rowAt(run, position.row);
    if (row) {
      const column = isLong(row) && !wrap ? Math.floor(leftCells) : 0;
      top.current = { offset: Math.min(row.offset + column, Math.max(row.offset, rowEnd(row) - 1)), px: position.px };
      reportTop();
      tellPlace(true);
    } else if (snapshot.heading !== null) reportTop();
    geometry.look(snapshot.epoch, runway.firstVisibleRow, runway.lastVisibleRow);
  });

  const cursorRow = run ? rowOfOffset(run, view.cursor, size) : null;
  useKeptInSight(runway, cursorRow);

  const news = useTextFollow({ file, view, geometry, snapshot, runway, size, wrap, fit, beside, heldCursor });

  hold.current = () => {
    const seen = cursorRow !== null && cursorRow >= runway.firstVisibleRow && cursorRow <= runway.lastVisibleRow;
    return seen ? view.cursor : null;
  };
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

  const point: TextPointParts = { main, run, contents, wrap, leftPx, cells, cellWidth, textLeft: gutter + TEXT_GAP };
  const visualMove = (lines: 1 | -1) => offsetOnNextLine(point, runway, rowHeight, lines);

  const copy = useCopy({ api, fileId: file.id, cache, encoding, pick: filtered?.pick ?? null });
  const heading = useToldHeading(file.id, snapshot.heading, !beside);
  const [announcement, announce] = useTextAnnouncement(places, facts, mayGrow(file));
  useTextCommands({ fileId: file.id, places, rowCount, runway, copy, geometry, visualMove, onMoved: announce }, active);
  useTextSwitches(settings);
  const onPointer = useTextPointer({
    fileId: file.id,
    places,
    gutterWidth: gutter,
    offsetAt: (event) => offsetAtPoint(point, event),
    onBeyond: (px) => !wrap && sideways.scrollBy(Math.round(px / 4)),
    width,
    shared: beside,
  });
  const onFocus = useCallback(() => {
    if (!beside) appStore.getState().patchView(file.id, { pane: 'text' });
  }, [file.id, beside]);

  const selection = selectionExtent(view.cursor, view.anchor);
  const retryGeometry = useCallback(() => geometry.retry(), [geometry]);

  const { visible, estimate } = onScreen(runway, run, facts, wrap, filtered ? null : top.current.offset);
  const drawn = textExtents(runway.items, run, contents, wrap ? null : { left: leftCells, cells });
  const hits = useVisibleHits(file.id, beside ? 'filtered' : 'text', drawn, visible, view.cursor);
  const colours = useRowColours(file.identity, beside ? 'filtered' : 'text', runway, run);
  const renderRow = (item: RunwayItem) =>
    renderTextRow(item, {
      ...colours,
      snapshot,
      contents,
      cache,
      view,
      selection,
      hits,
      wrap,
      leftPx,
      cells,
      cellWidth,
      gutter,
      fit,
      levels: settings.levels,
      growing: mayGrow(file),
      onRetryRows: retryGeometry,
    });
  const idPrefix = beside ? `filtered-${file.id}` : `text-${file.id}`;
  const style = textStyle({ letterSpacing, cellWidth, rowHeight, gutter, leftPx, fontSize: settings.fontSize });
  return (
    <div className={wrap ? 'text-view text-view-wrap' : 'text-view'} style={style}>
      <div className="text-main" ref={main}>
        <TextHeader
          column={Math.floor(leftCells)}
          summary={filtered?.summary ?? null}
          waits={heading !== null}
          lost={run !== null && gapAt(run, view.cursor, size) !== null}
        />
        {view.start > 0 && !beside && <HiddenStrip fileId={file.id} bytes={Math.min(view.start, size)} />}
        {file.previous && visible.offset === 0 && <SeamHeader name={file.name} seam={file.previous} />}
        <RowsViewport
          runway={runway}
          label={filtered ? `Filtered lines of ${file.name}` : `Lines of ${file.name}`}
          className="text-rows"
          measured={wrap}
          activeRow={cursorRow}
          idPrefix={idPrefix}
          columnCount={2}
          contentWidth={null}
          renderRow={renderRow}
          {...(filtered && { rowClass: (item: RunwayItem) => filteredRowClass(run, filtered, item.row, wrap) })}
          onPointer={onPointer}
          onFocus={onFocus}
          announcement={announcement}
        />
        {(size === 0 || !run) && (
          <TextEmpty
            size={size}
            cleared={start >= size}
            error={errors.jump}
            filter={filtered?.empty ?? null}
            onRetry={retryGeometry}
          />
        )}
        {!wrap && (
          <HorizontalBar
            left={leftCells}
            visible={cells}
            total={sideways.total}
            inset={gutter}
            controls={`${idPrefix}-rows`}
            onScroll={sideways.scrollTo}
          />
        )}
        {news && (
          <RowsNewsPill
            file={file}
            since={news.since}
            tip="The rows above are followed. Follow these as well"
            command={null}
            narrow={false}
            onPress={news.resume}
          />
        )}
        <CopyNotice actions={copy} />
      </div>
      <TextOverview
        file={file}
        view={view}
        geometry={geometry}
        picked={picked}
        snapshot={snapshot}
        runway={runway}
        size={size}
        visible={estimate ?? visible}
        about={estimate !== null}
        selection={selection}
        layers={props.layers}
        controls={`${idPrefix}-rows`}
        describe={props.describe}
      />
    </div>
  );
}

/**
 * The scroller of a view: draws the rows of a runway, hides the native bar, is one tab stop, and turns the mouse into presses and
 * drags on rows, scrolling by itself while a drag is beyond an edge. It knows neither bytes nor lines.
 */
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useRef,
} from 'react';
import type { Runway, RunwayItem } from '../rows/useRunway.ts';
import { ROWS_SCOPE_ATTRIBUTE } from '../state/commandRegistry.ts';
import './rows.css';

/** Greatest value of aria-rowcount and aria-rowindex that assistive technology takes. */
const MAX_ARIA_ROWS = 2_147_483_647;
/** Auto-scroll while dragging: px a frame for each px beyond the edge, and at most. */
const AUTO_SCROLL_RATIO = 0.25;
const AUTO_SCROLL_MAX_PX = 400;

/** The mouse on rows. `drag` and `release` follow a `press` only; touch scrolls natively and gives a `press` when it taps. */
export interface RowsPointerEvent {
  readonly phase: 'press' | 'drag' | 'release' | 'context';
  /** Absolute row under the pointer, clamped to the rows there are. */
  readonly row: number;
  /** px from the left edge of the rows, whatever is scrolled away. */
  readonly x: number;
  /** 1, 2, 3 … for single, double, triple click. */
  readonly clicks: number;
  /** Shift is held: the selection goes on from where it began. */
  readonly extend: boolean;
  readonly clientX: number;
  readonly clientY: number;
}

export interface RowsViewportProps {
  readonly runway: Runway;
  /** Name of the view for assistive technology. */
  readonly label: string;
  readonly className?: string;
  /** Rows are as tall as their content. */
  readonly measured: boolean;
  /** Id of the row (see `rowId`) with the cursor while it is mounted, else null. */
  readonly activeRow: number | null;
  /** Prefix of ids, unique in the document: the scroller itself is `PREFIX-rows`. */
  readonly idPrefix: string;
  readonly columnCount: number;
  /** The content of one row: cells. Memoize it. */
  readonly renderRow: (item: RunwayItem) => ReactNode;
  /** Extra class of a row's own element. */
  readonly rowClass?: (item: RunwayItem) => string | undefined;
  /** Drawn below and above the rows in runway coordinates (see Runway.startOf). */
  readonly underlay?: ReactNode;
  readonly overlay?: ReactNode;
  /** Width of the content, CSS px; null: as wide as the widest row. */
  readonly contentWidth: number | null;
  readonly onPointer?: (event: RowsPointerEvent) => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void;
  readonly onCopy?: (event: React.ClipboardEvent<HTMLDivElement>) => void;
  readonly onFocus?: () => void;
  readonly onBlur?: () => void;
  /** Native horizontal scroll, px. */
  readonly onScrollLeft?: (left: number) => void;
  /** Said politely when it changes. */
  readonly announcement: string;
}

function rowId(prefix: string, key: number): string {
  return `${prefix}-row-${key}`;
}

/** Follows one drag of the mouse, also beyond the edges of the scroller. */
function useRowDrag(runway: Runway, onPointer: RowsViewportProps['onPointer']) {
  const latest = useRef({ runway, onPointer });
  latest.current = { runway, onPointer };
  const drag = useRef<{ clientX: number; clientY: number; clicks: number } | null>(null);
  const frame = useRef(0);

  const place = (clientX: number, clientY: number) => {
    const scroller = latest.current.runway.scroller();
    if (!scroller) return null;
    const box = scroller.getBoundingClientRect();
    const y = Math.max(0, Math.min(clientY - box.top, scroller.clientHeight - 1));
    return { row: latest.current.runway.rowAt(y), x: clientX - box.left + scroller.scrollLeft, box, scroller };
  };

  const send = (
    phase: RowsPointerEvent['phase'],
    clientX: number,
    clientY: number,
    clicks: number,
    extend: boolean,
  ) => {
    const at = place(clientX, clientY);
    if (at && latest.current.runway.rowCount > 0) {
      latest.current.onPointer?.({ phase, row: at.row, x: at.x, clicks, extend, clientX, clientY });
    }
  };

  /** Scrolls while the pointer is held beyond the upper or lower edge; faster the farther it is. */
  const autoScroll = () => {
    const current = drag.current;
    if (!current) return;
    frame.current = requestAnimationFrame(autoScroll);
    const at = place(current.clientX, current.clientY);
    if (!at) return;
    const beyond = Math.min(0, current.clientY - at.box.top) + Math.max(0, current.clientY - at.box.bottom);
    if (beyond === 0) return;
    const px = Math.sign(beyond) * Math.min(AUTO_SCROLL_MAX_PX, Math.ceil(Math.abs(beyond) * AUTO_SCROLL_RATIO));
    at.scroller.scrollTop += px;
    send('drag', current.clientX, current.clientY, current.clicks, true);
  };

  useEffect(() => () => cancelAnimationFrame(frame.current), []);

  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      // A captured pointer would take the click away from a button in a row.
      if (event.target instanceof Element && event.target.closest('button, a')) return;
      if (event.button !== 0 || event.pointerType === 'touch') return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { clientX: event.clientX, clientY: event.clientY, clicks: 1 };
    },
    onMouseDown: (event: MouseEvent<HTMLDivElement>) => {
      // `detail` counts clicks here, not in pointer events.
      if (event.button !== 0 || !drag.current) return;
      drag.current.clicks = event.detail;
      send('press', event.clientX, event.clientY, event.detail, event.shiftKey);
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(autoScroll);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const current = drag.current;
      if (!current || (event.clientX === current.clientX && event.clientY === current.clientY)) return;
      drag.current = { ...current, clientX: event.clientX, clientY: event.clientY };
      send('drag', event.clientX, event.clientY, current.clicks, true);
    },
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => {
      if (!drag.current) return;
      const { clicks } = drag.current;
      drag.current = null;
      cancelAnimationFrame(frame.current);
      send('release', event.clientX, event.clientY, clicks, true);
    },
    onPointerCancel: () => {
      drag.current = null;
      cancelAnimationFrame(frame.current);
    },
    onClick: (event: MouseEvent<HTMLDivElement>) => {
      const touched = (event.nativeEvent as unknown as globalThis.PointerEvent).pointerType === 'touch';
      if (touched) send('press', event.clientX, event.clientY, 1, event.shiftKey);
    },
    onContextMenu: (event: MouseEvent<HTMLDivElement>) => {
      send('context', event.clientX, event.clientY, 1, false);
    },
  };
}

export function RowsViewport(props: RowsViewportProps) {
  const { runway, measured, idPrefix } = props;
  const pointer = useRowDrag(runway, props.onPointer);
  const active = props.activeRow === null ? undefined : runway.items.find((item) => item.row === props.activeRow);
  const known = runway.rowCount <= MAX_ARIA_ROWS;
  const size: CSSProperties = { height: runway.totalSize };
  if (props.contentWidth !== null) size.width = props.contentWidth;
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a table element cannot hold rows that come and go at their own places */}
      <div
        ref={runway.scrollerRef}
        id={`${idPrefix}-rows`}
        className={props.className === undefined ? 'rows-scroller' : `rows-scroller ${props.className}`}
        role="grid"
        aria-label={props.label}
        aria-rowcount={known ? runway.rowCount : -1}
        aria-colcount={props.columnCount}
        aria-readonly="true"
        aria-activedescendant={active && rowId(idPrefix, active.key)}
        tabIndex={0}
        {...{ [ROWS_SCOPE_ATTRIBUTE]: '' }}
        onKeyDown={props.onKeyDown}
        onCopy={props.onCopy}
        onFocus={props.onFocus}
        onBlur={props.onBlur}
        onScroll={(event) => props.onScrollLeft?.(event.currentTarget.scrollLeft)}
        {...pointer}
      >
        <div className="rows-runway" role="presentation" style={size}>
          {props.underlay}
          {runway.items.map((item) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
            // biome-ignore lint/a11y/useSemanticElements: see the grid
            <div
              key={item.key}
              id={rowId(idPrefix, item.key)}
              className={rowClassName(props, item)}
              role="row"
              aria-rowindex={item.row < MAX_ARIA_ROWS ? item.row + 1 : undefined}
              aria-selected={item.row === props.activeRow}
              data-index={item.index}
              data-row={item.row}
              ref={measured ? runway.measureElement : undefined}
              style={measured ? { top: item.start } : { top: item.start, height: item.size }}
            >
              {props.renderRow(item)}
            </div>
          ))}
          {props.overlay}
        </div>
      </div>
      <output className="rows-live" aria-live="polite">
        {props.announcement}
      </output>
    </>
  );
}

function rowClassName(props: RowsViewportProps, item: RunwayItem): string {
  const extra = props.rowClass?.(item);
  const own = props.measured ? 'rows-row rows-row-measured' : 'rows-row';
  return extra === undefined ? own : `${own} ${extra}`;
}

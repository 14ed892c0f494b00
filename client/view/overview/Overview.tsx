/**
 * The scrollbar of every view, and the overview of the whole file in one: always global, always by bytes, so that the thumb never
 * jumps when line numbers become known, and all layers share one axis. The native scroller stays local (rows/runway.ts).
 */
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { Extent } from '../../../shared/extent.ts';
import { formatCount } from '../../../shared/units.ts';
import { OverviewTip, type Tip } from './OverviewTip.tsx';
import {
  bytesPerPx,
  fineFactor,
  lastTop,
  snapThumb,
  type Thumb,
  thumbFor,
  trackOffset,
  trackY,
} from './overviewScale.ts';
import { type OverviewLayer, paintLayers } from './paintLayers.ts';
import './overview.css';

export type OverviewStep = 'up' | 'down' | 'pageUp' | 'pageDown' | 'start' | 'end';

export interface OverviewProps {
  /** What it is a scale of: bytes of the file, or numbers of rows that are not spread evenly over the file. */
  readonly unit: 'bytes' | 'rows';
  /** What the scale begins with, to be added to what is said of places; 0 when absent. */
  readonly origin?: number;
  /** How many there are; the numbers below are of the same unit. */
  readonly size: number;
  /** Bytes on screen. */
  readonly visible: Extent;
  /** That is an estimate. */
  readonly about?: boolean;
  /** Null where it has no place on the scale. */
  readonly cursor: number | null;
  readonly selection: Extent | null;
  /** How far the line index has come, bytes; null when there is nothing to show. */
  readonly scannedBytes: number | null;
  readonly layers: readonly OverviewLayer[];
  /** About how many bytes a row has: the finest step of a drag. */
  readonly rowBytes: number;
  /** Id of the scroller. */
  readonly controls: string;
  /** Says more about a place, as its line; asked for the place under the pointer, latest wins. */
  readonly describe: ((offset: number) => string | Promise<string>) | null;
  /** Puts `offset` at the top. `dragging` until the pointer is released. */
  readonly onSeek: (offset: number, dragging: boolean) => void;
  /** The wheel over the strip, CSS px. */
  readonly onWheelPx: (px: number) => void;
  readonly onStep: (step: OverviewStep) => void;
}

interface Drag {
  readonly pointer: number;
  /** Where the present speed began. */
  readonly anchorY: number;
  readonly anchorOffset: number;
  readonly factor: number;
  readonly offset: number;
}

const KEYS: Readonly<Record<string, OverviewStep>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'start',
  End: 'end',
};

/** Height of a line of wheel deltas given in lines, CSS px. */
const WHEEL_LINE_PX = 20;
const MIN_TICK_PX = 2;
const SETTLE_MS = 200;

export function Overview(props: OverviewProps) {
  const { size, visible } = props;
  const track = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const [drag, setDrag] = useState<Drag | null>(null);
  const [tip, setTip] = useState<Tip | null>(null);
  const live = useRef(props);
  live.current = props;

  useLayoutEffect(() => {
    const element = track.current;
    if (!element) return undefined;
    const measure = () => setHeight(element.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = track.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? WHEEL_LINE_PX : event.deltaMode === 2 ? element.clientHeight : 1;
      live.current.onWheelPx(event.deltaY * unit);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, []);

  const perPx = bytesPerPx(visible, size, height);
  const shown = drag ? { offset: drag.offset, end: drag.offset + visible.end - visible.offset } : visible;
  const thumb = snapThumb(thumbFor(shown, size, height), devicePixelRatio);
  const clampTop = (offset: number) => Math.max(0, Math.min(offset, lastTop(visible, size)));
  const yOf = (event: { clientY: number }) => event.clientY - (track.current?.getBoundingClientRect().top ?? 0);

  const seek = (next: Drag, y: number) => {
    setDrag(next);
    setTip({ y, offset: Math.floor(next.offset), fine: next.factor < 1 ? perPx * next.factor : null });
    props.onSeek(Math.floor(next.offset), true);
  };

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0 || size === 0) return;
    // The keyboard stays with the rows.
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    const y = yOf(event);
    const onThumb = y >= thumb.top && y < thumb.top + thumb.height;
    const length = visible.end - visible.offset;
    const offset = onThumb ? visible.offset : clampTop(trackOffset(y, size, height) - length / 2);
    const start: Drag = { pointer: event.pointerId, anchorY: y, anchorOffset: offset, factor: 1, offset };
    if (onThumb) setDrag(start);
    else seek(start, y);
  };

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const y = yOf(event);
    if (!drag || drag.pointer !== event.pointerId) {
      if (event.pointerType !== 'touch') setTip({ y, offset: trackOffset(y, size, height), fine: null });
      return;
    }
    const box = event.currentTarget.getBoundingClientRect();
    const sideways = Math.max(box.left - event.clientX, event.clientX - box.right);
    const factor = fineFactor(sideways, event.altKey, perPx, props.rowBytes);
    // At another speed the drag goes on from where it is, so that nothing jumps.
    const from = factor === drag.factor ? drag : { ...drag, anchorY: y, anchorOffset: drag.offset, factor };
    const offset = clampTop(from.anchorOffset + (y - from.anchorY) * perPx * factor);
    seek({ ...from, offset }, y);
  };

  const onPointerEnd = (event: PointerEvent<HTMLDivElement>) => {
    if (drag?.pointer !== event.pointerId) return;
    setDrag(null);
    props.onSeek(Math.floor(drag.offset), false);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = KEYS[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    props.onStep(step);
  };

  // Said when the view has come to rest: an attribute that changes in each frame makes the browser paint all highlights again.
  const place = useSettled(visible.offset, SETTLE_MS);
  const percent = size === 0 ? 0 : Math.min(100, (place / Math.max(1, lastTop(visible, size))) * 100);
  return (
    <div
      ref={track}
      className={drag ? 'overview overview-dragging' : 'overview'}
      role="scrollbar"
      aria-label="Place in the file"
      aria-orientation="vertical"
      aria-controls={props.controls}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(percent * 10) / 10}
      aria-valuetext={
        props.unit === 'rows'
          ? `Row ${formatCount(Math.floor(place) + 1)} of ${formatCount(size)}`
          : `${props.about ? 'About offset' : 'Offset'} ${formatCount(place + (props.origin ?? 0))} of ${formatCount(size + (props.origin ?? 0))}`
      }
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onPointerLeave={() => !drag && setTip(null)}
      onLostPointerCapture={onPointerEnd}
      onKeyDown={onKeyDown}
    >
      <Layers layers={props.layers} size={size} height={height} />
      <Ticks {...props} height={height} />
      <div className="overview-thumb" style={{ top: thumb.top, height: thumb.height }} />
      {tip && size > 0 && (
        <OverviewTip
          tip={tip}
          origin={props.origin ?? 0}
          unit={props.unit}
          size={size}
          height={height}
          layers={props.layers}
          describe={props.describe}
        />
      )}
    </div>
  );
}

/** `value` once it has not changed for `ms`. */
function useSettled(value: number, ms: number): number {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Selection, cursor and index progress: a few elements, so that the theme colours them. */
function Ticks(props: OverviewProps & { readonly height: number }) {
  const { size, selection, height, scannedBytes } = props;
  if (size === 0 || height === 0) return null;
  const extent = (from: number, to: number, least: number): Thumb => {
    const top = Math.min(Math.round(trackY(from, size, height)), height - least);
    return { top, height: Math.max(least, Math.round(trackY(to, size, height)) - top) };
  };
  return (
    <>
      {scannedBytes !== null && (
        <div className="overview-scanned" style={{ height: Math.round(trackY(scannedBytes, size, height)) }} />
      )}
      {selection && <div className="overview-selection" style={extent(selection.offset, selection.end, MIN_TICK_PX)} />}
      {props.cursor !== null && (
        <div className="overview-cursor" style={extent(props.cursor, props.cursor, MIN_TICK_PX)} />
      )}
    </>
  );
}

function Layers({ layers, size, height }: { layers: readonly OverviewLayer[]; size: number; height: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const probe = useRef<HTMLSpanElement>(null);
  const paint = useCallback(() => {
    const element = canvas.current;
    if (!element || !probe.current) return;
    const width = Math.round(element.clientWidth * devicePixelRatio);
    const rows = Math.round(height * devicePixelRatio);
    if (element.width !== width) element.width = width;
    if (element.height !== rows) element.height = rows;
    if (rows > 0) paintLayers(element, probe.current, layers, size);
  }, [layers, size, height]);

  useLayoutEffect(paint, [paint]);
  useEffect(() => {
    // A canvas does not follow the theme or the zoom by itself.
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const theme = new MutationObserver(paint);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    dark.addEventListener('change', paint);
    window.addEventListener('resize', paint);
    return () => {
      theme.disconnect();
      dark.removeEventListener('change', paint);
      window.removeEventListener('resize', paint);
    };
  }, [paint]);

  if (layers.length === 0) return null;
  return (
    <>
      <canvas ref={canvas} className="overview-layers" />
      <span ref={probe} hidden />
    </>
  );
}

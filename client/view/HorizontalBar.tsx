/** The bar that moves rows sideways; there only when something is beyond the edges. Lies over the rows and takes no room. */
import { type PointerEvent, useRef } from 'react';

export interface HorizontalBarProps {
  /** All in cells. */
  readonly left: number;
  readonly visible: number;
  readonly total: number;
  /** px from the left edge of the pane to the text. */
  readonly inset: number;
  /** Id of the scroller. */
  readonly controls: string;
  readonly onScroll: (left: number) => void;
}

const MIN_THUMB_PX = 32;

export function HorizontalBar({ left, visible, total, inset, controls, onScroll }: HorizontalBarProps) {
  const drag = useRef<{ readonly x: number; readonly left: number } | null>(null);
  if (total <= visible && left <= 0) return null;
  const extent = Math.max(total, left + visible);
  const share = Math.min(1, visible / extent);
  const place = extent <= visible ? 0 : Math.min(1, left / (extent - visible));
  const perPx = (track: number): number => {
    const travel = track - Math.max(MIN_THUMB_PX, share * track);
    return travel <= 0 ? 0 : (extent - visible) / travel;
  };
  const go = (cells: number) => onScroll(Math.max(0, Math.min(cells, extent - visible)));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    const thumb = Math.max(MIN_THUMB_PX, share * box.width);
    const at = event.clientX - box.left;
    const start = place * (box.width - thumb);
    const onThumb = at >= start && at < start + thumb;
    const from = onThumb ? left : Math.max(0, Math.min((at - thumb / 2) * perPx(box.width), extent - visible));
    drag.current = { x: event.clientX, left: from };
    if (!onThumb) go(from);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!drag.current) return;
    go(drag.current.left + (event.clientX - drag.current.x) * perPx(event.currentTarget.clientWidth));
  };
  const stop = () => {
    drag.current = null;
  };
  return (
    <div
      className="rows-bar"
      role="scrollbar"
      aria-label="Column"
      aria-orientation="horizontal"
      aria-controls={controls}
      aria-valuemin={0}
      aria-valuemax={Math.round(extent - visible)}
      aria-valuenow={Math.round(left)}
      aria-valuetext={`Column ${Math.round(left) + 1}`}
      tabIndex={-1}
      style={{ left: inset }}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={stop}
      onPointerCancel={stop}
    >
      <div
        className="rows-bar-thumb"
        style={{
          width: `max(${MIN_THUMB_PX}px, ${share * 100}%)`,
          left: `calc(${place} * (100% - max(${MIN_THUMB_PX}px, ${share * 100}%)))`,
        }}
      />
    </div>
  );
}

/** The scrollbar of a list of any length: always global, as the native one of a runway is local (see rows/runway.ts). */
import { type PointerEvent, useRef } from 'react';

const MIN_THUMB_PX = 24;

interface ListBarProps {
  readonly rows: number;
  readonly firstRow: number;
  /** Rows that fit. */
  readonly pageRows: number;
  /** px. */
  readonly height: number;
  readonly controls: string;
  readonly onRow: (row: number) => void;
}

export function ListBar({ rows, firstRow, pageRows, height, controls, onRow }: ListBarProps) {
  const grab = useRef<number | null>(null);
  const last = Math.max(0, rows - pageRows);
  if (last === 0 || height === 0) return null;
  const thumb = Math.max(MIN_THUMB_PX, (height * pageRows) / rows);
  const travel = Math.max(1, height - thumb);
  const top = Math.min(1, firstRow / last) * travel;
  const seek = (event: PointerEvent<HTMLDivElement>): void => {
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
    const share = Math.max(0, Math.min(1, (y - (grab.current ?? 0)) / travel));
    onRow(Math.round(share * last));
  };
  return (
    <div
      className="list-bar"
      role="scrollbar"
      aria-label="Place in the list"
      aria-orientation="vertical"
      aria-controls={controls}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={Math.min(firstRow, last)}
      tabIndex={-1}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
        grab.current = y >= top && y < top + thumb ? y - top : thumb / 2;
        seek(event);
      }}
      onPointerMove={(event) => {
        if (grab.current !== null) seek(event);
      }}
      onPointerUp={() => {
        grab.current = null;
      }}
      onLostPointerCapture={() => {
        grab.current = null;
      }}
    >
      <div className="list-thumb" style={{ top, height: thumb }} />
    </div>
  );
}

/** Hits in both columns: one path for all of them, however many there are, and boxes for the one that the cursor is on. */
import { memo } from 'react';
import type { Runway } from '../../rows/useRunway.ts';
import type { VisibleHits } from '../../search/useVisibleHits.ts';
import { selectionBoxes } from './HexMarks.tsx';
import { bytesBox, type HexLayout, textBox } from './hexLayout.ts';

interface HexHitsProps {
  readonly runway: Runway;
  readonly layout: HexLayout;
  readonly hits: VisibleHits;
}

const Path = memo(function Path({ top, path }: { readonly top: number; readonly path: string }) {
  return (
    <svg className="hex-hits" width="1" height="1" style={{ top }} aria-hidden="true">
      <path d={path} />
    </svg>
  );
});

/** The boxes of `spans` (start, end, start, end …) in rows from `firstRow` to `lastRow`, from the top of `firstRow`. */
export function hitsPath(
  spans: readonly number[],
  layout: HexLayout,
  rowHeight: number,
  firstRow: number,
  lastRow: number,
): string {
  const parts: string[] = [];
  for (let at = 0; at + 1 < spans.length; at += 2) {
    const span = { offset: spans[at] ?? 0, end: spans[at + 1] ?? 0 };
    for (const box of selectionBoxes(span, layout.rowBytes, firstRow, lastRow)) {
      const y = (box.row - firstRow) * rowHeight;
      for (const { left, width } of [bytesBox(layout, box.first, box.last), textBox(layout, box.first, box.last)]) {
        parts.push(`M${left} ${y}h${width}v${box.rows * rowHeight}h${-width}z`);
      }
    }
  }
  return parts.join('');
}

export function HexHits({ runway, layout, hits }: HexHitsProps) {
  const first = runway.items[0]?.row;
  const last = runway.items[runway.items.length - 1]?.row;
  if (first === undefined || last === undefined) return null;
  const { rowBytes } = layout;
  const spans = hits.spans(first * rowBytes, (last + 1) * rowBytes);
  const { current } = hits;
  return (
    <>
      {spans.length > 0 && (
        <Path top={runway.startOf(first)} path={hitsPath(spans, layout, runway.rowHeight, first, last)} />
      )}
      {current &&
        selectionBoxes(current, rowBytes, first, last).map((box) =>
          [bytesBox(layout, box.first, box.last), textBox(layout, box.first, box.last)].map((column) => (
            <div
              key={`${box.row}:${column.left}`}
              className="hex-hit-current"
              style={{ top: runway.startOf(box.row), height: box.rows * runway.rowHeight, ...column }}
            />
          )),
        )}
    </>
  );
}

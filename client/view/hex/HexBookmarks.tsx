/** Marks in the hex view: boxes under their bytes in both columns. Their ribbons are with the addresses (HexRow.tsx). */
import { type Mark, markExtent } from '../../marks/marks.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { selectionBoxes } from './HexMarks.tsx';
import { bytesBox, type HexLayout, textBox } from './hexLayout.ts';

interface HexBookmarksProps {
  readonly runway: Runway;
  readonly layout: HexLayout;
  /** Those of the rows that are drawn. */
  readonly marks: readonly Mark[];
}

/** In one screen; where more begin, the rest shows when one goes there. */
const MAX_SHOWN = 200;

export function HexBookmarks({ runway, layout, marks }: HexBookmarksProps) {
  const first = runway.items[0]?.row;
  const last = runway.items.at(-1)?.row;
  if (first === undefined || last === undefined || marks.length === 0) return null;
  const { rowBytes } = layout;
  return marks.slice(0, MAX_SHOWN).map((mark) => (
    <div key={`${mark.offset} ${mark.length}`} className={`hex-bookmark tint-${mark.tint}`}>
      {selectionBoxes(markExtent(mark), rowBytes, first, last).map((box) =>
        [bytesBox(layout, box.first, box.last), textBox(layout, box.first, box.last)].map((column) => (
          <div
            key={`${box.row}:${column.left}`}
            className="hex-bookmark-box"
            style={{ top: runway.startOf(box.row), height: box.rows * runway.rowHeight, ...column }}
          />
        )),
      )}
    </div>
  ));
}

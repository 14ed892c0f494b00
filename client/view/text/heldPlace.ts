/**
 * The height on screen of the cursor, taken over from one text view to the one in its place, when a filter is switched on, off or to
 * another display: the line that one looks at stays where it is.
 */
import { filterStore, shownAs } from '../../filter/filterStore.ts';
import { appStore } from '../../state/store.ts';

interface HeldPlace {
  readonly fileId: string;
  /** Top of the row with the cursor, px below the top edge of the rows. */
  readonly y: number;
  /** performance.now() */
  readonly until: number;
}

/** The other view is there by then. */
const HOLD_MS = 1_000;

let held: HeldPlace | null = null;

function measure(fileId: string): HeldPlace | null {
  const ring = document.querySelector('[data-pane="text"] .text-cursor');
  const frame = ring?.closest('.text-rows')?.getBoundingClientRect();
  const box = ring?.getBoundingClientRect();
  const row = ring?.closest('[data-row]')?.getBoundingClientRect();
  if (!frame || !box || !row || box.bottom < frame.top || box.top > frame.bottom) return null;
  return { fileId, y: Math.round(row.top - frame.top), until: performance.now() + HOLD_MS };
}

/** Called before anything is drawn anew, so the old place can still be measured. */
export function holdPlaces(): () => void {
  return filterStore.subscribe((state, before) => {
    const { activeFile } = appStore.getState();
    const [now, then] = [state, before].map(({ byFile }) => (activeFile === null ? undefined : byFile[activeFile]));
    if (activeFile !== null && now && then && shownAs(now) !== shownAs(then)) held = measure(activeFile);
  });
}

/** px between the top edge of a view that begins now and the row with its cursor; null when it begins elsewhere. */
export function heldPlace(fileId: string): number | null {
  return held?.fileId === fileId && performance.now() < held.until ? held.y : null;
}

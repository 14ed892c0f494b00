/**
 * The place of a text view, taken over by the one that comes in its stead when a filter is shown in place of all rows, or not any
 * more: the line that one looks at stays where it is, in both directions. Whoever switches back without having moved finds the
 * first place again, also where the rows of the filter could not keep it.
 */
import { filterStore, shownAs } from '../../filter/filterStore.ts';
import { appStore } from '../../state/store.ts';

/** What a view knows of its own place. */
export interface PlaceNow {
  /** Byte at its top, and px of its row above the top edge. */
  readonly top: { readonly offset: number; readonly px: number };
  /** px of the text beyond the left edge. */
  readonly leftPx: number;
  /** Differs when somebody has moved. */
  readonly stamp: string;
}

export interface HeldPlace extends PlaceNow {
  readonly fileId: string;
  /** The rows were those of the filter. */
  readonly picked: boolean;
  /** Top of the row with the cursor, px below the top edge of the rows; null: it is out of sight. */
  readonly cursorY: number | null;
  /** The same of the line on screen with the cursor, where rows are several. */
  readonly ringY: number | null;
}

export type TextPaneName = 'text' | 'filtered';

/** The other view is there by then, ms. */
const HOLD_MS = 1_000;

const readers = new Map<TextPaneName, () => PlaceNow>();
let held: { readonly place: HeldPlace; readonly until: number } | null = null;
/** The view before this one, and how this one stood when its rows had come. */
let before: { readonly place: HeldPlace; landed: string | null } | null = null;

/** The view of a pane tells its place when it is asked, until the returned function is called. */
export function offerPlace(pane: TextPaneName, read: () => PlaceNow): () => void {
  readers.set(pane, read);
  return () => {
    if (readers.get(pane) === read) readers.delete(pane);
  };
}

/** The view has come to the place that it took over; null: it is put there anew. */
export function tellLanded(stamp: string | null): void {
  if (before && (stamp === null || before.landed === null)) before.landed = stamp;
}

function frameOf(pane: TextPaneName): DOMRect | undefined {
  return document.querySelector(`[data-pane="${pane}"] .text-rows`)?.getBoundingClientRect();
}

/** Where the view that has the keyboard stands, as seen from the top of the upper one, in whose place the other one comes. */
function measure(fileId: string, picked: boolean): HeldPlace | null {
  const pane = filterStore.getState().below && readers.has('filtered') ? 'filtered' : 'text';
  const now = readers.get(pane)?.();
  const frame = frameOf(pane);
  if (!now || !frame) return null;
  const lower = frame.top - (frameOf('text') ?? frame).top;
  const top = { offset: now.top.offset, px: now.top.px - lower };
  const place = { ...now, top, fileId, picked: picked || pane === 'filtered', cursorY: null, ringY: null };
  const ring = document.querySelector(`[data-pane="${pane}"] .text-cursor`);
  const box = ring?.getBoundingClientRect();
  const row = ring?.closest('[data-row]')?.getBoundingClientRect();
  if (!box || !row || box.bottom <= frame.top || box.top >= frame.bottom) return place;
  const from = frame.top - lower;
  return { ...place, cursorY: Math.round(row.top - from), ringY: Math.round(box.top - from) };
}

/** Called before anything is drawn anew, so the old place can still be measured. */
export function holdPlaces(): () => void {
  return filterStore.subscribe((state, old) => {
    const { activeFile } = appStore.getState();
    const [now, then] = [state, old].map(({ byFile }) => (activeFile === null ? undefined : byFile[activeFile]));
    if (activeFile === null || !now || !then || shownAs(now) === shownAs(then)) return;
    const picked = shownAs(then) === 'place';
    const place = measure(activeFile, picked);
    held = place && { place, until: performance.now() + HOLD_MS };
    // With two panes the full view stays.
    if (!place || (shownAs(now) === 'place') === picked) return;
    const back = before?.place.fileId === activeFile && before.landed === place.stamp ? before.place : null;
    if (back) held = { place: { ...back, leftPx: place.leftPx }, until: performance.now() + HOLD_MS };
    before = { place, landed: null };
  });
}

/** The place that a view of the file which begins now takes over; null when it begins elsewhere. */
export function heldPlace(fileId: string): HeldPlace | null {
  return held?.place.fileId === fileId && performance.now() < held.until ? held.place : null;
}

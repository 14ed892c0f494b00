/** What each view shows right now, as far as searching has to know: whether a hit is on the screen already. */
import type { Extent } from '../../shared/extent.ts';
import type { Pane } from '../state/store.ts';

const shown = new Map<string, Extent>();

/** Bytes on screen; null once the view is gone. */
export function reportShown(fileId: string, pane: Pane | 'filtered', extent: Extent | null): void {
  if (extent === null) shown.delete(`${pane} ${fileId}`);
  else shown.set(`${pane} ${fileId}`, extent);
}

export function isShown(fileId: string, pane: Pane | 'filtered', extent: Extent): boolean {
  const visible = shown.get(`${pane} ${fileId}`);
  return visible !== undefined && extent.offset >= visible.offset && extent.end <= visible.end;
}

/**
 * Searches that are put away: their hits are off the views, and what was found stays on the server. The next step, or the same pattern,
 * has them back at once, so that one key pressed too often costs nothing.
 */
import type { Direction } from '../api/searches.ts';
import { appStore } from '../state/store.ts';
import { cancelSearch, clearSearch, follow, searchFor, startSearch, stepHit } from './controller.ts';
import { type SearchQuery, sameQuery } from './query.ts';
import { asideOf, searchOf, setAside, setSearch } from './searchStore.ts';

/** Takes the hits of a search off the views; what is still searched is stopped. */
export function putAside(fileId: string): void {
  const search = searchOf(fileId);
  if (!search) return;
  cancelSearch(fileId);
  if (search.id === null || search.problem !== null) {
    clearSearch(fileId);
    return;
  }
  setSearch(fileId, null);
  setAside(fileId, { ...search, seeking: null, note: null });
}

/** Has the search that was put away back, with all that it has found; begins it anew where that holds no more. */
export function bringBack(fileId: string): void {
  const search = asideOf(fileId);
  const file = appStore.getState().files.find(({ id }) => id === fileId);
  if (!search || !file || searchOf(fileId) !== null) return;
  const encoding = appStore.getState().views[fileId]?.encoding ?? null;
  if (search.generation !== file.generation || search.encoding !== encoding) {
    void startSearch(fileId, search.query, { go: null });
    return;
  }
  setAside(fileId, null);
  setSearch(fileId, search);
  void follow(fileId, search.seq);
}

/** As stepHit; a search that was put away is had back for it. */
export function stepOrBringBack(fileId: string, direction: Direction): Promise<void> {
  bringBack(fileId);
  return stepHit(fileId, direction);
}

/** As searchFor; the same search, put away, is had back for it. */
export function searchOrBringBack(fileId: string, query: SearchQuery, direction: Direction): Promise<void> {
  const kept = asideOf(fileId);
  if (kept && sameQuery(kept.query, query)) bringBack(fileId);
  return searchFor(fileId, query, direction);
}

/** Keeps numbers of hits right while others are found before them, or hidden. */
import type { SearchApi } from '../api/searches.ts';
import { appStore } from '../state/store.ts';
import { patchSearch, searchOf } from './searchStore.ts';

/** The number of the current hit, as long as hits may be found before it. */
export async function renumber(searchApi: SearchApi, fileId: string, seq: number, id: string): Promise<void> {
  const { current } = searchOf(fileId) ?? {};
  if (!current || current.exact) return;
  const reply = await searchApi.near(fileId, id, current.hit.offset, 'next', 0);
  const now = searchOf(fileId)?.current;
  if (reply.hit === null || reply.hit.offset !== current.hit.offset || now?.hit.offset !== current.hit.offset) return;
  patchSearch(fileId, seq, { current: { hit: reply.hit, number: reply.number, exact: reply.exact } });
}

/** Counts the hits in what is hidden from the views; again for as long as some may be found there. */
export async function countHidden(searchApi: SearchApi, fileId: string, seq: number): Promise<void> {
  const search = searchOf(fileId);
  if (search?.seq !== seq || search.id === null) return;
  const start = (): number => appStore.getState().views[fileId]?.start ?? 0;
  const from = start();
  if (from === 0) {
    if (search.hidden !== 0) patchSearch(fileId, seq, { hidden: 0 });
    return;
  }
  const { hit, number, total } = await searchApi.near(fileId, search.id, from, 'next', 0);
  const hidden = hit === null ? total : (number ?? 0);
  if (start() === from && searchOf(fileId)?.hidden !== hidden) patchSearch(fileId, seq, { hidden });
}

/** Looks for the nearest hit among what the rows with the keyboard show: all lines, or those that pass a filter. */
import type { FilterRowsReply, SearchNearReply } from '../../shared/protocol.ts';
import type { Direction, SearchApi } from '../api/searches.ts';
import { filterApi } from '../filter/filterApi.ts';
import type { RowsState } from '../filter/filterState.ts';
import { filterOf, filterStore, shownAs } from '../filter/filterStore.ts';
import { appStore } from '../state/store.ts';
import { patchSearch, searchOf } from './searchStore.ts';
import { seek, sleep } from './seek.ts';
import { nearestShown } from './shownHits.ts';

/** While rows of the filter are still to come. */
const ROWS_POLL_MS = 60;
/** Said when the next hit is not there after so long. */
const LOOKING = 'Looking through the filtered lines for the next hit; Esc stops that.';
const LOOKING_MS = 300;

/** The rows that have the keyboard are those that a filter leaves, and it can have some. */
export function onlyFiltered(fileId: string): boolean {
  const filter = filterOf(fileId);
  if (filter.state.problem !== null) return false;
  const shown = shownAs(filter);
  if (shown === 'split') return filterStore.getState().below;
  return shown === 'place' && appStore.getState().views[fileId]?.pane === 'text';
}

/** Says after a while what is going on; the returned function takes that back. */
export function sayWhenSlow(fileId: string, seq: number): () => void {
  if (!onlyFiltered(fileId)) return () => undefined;
  const timer = setTimeout(() => patchSearch(fileId, seq, { note: LOOKING }), LOOKING_MS);
  return () => {
    clearTimeout(timer);
    if (searchOf(fileId)?.note === LOOKING) patchSearch(fileId, seq, { note: null });
  };
}

/** The rows as soon as the server has begun to make them; null when the filter is taken away meanwhile. */
async function rowsOf(fileId: string, signal: AbortSignal): Promise<RowsState | null> {
  while (onlyFiltered(fileId)) {
    signal.throwIfAborted();
    const { rows } = filterOf(fileId).state;
    if (rows !== null) return rows;
    await sleep(ROWS_POLL_MS);
  }
  return null;
}

/** A filter that was changed meanwhile is no trouble of the search, whose own errors mean other things. */
function plain(error: unknown): never {
  if (error instanceof DOMException) throw error;
  throw new Error(`The filtered lines could not be looked through: ${error instanceof Error ? error.message : error}`);
}

/** As seek, but among the lines that are shown, and not beyond `limit`. */
export async function seekShown(
  searchApi: SearchApi,
  fileId: string,
  id: string,
  from: number,
  limit: number | null,
  direction: Direction,
  signal: AbortSignal,
): Promise<SearchNearReply> {
  const near = (offset: number, way: Direction): Promise<SearchNearReply> =>
    seek(searchApi, fileId, id, offset, way, signal);
  const made = await rowsOf(fileId, signal);
  if (made === null) return near(from, direction);
  return nearestShown(
    {
      near,
      hitsIn: (start, end) => searchApi.hitsIn(fileId, id, start, end, signal),
      rows: (offset, count): Promise<FilterRowsReply> =>
        filterApi.extents(fileId, made.id, { offset }, count, signal).catch(plain),
      moreRows: async () => {
        const { running } = await filterApi.status(fileId, made.id).catch(plain);
        await sleep(ROWS_POLL_MS);
        signal.throwIfAborted();
        return running;
      },
    },
    from,
    limit,
    direction,
  );
}

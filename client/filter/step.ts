/** From the cursor to the next or previous line that passes the filter, whatever is shown of it. */
import type { FilterRow } from '../../shared/protocol.ts';
import type { Direction } from '../api/searches.ts';
import { isShown } from '../search/visible.ts';
import { withoutHistory } from '../state/addressBar.ts';
import { appStore } from '../state/store.ts';
import { notify } from '../state/ui.ts';
import { filterApi } from './filterApi.ts';
import { MAX_CONTEXT } from './filterSet.ts';
import { filterOf } from './filterStore.ts';

/** Between two matches there is no more context than this. */
const REACH = 2 * MAX_CONTEXT + 2;

async function find(fileId: string, id: string, cursor: number, direction: Direction): Promise<FilterRow | null> {
  const { rows } = await filterApi.rows(fileId, id, { offset: cursor }, direction === 'next' ? REACH : -REACH);
  const matches = rows.filter(({ match, offset }) => match && (direction === 'previous' || offset > cursor));
  return (direction === 'next' ? matches[0] : matches.at(-1)) ?? null;
}

export async function stepFiltered(fileId: string, direction: Direction): Promise<void> {
  const { rows } = filterOf(fileId).state;
  const view = appStore.getState().views[fileId];
  if (!rows || !view) return;
  try {
    const row = await find(fileId, rows.id, view.cursor, direction);
    if (row === null) {
      const far = filterOf(fileId).state.rows?.status?.complete ? '' : ' as far as the file is filtered';
      notify('info', `There is no ${direction} line that passes the filter${far}.`);
      return;
    }
    const shown = isShown(fileId, view.pane, { offset: row.offset, end: row.offset + 1 });
    withoutHistory(() => appStore.getState().move(fileId, row.offset, { reveal: shown ? 'nearest' : 'center' }));
  } catch (error) {
    notify('error', error instanceof Error ? error.message : String(error));
  }
}

/** Changes filters, remembers them, and has each made on the server by its runner while its file is shown. */
import type { FilterDownloadRequest, FilterRole } from '../../shared/protocol.ts';
import { searchApi } from '../search/controller.ts';
import { remember } from '../search/history.ts';
import type { SearchQuery } from '../search/query.ts';
import { onRecovered } from '../state/recovery.ts';
import { type AppStore, appStore } from '../state/store.ts';
import { notify } from '../state/ui.ts';
import { filterApi } from './filterApi.ts';
import { FilterRunner } from './filterRunner.ts';
import { changeLayer, type FilterSet, MAX_LAYERS, withLayer } from './filterSet.ts';
import { readFilter, writeFilter } from './filterStorage.ts';
import { filterOf, putFilter } from './filterStore.ts';

const runners = new Map<string, FilterRunner>();

const fileOf = (fileId: string) => appStore.getState().files.find(({ id }) => id === fileId) ?? null;

function runnerOf(fileId: string): FilterRunner {
  const known = runners.get(fileId);
  if (known) return known;
  const made = new FilterRunner(
    fileId,
    { searches: searchApi, filters: filterApi },
    {
      file: () => fileOf(fileId),
      encoding: () => appStore.getState().views[fileId]?.encoding ?? null,
      from: () => Math.min(appStore.getState().views[fileId]?.top ?? 0, fileOf(fileId)?.size ?? 0),
      start: () => appStore.getState().views[fileId]?.start ?? 0,
      onChange: (state) => putFilter(fileId, { state }),
    },
  );
  runners.set(fileId, made);
  return made;
}

/** Puts what `change` makes of a file's filter in its place. */
export function changeFilter(fileId: string, change: (set: FilterSet) => FilterSet): void {
  const file = fileOf(fileId);
  const before = filterOf(fileId).set;
  const set = change(before);
  if (!file || set === before) return;
  putFilter(fileId, { set });
  writeFilter([file.identity, file.path], set);
  runnerOf(fileId).update(set, appStore.getState().activeFile === fileId);
}

/** Adds a layer; says so when there are too many. */
export function addLayer(fileId: string, query: SearchQuery, role: FilterRole): void {
  remember(query);
  // Lines cannot take the place of bytes: they come below them.
  if (appStore.getState().views[fileId]?.mode === 'hex')
    changeFilter(fileId, (before) => ({ ...before, display: 'split' }));
  const set = withLayer(filterOf(fileId).set, query, role);
  if (set) changeFilter(fileId, () => set);
  else
    notify(
      'warning',
      `A filter has at most ${MAX_LAYERS} layers. Delete one, or join patterns into one regular expression.`,
    );
}

/** Another pattern or role for a layer; it is turned on. */
export function editLayer(fileId: string, id: number, query: SearchQuery, role: FilterRole): void {
  remember(query);
  changeFilter(fileId, (set) => changeLayer(set, id, { query, role, on: true }));
}

/** Hands the filtered lines, or their numbers, to the browser's own download. */
export async function saveFiltered(fileId: string, format: FilterDownloadRequest['format']): Promise<void> {
  const { rows } = filterOf(fileId).state;
  if (!rows) return;
  try {
    const { url } = await filterApi.download(fileId, rows.id, { format });
    const link = document.createElement('a');
    link.href = url;
    link.download = '';
    link.click();
  } catch (error) {
    notify('error', `Not saved: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** A view asked for rows of a filter that the server does not have. */
export function lostFilter(fileId: string, id: string): void {
  runners.get(fileId)?.lost(id);
}

function restoreAll({ files, activeFile }: AppStore): void {
  for (const [fileId, runner] of runners) {
    if (files.some(({ id }) => id === fileId)) continue;
    runner.close();
    runners.delete(fileId);
  }
  for (const file of files) {
    if (runners.has(file.id)) continue;
    const set = readFilter([file.identity, file.path]);
    putFilter(file.id, { set });
    runnerOf(file.id).update(set, file.id === activeFile);
  }
}

/** Keeps filters in step with their files from now on. */
export function followFilters(): void {
  restoreAll(appStore.getState());
  appStore.subscribe((state, before) => {
    if (state.files !== before.files) restoreAll(state);
    // Another run of the server knows nothing of our searches and filters.
    if (state.run !== before.run) for (const runner of runners.values()) runner.release();
    for (const [fileId, runner] of runners) {
      const active = state.activeFile === fileId;
      if (state.activeFile !== before.activeFile) runner.update(filterOf(fileId).set, active);
      const [view, old] = [state.views[fileId], before.views[fileId]];
      const other = view?.encoding !== old?.encoding || view?.start !== old?.start;
      if (active && (other || changed(state, before, fileId))) runner.look();
    }
  });
  onRecovered(() => {
    for (const runner of runners.values()) runner.look();
  });
  // The server must not keep rows for a page that is gone. One that comes back makes them again.
  window.addEventListener('pagehide', () => {
    for (const runner of runners.values()) runner.release();
  });
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) for (const runner of runners.values()) runner.look();
  });
}

function changed(state: AppStore, before: AppStore, fileId: string): boolean {
  if (state.files === before.files) return false;
  const [now, then] = [state, before].map(({ files }) => files.find(({ id }) => id === fileId));
  if (state.run !== before.run) return true;
  return now?.size !== then?.size || now?.generation !== then?.generation;
}

/** What filtering can do by command. */
import type { FilterRole } from '../../../shared/protocol.ts';
import { addLayer, changeFilter, editLayer, saveFiltered } from '../../filter/controller.ts';
import { NO_FILTER } from '../../filter/filterSet.ts';
import { filterOf, filterStore, useFilter } from '../../filter/filterStore.ts';
import { stepFiltered } from '../../filter/step.ts';
import { chosenQuery } from '../../search/chosen.ts';
import { draftFor, type SearchQuery } from '../../search/query.ts';
import { overBytes, patchDraft, searchOf, searchStore, useActiveSearch } from '../../search/searchStore.ts';
import { type CommandHandlers, useCommandHandlers } from '../../state/commandRegistry.ts';
import { pageCacheOf } from '../../state/documents.ts';
import { appStore } from '../../state/store.ts';
import { notify, openField, togglePanel } from '../../state/ui.ts';
import { type Active, activeOf, useApp } from '../../state/useApp.ts';
import { focusRows } from '../frame/focus.ts';

function withActive(act: (active: Active) => void): () => void {
  return () => {
    const active = activeOf(appStore.getState());
    if (active) act(active);
  };
}

/** Opens the field for a new layer. */
const openFilter = (): void => {
  patchDraft({ typed: '', kind: null });
  filterStore.setState({ role: 'include' });
  openField({ type: 'filter', layer: null });
};

/** Opens the field with the pattern of a layer, to be saved as another. */
export function openLayer(fileId: string, id: number): void {
  const layer = filterOf(fileId).set.layers.find((candidate) => candidate.id === id);
  if (!layer) return;
  patchDraft(draftFor(layer.query, overBytes()));
  filterStore.setState({ role: layer.role });
  openField({ type: 'filter', layer: id });
}

/** Enter in the field with a pattern that is right; `other`: in the other role. */
export function applyToFilter(query: SearchQuery, layer: number | null, other: boolean): void {
  const { activeFile } = appStore.getState();
  if (activeFile === null) return;
  const { role: chosen } = filterStore.getState();
  const role: FilterRole = other === (chosen === 'include') ? 'exclude' : 'include';
  if (layer === null) addLayer(activeFile, query, role);
  else editLayer(activeFile, layer, query, role);
}

/** A layer of what the person points at. */
function addChosen(role: FilterRole): () => void {
  return withActive(({ file, view }) => {
    const query = chosenQuery(file, view, pageCacheOf(file.id), searchStore.getState().draft);
    if (query) addLayer(file.id, query, role);
    else notify('info', 'There is no word at the cursor, or the selection is too long to filter by.');
  });
}

const HANDLERS: CommandHandlers = {
  'filter.open': openFilter,
  'filter.chosen': addChosen('include'),
  'filter.exclude': addChosen('exclude'),
  'filter.toggle': withActive(({ file }) => {
    if (filterOf(file.id).set.layers.length === 0) openFilter();
    else changeFilter(file.id, (set) => ({ ...set, on: !set.on }));
    requestAnimationFrame(focusRows);
  }),
  'filter.display': withActive(({ file }) => {
    changeFilter(file.id, (set) => ({ ...set, on: true, display: set.display === 'place' ? 'split' : 'place' }));
    requestAnimationFrame(focusRows);
  }),
  'filter.panel': () => togglePanel('filters'),
};

export function useFilterCommands(): void {
  const fileId = useApp((state) => state.activeFile);
  const search = useActiveSearch();
  const { set, state } = useFilter(fileId);
  // They stay while the filter is off.
  const rows = state.rows !== null;
  useCommandHandlers(HANDLERS, fileId !== null);
  useCommandHandlers(
    {
      'filter.search': withActive(({ file }) => {
        const query = searchOf(file.id)?.query;
        if (query) addLayer(file.id, query, 'include');
      }),
    },
    search !== null,
  );
  useCommandHandlers(
    {
      'filter.next': withActive(({ file }) => void stepFiltered(file.id, 'next')),
      'filter.previous': withActive(({ file }) => void stepFiltered(file.id, 'previous')),
      'filter.lines': withActive(({ file }) => void saveFiltered(file.id, 'lines')),
      'filter.numbers': withActive(({ file }) => void saveFiltered(file.id, 'numbers')),
    },
    rows,
  );
  useCommandHandlers(
    {
      'filter.clear': withActive(({ file }) => {
        changeFilter(file.id, ({ display }) => ({ ...NO_FILTER, display }));
        requestAnimationFrame(focusRows);
      }),
    },
    set.layers.length > 0,
  );
}

/** The filter of each file: what the person made of it, and how far the server is with it. Changed by controller.ts only. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { FilterRole } from '../../shared/protocol.ts';
import { type FilterSet, NO_FILTER } from './filterSet.ts';
import { type FilterState, NO_STATE } from './filterState.ts';

export interface FileFilter {
  readonly set: FilterSet;
  readonly state: FilterState;
}

export interface FilterStore {
  readonly byFile: Readonly<Record<string, FileFilter>>;
  /** What Enter in the field makes of the pattern. */
  readonly role: FilterRole;
  /** The pane of filtered rows has the keyboard, rather than the one above it. */
  readonly below: boolean;
}

const NOTHING: FileFilter = { set: NO_FILTER, state: NO_STATE };

export const filterStore = createStore<FilterStore>()(() => ({ byFile: {}, role: 'include', below: false }));

export function useFilters<T>(select: (state: FilterStore) => T): T {
  return useStore(filterStore, select);
}

export function filterOf(fileId: string): FileFilter {
  return filterStore.getState().byFile[fileId] ?? NOTHING;
}

export function useFilter(fileId: string | null): FileFilter {
  return useFilters((state) => (fileId === null ? NOTHING : (state.byFile[fileId] ?? NOTHING)));
}

/** What a filter puts on the screen: nothing while it is switched off or has no layer that is on. */
export function shownAs({ set }: FileFilter): 'off' | FilterSet['display'] {
  return set.on && set.layers.some(({ on }) => on) ? set.display : 'off';
}

export function putFilter(fileId: string, change: Partial<FileFilter>): void {
  filterStore.setState(({ byFile }) => ({
    byFile: { ...byFile, [fileId]: { ...NOTHING, ...byFile[fileId], ...change } },
  }));
}

/** What Enter in the field does becomes the other. */
export function swapRole(): void {
  filterStore.setState(({ role }) => ({ role: role === 'include' ? 'exclude' : 'include' }));
}

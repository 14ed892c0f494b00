/** What searching can do by command, and what Escape means over the rows. */
import type { KeyboardEvent } from 'react';
import { selectionExtent } from '../../../shared/extent.ts';
import { bringBack, putAside, searchOrBringBack, stepOrBringBack } from '../../search/aside.ts';
import { chosenQuery } from '../../search/chosen.ts';
import { cancelSearch, resumeSearch } from '../../search/controller.ts';
import { readHistory } from '../../search/history.ts';
import { draftFor } from '../../search/query.ts';
import {
  asideOf,
  isRunning,
  overBytes,
  patchDraft,
  searchOf,
  searchStore,
  useActiveSearch,
  useSearches,
} from '../../search/searchStore.ts';
import { type CommandHandlers, useCommandHandlers } from '../../state/commandRegistry.ts';
import { pageCacheOf } from '../../state/documents.ts';
import { closeNote } from '../../state/notes.ts';
import { appStore } from '../../state/store.ts';
import { notify, openField, togglePanel } from '../../state/ui.ts';
import { type Active, activeOf, useApp } from '../../state/useApp.ts';

/** A longer selection is rarely what one wants to type on. */
const MAX_PREFILLED = 120;

function withActive(act: (active: Active) => void): () => void {
  return () => {
    const active = activeOf(appStore.getState());
    if (active) act(active);
  };
}

/** Opens the field with what is selected, else with what the file is searched for, which the first letter replaces. */
function openSearch({ file, view }: Active, stays: boolean): void {
  const switches = searchStore.getState().draft;
  const selected = selectionExtent(view.cursor, view.anchor);
  const chosen = selected && chosenQuery(file, view, pageCacheOf(file.id), switches);
  if (chosen && chosen.pattern.length <= MAX_PREFILLED) patchDraft({ typed: chosen.pattern, kind: chosen.kind });
  else {
    const last = (searchOf(file.id) ?? asideOf(file.id))?.query;
    patchDraft(last ? draftFor(last, overBytes()) : { typed: '', kind: null });
  }
  openField({ type: 'search', stays });
}

const searchChosen = withActive(({ file, view }) => {
  const query = chosenQuery(file, view, pageCacheOf(file.id), searchStore.getState().draft);
  if (query) void searchOrBringBack(file.id, query, 'next');
  else notify('info', 'There is no word at the cursor, or the selection is too long to be searched for.');
});

const HANDLERS: CommandHandlers = {
  'search.open': withActive((active) => openSearch(active, false)),
  'search.field': withActive((active) => openSearch(active, true)),
  'search.next': withActive((active) => void step(active, 'next')),
  'search.previous': withActive((active) => void step(active, 'previous')),
  'search.chosen': searchChosen,
  'search.panel': () => {
    togglePanel('search');
    // The list has the keyboard as soon as it is there; without one the rows keep it.
    requestAnimationFrame(() => document.getElementById('hits-list')?.focus());
  },
};

/** Without anything to look for, the field opens. */
function step(active: Active, direction: 'next' | 'previous'): Promise<void> | void {
  const { id } = active.file;
  const known = searchOf(id) ?? asideOf(id) ?? readHistory()[0];
  return known ? stepOrBringBack(id, direction) : openSearch(active, false);
}

export function useSearchCommands(): void {
  const open = useApp((state) => state.activeFile !== null);
  const search = useActiveSearch();
  const running = isRunning(search);
  const stopped = search?.status?.cancelled === true;
  const fileId = useApp((state) => state.activeFile);
  const aside = useSearches((state) => fileId !== null && state.aside[fileId] !== undefined);
  useCommandHandlers(HANDLERS, open);
  useCommandHandlers({ 'search.cancel': withActive(({ file }) => void cancelSearch(file.id)) }, running);
  useCommandHandlers({ 'search.resume': withActive(({ file }) => resumeSearch(file.id)) }, stopped);
  useCommandHandlers({ 'search.clear': withActive(({ file }) => putAside(file.id)) }, search !== null);
  useCommandHandlers({ 'search.back': withActive(({ file }) => bringBack(file.id)) }, aside && search === null);
}

/**
 * Escape over the rows takes away one thing at a time: the selection, then what is being searched, then what was told over the rows,
 * then the marks of what was found, which the next step brings back. A key that is held down stops before those. The first is the
 * views' own; this handles the others and says whether it did.
 */
export function escapeSearch(event: KeyboardEvent): boolean {
  if (event.key !== 'Escape' || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
  const active = activeOf(appStore.getState());
  if (!active || active.view.anchor !== null) return false;
  const { id } = active.file;
  if (cancelSearch(id) || closeNote()) return true;
  if (searchOf(id) === null) return false;
  if (!event.repeat) putAside(id);
  return true;
}

/** What is searched in each file, how far it is, and what is in the search field. Changed by controller.ts and by the field only. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { SearchHistogramReply, SearchHit, SearchStatus } from '../../shared/protocol.ts';
import { ApiError } from '../api/errors.ts';
import type { Direction } from '../api/searches.ts';
import { appStore } from '../state/store.ts';
import { activeOf, useApp } from '../state/useApp.ts';
import { lastSwitches } from './history.ts';
import type { SearchDraft, SearchQuery } from './query.ts';

/** The hit that was gone to last. It is the current one for as long as the cursor stays on its first byte. */
export interface CurrentHit {
  readonly hit: SearchHit;
  /** Its 0-based number; null while it is not known. */
  readonly number: number | null;
  /** The number will not change. */
  readonly exact: boolean;
}

/** Why a search did not begin, or could not go on. */
export interface SearchProblem {
  readonly message: string;
  /** In the pattern, UTF-16 units; null when it is not about the pattern. */
  readonly position: number | null;
  readonly length: number;
}

/** The search of one file. */
export interface FileSearch {
  /** Grows with every search that is begun. */
  readonly seq: number;
  readonly query: SearchQuery;
  /** Encoding that was chosen for the file when it began; null: as detected. */
  readonly encoding: string | null;
  readonly generation: number;
  /** The server's name for it; null until it was accepted. */
  readonly id: string | null;
  readonly status: SearchStatus | null;
  readonly problem: SearchProblem | null;
  readonly current: CurrentHit | null;
  /** Hits in what is hidden from the views, as far as they are known: they are neither listed nor counted. */
  readonly hidden: number;
  /** A hit is being looked for in this direction. */
  readonly seeking: Direction | null;
  /** What is worth saying about the last step, one sentence. */
  readonly note: string | null;
  readonly histogram: SearchHistogramReply | null;
}

export interface SearchState {
  readonly byFile: Readonly<Record<string, FileSearch>>;
  /** Searches that were put away, and can be had back as they were until another one begins. */
  readonly aside: Readonly<Record<string, FileSearch>>;
  readonly draft: SearchDraft;
}

export const searchStore = createStore<SearchState>()(() => ({
  byFile: {},
  aside: {},
  draft: { ...lastSwitches(), typed: '', kind: null },
}));

export function useSearches<T>(select: (state: SearchState) => T): T {
  return useStore(searchStore, select);
}

export function searchOf(fileId: string): FileSearch | null {
  return searchStore.getState().byFile[fileId] ?? null;
}

/** The search of the file that is shown. */
export function useActiveSearch(): FileSearch | null {
  const fileId = useApp((state) => state.activeFile);
  return useSearches((state) => (fileId === null ? null : (state.byFile[fileId] ?? null)));
}

export function asideOf(fileId: string): FileSearch | null {
  return searchStore.getState().aside[fileId] ?? null;
}

/** The current hit while the cursor is on it, else null. */
export function currentHit(search: FileSearch | null, cursor: number): CurrentHit | null {
  return search?.current?.hit.offset === cursor ? search.current : null;
}

export function isRunning(search: FileSearch | null): boolean {
  if (search === null || search.problem !== null) return false;
  return search.status?.running ?? true;
}

export function patchDraft(change: Partial<SearchDraft>): void {
  searchStore.setState(({ draft }) => ({ draft: { ...draft, ...change } }));
}

/** What is wrong with a search, by the error that it met. */
export function problemOf(error: unknown): FileSearch['problem'] {
  const details = error instanceof ApiError ? error.details : null;
  const message = error instanceof Error ? error.message : String(error);
  return { message, position: details?.position ?? null, length: details?.length ?? 0 };
}

/** The file has grown beyond what a search that came to its end covers: it goes on. */
export function isOutgrown(fileId: string, { complete, size }: SearchStatus): boolean {
  const file = appStore.getState().files.find(({ id }) => id === fileId);
  return complete && file !== undefined && file.size > size;
}

/** Hits found so far in what the views show. */
export function shownHits({ status, hidden }: FileSearch): number {
  return Math.max(0, (status?.hits ?? 0) - hidden);
}

/** Changes the search of a file while it still is the one with `seq`. */
export function patchSearch(fileId: string, seq: number, change: Partial<FileSearch>): void {
  searchStore.setState((state) => {
    const search = state.byFile[fileId];
    if (search?.seq !== seq) return state;
    return { byFile: { ...state.byFile, [fileId]: { ...search, ...change } } };
  });
}

/** Puts a search in place of the file's; null takes it away. */
export function setSearch(fileId: string, search: FileSearch | null): void {
  searchStore.setState(({ byFile }) => {
    const { [fileId]: _old, ...others } = byFile;
    return { byFile: search === null ? others : { ...others, [fileId]: search } };
  });
}

/** Keeps a search that is off the views; null: there is none any more. */
export function setAside(fileId: string, search: FileSearch | null): void {
  searchStore.setState(({ aside }) => {
    const { [fileId]: _old, ...others } = aside;
    return { aside: search === null ? others : { ...others, [fileId]: search } };
  });
}

/** Bytes have the person's attention rather than lines: patterns are read accordingly. */
export function overBytes(): boolean {
  return activeOf(appStore.getState())?.view.pane === 'hex';
}

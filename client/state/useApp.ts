/** The store for components: each reads the slice it needs and renders when that slice changes. */
import { useStore } from 'zustand';
import type { FileInfo } from '../../shared/protocol.ts';
import { type AppStore, appStore, type FileView } from './store.ts';

export function useApp<T>(select: (state: AppStore) => T): T {
  return useStore(appStore, select);
}

export interface Active {
  readonly file: FileInfo;
  readonly view: FileView;
}

export function activeOf(state: AppStore): Active | null {
  const file = state.files.find(({ id }) => id === state.activeFile);
  const view = file && state.views[file.id];
  return file && view ? { file, view } : null;
}

/** The file that is shown, or null before there is one. */
export function useActiveFile(): FileInfo | null {
  return useApp((state) => activeOf(state)?.file ?? null);
}

export function useActiveView(): FileView | null {
  return useApp((state) => activeOf(state)?.view ?? null);
}

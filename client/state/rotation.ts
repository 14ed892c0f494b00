/**
 * Files that are replaced under their path: the switch to the new one, by hand or, while the end is followed, by itself; and where
 * the views go when the file they show is shown by another entry from then on.
 */
import type { FileInfo } from '../../shared/protocol.ts';
import { formatClock } from '../../shared/units.ts';
import { ApiError } from '../api/errors.ts';
import { withoutHistory } from './addressBar.ts';
import { api, loadFiles, takeFile } from './documents.ts';
import { followOf, onFollowChange, startFollow } from './follow.ts';
import { appStore, type FileView, type Reveal } from './store.ts';
import { notify } from './ui.ts';

/** Switches under way, by file: one at a time. */
const switching = new Set<string>();

/** True when the switch will be made, or is being made, without being asked for. */
export function switchesItself(file: FileInfo): boolean {
  return file.role === 'path' && file.pathError === null && followOf(file.id).status === 'live';
}

async function switchTo(file: FileInfo): Promise<void> {
  if (switching.has(file.id)) return;
  switching.add(file.id);
  try {
    takeFile(await api.reopen(file.id));
  } catch (error) {
    // What cannot be opened is said over the rows, as part of the file's state.
    if (error instanceof ApiError && error.code === 'unopenable') return;
    notify('warning', error instanceof Error ? error.message : String(error));
  } finally {
    switching.delete(file.id);
  }
}

/** Shows the file that has the path now, and follows it. */
export function followNewFile(file: FileInfo): void {
  startFollow(file.id);
  void switchTo(file);
}

/** Closes a file that had a path before; the one that took its place is shown. */
export async function closeRotated(file: FileInfo): Promise<void> {
  const { files, activeFile, activate } = appStore.getState();
  const next = files.find(({ id }) => id === file.next?.id);
  // Before it is gone, so that nothing more is asked of it.
  if (next && activeFile === file.id) activate(next.id);
  try {
    await api.close(file.id);
    await loadFiles();
  } catch (error) {
    notify('error', error instanceof Error ? error.message : String(error));
  }
}

/** What was seen of the file before goes on under its new entry: at its end for who followed it, else where one was. */
function keepPlace(to: string, view: FileView, size: number | null): void {
  const { files, views } = appStore.getState();
  if (!files.some(({ id }) => id === to)) return;
  const seq = view.reveal.seq + 1;
  const reveal: Reveal =
    size === null ? { offset: view.top, align: 'top', seq } : { offset: Math.max(0, size - 1), align: 'nearest', seq };
  appStore.setState({ views: { ...views, [to]: { ...view, reveal, followed: view.reveal.seq } } });
}

/** `view` and `size` are those of the file before. */
async function switched(file: FileInfo, view: FileView | undefined, size: number): Promise<void> {
  const seam = file.previous;
  if (seam === null) return;
  await loadFiles().catch(() => undefined);
  const kept = seam.id === null ? '' : ' The one before is kept in a tab of its own.';
  notify('info', `${file.name} was replaced at ${formatClock(seam.atMs)}.${kept}`);
  if (seam.id === null || !view) return;
  const live = followOf(file.id).status === 'live';
  keepPlace(seam.id, view, live ? size : null);
  const { activeFile, activate } = appStore.getState();
  // Somebody else asked for the switch: who reads here goes on reading.
  if (!live && activeFile === file.id) withoutHistory(() => activate(seam.id ?? file.id));
}

/** Watches the files of the store from now on. */
export function followRotations(): () => void {
  const look = (): void => {
    const { files, activeFile } = appStore.getState();
    const file = files.find(({ id }) => id === activeFile);
    if (file?.pathState === 'replaced' && switchesItself(file)) void switchTo(file);
  };
  const stopFollow = onFollowChange(look);
  const stopStore = appStore.subscribe((state, before) => {
    if (state.files === before.files && state.activeFile === before.activeFile) return;
    for (const file of state.files) {
      const known = before.files.find(({ id }) => id === file.id);
      if (!known || file.role !== 'path' || file.previous?.atMs === known.previous?.atMs) continue;
      void switched(file, before.views[file.id], known.size);
    }
    look();
  });
  look();
  return () => {
    stopFollow();
    stopStore();
  };
}

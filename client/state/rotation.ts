/**
 * Files that are replaced under their path: the switch to the new one, by hand or, while the end is followed, by the server, which
 * sees what this page does not while it is hidden; and where the views go when the file they show is shown by another entry from then
 * on.
 */
import { MAX_ROTATED } from '../../shared/limits.ts';
import type { FileInfo, FileSeam } from '../../shared/protocol.ts';
import { counted, formatClock } from '../../shared/units.ts';
import { ApiError } from '../api/errors.ts';
import { withoutHistory } from './addressBar.ts';
import { api, loadFiles, takeFile } from './documents.ts';
import { followOf, onFollowChange, startFollow } from './follow.ts';
import { appStore, type FileView, type Reveal } from './store.ts';
import { notify } from './ui.ts';

/** Switches under way, by file: one at a time. */
const switching = new Set<string>();

/** What the server was told to do, and is not known to do yet, by file. */
const telling = new Set<string>();
/** What this page has the server follow, by file. */
const followed = new Set<string>();
/** It is not told again so soon after it could not be, ms. */
const TELL_AGAIN_MS = 2_000;

/** True when the switch will be made, or is being made, without being asked for. */
export function switchesItself(file: FileInfo): boolean {
  return file.role === 'path' && file.pathError === null && file.rotation.followed;
}

/** The server goes on with new files for as long as this page wants to see the end, also while it is paused or hidden. */
async function tellFollowing(file: FileInfo): Promise<void> {
  if (file.role !== 'path' || telling.has(file.id)) return;
  const wanted = followOf(file.id).status !== 'off';
  if (wanted && file.rotation.followed) followed.add(file.id);
  // What another page has followed is its own to end.
  if (wanted === file.rotation.followed || (!wanted && !followed.has(file.id))) return;
  telling.add(file.id);
  try {
    takeFile(await api.follow(file.id, wanted));
    if (!wanted) followed.delete(file.id);
  } catch {
    // The line says what is wrong with it.
    await new Promise((resolve) => setTimeout(resolve, TELL_AGAIN_MS));
  } finally {
    telling.delete(file.id);
  }
  const now = appStore.getState().files.find(({ id }) => id === file.id);
  if (now) await tellFollowing(now);
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

type Listener = (from: string, to: string) => void;
const leavers = new Set<Listener>();

/** `listener` hears, until the returned function is called, when who was reading an entry goes on reading the same file under another one. */
export function onReadElsewhere(listener: Listener): () => void {
  leavers.add(listener);
  return () => leavers.delete(listener);
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

/** One or several switches, in words. */
function newsOfSwitches(file: FileInfo, before: FileInfo, seam: FileSeam): string {
  const times = file.rotation.switches - before.rotation.switches;
  const dropped = file.rotation.dropped - before.rotation.dropped;
  const when = formatClock(seam.atMs);
  const said =
    times > 1
      ? `${file.name} was replaced ${times} times, last at ${when}. Those before are kept in tabs of their own.`
      : `${file.name} was replaced at ${when}.${seam.id === null ? '' : ' The one before is kept in a tab of its own.'}`;
  if (dropped <= 0) return said;
  return `${said} To keep no more than ${MAX_ROTATED} of them, ${counted(dropped, 'older one')} ${dropped === 1 ? 'was' : 'were'} closed.`;
}

/** `view` is that of the file before. */
async function switched(file: FileInfo, before: FileInfo, view: FileView | undefined): Promise<void> {
  const seam = file.previous;
  if (seam === null) return;
  await loadFiles().catch(() => undefined);
  notify('info', newsOfSwitches(file, before, seam));
  // Of several switches the last one tells nothing of the file that was shown here.
  const { files } = appStore.getState();
  const shown = files.find(({ role, identity }) => role === 'rotated' && identity === before.identity);
  if (!shown || !view) return;
  const live = followOf(file.id).status === 'live';
  keepPlace(shown.id, view, live ? before.size : null);
  if (!live) for (const leave of [...leavers]) leave(file.id, shown.id);
  const { activeFile, activate } = appStore.getState();
  // Who reads here goes on reading.
  if (!live && activeFile === file.id) withoutHistory(() => activate(shown.id));
}

/** Watches the files of the store from now on. */
export function followRotations(): () => void {
  const look = (): void => {
    for (const file of appStore.getState().files) void tellFollowing(file);
  };
  const stopFollow = onFollowChange(look);
  const stopStore = appStore.subscribe((state, before) => {
    if (state.files === before.files) return;
    for (const file of state.files) {
      const known = before.files.find(({ id }) => id === file.id);
      if (!known || file.role !== 'path' || file.previous?.atMs === known.previous?.atMs) continue;
      void switched(file, known, before.views[file.id]);
    }
    look();
  });
  look();
  return () => {
    stopFollow();
    stopStore();
  };
}

/**
 * The files of the server and the line to it: one event stream (of the file that is shown, since HTTP/1.1 allows six
 * connections per origin, over all tabs) feeds the store, and reconnects by itself; data that is here stays. Hidden tabs give
 * their stream back after a while. Every file has one PageCache, all share one budget of memory.
 */

import type { FileEvent, FileInfo, FilesReply } from '../../shared/protocol.ts';
import { type Api, createApi } from '../api/client.ts';
import { ApiError, isAbort } from '../api/errors.ts';
import { PageCache } from '../cache/pageCache.ts';
import { PAGE_STORE_BYTES, PageStore } from '../cache/pageStore.ts';
import { currentToken } from './session.ts';
import { appStore } from './store.ts';
import { notify, uiStore } from './ui.ts';

export const api: Api = createApi({ baseUrl: '', token: currentToken });

const pages = new PageStore(PAGE_STORE_BYTES);
const caches = new Map<string, PageCache>();

/** The cache of a file that the store has. Throws for any other id. */
export function pageCacheOf(fileId: string): PageCache {
  const found = caches.get(fileId);
  if (found) return found;
  const file = appStore.getState().files.find(({ id }) => id === fileId);
  if (!file) throw new Error(`no file ${fileId}`);
  const made = new PageCache({
    fileId,
    size: file.size,
    generation: file.generation,
    store: pages,
    fetchWindow: (offset, length, generation, signal) => api.bytes(fileId, offset, length, generation, signal),
  });
  caches.set(fileId, made);
  return made;
}

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 8_000;
/** The server says `alive` every 15 s. */
const SILENCE_MS = 40_000;
const HIDDEN_MS = 20_000;

/** News of one file. */
export function takeFile(file: FileInfo): void {
  const known = appStore.getState().files.find(({ id }) => id === file.id);
  // News that was overtaken on its way, by a switch say.
  if (known && file.generation < known.generation) return;
  // Of a switch more is said where it is dealt with (rotation.ts).
  if (known && file.generation > known.generation && file.previous?.atMs === known.previous?.atMs)
    notify('warning', `${file.name} was changed; what is shown was read again.`);
  appStore.getState().updateFile(file);
  caches.get(file.id)?.update(file.size, file.generation);
}

function takeEvent(fileId: string, event: FileEvent): void {
  if (event.type === 'file') takeFile(event.file);
  if (event.type === 'files' && event.revision !== revision) loadFiles().catch(() => undefined);
  if (event.type !== 'index') return;
  const file = appStore.getState().files.find(({ id }) => id === fileId);
  if (file && file.generation === event.generation) appStore.getState().updateFile({ ...file, index: event.index });
}

/** Follows one file until `signal` aborts. Returns when the stream ends, throws as Api.events. */
async function follow(fileId: string, signal: AbortSignal): Promise<void> {
  const silence = new AbortController();
  let watch = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    for await (const event of api.events(fileId, AbortSignal.any([signal, silence.signal]))) {
      clearTimeout(watch);
      watch = setTimeout(() => silence.abort(), SILENCE_MS);
      uiStore.setState({ connection: { status: 'online' } });
      takeEvent(fileId, event);
    }
  } catch (error) {
    if (!isAbort(error) || signal.aborted) throw error;
  } finally {
    clearTimeout(watch);
  }
}

let wakeUp: (() => void) | null = null;

/** Tries to reach the server now instead of at the announced moment. */
export function retryNow(): void {
  wakeUp?.();
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      wakeUp = null;
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    wakeUp = done;
  });
}

const meansRestart = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 401 || error.status === 404);

/** The server knows the others still: the file was one that could be closed, and somebody did. */
async function isOnlyClosed(error: unknown): Promise<boolean> {
  if (!(error instanceof ApiError) || error.status !== 404) return false;
  try {
    const known = new Set(appStore.getState().files.map(({ id }) => id));
    const { files } = await api.files();
    if (!files.some(({ id }) => known.has(id))) return false;
    await loadFiles();
    return true;
  } catch {
    return false;
  }
}

/** Keeps a file followed for as long as `signal` lives. */
async function keepFollowing(fileId: string, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const began = performance.now();
    try {
      await follow(fileId, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (meansRestart(error) && !(await isOnlyClosed(error))) {
        uiStore.setState({ connection: { status: 'restarted' } });
        return;
      }
    }
    if (signal.aborted) return;
    failures = performance.now() - began > MAX_BACKOFF_MS ? 0 : failures;
    const wait = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);
    failures += 1;
    const before = uiStore.getState().connection;
    const since = before.status === 'lost' ? before.since : Date.now();
    uiStore.setState({ connection: { status: 'lost', since, retryAt: Date.now() + wait } });
    await pause(wait, signal);
  }
}

/** Follows whichever file is shown, from now on. */
export function followActiveFile(): () => void {
  let following: { readonly id: string; readonly stop: AbortController } | null = null;
  let hiding: ReturnType<typeof setTimeout> | null = null;
  let asleep = false;
  const update = (): void => {
    const id = asleep ? null : appStore.getState().activeFile;
    if (following?.id === id) return;
    following?.stop.abort();
    following = id === null ? null : { id, stop: new AbortController() };
    if (following) void keepFollowing(following.id, following.stop.signal);
  };
  const onVisibility = (): void => {
    if (hiding !== null) clearTimeout(hiding);
    hiding = null;
    if (document.visibilityState === 'hidden') {
      hiding = setTimeout(() => {
        asleep = true;
        update();
      }, HIDDEN_MS);
    } else {
      asleep = false;
      update();
    }
  };
  const stopStore = appStore.subscribe(update);
  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('online', retryNow);
  update();
  return () => {
    stopStore();
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('online', retryNow);
    following?.stop.abort();
  };
}

/** Of the list of files that the store has. */
let revision = 0;

/** The list of files into the store. Throws as Api.files. */
export async function loadFiles(): Promise<FilesReply> {
  const reply = await api.files();
  // Of two on their way the later one counts, whichever comes first.
  if (reply.revision < revision) return reply;
  revision = reply.revision;
  for (const file of reply.files) caches.get(file.id)?.update(file.size, file.generation);
  appStore.getState().setFiles(reply.files);
  for (const [id, cache] of caches) {
    if (reply.files.some((file) => file.id === id)) continue;
    cache.dispose();
    caches.delete(id);
  }
  uiStore.setState({ version: reply.version });
  return reply;
}

/** Stops or continues the line scan; what came of it arrives as an event. */
export async function controlIndex(file: FileInfo): Promise<void> {
  try {
    const encoding = appStore.getState().views[file.id]?.encoding ?? undefined;
    const index = await api.controlIndex(file.id, file.index.cancelled ? 'resume' : 'cancel', encoding);
    if (encoding === undefined) appStore.getState().updateFile({ ...file, index });
  } catch (error) {
    notify('error', error instanceof Error ? error.message : String(error));
  }
}

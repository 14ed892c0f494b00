/**
 * The files of the server as far as they are here. Every file has one PageCache, all share one budget of memory. What comes is taken
 * in the order in which the server told it, whatever the order it arrives in; and when the server turns out to be another run of
 * bigview, everything that was of the old one goes, except for where the person is.
 */

import type { FileEvent, FileInfo, FilesReply } from '../../shared/protocol.ts';
import { type Api, createApi } from '../api/client.ts';
import { PageCache } from '../cache/pageCache.ts';
import { PAGE_STORE_BYTES, PageStore } from '../cache/pageStore.ts';
import { noticed } from './failing.ts';
import { carryFollow, restoreFollow } from './follow.ts';
import { onRecovered, retryNow } from './recovery.ts';
import { currentRun, enterRun, ours } from './session.ts';
import { watched } from './slow.ts';
import { appStore } from './store.ts';
import { notify, uiStore } from './ui.ts';

const plain = createApi(ours);

/** The API, with an eye on how long what is shown has to be waited for. */
export const api: Api = {
  ...plain,
  files: (signal) => watched(plain.files(signal)),
  lines: (id, query, signal) => watched(noticed('lines', plain.lines(id, query, signal))),
  bytes: async (id, offset, length, generation, signal) => {
    const reply = await watched(noticed('bytes', plain.bytes(id, offset, length, generation, signal)));
    // The line waits to try again, and need not.
    if (uiStore.getState().connection.status === 'lost') retryNow();
    return reply;
  },
};

const pages = new PageStore(PAGE_STORE_BYTES);
const caches = new Map<string, PageCache>();

onRecovered(() => {
  for (const cache of caches.values()) cache.resume();
});

/** The cache of a file that the store has. Throws for any other id. */
export function pageCacheOf(fileId: string): PageCache {
  const found = caches.get(fileId);
  if (found) return found;
  const file = fileOf(fileId);
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

const fileOf = (fileId: string): FileInfo | undefined => appStore.getState().files.find(({ id }) => id === fileId);

/** News of one file. What was told before what is known is ignored, whenever it comes. */
export function takeFile(file: FileInfo): void {
  const known = fileOf(file.id);
  if (known && file.told <= known.told) return;
  // Of a switch more is said where it is dealt with (rotation.ts).
  if (known && file.generation > known.generation && file.previous?.atMs === known.previous?.atMs)
    notify('warning', `${file.name} was changed; what is shown was read again.`);
  appStore.getState().updateFile(file);
  caches.get(file.id)?.update(file.size, file.generation);
}

/** News from the stream of one file, whoever has it. */
export function takeEvent(fileId: string, event: FileEvent): void {
  switch (event.type) {
    case 'file':
      takeFile(event.file);
      break;
    case 'files':
      if (event.revision !== revision) loadFiles().catch(() => undefined);
      break;
    case 'index': {
      const { index, generation, told } = event;
      const file = fileOf(fileId);
      if (file?.generation === generation && told > file.told) appStore.getState().updateFile({ ...file, index, told });
      break;
    }
    case 'alive':
      break;
  }
}

/** Of the list of files that the store has. */
let revision = 0;
/** Lists that were asked for, and the newest of them that was taken. */
let asked = 0;
let taken = 0;

/** The list of files into the store. Throws as Api.files. */
export async function loadFiles(): Promise<FilesReply> {
  asked += 1;
  const mine = asked;
  const reply = await api.files();
  const known = currentRun();
  // Of two on their way the later one counts, whichever comes first.
  const older = mine < taken || (known === reply.run && reply.revision < revision);
  if (older) return reply;
  taken = mine;
  revision = reply.revision;
  if (known !== reply.run) {
    enterRun(reply.run);
    for (const file of reply.files) caches.get(file.id)?.renew(file.size, file.generation);
    const before = appStore.getState().files;
    appStore.getState().setFiles(reply.files, reply.run);
    if (known !== null) metAnotherRun(before, reply);
  } else {
    const files = reply.files.map((file) => later(file, fileOf(file.id)));
    for (const file of files) caches.get(file.id)?.update(file.size, file.generation);
    appStore.getState().setFiles(files);
  }
  for (const [id, cache] of caches) {
    if (reply.files.some((file) => file.id === id)) continue;
    cache.dispose();
    caches.delete(id);
  }
  uiStore.setState({ version: reply.version });
  return reply;
}

const later = (file: FileInfo, known: FileInfo | undefined): FileInfo =>
  known && known.told > file.told ? known : file;

/** Most names in one sentence. */
const MAX_NAMES = 3;

function inWords(all: readonly string[]): string {
  const more = all.length > MAX_NAMES ? [`${all.length - MAX_NAMES + 1} more`] : [];
  const names = [...all.slice(0, MAX_NAMES - more.length), ...more];
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

function metAnotherRun(before: readonly FileInfo[], { files, start }: FilesReply): void {
  carryFollow(before, files);
  const fresh = files.filter(({ id }) => !before.some((file) => file.id === id));
  restoreFollow(fresh, start.follow);
  const gone = before.filter(({ id }) => !files.some((file) => file.id === id)).map(({ name }) => name);
  const others = files
    .filter(({ id, identity }) => before.some((file) => file.id === id && file.identity !== identity))
    .map(({ name }) => name);
  const said = ['Connected again: bigview was started anew.'];
  if (others.length > 0) said.push(`Another file is shown by the same path: ${inWords(others)}.`);
  if (gone.length > 0) said.push(`Not open there any more: ${inWords(gone)}.`);
  notify(said.length === 1 ? 'info' : 'warning', said.join(' '));
}

/** Stops or continues the line scan; what came of it arrives as an event. */
export async function controlIndex(file: FileInfo): Promise<void> {
  try {
    const encoding = appStore.getState().views[file.id]?.encoding ?? undefined;
    const index = await api.controlIndex(file.id, file.index.cancelled ? 'resume' : 'cancel', encoding);
    const now = fileOf(file.id);
    if (encoding === undefined && now?.generation === file.generation)
      appStore.getState().updateFile({ ...now, index });
  } catch (error) {
    notify('error', error instanceof Error ? error.message : String(error));
  }
}

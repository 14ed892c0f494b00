/**
 * Keeps searches in step with their files: a file that was changed is searched anew, growth is followed, another encoding is
 * another search. And keeps the search of the shown file in the address, from where it is restored.
 */
import type { FileInfo } from '../../shared/protocol.ts';
import { addToAddress } from '../state/addressBar.ts';
import { encodingName } from '../state/encodings.ts';
import { onReadElsewhere } from '../state/rotation.ts';
import { type AppStore, appStore } from '../state/store.ts';
import { clearSearch, follow, restart, searchApi, startSearch } from './controller.ts';
import { countHidden } from './numbering.ts';
import { formatQuery, parseQuery } from './query.ts';
import { asideOf, type FileSearch, patchSearch, searchOf, searchStore, setAside } from './searchStore.ts';

/** As the page was opened: by the time the file is there, the address may have been written anew. */
const asked = parseQuery(location.search);

/** How long the cursor rests on a hit before its number is asked for, ms. */
const REST_MS = 120;

function notice(file: FileInfo, search: FileSearch, encoding: string | null): void {
  const depends = search.query.kind === 'text' || search.query.kind === 'regex';
  if (file.generation > search.generation) restart(file.id, 'The file was changed, so it is being searched anew.');
  else if (depends && encoding !== search.encoding) {
    restart(file.id, `Searched anew as ${encodingName(encoding ?? file.encoding)}.`);
  } else if (search.status !== null && !search.status.cancelled && file.size > search.status.size) {
    // The server has noticed as well, and searches what was added.
    void follow(file.id, search.seq);
  }
}

function noticeAll(state: AppStore): void {
  for (const file of state.files) {
    const search = searchOf(file.id);
    const view = state.views[file.id];
    if (search && view && search.problem === null) notice(file, search, view.encoding);
  }
}

/** Another run of the server knows nothing of our searches. */
function renewAll(): void {
  for (const fileId of Object.keys(searchStore.getState().byFile)) {
    if (appStore.getState().views[fileId]) restart(fileId, undefined);
    else clearSearch(fileId);
  }
  // Generations of another run have other numbers: they are begun anew when they are wanted.
  for (const [fileId, search] of Object.entries(searchStore.getState().aside)) {
    setAside(fileId, { ...search, id: null, generation: -1 });
  }
}

/** Who goes on reading a file under another entry goes on with its search, shown or put away: the server knows none of that entry. */
function goAlong(from: string, to: string): void {
  if (searchOf(to) !== null || asideOf(to) !== null) return;
  const search = searchOf(from);
  const aside = asideOf(from);
  if (search) void startSearch(to, search.query, { go: null });
  else if (aside) setAside(to, { ...aside, id: null, generation: -1 });
}

/** A cursor that comes to rest on the first byte of a hit makes it the current one. */
async function recognise(): Promise<void> {
  const { activeFile, views } = appStore.getState();
  const search = activeFile === null ? null : searchOf(activeFile);
  const cursor = activeFile === null ? undefined : views[activeFile]?.cursor;
  if (!search || activeFile === null || cursor === undefined || search.id === null) return;
  if (search.seeking !== null || search.current?.hit.offset === cursor) return;
  try {
    const { hit, number, exact } = await searchApi.near(activeFile, search.id, cursor, 'next', 0);
    if (hit?.offset === cursor) patchSearch(activeFile, search.seq, { current: { hit, number, exact } });
  } catch {
    // Nothing was asked for: there is nothing to complain about.
  }
}

/** Begins with the search of the address, once the place of the address is shown. */
export function followSearches(): () => void {
  const told = addToAddress(() => {
    const { activeFile } = appStore.getState();
    return formatQuery(activeFile === null ? null : (searchOf(activeFile)?.query ?? null));
  });
  let resting: ReturnType<typeof setTimeout> | null = null;
  const rest = (): void => {
    if (resting !== null) clearTimeout(resting);
    resting = setTimeout(() => void recognise(), REST_MS);
  };
  const stopSearches = searchStore.subscribe((state, before) => {
    if (state.byFile === before.byFile) return;
    told();
    const { activeFile } = appStore.getState();
    const [now, then] = [state, before].map(({ byFile }) => (activeFile === null ? undefined : byFile[activeFile]));
    // A link to a hit: it is one as soon as it was found.
    if (now?.current === null && now.status !== then?.status) rest();
  });
  const stopApp = appStore.subscribe((state, before) => {
    if (state.run !== before.run && before.run !== null) renewAll();
    if (state.files !== before.files || state.views !== before.views) noticeAll(state);
    if (state.views !== before.views) rest();
    for (const [fileId, { seq }] of Object.entries(searchStore.getState().byFile)) {
      if (state.views[fileId]?.start === before.views[fileId]?.start) continue;
      // What cannot be counted now is with the next progress of the search.
      countHidden(searchApi, fileId, seq).catch(() => undefined);
    }
  });
  const stopLeaving = onReadElsewhere(goAlong);
  // The server must not go on for a page that is gone. One that comes back finds its search forgotten, and makes it again.
  const leave = (): void => {
    const { byFile, aside } = searchStore.getState();
    for (const [fileId, { id }] of [...Object.entries(byFile), ...Object.entries(aside)]) {
      if (id !== null) searchApi.remove(fileId, id).catch(() => undefined);
    }
  };
  const comeBack = (event: PageTransitionEvent): void => {
    const searches = Object.entries(searchStore.getState().byFile);
    if (event.persisted) for (const [fileId] of searches) restart(fileId, undefined);
  };
  window.addEventListener('pagehide', leave);
  window.addEventListener('pageshow', comeBack);
  const { activeFile } = appStore.getState();
  if (asked !== null && activeFile !== null && searchOf(activeFile) === null) {
    void startSearch(activeFile, asked, { go: null });
  }
  return () => {
    stopSearches();
    stopApp();
    stopLeaving();
    window.removeEventListener('pagehide', leave);
    window.removeEventListener('pageshow', comeBack);
    if (resting !== null) clearTimeout(resting);
  };
}

/**
 * The address follows the place (replaceState, at most every REPLACE_MS), and a jump makes a new entry of the browser's
 * history, so that Back leads to where the jump began. A jump is a move that makes views scroll farther than JUMP_BYTES, a
 * move by name (`jumpTo`), or a change of file. Entries are numbered in `history.state` to know whether Back would leave the page.
 */
import { fileKeys, fileOfKey, formatPlace, type Place, parsePlace } from './place.ts';
import { type AppStore, appStore } from './store.ts';
import { activeOf } from './useApp.ts';

/** The bar is 250 ms; Safari refuses more than 100 changes in 30 s. */
const REPLACE_MS = 320;
const JUMP_BYTES = 65_536;
/** A browser that does not say for so long that it has made a step will not make it, ms. */
const STEP_MS = 2_000;
const NEWEST_KEY = 'bigview.history';

/** The top that views had when the last jump began: no part of the new place until they have followed. */
let topBeforeJump: number | null = null;

interface Entry {
  readonly bigview: number;
}

let entry = 0;
let newest = 0;
/**
 * Until when a step is taken to be under way: `entry` is behind until the browser has made it, so keys that come faster would lead
 * out of the page. They wait, as `stepsWanted`.
 */
let steppingUntil = 0;
let stepsWanted = 0;
/** While a place is restored, what changes in the store is no jump. */
let restoring = false;
/** While a person asks for a place by name, it is one, however near. */
let jumping = false;

function placeOf(state: AppStore): Place | null {
  const active = activeOf(state);
  if (!active) return null;
  const { file, view } = active;
  return {
    file: fileKeys(state.files)[state.files.indexOf(file)] ?? null,
    view: view.mode,
    at: view.cursor,
    sel: view.anchor,
    top: view.top === topBeforeJump ? null : view.top,
    encoding: view.encoding,
  };
}

/** What others keep in the address beside the place, as a query; see `addToAddress`. */
let more: () => string = () => '';
let scheduleWrite: () => void = () => undefined;

/** Has `part` in the address from now on; returns the function to call when it has become another. */
export function addToAddress(part: () => string): () => void {
  more = part;
  return () => scheduleWrite();
}

function queryOf(place: Place): string {
  const added = more();
  return added === '' ? formatPlace(place) : `${formatPlace(place)}&${added}`;
}

/** The address of where one is now. */
export function linkToHere(): string {
  const place = placeOf(appStore.getState());
  return `${location.origin}${location.pathname}${place ? `?${queryOf(place)}` : ''}`;
}

function write(method: 'pushState' | 'replaceState', state: AppStore): void {
  const place = placeOf(state);
  if (!place) return;
  const address = `${location.pathname}?${queryOf(place)}`;
  const same = method === 'replaceState' && address === location.pathname + location.search;
  if (same && (history.state as Partial<Entry> | null)?.bigview === entry) return;
  try {
    history[method]({ bigview: entry } satisfies Entry, '', address);
  } catch {
    // A browser that thinks there were too many changes; the next one has the newest place again.
  }
}

function isJump(state: AppStore, before: AppStore): boolean {
  if (restoring || before.activeFile === null || state.files !== before.files) return false;
  if (state.activeFile !== before.activeFile) return true;
  const [next, last] = [activeOf(state)?.view, activeOf(before)?.view];
  if (!next || !last || next.reveal.seq === last.reveal.seq || next.cursor === last.cursor) return false;
  return jumping || Math.abs(next.cursor - last.cursor) > JUMP_BYTES;
}

/** Moves the cursor to a byte in the middle of the view, so that Back leads to where one was. */
export function jumpTo(fileId: string, offset: number, length?: number): void {
  jumping = true;
  try {
    appStore.getState().move(fileId, offset, { reveal: 'center', ...(length !== undefined && { length }) });
  } finally {
    jumping = false;
  }
}

/** Lets `act` move without an entry in the browser's history, however far. */
export function withoutHistory(act: () => void): void {
  const before = restoring;
  restoring = true;
  try {
    act();
  } finally {
    restoring = before;
  }
}

/**
 * Shows a place. Without a cursor or a top in it, the file stays where it is. Returns sentences about what could not be used.
 */
export function showPlace(place: Place): readonly string[] {
  const store = appStore.getState();
  const problems: string[] = [];
  const named = place.file === null ? null : fileOfKey(store.files, place.file);
  if (place.file !== null && named === null && store.files.length > 0) {
    problems.push(`The link is for “${place.file}”, which is not open here.`);
    return problems;
  }
  const file = named ?? store.files.find(({ id }) => id === store.activeFile);
  if (!file) return problems;
  const past = Math.max(place.at ?? 0, place.sel ?? 0, place.top ?? 0) > file.size;
  if (past) problems.push('The link leads past the end of the file; this is its end.');
  restoring = true;
  try {
    store.activate(file.id);
    const mode = place.view;
    if (mode !== null) store.patchView(file.id, mode === 'both' ? { mode } : { mode, pane: mode });
    if (place.encoding !== null) {
      if (isEncoding(place.encoding)) store.patchView(file.id, { encoding: place.encoding });
      else problems.push(`The link asks for the encoding “${place.encoding}”, which the browser does not know.`);
    }
    if (place.at !== null) {
      const how = place.top === null || past ? { reveal: 'center' as const } : {};
      store.move(file.id, place.at, { anchor: place.sel, ...how });
    }
    if (place.top !== null && !past) store.reveal(file.id, place.top, 'top');
  } finally {
    restoring = false;
  }
  return problems;
}

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding === label;
  } catch {
    return false;
  }
}

/** One step through the entries of this page; what the browser says then is the step's end. */
function step(by: -1 | 1): void {
  if (performance.now() < steppingUntil) {
    stepsWanted += by;
    return;
  }
  if (by < 0 ? entry <= 0 : entry >= newest) {
    stepsWanted = 0;
    return;
  }
  steppingUntil = performance.now() + STEP_MS;
  history.go(by);
}

/** The step under way is over, or comes to nothing as a jump took its place. */
function endSteps(onward: boolean): void {
  const by = onward ? Math.sign(stepsWanted) : 0;
  steppingUntil = 0;
  stepsWanted = onward ? stepsWanted - by : 0;
  if (by !== 0) step(by < 0 ? -1 : 1);
}

/** Goes where the last jump began, but never out of the page. */
export function goBack(): void {
  step(-1);
}

export function goForward(): void {
  step(1);
}

/** Follows the store from now on. `tell` gets one sentence at a time about links that could not be used in full. */
export function followAddress(tell: (sentence: string) => void): () => void {
  const found = (history.state as Partial<Entry> | null)?.bigview;
  entry = typeof found === 'number' ? found : 0;
  newest = Math.max(entry, Number(sessionStorage.getItem(NEWEST_KEY) ?? 0) || 0);
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    write('replaceState', appStore.getState());
  };
  scheduleWrite = () => {
    timer ??= setTimeout(flush, REPLACE_MS);
  };
  const stopStore = appStore.subscribe((state, before) => {
    const top = activeOf(state)?.view.top;
    if (top !== undefined && top !== topBeforeJump) topBeforeJump = null;
    if (isJump(state, before)) {
      if (timer !== null) clearTimeout(timer);
      write('replaceState', before);
      endSteps(false);
      entry += 1;
      newest = entry;
      sessionStorage.setItem(NEWEST_KEY, String(newest));
      topBeforeJump = activeOf(state)?.view.top ?? null;
      write('pushState', state);
      timer = setTimeout(flush, REPLACE_MS);
    } else if (state.views !== before.views || state.activeFile !== before.activeFile) scheduleWrite();
  });
  const onPopState = (event: PopStateEvent): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    entry = (event.state as Partial<Entry> | null)?.bigview ?? 0;
    const { place, problems } = parsePlace(location.search);
    for (const problem of [...problems, ...showPlace(place)]) tell(problem);
    endSteps(true);
  };
  window.addEventListener('popstate', onPopState);
  window.addEventListener('pagehide', flush);
  return () => {
    stopStore();
    scheduleWrite = () => undefined;
    window.removeEventListener('popstate', onPopState);
    window.removeEventListener('pagehide', flush);
    if (timer !== null) clearTimeout(timer);
  };
}

/**
 * Begins, follows, steps through and ends searches. One search a file; what comes late for one that was replaced is dropped by its
 * `seq`.
 *
 * Progress is asked for, at growing intervals up to POLL_MS, and not streamed: HTTP/1.1 has six connections per origin, and pages,
 * lines and the file's events need them.
 */
import type { SearchNearReply, SearchRequest } from '../../shared/protocol.ts';
import { ApiError, isTransient, pauseAskedFor } from '../api/errors.ts';
import { createSearchApi, type Direction } from '../api/searches.ts';
import { jumpTo, withoutHistory } from '../state/addressBar.ts';
import { recoveredWithin } from '../state/recovery.ts';
import { ours } from '../state/session.ts';
import { appStore } from '../state/store.ts';
import { readHistory, remember } from './history.ts';
import { countHidden, renumber } from './numbering.ts';
import { Order } from './order.ts';
import { type SearchQuery, sameQuery, toRequest } from './query.ts';
import {
  asideOf,
  type CurrentHit,
  currentHit,
  type FileSearch,
  isOutgrown,
  isRunning,
  patchSearch,
  problemOf,
  searchOf,
  setAside,
  setSearch,
} from './searchStore.ts';
import { FIRST_POLL_MS, RETRY_MS, sleep } from './seek.ts';
import { onlyFiltered, sayWhenSlow, seekShown } from './seekShown.ts';
import { isShown } from './visible.ts';

export const searchApi = createSearchApi(ours);

const POLL_MS = 250;
/** Buckets of the density: more than the overview has device px on most screens. */
const BUCKETS = 1_024;
/** The density is asked for at most so often while hits are found. */
const HISTOGRAM_MS = 400;
/** Steps that wait for the one under way; keys that repeat faster than hits are found are dropped. */
const MAX_STEPS = 8;

let lastSeq = 0;
/** Stops what looks for a hit. */
const seeking = new Map<string, AbortController>();
const steps = new Map<string, { waiting: number; last: Promise<void> }>();
/** Searches whose progress is being followed, by seq. */
const followed = new Set<number>();
const states = new Order();

export interface StartOptions {
  /** Go to the first hit at or after the cursor, or to the last before it. */
  readonly go: Direction | null;
  /** What is to be said about why it begins. */
  readonly note?: string;
}

const isMine = (fileId: string, seq: number): boolean => searchOf(fileId)?.seq === seq;

/** Begins a search in place of the file's, from what is in view. Steps that are asked for from now on wait until it has begun. */
export function startSearch(fileId: string, query: SearchQuery, options: StartOptions): Promise<void> {
  const last = begin(fileId, query, options);
  steps.set(fileId, { waiting: 0, last });
  return last;
}

async function begin(fileId: string, query: SearchQuery, options: StartOptions): Promise<void> {
  const { files, views } = appStore.getState();
  const file = files.find(({ id }) => id === fileId);
  const view = views[fileId];
  if (!file || !view) return;
  const old = searchOf(fileId);
  seeking.get(fileId)?.abort();
  lastSeq += 1;
  const seq = lastSeq;
  setSearch(fileId, {
    seq,
    query,
    encoding: view.encoding,
    generation: file.generation,
    id: null,
    status: null,
    problem: null,
    current: null,
    hidden: 0,
    seeking: null,
    note: options.note ?? null,
    histogram: null,
  });
  for (const gone of [old, asideOf(fileId)]) {
    if (gone) forget(fileId, gone);
    if (gone) states.forget(gone.seq);
  }
  setAside(fileId, null);
  const from = options.go === null ? view.top : view.cursor;
  if (!(await create(fileId, seq, toRequest(query, view.encoding, Math.min(from, file.size))))) return;
  void follow(fileId, seq);
  if (options.go !== null) await walk(fileId, options.go, true);
}

/** Makes the search on the server, as soon as that can be reached. False when it was refused, or is not wanted any more. */
async function create(fileId: string, seq: number, request: SearchRequest): Promise<boolean> {
  for (;;) {
    try {
      const { id } = await searchApi.create(fileId, request);
      if (isMine(fileId, seq)) patchSearch(fileId, seq, { id, problem: null });
      else searchApi.remove(fileId, id).catch(() => undefined);
      return isMine(fileId, seq);
    } catch (error) {
      patchSearch(fileId, seq, { problem: problemOf(error) });
      if (!isTransient(error)) return false;
      await recoveredWithin(Math.max(RETRY_MS, pauseAskedFor(error)));
      if (!isMine(fileId, seq)) return false;
    }
  }
}

function forget(fileId: string, search: FileSearch): void {
  // The server drops searches by itself when there are too many.
  if (search.id !== null) searchApi.remove(fileId, search.id).catch(() => undefined);
}

/** What a person asks for: begins a search, or goes on with it when it is the same. */
export function searchFor(fileId: string, query: SearchQuery, direction: Direction): Promise<void> {
  const search = searchOf(fileId);
  remember(query);
  const view = appStore.getState().views[fileId];
  const same = search !== null && search.problem === null && sameQuery(search.query, query);
  if (same && search.encoding === view?.encoding) return stepHit(fileId, direction);
  return startSearch(fileId, query, { go: direction });
}

/** The same search anew. */
export function restart(fileId: string, note: string | undefined): void {
  const search = searchOf(fileId);
  if (search) void startSearch(fileId, search.query, { go: null, ...(note !== undefined && { note }) });
}

const CHANGED = 'The file was changed, so it is being searched anew.';

/** What an error means for the search: true when it has been dealt with. */
function recovers(fileId: string, seq: number, error: unknown): boolean {
  if (!isMine(fileId, seq)) return true;
  if (!(error instanceof ApiError)) return false;
  const { code, status } = error;
  if (code !== 'stale-generation' && status !== 404) return false;
  // The server keeps some searches only: a forgotten one is made again without a word.
  restart(fileId, code === 'stale-generation' ? CHANGED : undefined);
  return true;
}

/** Keeps the status of a search up to date until nothing is going on. */
export async function follow(fileId: string, seq: number): Promise<void> {
  if (followed.has(seq)) return;
  followed.add(seq);
  let wait = FIRST_POLL_MS;
  let histogramAt = Number.NEGATIVE_INFINITY;
  let counted = -1;
  try {
    for (;;) {
      const search = searchOf(fileId);
      if (search?.seq !== seq || search.id === null) return;
      try {
        const asked = states.next();
        const status = await searchApi.status(fileId, search.id);
        if (!states.take(seq, asked)) continue;
        if (status.stale) {
          if (isMine(fileId, seq)) restart(fileId, CHANGED);
          return;
        }
        patchSearch(fileId, seq, { status, generation: status.generation, problem: null });
        const due = !status.running || performance.now() - histogramAt > HISTOGRAM_MS;
        if (due && (status.hits !== counted || !status.running)) {
          histogramAt = performance.now();
          counted = status.hits;
          patchSearch(fileId, seq, { histogram: await searchApi.histogram(fileId, search.id, BUCKETS) });
        }
        await renumber(searchApi, fileId, seq, search.id);
        await countHidden(searchApi, fileId, seq);
        // Growth that was told meanwhile is told to nobody else.
        // What came while the search was put away was told to nobody.
        const now = searchOf(fileId);
        const told = now?.seq !== seq || now.status === status;
        if (told && !status.running && !isOutgrown(fileId, status)) return;
        await sleep(wait);
        wait = Math.min(POLL_MS, wait * 1.6);
      } catch (error) {
        if (recovers(fileId, seq, error)) return;
        if (!isTransient(error)) {
          patchSearch(fileId, seq, { problem: problemOf(error) });
          return;
        }
        await recoveredWithin(Math.max(RETRY_MS, pauseAskedFor(error)));
      }
    }
  } finally {
    followed.delete(seq);
  }
}

/** Goes to the next or previous hit from the cursor; without a search, begins the last one again. */
export function stepHit(fileId: string, direction: Direction): Promise<void> {
  const search = searchOf(fileId);
  if (!search || search.problem?.position != null) {
    const last = search?.query ?? readHistory()[0];
    return last ? startSearch(fileId, last, { go: direction }) : Promise.resolve();
  }
  const line = steps.get(fileId) ?? { waiting: 0, last: Promise.resolve() };
  if (line.waiting >= MAX_STEPS) return line.last;
  line.waiting += 1;
  line.last = line.last
    // Steps of a search that was replaced meanwhile are none of the new one's.
    .then(() => (steps.get(fileId) === line ? walk(fileId, direction, false) : undefined))
    .finally(() => {
      line.waiting -= 1;
    });
  steps.set(fileId, line);
  return line.last;
}

/** `here`: a hit at the cursor itself counts. */
async function walk(fileId: string, direction: Direction, here: boolean): Promise<void> {
  const search = searchOf(fileId);
  const view = appStore.getState().views[fileId];
  if (!search || search.id === null || !view) return;
  const { seq, id } = search;
  const abort = new AbortController();
  seeking.set(fileId, abort);
  patchSearch(fileId, seq, { seeking: direction, ...(!here && { note: null }) });
  const start = direction === 'next' && !here ? view.cursor + 1 : view.cursor;
  const quiet = sayWhenSlow(fileId, seq);
  try {
    // Hits in what is hidden are out of sight.
    const shown = async (from: number, limit: number | null): Promise<SearchNearReply> => {
      const near = await seekShown(searchApi, fileId, id, Math.max(from, view.start), limit, direction, abort.signal);
      return near.hit !== null && near.hit.offset < view.start ? { ...near, hit: null, number: null } : near;
    };
    let reply = await shown(start, null);
    let note: string | null = null;
    if (reply.hit === null && isMine(fileId, seq)) {
      const size = appStore.getState().files.find((file) => file.id === fileId)?.size ?? 0;
      const around = direction === 'next' ? 0 : Math.max(size, reply.size);
      reply = await shown(around, view.cursor);
      if (reply.hit !== null) {
        const alone = reply.hit.offset === view.cursor && (reply.total === 1 || onlyFiltered(fileId));
        const whole = view.start === 0 || direction === 'previous' ? 'the file' : 'what is shown';
        const from = `${direction === 'next' ? 'start' : 'end'} of ${whole}`;
        note = alone
          ? `This is the only hit${reply.total === 1 ? '' : ' in a line that the filter shows'}.`
          : `There are no more hits this way; went on from the ${from}.`;
      } else if (reply.decided && reply.total > 0 && onlyFiltered(fileId)) {
        note = 'There are hits, but none in a line that the filter shows.';
      }
    }
    if (!isMine(fileId, seq)) return;
    patchSearch(fileId, seq, { seeking: null, ...(note !== null && { note }) });
    if (reply.hit) showHit(fileId, { hit: reply.hit, number: reply.number, exact: reply.exact });
    else if (!reply.decided)
      patchSearch(fileId, seq, { note: 'There is no hit in what was searched before the search was stopped.' });
  } catch (error) {
    patchSearch(fileId, seq, { seeking: null });
    if (abort.signal.aborted || recovers(fileId, seq, error)) return;
    patchSearch(fileId, seq, { note: error instanceof Error ? `${error.message}.` : String(error) });
  } finally {
    quiet();
    if (seeking.get(fileId) === abort) seeking.delete(fileId);
  }
}

/** Puts the cursor on a hit. Steps that begin on a hit make no entry in the browser's history: Back leads to where they began. */
export function showHit(fileId: string, current: CurrentHit): void {
  const search = searchOf(fileId);
  const view = appStore.getState().views[fileId];
  if (!search || !view) return;
  const { offset } = current.hit;
  const length = Math.max(1, current.hit.length);
  const walking = currentHit(search, view.cursor) !== null;
  patchSearch(fileId, search.seq, { current });
  const shown = isShown(fileId, view.pane, { offset, end: offset + 1 });
  const move = (): void => {
    if (shown) appStore.getState().move(fileId, offset, { reveal: 'nearest', length });
    else if (walking) appStore.getState().move(fileId, offset, { reveal: 'center', length });
    else jumpTo(fileId, offset, length);
  };
  if (walking) withoutHistory(move);
  else move();
}

/** Stops what is going on: first the way to a hit, then the search. Returns false when nothing was. */
export function cancelSearch(fileId: string): boolean {
  const search = searchOf(fileId);
  if (!search) return false;
  const walking = seeking.get(fileId);
  const running = isRunning(search);
  walking?.abort();
  // What waits behind it is not wanted any more, either.
  steps.delete(fileId);
  if (running) void control(fileId, 'cancel');
  return walking !== undefined || running;
}

/** Goes on with a search that was stopped by a person. */
export function resumeSearch(fileId: string): void {
  void control(fileId, 'resume');
}

async function control(fileId: string, action: 'cancel' | 'resume'): Promise<void> {
  const search = searchOf(fileId);
  if (!search) return;
  if (search.id === null) {
    // Not begun yet: it is forgotten when it does.
    clearSearch(fileId);
    return;
  }
  try {
    const status = await searchApi.control(fileId, search.id, action);
    // Whatever was asked for before is of an earlier state.
    states.take(search.seq, states.next());
    patchSearch(fileId, search.seq, { status, note: null });
    void follow(fileId, search.seq);
  } catch (error) {
    if (!recovers(fileId, search.seq, error))
      patchSearch(fileId, search.seq, { note: problemOf(error)?.message ?? null });
  }
}

/** Ends the search and takes its hits off the views. */
export function clearSearch(fileId: string): void {
  const search = searchOf(fileId);
  if (!search) return;
  seeking.get(fileId)?.abort();
  setSearch(fileId, null);
  forget(fileId, search);
}

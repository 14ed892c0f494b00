/**
 * The line to the server: hears what becomes of the file that is shown, says when the server is gone, and tries again for as long as
 * the page is open, at once when the machine wakes up or a person asks. Data that is here stays. Hidden tabs give the line back after
 * a while; visible ones share it (tabs.ts).
 */

import type { FileEvent } from '../../shared/protocol.ts';
import { backoffMs } from '../api/backoff.ts';
import { ApiError, isAbort, pauseAskedFor } from '../api/errors.ts';
import { api, loadFiles, takeEvent, takeFile } from './documents.ts';
import { retryNow, tellRecovered, untilRetry } from './recovery.ts';
import { acceptToken, currentRun, refuseToken } from './session.ts';
import { appStore } from './store.ts';
import { canShare, onNews, standForLead, takeStream, tellTabs } from './tabs.ts';
import { uiStore } from './ui.ts';

const PACE = { firstMs: 500, maxMs: 8_000 };
/** A token that was refused may be right again: another bigview may have had this port for a while. */
const REFUSED_MS = 15_000;
/** A line that held for so long has not failed before, ms. */
const STEADY_MS = 8_000;
/** The server says `alive` every 15 s. */
const SILENCE_MS = 40_000;
/** The first news come at once, or the server is not there. */
const FIRST_NEWS_MS = 15_000;
const HIDDEN_MS = 20_000;
/** How long a tab waits to be the one that leads before it asks for itself. */
const STAND_MS = 40;
/** How often a tab that leads without a stream asks, ms, and every how many times it looks whether it may have one. */
const POLL_MS = 500;
const POLLS_PER_TRY = 4;

/** The line was lost, or is tried anew: what waits for the server is to be told when it is there. */
let broken = false;
/** Ends what is being heard, to hear it anew at once. */
let fresh = new AbortController();

function heard(): void {
  acceptToken();
  if (uiStore.getState().connection.status !== 'online') uiStore.setState({ connection: { status: 'online' } });
  if (!broken) return;
  broken = false;
  tellRecovered();
}

/** Runs `use` with a signal that aborts with `signal`, and when `alive` was not called for too long. */
async function whileAlive(
  signal: AbortSignal,
  use: (both: AbortSignal, alive: () => void) => Promise<void>,
): Promise<void> {
  const silence = new AbortController();
  let watch = setTimeout(() => silence.abort(), FIRST_NEWS_MS);
  const alive = (): void => {
    clearTimeout(watch);
    watch = setTimeout(() => silence.abort(), SILENCE_MS);
    heard();
  };
  try {
    await use(AbortSignal.any([signal, silence.signal]), alive);
  } catch (error) {
    if (!isAbort(error) || signal.aborted) throw error;
  } finally {
    clearTimeout(watch);
  }
}

function stream(fileId: string, signal: AbortSignal): Promise<void> {
  const run = currentRun();
  return whileAlive(signal, async (both, alive) => {
    for await (const event of api.events(fileId, both)) {
      if (run === null || run !== currentRun()) return;
      alive();
      takeEvent(fileId, event);
      tellTabs({ run, fileId, event });
    }
  });
}

/** Without a stream: other files have all there are. */
async function poll(fileId: string, signal: AbortSignal): Promise<void> {
  for (let polls = 1; !signal.aborted; polls++) {
    const run = currentRun();
    const file = await api.file(fileId, signal);
    if (run === null || run !== currentRun()) return;
    heard();
    const event: FileEvent = { type: 'file', file };
    takeEvent(fileId, event);
    tellTabs({ run, fileId, event });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (polls % POLLS_PER_TRY !== 0) continue;
    if (await takeStream(signal)) return stream(fileId, signal);
    await loadFiles();
  }
}

async function lead(fileId: string, signal: AbortSignal): Promise<void> {
  try {
    await ((await takeStream(signal)) ? stream(fileId, signal) : poll(fileId, signal));
  } finally {
    const run = currentRun();
    if (!signal.aborted && run !== null) tellTabs({ run, fileId, event: null });
  }
}

/** Hears what the tab that leads tells; returns when that ends. */
function listen(fileId: string, signal: AbortSignal): Promise<void> {
  return whileAlive(signal, async (both, alive) => {
    const run = currentRun();
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    both.addEventListener('abort', end);
    const stop = onNews((news) => {
      if (news.fileId !== fileId) return;
      if (news.event === null || news.run !== run) return end();
      alive();
      takeEvent(fileId, news.event);
    });
    try {
      takeFile(await api.file(fileId, both));
      alive();
      await ended;
    } finally {
      stop();
      both.removeEventListener('abort', end);
    }
  });
}

/** Hears of a file until `signal` aborts. Returns when the line ends, throws as Api.events. */
async function hear(fileId: string, signal: AbortSignal): Promise<void> {
  if (!canShare) return lead(fileId, signal);
  const round = new AbortController();
  const leading = new AbortController();
  const mine = AbortSignal.any([signal, round.signal]);
  try {
    await new Promise<void>((resolve) => {
      standForLead(fileId, mine, () => {
        leading.abort();
        resolve();
      });
      setTimeout(resolve, STAND_MS);
    });
    if (!leading.signal.aborted) {
      await listen(fileId, AbortSignal.any([mine, leading.signal])).catch((error: unknown) => {
        if (!leading.signal.aborted) throw error;
      });
    }
    if (leading.signal.aborted && !signal.aborted) await lead(fileId, mine);
  } finally {
    round.abort();
  }
}

const statusOf = (error: unknown): number => (error instanceof ApiError ? error.status : 0);

/** What is to be done about a line that ended: the list of files is looked at first when that may be why. */
async function outcomeOf(error: unknown): Promise<'again' | 'refused' | 'lost'> {
  const about = error instanceof ApiError && (error.code === 'other-run' || error.status === 404);
  if (!about) return statusOf(error) === 401 ? 'refused' : 'lost';
  try {
    await loadFiles();
    broken = true;
    return 'again';
  } catch (other) {
    return statusOf(other) === 401 ? 'refused' : 'lost';
  }
}

/** Keeps a file followed for as long as `signal` lives. */
async function keepFollowing(fileId: string, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let again = false;
  while (!signal.aborted) {
    const began = performance.now();
    const anew = fresh.signal;
    let problem: unknown = null;
    try {
      await hear(fileId, AbortSignal.any([signal, anew]));
    } catch (error) {
      problem = error;
    }
    if (signal.aborted) return;
    if (anew.aborted) continue;
    if (performance.now() - began > STEADY_MS) failures = 0;
    const outcome = await outcomeOf(problem);
    if (signal.aborted) return;
    // Once: a server that says so every time must not be asked without a pause.
    if (outcome === 'again' && !again) {
      again = true;
      continue;
    }
    again = false;
    broken = true;
    const wait = Math.max(backoffMs(PACE, failures, Math.random()), pauseAskedFor(problem));
    failures += 1;
    if (outcome === 'refused') {
      refuseToken();
      uiStore.setState({ connection: { status: 'restarted' } });
      await untilRetry(REFUSED_MS, signal);
    } else {
      const before = uiStore.getState().connection;
      const since = before.status === 'lost' ? before.since : Date.now();
      uiStore.setState({ connection: { status: 'lost', since, retryAt: Date.now() + wait } });
      await untilRetry(wait, signal);
    }
  }
}

/** The machine was asleep, or its network was another: what seems to be a line may lead nowhere. */
export function tryAnew(): void {
  broken = true;
  const old = fresh;
  fresh = new AbortController();
  old.abort();
  retryNow();
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
      broken ||= asleep;
      asleep = false;
      update();
      retryNow();
    }
  };
  const stopStore = appStore.subscribe(update);
  document.addEventListener('visibilitychange', onVisibility);
  // The tab that leads has the server again.
  const stopNews = onNews(({ event }) => {
    if (event !== null && uiStore.getState().connection.status === 'lost') retryNow();
  });
  update();
  return () => {
    stopStore();
    stopNews();
    document.removeEventListener('visibilitychange', onVisibility);
    following?.stop.abort();
  };
}

/**
 * The tabs of one browser among each other. HTTP/1.1 allows six connections per origin, over all tabs, and an event stream takes
 * one for as long as it is open. So one tab a file leads: it hears of the file from the server and tells the others over a
 * BroadcastChannel, which other origins cannot hear; and at most MAX_STREAMS tabs have a stream at all. The browser's own locks decide
 * who, and pass the lead on when a tab goes.
 *
 * Where there are no locks (a page that came neither over HTTPS nor from this machine) nobody can know who has a stream, so no tab
 * has one: each asks now and then.
 */
import type { FileEvent } from '../../shared/protocol.ts';

/** Leaves four connections for pages, lines and searches. */
const MAX_STREAMS = 2;
const CHANNEL = 'bigview.events';

/** What the tab that leads tells about a file; null: it has lost the server. */
export interface News {
  readonly run: string;
  readonly fileId: string;
  readonly event: FileEvent | null;
}

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
const locks = typeof navigator === 'undefined' ? undefined : (navigator.locks as LockManager | undefined);

/** Tabs can agree on who leads. */
export const canShare = channel !== null && locks !== undefined;

export function tellTabs(news: News): void {
  channel?.postMessage(news);
}

/** `listener` hears what other tabs tell, until the returned function is called. */
export function onNews(listener: (news: News) => void): () => void {
  const take = ({ data }: MessageEvent<News>): void => listener(data);
  channel?.addEventListener('message', take);
  return () => channel?.removeEventListener('message', take);
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Calls `lead` once this tab is the one that leads for the file, which it is until `signal` aborts. */
export function standForLead(fileId: string, signal: AbortSignal, lead: () => void): void {
  locks
    ?.request(`bigview.lead.${fileId}`, { signal }, () => {
      if (signal.aborted) return undefined;
      lead();
      return untilAborted(signal);
    })
    .catch(() => undefined);
}

/** True when this tab may have a stream, which it may until `signal` aborts. */
export async function takeStream(signal: AbortSignal): Promise<boolean> {
  if (!locks) return false;
  for (let slot = 0; slot < MAX_STREAMS; slot++) {
    const got = await new Promise<boolean>((resolve) => {
      locks
        .request(`bigview.stream.${slot}`, { ifAvailable: true }, (lock) => {
          resolve(lock !== null);
          return lock === null ? undefined : untilAborted(signal);
        })
        .catch(() => resolve(false));
    });
    if (got) return true;
  }
  return false;
}

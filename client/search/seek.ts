/** Waits for the nearest hit, however long that takes to be found. */
import type { SearchNearReply, SearchStatus } from '../../shared/protocol.ts';
import { isTransient, pauseAskedFor } from '../api/errors.ts';
import type { Direction, SearchApi } from '../api/searches.ts';
import { recoveredWithin } from '../state/recovery.ts';

export const FIRST_POLL_MS = 15;
/** While the server cannot be reached. */
export const RETRY_MS = 1_500;
/** How long one request for the next hit may wait, so that a search that ended is noticed. */
const NEAR_WAIT_MS = 2_000;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The nearest hit, certain, unless the search ends without having come there. */
export async function seek(
  searchApi: SearchApi,
  fileId: string,
  id: string,
  offset: number,
  direction: Direction,
  signal: AbortSignal,
): Promise<SearchNearReply> {
  for (;;) {
    const asked = performance.now();
    try {
      const reply = await searchApi.near(fileId, id, offset, direction, NEAR_WAIT_MS, signal);
      if (reply.decided) return reply;
      const status: SearchStatus = await searchApi.status(fileId, id);
      if (!status.running) return reply;
      if (performance.now() - asked < NEAR_WAIT_MS / 2) await sleep(FIRST_POLL_MS);
    } catch (error) {
      // A step is made as soon as it can be, unless it is cancelled, or the search is another one by then.
      if (!isTransient(error)) throw error;
      await recoveredWithin(Math.max(RETRY_MS, pauseAskedFor(error)));
      signal.throwIfAborted();
    }
  }
}

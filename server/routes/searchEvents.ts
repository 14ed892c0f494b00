/** `GET …/searches/:sid/events`, and the same of filters: the state as one JSON object a line until nothing goes on any more. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FilterEvent, FilterStatus, SearchEvent, SearchStatus } from '../../shared/protocol.ts';
import type { Context } from './context.ts';
import { beginJsonLines } from './jsonLines.ts';

/** A search or a filter. */
interface Followed {
  /** Nothing is going on. */
  readonly idle: boolean;
  status(): SearchStatus | FilterStatus;
  /** Returns how to stop that. */
  onProgress(listener: () => void): () => void;
}

export function serveProgress(context: Context, followed: Followed, req: IncomingMessage, res: ServerResponse): void {
  const tell = (): void => {
    // The last state is never left out: it is written however slow the client is.
    if (!lines || (lines.behind && !followed.idle)) return;
    lines.write({ type: 'progress', ...followed.status() });
    if (followed.idle) lines.end();
  };
  let stop = (): void => undefined;
  const lines = beginJsonLines<SearchEvent | FilterEvent>(context, req, res, { taken: tell, closed: () => stop() });
  if (!lines) return;
  stop = followed.onProgress(tell);
  tell();
}

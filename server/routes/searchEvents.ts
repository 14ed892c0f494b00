/**
 * `GET …/searches/:sid/events`, and the same of filters: the state as one JSON object a line until nothing goes on any more.
 * State rather than history: a client that takes long misses steps in between, and nothing piles up for it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FilterEvent, FilterStatus, SearchEvent, SearchStatus } from '../../shared/protocol.ts';
import { SECURITY_HEADERS } from '../security/headers.ts';
import type { Context } from './context.ts';

const ALIVE_EVERY_MS = 15_000;

/** A search or a filter. */
interface Followed {
  /** Nothing is going on. */
  readonly idle: boolean;
  status(): SearchStatus | FilterStatus;
  /** Returns how to stop that. */
  onProgress(listener: () => void): () => void;
}

export function serveProgress(context: Context, followed: Followed, req: IncomingMessage, res: ServerResponse): void {
  // Gone while the routes were loading: `close` has been told already, and would not end what begins here.
  if (res.destroyed) return;
  res.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  res.flushHeaders();
  const write = (event: SearchEvent | FilterEvent): void => {
    if (!res.destroyed && !res.writableEnded) res.write(`${JSON.stringify(event)}\n`);
  };
  const tell = (): void => {
    // The last state is never left out: it is written however slow the client is.
    if (res.writableNeedDrain && !followed.idle) return;
    write({ type: 'progress', ...followed.status() });
    if (followed.idle) res.end();
  };
  const stop = followed.onProgress(tell);
  const alive = setInterval(() => {
    if (!res.writableNeedDrain) write({ type: 'alive' });
  }, ALIVE_EVERY_MS);
  const end = (): void => {
    res.end();
  };
  context.closers.add(end);
  res.on('drain', tell);
  res.once('close', () => {
    stop();
    clearInterval(alive);
    context.closers.delete(end);
  });
  tell();
}

/**
 * `GET …/searches/:sid/events`: the state of a search as one JSON object a line until it has ended. State rather than history:
 * a client that takes long misses steps in between, and nothing piles up for it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SearchEvent } from '../../shared/protocol.ts';
import type { Search } from '../search/search.ts';
import { SECURITY_HEADERS } from '../security/headers.ts';
import type { Context } from './context.ts';

const ALIVE_EVERY_MS = 15_000;

export function serveSearchEvents(context: Context, search: Search, req: IncomingMessage, res: ServerResponse): void {
  // Gone while the routes were loading: `close` has been told already, and would not end what begins here.
  if (res.destroyed) return;
  res.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  res.flushHeaders();
  const write = (event: SearchEvent): void => {
    if (!res.destroyed && !res.writableEnded) res.write(`${JSON.stringify(event)}\n`);
  };
  const tell = (): void => {
    // The last state is never left out: it is written however slow the client is.
    if (res.writableNeedDrain && !search.idle) return;
    write({ type: 'progress', ...search.status() });
    if (search.idle) res.end();
  };
  const stop = search.onProgress(tell);
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

/**
 * Replies that go on: one JSON object a line, until nothing more will come or the client hangs up. They tell states rather than
 * history: a client that takes long misses steps in between, and nothing piles up for it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '../security/headers.ts';
import type { Context } from './context.ts';

const ALIVE_EVERY_MS = 15_000;

export interface JsonLines<Event> {
  /** The client has not taken what was written so far. */
  readonly behind: boolean;
  /** Nothing is written any more. */
  readonly over: boolean;
  write(event: Event): void;
  end(): void;
  /** Hangs up: what was written is not all. */
  tear(): void;
}

/**
 * Sends the head; null when that was all: the client is gone, or has asked for no more. `taken` is called whenever the client is not
 * behind any more, `closed` once, when the connection is.
 */
export function beginJsonLines<Event extends { readonly type: string }>(
  context: Pick<Context, 'closers'>,
  req: IncomingMessage,
  res: ServerResponse,
  { taken, closed }: { readonly taken: () => void; readonly closed: () => void },
): JsonLines<Event | { readonly type: 'alive' }> | null {
  // Gone while the routes were loading: `close` has been told already, and would not end what begins here.
  if (res.destroyed) return null;
  res.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  if (req.method === 'HEAD') {
    res.end();
    return null;
  }
  res.flushHeaders();
  const lines = {
    get behind() {
      return res.writableNeedDrain;
    },
    get over() {
      return res.destroyed;
    },
    write: (event: Event | { readonly type: 'alive' }): void => {
      if (!res.destroyed && !res.writableEnded) res.write(`${JSON.stringify(event)}\n`);
    },
    end: (): void => {
      res.end();
    },
    tear: (): void => {
      res.destroy();
    },
  };
  const alive = setInterval(() => {
    if (!lines.behind) lines.write({ type: 'alive' });
  }, ALIVE_EVERY_MS);
  context.closers.add(lines.end);
  res.on('drain', taken);
  res.once('close', () => {
    clearInterval(alive);
    context.closers.delete(lines.end);
    closed();
  });
  return lines;
}

import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import type { OpenFile } from '../../../server/files/openFile.ts';
import type { Context } from '../../../server/routes/context.ts';
import { serveEvents } from '../../../server/routes/events.ts';

it('a client that hung up before its turn is not listened for', () => {
  const req = new IncomingMessage(new Socket());
  const res = new ServerResponse(req);
  // As when the first request of all waits for express to load.
  res.destroy();
  const context = { closers: new Set() } as Pick<Context, 'closers'> as Context;
  let listening = 0;
  const file = {
    look: () => undefined,
    listen: () => {
      listening++;
      return () => listening--;
    },
    info: () => new Promise(() => undefined),
  } as Partial<OpenFile> as OpenFile;
  serveEvents(context, file, null, req, res);
  expect(listening).toBe(0);
  expect(context.closers.size).toBe(0);
});

/** Replies that are read for: at most a few at a time, and counted until their clients have taken them. */
import type { ServerResponse } from 'node:http';
import { closeSignal } from './bytes.ts';
import type { Context } from './context.ts';
import { JSON_HEADERS, sendBody } from './reply.ts';

/**
 * Sends what `make` gives as JSON. It is called when it is the request's turn, which may come after a while; throws 503 when too many
 * wait or too much is not taken by clients, and what `make` throws.
 */
export async function answerInTurn(
  { admission }: Context,
  res: ServerResponse,
  make: (signal: AbortSignal) => Promise<object>,
): Promise<void> {
  const signal = closeSignal(res);
  const reply = await admission.run(signal, () => {
    admission.assertRoom();
    return make(signal);
  });
  if (res.destroyed) return;
  const body = Buffer.from(JSON.stringify(reply));
  admission.holdUntilSent(res, body.length);
  sendBody(res, 200, JSON_HEADERS, body);
}

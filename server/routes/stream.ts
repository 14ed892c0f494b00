/**
 * A body of any length from a file. Two windows are in memory at a time, one being read while the other is taken by the client,
 * however slow that is. When the file is cut or rewritten on the way, the connection is destroyed: a body never seems whole
 * that is not.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Extent } from '../../shared/extent.ts';
import type { OpenFile } from '../files/openFile.ts';
import { readWindow } from '../window/bytes.ts';
import { closeSignal } from './bytes.ts';
import type { Context } from './context.ts';
import { readFailure } from './fileErrors.ts';

const STREAM_BYTES = 262_144;

/** A person may pause a download in the browser; only then does a reply stand still for so long, ms. */
export const STALL_MS = 600_000;
/** As set in app.ts for all other replies, ms. */
export const IDLE_MS = 30_000;

type Headers = Readonly<Record<string, string | number>>;

/**
 * Sends `part` of the file in its state `generation`. Rejects before the head was sent when the first window cannot be read;
 * afterwards whatever goes wrong destroys the connection.
 */
export async function streamExtent(
  context: Context,
  file: OpenFile,
  res: ServerResponse,
  part: Extent,
  generation: number,
  status: number,
  headers: Headers,
): Promise<void> {
  const signal = closeSignal(res);
  const next = async (offset: number): Promise<Uint8Array> => {
    const length = Math.min(STREAM_BYTES, part.end - offset);
    try {
      const { bytes } = await context.admission.run(signal, () =>
        readWindow(file.source, offset, length, generation, null),
      );
      if (bytes.length < length) throw new Error('the file ended early');
      return bytes;
    } catch (error) {
      throw readFailure(file, error);
    } finally {
      file.notice();
    }
  };
  let offset = part.offset;
  let bytes = offset < part.end ? await next(offset) : new Uint8Array(0);
  res.writeHead(status, { ...headers, 'Content-Length': part.end - part.offset });
  const { socket } = res;
  socket?.setTimeout(STALL_MS);
  try {
    for (;;) {
      offset += bytes.length;
      const written = writeBytes(res, bytes, signal);
      if (offset >= part.end) {
        await written;
        break;
      }
      [bytes] = await Promise.all([next(offset), written]);
      // A client that takes everything at once, and pages in memory, would leave nobody else a turn.
      await turn();
    }
    res.end();
  } catch {
    res.destroy();
  } finally {
    if (!res.destroyed) await once(res, 'close').catch(() => undefined);
    socket?.setTimeout(IDLE_MS);
  }
}

/** Resolves once the system has taken the bytes; rejects when the client hangs up. */
export function writeBytes(res: ServerResponse, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    res.write(bytes, (error) => {
      signal.removeEventListener('abort', abort);
      if (error) reject(error);
      else resolve();
    });
  });
}

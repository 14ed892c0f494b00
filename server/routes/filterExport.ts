/**
 * `GET …/filters/:fid/content` and downloads of the same: the filtered lines, or their numbers, as a stream whose length nobody
 * knows before. It begins at once and waits for the filter to be complete; whatever goes wrong then destroys the connection, so
 * that an export never seems whole that is not.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GENERATION_HEADER, SIZE_HEADER } from '../../shared/protocol.ts';
import type { OpenFile } from '../files/openFile.ts';
import { exportLines, exportNumbers } from '../filter/exportRows.ts';
import type { Filter } from '../filter/filter.ts';
import { SECURITY_HEADERS } from '../security/headers.ts';
import { closeSignal } from './bytes.ts';
import type { Context } from './context.ts';
import { attachment } from './range.ts';
import { HttpError, staleGeneration } from './reply.ts';
import { IDLE_MS, STALL_MS, writeBytes } from './stream.ts';

interface Place {
  readonly file: OpenFile;
  readonly filter: Filter;
}

export async function serveFiltered(
  context: Context,
  { file, filter }: Place,
  format: 'lines' | 'numbers',
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  file.look();
  filter.noticeSource();
  assertWhole(file, filter);
  const { content } = file;
  const name = format === 'lines' ? `${file.name}.filtered` : `${file.name}.numbers.txt`;
  res.writeHead(200, {
    ...SECURITY_HEADERS,
    'Content-Type': format === 'lines' ? 'application/octet-stream' : 'text/plain; charset=utf-8',
    'Content-Disposition': attachment(name),
    [GENERATION_HEADER]: filter.generation,
    [SIZE_HEADER]: filter.size,
  });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  res.flushHeaders();
  const signal = closeSignal(res);
  const { socket } = res;
  // How long it takes until the filter is complete is for the person to judge.
  socket?.setTimeout(0);
  const release = filter.keepRows();
  // A client that takes nothing would hold rows that lead to nothing.
  const look = (): void => {
    if (content.source.generation !== filter.generation || context.files.byId(file.id) !== file) res.destroy();
  };
  const stops = [file.listen(look), context.files.listen(look)];
  try {
    await whenComplete(filter, signal);
    socket?.setTimeout(STALL_MS);
    if (format === 'numbers') file.scanWithin(0);
    const options = { source: filter.source, rows: filter.rows, space: filter.space };
    const blocks =
      format === 'lines' ? exportLines(options) : exportNumbers(options, () => content.index(filter.encoding), signal);
    for await (const block of blocks) await writeBytes(res, block, signal);
    res.end();
  } catch {
    res.destroy();
  } finally {
    for (const stop of stops) stop();
    release();
    if (!res.destroyed) await once(res, 'close').catch(() => undefined);
    socket?.setTimeout(IDLE_MS);
  }
}

/** Throws what is known to be wrong before the head is sent. */
function assertWhole(file: OpenFile, filter: Filter): void {
  if (filter.stale || filter.source !== file.source) throw staleGeneration(file.source.generation, file.source.size);
  const { error } = filter;
  if (error) throw new HttpError(502, 'unreadable', error.message);
  if (filter.idle && !filter.complete) {
    throw new HttpError(503, 'busy', 'a layer of the filter was stopped before it had seen the whole file');
  }
}

/** Resolves when the filter is complete; rejects when it will not be. */
function whenComplete(filter: Filter, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      stop();
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = (): void => done(() => reject(signal.reason));
    const look = (): void => {
      if (filter.error || (filter.idle && !filter.complete)) done(() => reject(new Error('the filter has ended')));
      else if (filter.complete) done(resolve);
    };
    const stop = filter.onProgress(look);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    else look();
  });
}

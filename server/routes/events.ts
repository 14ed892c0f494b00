/**
 * `GET /api/files/:id/events`: what becomes of a file, as one JSON object a line, until the client hangs up. State rather than
 * history: a client that takes long misses steps in between, and nothing piles up for it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileEvent } from '../../shared/protocol.ts';
import type { FileList } from '../files/fileList.ts';
import type { OpenFile } from '../files/openFile.ts';
import { SECURITY_HEADERS } from '../security/headers.ts';
import type { Context } from './context.ts';

const INDEX_EVERY_MS = 100;
const ALIVE_EVERY_MS = 15_000;

class EventStream {
  readonly #file: OpenFile;
  readonly #files: FileList;
  readonly #encoding: string | null;
  readonly #res: ServerResponse;
  #fileChanged = true;
  #indexChanged = false;
  #listChanged = true;
  #sending = false;
  #lastIndexMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(files: FileList, file: OpenFile, encoding: string | null, res: ServerResponse) {
    this.#files = files;
    this.#file = file;
    this.#encoding = encoding;
    this.#res = res;
  }

  changed(change: 'file' | 'index'): void {
    if (change === 'file') this.#fileChanged = true;
    else this.#indexChanged = true;
    void this.pump();
  }

  listChanged(): void {
    this.#listChanged = true;
    void this.pump();
  }

  alive(): void {
    if (!this.#res.writableNeedDrain) this.#send({ type: 'alive' });
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Sends what has changed, unless the client has not taken the last yet or it is too early. */
  async pump(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#ready()) {
        if (this.#fileChanged) {
          this.#fileChanged = false;
          this.#indexChanged = false;
          this.#lastIndexMs = performance.now();
          this.#send({ type: 'file', file: await this.#file.info(this.#encoding) });
        } else if (this.#listChanged) {
          this.#listChanged = false;
          this.#send({ type: 'files', revision: this.#files.revision });
        } else {
          this.#indexChanged = false;
          this.#lastIndexMs = performance.now();
          const index = await this.#file.index(this.#encoding);
          const told = this.#file.nextTold();
          this.#send({ type: 'index', index: index.status(), generation: index.generation, told });
        }
      }
    } catch (error) {
      console.error('bigview: internal error:', error);
      this.#res.destroy();
    } finally {
      this.#sending = false;
    }
  }

  #ready(): boolean {
    if (this.#res.destroyed || this.#res.writableNeedDrain) return false;
    if (this.#fileChanged || this.#listChanged) return true;
    if (!this.#indexChanged) return false;
    const wait = this.#lastIndexMs + INDEX_EVERY_MS - performance.now();
    if (wait <= 0) return true;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.pump();
    }, wait);
    return false;
  }

  #send(event: FileEvent): void {
    if (!this.#res.destroyed && !this.#res.writableEnded) this.#res.write(`${JSON.stringify(event)}\n`);
  }
}

/** The index told of is that of the lines in `encoding`; null: in the detected one. */
export function serveEvents(
  context: Context,
  file: OpenFile,
  encoding: string | null,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  // Nobody would tell us to stop.
  if (res.destroyed) return;
  res.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': 'application/x-ndjson; charset=utf-8' });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  res.flushHeaders();
  file.look();
  const stream = new EventStream(context.files, file, encoding, res);
  const unlisten = file.listen((change) => stream.changed(change));
  const unlistenList = context.files.listen(() => {
    // Nothing will become of an entry that is closed.
    if (context.files.byId(file.id) === null) end();
    else stream.listChanged();
  });
  const alive = setInterval(() => stream.alive(), ALIVE_EVERY_MS);
  const end = (): void => {
    res.end();
  };
  context.closers.add(end);
  res.on('drain', () => void stream.pump());
  res.once('close', () => {
    unlisten();
    unlistenList();
    clearInterval(alive);
    stream.stop();
    context.closers.delete(end);
  });
  void stream.pump();
}

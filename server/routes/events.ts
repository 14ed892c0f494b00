/** `GET /api/files/:id/events`: what becomes of a file, as one JSON object a line, until the client hangs up. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileEvent } from '../../shared/protocol.ts';
import type { FileList } from '../files/fileList.ts';
import type { OpenFile } from '../files/openFile.ts';
import type { Context } from './context.ts';
import { beginJsonLines, type JsonLines } from './jsonLines.ts';

const INDEX_EVERY_MS = 100;

class EventStream {
  readonly #file: OpenFile;
  readonly #files: FileList;
  readonly #encoding: string | null;
  readonly #lines: JsonLines<FileEvent>;
  #fileChanged = true;
  #indexChanged = false;
  #listChanged = true;
  #sending = false;
  #lastIndexMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(files: FileList, file: OpenFile, encoding: string | null, lines: JsonLines<FileEvent>) {
    this.#files = files;
    this.#file = file;
    this.#encoding = encoding;
    this.#lines = lines;
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
          this.#lines.write({ type: 'file', file: await this.#file.info(this.#encoding) });
        } else if (this.#listChanged) {
          this.#listChanged = false;
          this.#lines.write({ type: 'files', revision: this.#files.revision });
        } else {
          this.#indexChanged = false;
          this.#lastIndexMs = performance.now();
          const index = await this.#file.index(this.#encoding);
          const told = this.#file.nextTold();
          this.#lines.write({ type: 'index', index: index.status(), generation: index.generation, told });
        }
      }
    } catch (error) {
      console.error('bigview: internal error:', error);
      this.#lines.tear();
    } finally {
      this.#sending = false;
    }
  }

  #ready(): boolean {
    if (this.#lines.over || this.#lines.behind) return false;
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
}

/** The index told of is that of the lines in `encoding`; null: in the detected one. */
export function serveEvents(
  context: Context,
  file: OpenFile,
  encoding: string | null,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  let stream: EventStream | null = null;
  let stop = (): void => undefined;
  const lines = beginJsonLines<FileEvent>(context, req, res, {
    taken: () => void stream?.pump(),
    closed: () => stop(),
  });
  if (!lines) return;
  file.look();
  const events = new EventStream(context.files, file, encoding, lines);
  stream = events;
  const unlisten = file.listen((change) => events.changed(change));
  const unlistenList = context.files.listen(() => {
    // Nothing will become of an entry that is closed.
    if (context.files.byId(file.id) === null) lines.end();
    else events.listChanged();
  });
  stop = () => {
    unlisten();
    unlistenList();
    events.stop();
  };
  void events.pump();
}

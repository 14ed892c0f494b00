/** The event stream of a file, as a client that forgets nothing. */
import { expect } from 'vitest';
import type { FileEvent, FileInfo } from '../../shared/protocol.ts';
import type { BigviewServer } from './bigview.ts';

/** The events of a file, collected from now on. */
export class Events {
  readonly all: FileEvent[] = [];
  readonly times: number[] = [];
  /** Resolves when the server hangs up. */
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async open(server: BigviewServer, id: string): Promise<this> {
    const response = await server.fetch(`/api/files/${id}/events`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    this.#reader = response.body?.getReader() ?? null;
    void this.#collect();
    return this;
  }

  async #collect(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const part = await this.#reader?.read().catch(() => undefined);
      if (!part || part.done) {
        this.#end();
        return;
      }
      const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.all.push(JSON.parse(line) as FileEvent);
        this.times.push(performance.now());
      }
    }
  }

  /** Every state of the file that a client would have known, in order. */
  states(): readonly FileInfo[] {
    const states: FileInfo[] = [];
    for (const event of this.all) {
      const last = states.at(-1);
      if (event.type === 'file') states.push(event.file);
      else if (event.type === 'index' && last?.generation === event.generation)
        states.push({ ...last, index: event.index });
    }
    return states;
  }

  /** Waits for a state that passes; throws after `ms`. */
  file(test: (file: FileInfo) => boolean, ms: number): Promise<FileInfo> {
    return this.#wait(() => this.states().find(test), ms);
  }

  /** Waits for an event that passes; throws after `ms`. */
  find(test: (event: FileEvent) => boolean, ms: number): Promise<FileEvent> {
    return this.#wait(() => this.all.find(test), ms);
  }

  async #wait<T>(look: () => T | undefined, ms: number): Promise<T> {
    const until = performance.now() + ms;
    while (performance.now() < until) {
      const found = look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`no such event among ${JSON.stringify(this.all)}`);
  }

  close(): void {
    void this.#reader?.cancel();
  }
}

export function watchEvents(server: BigviewServer, id: string): Promise<Events> {
  return new Events().open(server, id);
}

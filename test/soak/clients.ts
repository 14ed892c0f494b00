/** What people do all day, many at once: they scroll, count lines, search, look at the hits, hang up. Every reply is checked. */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  FileInfo,
  FilterRowsReply,
  FilterStatus,
  LinesReply,
  SearchHitsReply,
  SearchRequest,
  SearchStatus,
} from '../../shared/protocol.ts';
import type { BigviewServer } from '../helpers/bigview.ts';
import { getHead, Wire, type WireReply } from '../helpers/wire.ts';
import { livingLine, type SoakFiles } from './files.ts';

const DEADLINE_MS = 30_000;
const WINDOW = 65_536;
const LINE_BYTES = 64;
/**
 * From page to page, ms, however fast the reply: the work of a run stays the same from its first minute to its last, whatever else
 * the machine does, so that what has grown has not grown with it.
 */
const PAGE_MS = 100;
/** Number of the file that is rewritten in place. */
const REWRITTEN = 3;
/**
 * Refusals that are an honest answer about a file that changes, or of a server that is busy; 408 where this process itself got no
 * turn for 10 s between a connection and its request.
 */
const REFUSALS = [408, 409, 416, 502, 503];

const SEARCHES: readonly SearchRequest[] = [
  { kind: 'text', pattern: 'ERROR' },
  { kind: 'text', pattern: 'billing', caseSensitive: false },
  { kind: 'regex', pattern: 'status=5\\d\\d', report: 'lines' },
  { kind: 'regex', pattern: 'took=[89]\\d\\dms$' },
  { kind: 'bytes', pattern: '6c 69 66 65 20' },
  { kind: 'number', pattern: 'u16le 0x6c6f' },
];

export class Soak {
  readonly server: BigviewServer;
  readonly files: SoakFiles;
  readonly infos: readonly FileInfo[];
  /** Replies by what they were, since the last sample. */
  counts = new Map<string, number>();
  /** Of windows, ms, since the last sample. */
  latencies: number[] = [];
  running = true;

  constructor(server: BigviewServer, files: SoakFiles, infos: readonly FileInfo[]) {
    this.server = server;
    this.files = files;
    this.infos = infos;
  }

  /** As the server's own, and once more when the connection was closed for want of use just then. */
  fetch(path: string): Promise<Response> {
    return this.server.fetch(path).catch(() => this.server.fetch(path));
  }

  async json<T>(path: string): Promise<T> {
    const response = await this.fetch(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** True when the reply is to be looked at; throws when it is neither that nor an honest refusal. */
  answered(kind: string, { status, torn, body }: WireReply): boolean {
    this.count(`${kind} ${torn ? 'torn' : status}`);
    if (torn || REFUSALS.includes(status)) return false;
    if (status === 200 || status === 206) return true;
    throw new Error(`${kind}: ${status} ${body.toString('latin1', 0, 500)}`);
  }
}

/** A person at one file: some pages downwards, then somewhere else; windows by bytes and by lines in turns. */
export async function scroll(soak: Soak, random: () => number): Promise<void> {
  const { server } = soak;
  const wire = new Wire(server.port);
  while (soak.running) {
    const number = Math.floor(random() * soak.infos.length);
    const id = soak.infos[number]?.id ?? '';
    const { size } = await soak.json<FileInfo>(`/api/files/${id}`);
    let offset = Math.floor((random() * size) / WINDOW) * WINDOW;
    for (let page = 0; page < 10 && soak.running; page++, offset += WINDOW) {
      const began = performance.now();
      const reply = await wire.ask(
        getHead(server, `/api/files/${id}/bytes?offset=${offset}&length=${WINDOW}`),
        DEADLINE_MS,
      );
      soak.latencies.push(performance.now() - began);
      if (soak.answered('bytes', reply)) checkBytes(soak, number, offset, reply.body);
      const lines = await wire.ask(getHead(server, `/api/files/${id}/lines?offset=${offset}&count=60`), DEADLINE_MS);
      if (soak.answered('lines', lines) && number > 0) checkLines(JSON.parse(String(lines.body)) as LinesReply);
      await sleep(began + PAGE_MS - performance.now());
    }
    // Some hang up in the middle of a download.
    if (random() < 0.2) {
      await soak.fetch(`/api/files/${id}/content`).then(async (response) => {
        const reader = response.body?.getReader();
        await reader?.read();
        await reader?.cancel();
      });
      soak.count('hung up');
    }
  }
  wire.close();
}

function checkBytes({ files }: Soak, number: number, offset: number, bytes: Buffer): void {
  if (number === 0) {
    const { text } = files.rest;
    for (let at = 0; at < bytes.length; ) {
      const start = (offset + at) % text.length;
      const length = Math.min(bytes.length - at, text.length - start);
      if (bytes.compare(text, start, start + length, at, at + length) !== 0)
        throw new Error(`wrong bytes at ${offset + at}`);
      at += length;
    }
    return;
  }
  const lives = new Set<number>();
  for (let at = 0; at + LINE_BYTES <= bytes.length; at += LINE_BYTES) {
    const found = bytes.toString('latin1', at, at + LINE_BYTES);
    const life = Number(found.slice(18, 24));
    lives.add(life);
    if (found !== livingLine(offset + at, life)) throw new Error(`at ${offset + at}: ${JSON.stringify(found)}`);
  }
  // Where a rewrite in place is under way, the file itself holds both.
  if (lives.size > (number === REWRITTEN ? 2 : 1)) throw new Error(`lives ${[...lives].join(' and ')} at ${offset}`);
}

function checkLines({ lines }: LinesReply): void {
  for (const { line, offset, length, text } of lines) {
    if (offset % LINE_BYTES !== 0 || (line !== null && line !== offset / LINE_BYTES))
      throw new Error(`line ${line} at ${offset}`);
    const life = Number(text?.slice(18, 24));
    if (length === LINE_BYTES - 1 && `${text}\n` !== livingLine(offset, life)) throw new Error(`line ${line}: ${text}`);
  }
}

/** Searches one file after the other, with hits read while they are found; every fifth search is left running and forgotten. */
export async function search(soak: Soak, random: () => number): Promise<void> {
  const { server } = soak;
  for (let n = 0; soak.running; n++) {
    const id = soak.infos[Math.floor(random() * soak.infos.length)]?.id ?? '';
    const base = `/api/files/${id}/searches`;
    const ask = (): Promise<Response> => server.post(base, SEARCHES[n % SEARCHES.length]);
    const response = await ask().catch(ask);
    soak.count(`search ${response.status}`);
    if (response.status === 503) {
      await response.arrayBuffer();
      await sleep(1_000);
      continue;
    }
    const { id: sid } = (await response.json()) as { id: string };
    for (let polls = 0; soak.running && polls < 100; polls++) {
      const hits = await soak.fetch(`${base}/${sid}/hits?start=${Math.floor(random() * 1_000)}&count=200`);
      soak.count(`hits ${hits.status}`);
      // 404: those that were left running are many, and this one, done, has made room for another.
      if (![200, 404, 409].includes(hits.status)) throw new Error(`hits: ${hits.status} ${await hits.text()}`);
      if (hits.status === 200) ((await hits.json()) as SearchHitsReply).hits.length;
      else await hits.arrayBuffer();
      const status = await soak.fetch(`${base}/${sid}`);
      const { running, error } = (await status.json()) as SearchStatus;
      if (status.status === 404) break;
      if (error) soak.count(`search error: ${error.message}`);
      if (!running) break;
      await sleep(20);
    }
    if (n % 5 !== 4) await server.fetch(`${base}/${sid}`, { method: 'DELETE' }).catch(() => undefined);
    await sleep(200);
  }
}

/** Two layers over one file, rows read while they are made; the file at rest has as many of them each time. */
export async function filter(soak: Soak, random: () => number): Promise<void> {
  const { server } = soak;
  let atRest: number | null = null;
  while (soak.running) {
    const number = Math.floor(random() * soak.infos.length);
    const base = `/api/files/${soak.infos[number]?.id ?? ''}`;
    const layers = await Promise.all(
      [number === 0 ? 'ERROR' : 'life', number === 0 ? 'billing' : '7 life'].map(async (pattern, n) => {
        const response = await server.post(`${base}/searches`, { kind: 'text', pattern, report: 'lines' });
        soak.count(`layer ${response.status}`);
        return { search: ((await response.json()) as { id?: string }).id, role: n === 0 ? 'include' : 'exclude' };
      }),
    );
    const made = await server.post(`${base}/filters`, { layers });
    soak.count(`filter ${made.status}`);
    const { id } = (await made.json()) as { id?: string };
    for (let polls = 0; id && soak.running && polls < 200; polls++) {
      const rows = await soak.fetch(`${base}/filters/${id}/rows?start=${Math.floor(random() * 500)}&count=100`);
      soak.count(`rows ${rows.status}`);
      if (rows.status === 409) {
        await rows.arrayBuffer();
        break;
      }
      if (rows.status !== 200) throw new Error(`rows: ${rows.status} ${await rows.text()}`);
      const reply = (await rows.json()) as FilterRowsReply;
      if (number > 0 && reply.rows.some(({ offset }) => offset % LINE_BYTES !== 0)) throw new Error('a row is no line');
      const { complete, running, rows: total } = await soak.json<FilterStatus>(`${base}/filters/${id}`);
      if (complete && number === 0) {
        if (atRest !== null && atRest !== total) throw new Error(`${total} rows of the file at rest, before ${atRest}`);
        atRest = total;
      }
      if (!running) break;
      await sleep(30);
    }
    await server.fetch(`${base}/filters/${id}`, { method: 'DELETE' }).catch(() => undefined);
    for (const { search: sid } of layers)
      await server.fetch(`${base}/searches/${sid}`, { method: 'DELETE' }).catch(() => undefined);
    await sleep(500);
  }
}

/** A tab that is open for a minute: it listens to every file. */
export async function listen(soak: Soak): Promise<void> {
  while (soak.running) {
    const tab = new AbortController();
    const streams = soak.infos.map(async ({ id }) => {
      const response = await soak.server.fetch(`/api/files/${id}/events`, { signal: tab.signal });
      for await (const part of response.body ?? []) if (part.length > 0) soak.count('event');
    });
    const closed = Promise.allSettled(streams);
    for (let waited = 0; waited < 60_000 && soak.running; waited += 500) await sleep(500);
    tab.abort();
    await closed;
  }
}

/** More clients than anybody has, at once; every reply is compared with the file. For a test and for a benchmark. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BigviewServer } from './bigview.ts';
import { patternBytes } from './files.ts';
import { type Usage, usageOf } from './usage.ts';
import { getHead, Wire } from './wire.ts';

const WINDOW = 65_536;
const DEADLINE_MS = 60_000;
const SAMPLE_MS = 20;

export interface CrowdFigures {
  /** Of each request, ms. */
  readonly latencies: readonly number[];
  /** Replies by status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** 503 that did not say when to come again. */
  readonly withoutRetryAfter: number;
  readonly seconds: number;
  /** Largest while it went on. */
  readonly peak: Usage;
}

/** A pattern file that the server has open. */
export interface CrowdFile {
  readonly id: string;
  readonly size: number;
}

class Figures {
  readonly latencies: number[] = [];
  readonly statuses = new Map<number, number>();
  withoutRetryAfter = 0;

  add(status: number, retryAfter: boolean, ms: number | null): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status === 503 && !retryAfter) this.withoutRetryAfter++;
    if (ms !== null) this.latencies.push(ms);
  }
}

async function measured(server: BigviewServer, work: (figures: Figures) => Promise<void>): Promise<CrowdFigures> {
  const figures = new Figures();
  let peak = usageOf(server.pid);
  const timer = setInterval(() => {
    const now = usageOf(server.pid);
    if (now.rss > peak.rss) peak = now;
  }, SAMPLE_MS);
  const began = performance.now();
  try {
    await work(figures);
  } finally {
    clearInterval(timer);
  }
  const { latencies, statuses, withoutRetryAfter } = figures;
  return { latencies, statuses, withoutRetryAfter, seconds: (performance.now() - began) / 1_000, peak };
}

const windowHead = (server: BigviewServer, file: CrowdFile, offset: number): string =>
  getHead(server, `/api/files/${file.id}/bytes?offset=${offset}&length=${WINDOW}`);

function assertBytes(truth: Buffer, offset: number, found: Buffer): void {
  if (truth.compare(found, 0, found.length, offset, offset + found.length) !== 0) {
    throw new Error(`wrong bytes at ${offset}`);
  }
}

/** All pattern bytes of the largest of these files, made before the clock runs. */
function truthOf(files: readonly CrowdFile[]): Buffer {
  return patternBytes(0, Math.max(...files.map(({ size }) => size)));
}

/** `clients` people scroll downwards, every other one in the first file, the rest in all of them; each looks at `windows`. */
export function scrollTogether(
  server: BigviewServer,
  files: readonly CrowdFile[],
  clients: number,
  windows: number,
): Promise<CrowdFigures> {
  const truth = truthOf(files);
  return measured(server, async (figures) => {
    const one = async (client: number): Promise<void> => {
      const file = files[client % 2 === 0 ? 0 : client % files.length];
      if (!file) throw new Error('no file');
      const wire = new Wire(server.port);
      const pages = Math.floor(file.size / WINDOW);
      for (let n = 0; n < windows; n++) {
        const offset = ((client * 7 + n) % pages) * WINDOW;
        const began = performance.now();
        const { status, headers, body } = await wire.ask(windowHead(server, file, offset), DEADLINE_MS);
        figures.add(status, headers.has('retry-after'), performance.now() - began);
        if (status === 200) assertBytes(truth, offset, body);
      }
      wire.close();
    };
    await Promise.all(Array.from({ length: clients }, (_, client) => one(client)));
  });
}

/** Runs `work` while `count` readers have asked for a whole file and take none of it. */
export async function besideStalled<T>(
  server: BigviewServer,
  file: CrowdFile,
  count: number,
  work: () => Promise<T>,
): Promise<T> {
  const sockets = await Promise.all(
    Array.from({ length: count }, () => silent(server, getHead(server, `/api/files/${file.id}/content`))),
  );
  try {
    await sleep(500);
    return await work();
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function silent(server: BigviewServer, request: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  await once(socket, 'connect');
  socket.write(request);
  return socket;
}

/** `connections` clients send `ahead` requests each without waiting for a reply, then read them all. */
export function askAhead(
  server: BigviewServer,
  file: CrowdFile,
  connections: number,
  ahead: number,
): Promise<CrowdFigures> {
  const truth = truthOf([file]);
  return measured(server, async (figures) => {
    const one = async (client: number): Promise<void> => {
      const offsets = Array.from(
        { length: ahead },
        (_, n) => ((client + n * 13) % Math.floor(file.size / WINDOW)) * WINDOW,
      );
      const socket = await silent(server, offsets.map((offset) => windowHead(server, file, offset)).join(''));
      const late = setTimeout(() => socket.destroy(), DEADLINE_MS);
      const replies = splitReplies(offsets.length);
      socket.on('data', (part: Buffer) => {
        if (replies.add(part)) socket.end();
      });
      socket.resume();
      await once(socket, 'close');
      clearTimeout(late);
      for (const [n, { status, retryAfter, body }] of replies.all().entries()) {
        figures.add(status, retryAfter, null);
        if (status === 200) assertBytes(truth, offsets[n] ?? 0, body);
      }
    };
    await Promise.all(Array.from({ length: connections }, (_, client) => one(client)));
  });
}

interface Reply {
  readonly status: number;
  readonly retryAfter: boolean;
  readonly body: Buffer;
}

/** Takes replies apart as they come; `add` says when all `expected` are whole, `all` throws when they are not. */
function splitReplies(expected: number): { add(part: Buffer): boolean; all(): readonly Reply[] } {
  const replies: Reply[] = [];
  let rest: Buffer = Buffer.alloc(0);
  return {
    add(part) {
      rest = Buffer.concat([rest, part]);
      for (;;) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) break;
        const head = rest.toString('latin1', 0, end);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
        if (Number.isNaN(length)) throw new Error(`a reply without a length: ${head}`);
        if (rest.length < end + 4 + length) break;
        const body = rest.subarray(end + 4, end + 4 + length);
        replies.push({ status: Number(head.slice(9, 12)), retryAfter: /\r\nretry-after: \d/i.test(head), body });
        rest = rest.subarray(end + 4 + length);
      }
      return replies.length === expected;
    },
    all() {
      if (replies.length !== expected || rest.length > 0)
        throw new Error(`${replies.length} of ${expected} replies are whole`);
      return replies;
    },
  };
}

/**
 * A file is cut and refilled thousands of times under windows, lines, downloads, the line scan and searches: no reply holds a byte
 * that was not in the file while it was asked for, nor a zero, nor bytes of two generations, and the process stays as it was.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FileInfo, LinesReply, SearchHitsReply, SearchStatus } from '../../shared/protocol.ts';
import { effort } from '../helpers/effort.ts';
import { tempFolder } from '../helpers/files.ts';
import { LayeredFile, LINE } from '../helpers/layeredFile.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { seededRandom } from '../helpers/sources.ts';
import { showUsage, usageOf } from '../helpers/usage.ts';
import { getHead, Wire, type WireReply } from '../helpers/wire.ts';

const CYCLES = effort(600, 10_000);
/** Below it the lines are counted by the main thread, above it by others. */
const SMALL = 300_000;
const LARGE = 6_000_000;
const MAX_WINDOW = 131_072;
const DEADLINE_MS = 20_000;
const MiB = 2 ** 20;

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What was seen of each generation: a byte of it may never be two. */
class Generations {
  readonly #seen = new Map<number, Uint8Array>();

  check(generation: number, offset: number, bytes: Buffer): void {
    let seen = this.#seen.get(generation);
    if (!seen) {
      seen = new Uint8Array(2 * LARGE);
      this.#seen.set(generation, seen);
      const [oldest] = this.#seen.keys();
      if (this.#seen.size > 6 && oldest !== undefined) this.#seen.delete(oldest);
    }
    const before = Buffer.from(seen.buffer, offset, bytes.length);
    if (before.equals(bytes)) return;
    for (let i = 0; i < bytes.length; i++) {
      if (before[i] !== 0 && before[i] !== bytes[i])
        throw new Error(`generation ${generation} holds ${before[i]} and ${bytes[i]} at ${offset + i}`);
    }
    bytes.copy(before);
  }
}

interface Storm {
  readonly server: BigviewServer;
  readonly file: LayeredFile;
  readonly id: string;
  readonly random: () => number;
  readonly generations: Generations;
  /** Replies by what they were. */
  readonly counts: Map<string, number>;
  running: boolean;
}

function count(storm: Storm, what: string): void {
  storm.counts.set(what, (storm.counts.get(what) ?? 0) + 1);
}

/** Counts a refusal that is honest; throws at any other. True when the reply is to be looked at. */
function answered(storm: Storm, kind: string, reply: WireReply): boolean {
  count(storm, `${kind} ${reply.torn ? 'torn' : reply.status}`);
  if (reply.status === 200 || reply.status === 206) return true;
  // Torn before its head was on the way.
  if (kind === 'content' && reply.status === 0) return false;
  if ([409, 416, 502, 503].includes(reply.status)) return false;
  throw new Error(`${kind}: ${reply.status} ${reply.body.toString('latin1', 0, 500)}`);
}

async function readWindows(storm: Storm): Promise<void> {
  const { server, file, random } = storm;
  const wire = new Wire(server.port);
  while (storm.running) {
    const length = 1 + Math.floor(random() * MAX_WINDOW);
    const offset = Math.max(0, Math.floor(random() * (file.size + 10_000)) - (random() < 0.5 ? length : 0));
    const from = file.now;
    const head = getHead(server, `/api/files/${storm.id}/bytes?offset=${offset}&length=${length}`);
    const reply = await wire.ask(head, DEADLINE_MS);
    if (!answered(storm, 'bytes', reply)) continue;
    const size = Number(reply.headers.get('x-bigview-size'));
    if (offset + reply.body.length > size) throw new Error(`a window ends past the size it names, ${size}`);
    if (!file.held(reply.body, offset, length, from, file.now, false)) wrong('bytes', offset, reply.body);
    storm.generations.check(Number(reply.headers.get('x-bigview-generation')), offset, reply.body);
  }
  wire.close();
}

async function readLines(storm: Storm): Promise<void> {
  const { server, file, random } = storm;
  const wire = new Wire(server.port);
  while (storm.running) {
    const line = Math.floor((random() * file.size) / LINE);
    const place = random() < 0.5 ? `start=${line}` : `offset=${line * LINE + Math.floor(random() * LINE)}`;
    const from = file.now;
    const reply = await wire.ask(getHead(server, `/api/files/${storm.id}/lines?${place}&count=200`), DEADLINE_MS);
    if (!answered(storm, 'lines', reply)) continue;
    const { lines, generation } = JSON.parse(String(reply.body)) as LinesReply;
    for (const { line: number, offset, length, terminatorLength, text, open } of lines) {
      // What has a zero in it, or a number that is not its place, was never a line of this file.
      if (offset % LINE !== 0 || length > LINE - 1 || open)
        throw new Error(`no line of this file: ${offset}, ${length}`);
      if (number !== null && number !== offset / LINE) throw new Error(`line ${number} is at ${offset}`);
      const bytes = Buffer.from(`${text}${'\n'.repeat(terminatorLength)}`);
      if (!file.held(bytes, offset, LINE, from, file.now, true)) wrong('lines', offset, bytes);
      storm.generations.check(generation, offset, bytes);
    }
  }
  wire.close();
}

async function download(storm: Storm): Promise<void> {
  const { server, file, random } = storm;
  const wire = new Wire(server.port);
  while (storm.running) {
    const offset = Math.floor(random() * file.size);
    const from = file.now;
    const range = random() < 0.2 ? '' : `Range: bytes=${offset}-\r\n`;
    const reply = await wire.ask(getHead(server, `/api/files/${storm.id}/content`, range), DEADLINE_MS);
    if (!answered(storm, 'content', reply)) continue;
    const start = reply.status === 206 ? offset : 0;
    if (!file.held(reply.body, start, 2 * LARGE, from, file.now, true)) wrong('content', start, reply.body);
    storm.generations.check(Number(reply.headers.get('x-bigview-generation')), start, reply.body);
    await sleep(20);
  }
  wire.close();
}

async function search(storm: Storm): Promise<void> {
  const { server, id } = storm;
  const base = `/api/files/${id}/searches`;
  const requests = [
    { kind: 'bytes', pattern: '0a' },
    { kind: 'regex', pattern: '$' },
    { kind: 'bytes', pattern: '00' },
  ];
  for (let n = 0; storm.running; n++) {
    const response = await server.post(base, requests[n % requests.length]);
    count(storm, `search ${response.status}`);
    if (response.status !== 201) throw new Error(await response.text());
    const { id: sid } = (await response.json()) as { id: string };
    for (let polls = 0; storm.running && polls < 50; polls++) {
      const status = (await (await server.fetch(`${base}/${sid}`)).json()) as SearchStatus;
      const hits = await server.fetch(`${base}/${sid}/hits?start=0&count=1024&lines=0`);
      if (hits.status === 200) {
        const reply = (await hits.json()) as SearchHitsReply;
        if (n % 3 === 2 && reply.total > 0) throw new Error(`a search found ${reply.total} zeros`);
        for (const { offset } of reply.hits) {
          if (offset % LINE !== LINE - 1 && offset !== status.size && n % 3 === 0)
            throw new Error(`a line feed at ${offset}`);
        }
      } else {
        await hits.arrayBuffer();
        if (hits.status !== 409) throw new Error(`hits: ${hits.status}`);
      }
      count(storm, `hits ${hits.status}`);
      if (!status.running) break;
    }
    await server.fetch(`${base}/${sid}`, { method: 'DELETE' });
    await sleep(5);
  }
}

function wrong(kind: string, offset: number, bytes: Buffer): never {
  const zero = bytes.indexOf(0);
  const found = zero < 0 ? [...new Set(bytes)].join(' ') : `a zero at ${offset + zero}`;
  throw new Error(`${kind}: ${bytes.length} bytes at ${offset} were never in the file: ${found}`);
}

/** Cuts the file, to nothing or anywhere, and appends to it; readers get a turn now and then. */
async function cycle({ file, random }: Storm): Promise<void> {
  const size = random() < 0.1 ? LARGE : 4 * LINE + Math.floor(random() * SMALL);
  file.cut(random() < 0.5 ? 0 : Math.floor(random() * Math.min(file.size, size)));
  if (random() < 0.3) await settle();
  const parts = 1 + Math.floor(random() * 3);
  for (let part = 0; part < parts; part++) {
    file.append(Math.ceil((size - Math.min(size - 1, file.size)) / (parts - part)));
    if (random() < 0.3) await settle();
  }
  if (random() < 0.05) await sleep(random() * 20);
  // Long enough for a search to end.
  if (random() < 0.02) await sleep(60 + random() * 60);
}

/** The whole file as the server gives it. */
async function whole({ server, id }: Storm): Promise<Buffer> {
  return Buffer.from(await (await server.fetch(`/api/files/${id}/content`)).arrayBuffer());
}

describe.each(['cached', 'map', 'read'] as const)('%s', (engine) => {
  it(
    `${CYCLES} times cut and refilled, under everything at once`,
    async () => {
      const file = new LayeredFile(join(tempFolder(), 'storm.log'));
      file.append(SMALL);
      const server = await startServer({ files: [file.path], args: ['--no-cache', '--engine', engine] });
      const { id, engine: inEffect } = await server.file();
      expect(inEffect).toBe(engine);
      const storm: Storm = {
        server,
        file,
        id,
        random: seededRandom(29),
        generations: new Generations(),
        counts: new Map(),
        running: true,
      };
      const events = await server.fetch(`/api/files/${id}/events`);
      const told = events.text();
      const load = Promise.all([
        ...[1, 2, 3, 4].map(() => readWindows(storm)),
        ...[1, 2].map(() => readLines(storm)),
        download(storm),
        search(storm),
      ]);
      // Fails the test at once, not after the last cycle.
      load.catch(() => {
        storm.running = false;
      });
      const warm = Math.min(CYCLES / 2, 300);
      let before = usageOf(server.pid);
      const quarters: string[] = [];
      for (let n = 0; n < CYCLES && storm.running; n++) {
        await cycle(storm);
        if (n === warm) before = usageOf(server.pid);
        if (n % Math.floor(CYCLES / 4) === 0 && n > warm) quarters.push(showUsage(usageOf(server.pid)));
      }
      storm.running = false;
      await load;
      const busy = usageOf(server.pid);

      // Afterwards all is quiet, and right to the last byte and line.
      const lines = Math.ceil(file.size / LINE);
      await server.indexed(id);
      expect((await whole(storm)).equals(file.bytes(0, file.size))).toBe(true);
      await sleep(600);
      const info: FileInfo = await server.indexed(id);
      expect(info).toMatchObject({ size: file.size, error: null, index: { lines, error: null } });
      expect((await whole(storm)).equals(file.bytes(0, file.size))).toBe(true);
      const after = usageOf(server.pid);
      const seen = [...storm.counts].sort().map(([what, times]) => `${what}: ${times}`);
      console.info(
        `${engine}: ${CYCLES} cycles, generation ${info.generation}; ${seen.join(', ')}\n` +
          `  after ${warm} cycles ${showUsage(before)}\n  on the way ${quarters.join('; ')}\n  at the last ${showUsage(busy)}\n  at rest ${showUsage(after)}`,
      );
      expect(storm.counts.get('bytes 200')).toBeGreaterThan(CYCLES / 10);
      expect(storm.counts.get('lines 200')).toBeGreaterThan(CYCLES / 100);
      expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 2);
      // Threads and heaps come and go with some; one that is left in each cycle would be more.
      expect(after.mappings).toBeLessThan(before.mappings + Math.max(250, CYCLES / 4));
      expect(after.rss).toBeLessThan(Math.max(before.rss, 100 * MiB) + 100 * MiB);
      expect(server.alive).toBe(true);
      expect(server.stderr).toBe('');
      await server.stop();
      expect((await told).includes('"type":"file"')).toBe(true);
      file.close();
    },
    effort(120_000, 1_200_000),
  );
});

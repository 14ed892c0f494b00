/** Exports of filtered lines whose filter, file or client goes on the way. */
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FilterReply, FilterStatus, SearchReply } from '../../shared/protocol.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { getHead } from '../helpers/wire.ts';

/** For a busy machine. */
const SLOW = { timeout: 20_000 };

const text = Array.from({ length: 300_000 }, (_, n) => `${n} needle ${'x'.repeat(90)}\n`).join('');

let log: string;
let server: BigviewServer;
/** The search and two filters of it: its hits are the rows of one, the other makes rows of its own. */
let search: string;
let filters: readonly string[];
const sockets: Socket[] = [];

beforeEach(async () => {
  log = join(tempFolder(), 'large.log');
  writeFileSync(log, text);
  server = await startServer({ files: [log] });
  const at = `/api/files/${(await server.file()).id}`;
  const made = async (route: string, wish: object): Promise<string> => {
    const response = await server.post(`${at}/${route}`, wish);
    return `${at}/${route}/${((await response.json()) as SearchReply | FilterReply).id}`;
  };
  search = await made('searches', { kind: 'text', pattern: 'needle', report: 'lines' });
  const layers = [{ search: search.split('/').at(-1), role: 'include' }];
  filters = [await made('filters', { layers }), await made('filters', { layers, after: 1 })];
  for (const filter of filters) {
    await expect.poll(async () => (await server.json<FilterStatus>(filter)).complete, SLOW).toBe(true);
  }
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const remove = async (path: string): Promise<number> => (await server.fetch(path, { method: 'DELETE' })).status;

/** An export of which nothing but the first bytes is taken. */
async function stalled(filter: string): Promise<void> {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.write(getHead(server, `${filter}/content`));
  await once(socket, 'data');
  socket.pause();
  // Until what lies between is full.
  await new Promise((go) => setTimeout(go, 500));
}

/** Whether the server's side of the connection is open; who takes nothing does not hear of its end. */
function isServed(socket: Socket): boolean {
  const port = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0');
  const ends = new RegExp(`:${port(server.port)} \\w+:${port(socket.localPort ?? 0)} 01 `);
  return ends.test(readFileSync('/proc/net/tcp', 'latin1'));
}

it('come to their end when filter and search are deleted meanwhile', async () => {
  const readers = await Promise.all(
    filters.map(async (filter) => (await server.fetch(`${filter}/content`)).body?.getReader()),
  );
  for (const reader of readers) await reader?.read();
  const bodies = await Promise.all(filters.map((filter) => server.fetch(`${filter}/content`)));
  for (const path of [search, ...filters]) expect(await remove(path)).toBe(204);
  for (const path of [search, ...filters]) expect((await server.fetch(path)).status).toBe(404);
  for (const body of bodies) expect((await body.text()) === text).toBe(true);
  for (const reader of readers) await reader?.cancel();
});

it('are given up at once when the file is cut, though their clients take nothing', async () => {
  for (const filter of filters) await stalled(filter);
  expect(sockets.map(isServed)).toEqual([true, true]);
  truncateSync(log, 1000);
  await expect.poll(() => sockets.map(isServed), { timeout: 5_000 }).toEqual([false, false]);
});

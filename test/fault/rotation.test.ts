/** Files that are replaced under their path: nothing that was readable is lost, and no reply holds bytes of two files. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileInfo, FilesReply, LinesReply, SearchReply } from '../../shared/protocol.ts';
import { watchEvents } from '../helpers/events.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly server: BigviewServer;
  readonly id: string;
}

async function serving(content: string): Promise<Place> {
  const folder = tempFolder();
  const path = join(folder, 'app.log');
  writeFileSync(path, content);
  const server = await startServer({ files: [path] });
  return { folder, path, server, id: (await server.file()).id };
}

const reopen = (server: BigviewServer, id: string): Promise<Response> => server.post(`/api/files/${id}/reopen`, {});
const text = async (server: BigviewServer, id: string): Promise<string> =>
  (await server.fetch(`/api/files/${id}/bytes?offset=0&length=1000`)).text();

describe('the switch to the new file', () => {
  it('keeps the id for the path, and the file before as an entry of its own', async () => {
    const { folder, path, server, id } = await serving('old one\nold two\n');
    const search = (await (
      await server.post(`/api/files/${id}/searches`, { kind: 'text', pattern: 'old' })
    ).json()) as SearchReply;
    const before = await server.indexed(id);
    renameSync(path, join(folder, 'app.log.1'));
    writeFileSync(path, 'new\n');
    const response = await reopen(server, id);
    expect(response.status).toBe(200);
    const now = (await response.json()) as FileInfo;
    expect(now).toMatchObject({ id, name: 'app.log', size: 4, role: 'path', pathState: 'current', pathError: null });
    expect(now.generation).toBeGreaterThan(before.generation);
    expect(now.next).toBeNull();

    const { files, revision } = await server.json<FilesReply>('/api/files');
    expect(revision).toBe(1);
    expect(files.map((file) => file.role)).toEqual(['path', 'rotated']);
    const [, rotated] = files;
    if (!rotated) throw new Error('no rotated file');
    expect(now.previous).toMatchObject({ id: rotated.id, name: rotated.name });
    expect(rotated.name).toMatch(/^app\.log, rotated \d\d:\d\d:\d\d$/);
    expect(rotated).toMatchObject({ size: 16, previous: null, next: { id, name: 'app.log' } });
    expect(await text(server, id)).toBe('new\n');
    expect(await text(server, rotated.id)).toBe('old one\nold two\n');

    // Its writer may have more to say.
    appendFileSync(join(folder, 'app.log.1'), 'late\n');
    expect(await text(server, rotated.id)).toBe('old one\nold two\nlate\n');
    expect((await server.indexed(rotated.id)).index.lines).toBe(3);

    // What was found in the file before says nothing of this one.
    expect([404, 409]).toContain(
      (await server.fetch(`/api/files/${id}/searches/${search.id}/hits?start=0&count=1`)).status,
    );
    const stale = await server.error(`/api/files/${id}/bytes?offset=0&length=4&generation=${before.generation}`);
    expect(stale).toMatchObject({ status: 409, code: 'stale-generation', generation: now.generation });
  });

  it('does nothing when the path still leads to the file, or to it again', async () => {
    const { folder, path, server, id } = await serving('a\n');
    const same = (await (await reopen(server, id)).json()) as FileInfo;
    expect(same).toMatchObject({ generation: 1, previous: null });
    renameSync(path, join(folder, 'away'));
    renameSync(join(folder, 'away'), path);
    expect(((await (await reopen(server, id)).json()) as FileInfo).generation).toBe(1);
    expect((await server.files()).length).toBe(1);
  });

  it('is refused, with the old file kept, while nothing or nothing that can be shown has the path', async () => {
    const { folder, path, server, id } = await serving('kept\n');
    const events = await watchEvents(server, id);
    renameSync(path, join(folder, 'app.log.1'));
    const refused = async (message: RegExp, code: string): Promise<void> => {
      const answer = await reopen(server, id);
      expect(answer.status).toBe(409);
      const { error } = (await answer.json()) as { error: { code: string; message: string; value: string } };
      expect(error).toMatchObject({ code: 'unopenable', value: code });
      expect(error.message).toMatch(message);
      expect(await text(server, id)).toBe('kept\n');
      expect((await server.file()).pathError).toMatch(message);
    };
    await refused(/no such file/, 'ENOENT');
    execFileSync('mkfifo', [path]);
    await refused(/is a FIFO/, 'ESPIPE');
    rmSync(path);
    mkdirSync(path);
    await refused(/is a directory/, 'EISDIR');
    rmSync(path, { recursive: true });
    writeFileSync(path, 'good\n');
    // What was said of the directory is not said of the file.
    const news = await events.file((file) => file.pathState === 'replaced' && file.pathError === null, 3_000);
    expect(news.size).toBe(5);
    expect((await reopen(server, id)).status).toBe(200);
    expect(await text(server, id)).toBe('good\n');
    events.close();
  });

  it('is also for a file that was deleted and made anew', async () => {
    const { path, server, id } = await serving('first\n');
    const events = await watchEvents(server, id);
    rmSync(path);
    await events.file((file) => file.pathState === 'missing', 1_000);
    writeFileSync(path, 'second\n');
    await events.file((file) => file.pathState === 'replaced', 1_000);
    expect((await reopen(server, id)).status).toBe(200);
    expect((await events.file((file) => file.size === 7, 1_000)).pathState).toBe('current');
    const list = await events.find((event) => event.type === 'files' && event.revision === 1, 1_000);
    expect(list).toEqual({ type: 'files', revision: 1 });
    expect((await server.files()).length).toBe(2);
    events.close();
  });

  it('takes no path and no other method', async () => {
    const { server, id } = await serving('a\n');
    expect((await server.post(`/api/files/${id}/reopen`, { path: '/etc/passwd' })).status).toBe(400);
    expect((await server.post(`/api/files/${id}/reopen?path=/etc/passwd`, {})).status).toBe(400);
    expect((await server.fetch(`/api/files/${id}/reopen`)).status).toBe(405);
    expect((await server.post('/api/files/nobody/reopen', {})).status).toBe(404);
  });
});

describe('a file that had the path before', () => {
  it('can be closed, one of the command line cannot', async () => {
    const { folder, path, server, id } = await serving('old\n');
    renameSync(path, join(folder, 'app.log.1'));
    writeFileSync(path, 'new\n');
    await reopen(server, id);
    const [, rotated] = await server.files();
    if (!rotated) throw new Error('no rotated file');
    const remove = (file: string): Promise<Response> => server.fetch(`/api/files/${file}`, { method: 'DELETE' });
    expect((await remove(id)).status).toBe(409);
    expect((await reopen(server, rotated.id)).status).toBe(409);
    const events = await watchEvents(server, rotated.id);
    expect((await remove(rotated.id)).status).toBe(204);
    await events.ended;
    expect((await server.fetch(`/api/files/${rotated.id}/bytes?offset=0&length=1`)).status).toBe(404);
    expect((await remove(rotated.id)).status).toBe(404);
    const files = await server.files();
    expect(files.length).toBe(1);
    expect(files[0]?.previous).toMatchObject({ id: null });
  });

  it.each([
    ['searches', { kind: 'text', pattern: 'old' }],
    ['filters', { layers: [{ search: 'x', role: 'include' }] }],
    ['index', { action: 'resume' }],
    ['downloads', { offset: 0, length: 1 }],
  ])(
    'begins nothing when a request (%s) ends after it was closed, and reads by its descriptor no more',
    async (route, wish) => {
      const { folder, path, server, id } = await serving('old one\nold two\n');
      renameSync(path, join(folder, 'app.log.1'));
      writeFileSync(path, 'new\n');
      await reopen(server, id);
      const [, rotated] = await server.files();
      if (!rotated) throw new Error('no rotated file');
      const body = JSON.stringify(wish);
      const url = new URL(`/api/files/${rotated.id}/${route}`, server.origin);
      const slow = request(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${server.token}`,
          'content-type': 'application/json',
          'content-length': body.length,
          expect: '100-continue',
        },
      });
      slow.flushHeaders();
      // The server has begun with the request: its route was found, and its file.
      await once(slow, 'continue');
      expect((await server.fetch(`/api/files/${rotated.id}`, { method: 'DELETE' })).status).toBe(204);
      slow.end(body);
      const [reply] = (await once(slow, 'response')) as [IncomingMessage];
      reply.resume();
      expect(reply.statusCode).toBe(404);
      expect(server.alive).toBe(true);
      expect(server.stderr).toBe('');
    },
  );

  it('is not kept when there was nothing in it', async () => {
    const { folder, path, server, id } = await serving('');
    renameSync(path, join(folder, 'app.log.1'));
    writeFileSync(path, 'new\n');
    await reopen(server, id);
    expect(await text(server, id)).toBe('new\n');
    expect((await server.files()).length).toBe(1);
  });
});

it('copytruncate is a cut and then growth, of the same entry', async () => {
  const { path, server, id } = await serving('a\nb\nc\n');
  const events = await watchEvents(server, id);
  truncateSync(path, 0);
  const cut = await events.file((file) => file.size === 0, 1_000);
  expect(cut).toMatchObject({ generation: 2, pathState: 'current', previous: null });
  appendFileSync(path, 'd\n');
  const grown = await events.file((file) => file.size === 2 && file.index.complete, 1_000);
  expect(grown).toMatchObject({ generation: 2, index: { lines: 1 } });
  events.close();
});

/** Descriptors of files of the folder, deleted ones included. */
const descriptors = (server: BigviewServer, folder: string): number =>
  readdirSync(`/proc/${server.pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${server.pid}/fd/${fd}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;

it.runIf(process.platform === 'linux')('a storm of rotations mixes no generations and leaks nothing', async () => {
  const ROUNDS = 200;
  const LINES = 2_000;
  /** Every line of a file names it, so that a reply with two names in it shows. */
  const content = (round: number): string => `${String(round).padStart(9, '0')}\n`.repeat(LINES);
  const { folder, path, server, id } = await serving(content(0));
  await server.post(`/api/files/${id}/searches`, { kind: 'text', pattern: '0000' });
  const events = await watchEvents(server, id);
  expect(descriptors(server, folder)).toBe(1);

  let running = true;
  let checked = 0;
  const byGeneration = new Map<number, string>();
  const check = (found: string, generation: number): void => {
    if (found.length === 0) return;
    const names = new Set(found.match(/\d{9}/g));
    if (names.size !== 1) throw new Error(`${[...names]} in one reply`);
    const [name = ''] = names;
    const known = byGeneration.get(generation) ?? name;
    if (known !== name) throw new Error(`generation ${generation} is of ${known} and of ${name}`);
    byGeneration.set(generation, known);
    checked++;
  };
  const bytes = async (): Promise<void> => {
    while (running) {
      const offset = 10 * Math.floor(Math.random() * LINES);
      const reply = await server.fetch(`/api/files/${id}/bytes?offset=${offset}&length=5000`);
      if (reply.status === 409 || reply.status === 416) await reply.text();
      else check(await reply.text(), Number(reply.headers.get('x-bigview-generation')));
    }
  };
  const lines = async (): Promise<void> => {
    while (running) {
      const offset = 10 * Math.floor(Math.random() * LINES);
      const reply = await server.fetch(`/api/files/${id}/lines?offset=${offset}&count=50`);
      const body: unknown = await reply.json();
      if (reply.status !== 200) continue;
      const { lines: found, generation } = body as LinesReply;
      for (const line of found) if (line.line !== null) expect(line.offset).toBe(line.line * 10);
      check(found.map((line) => line.text).join(' '), generation);
    }
  };
  const readers = [bytes(), bytes(), lines()];
  for (let round = 1; round <= ROUNDS; round++) {
    renameSync(path, join(folder, 'app.log.1'));
    // Written under another name first: what has the path is whole.
    writeFileSync(join(folder, 'next'), content(round));
    renameSync(join(folder, 'next'), path);
    const reply = await reopen(server, id);
    expect(reply.status).toBe(200);
    await reply.json();
  }
  running = false;
  await Promise.all(readers);
  expect(checked).toBeGreaterThan(100);
  expect(byGeneration.size).toBeGreaterThan(20);

  const files = await server.files();
  expect(files.length).toBe(1 + 8);
  expect(await text(server, id)).toContain(String(ROUNDS).padStart(9, '0'));
  const kept = await Promise.all(files.slice(1).map(async (file) => Number((await text(server, file.id)).slice(0, 9))));
  expect(kept).toEqual(Array.from({ length: 8 }, (_, index) => ROUNDS - 1 - index));
  await expect.poll(() => descriptors(server, folder), { timeout: 10_000 }).toBe(1 + 8);
  for (const file of files.slice(1)) await server.fetch(`/api/files/${file.id}`, { method: 'DELETE' });
  await expect.poll(() => descriptors(server, folder), { timeout: 10_000 }).toBe(1);
  expect(server.alive).toBe(true);
  expect(server.stderr).toBe('');
  events.close();
});

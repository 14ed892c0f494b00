import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IndexStatus } from '../../shared/protocol.ts';
import { type Events, watchEvents } from '../helpers/events.ts';
import { sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

async function watch(content: string): Promise<{ path: string; server: BigviewServer; id: string; events: Events }> {
  const path = join(tempFolder(), 'watched.log');
  writeFileSync(path, content);
  const server = await startServer({ files: [path] });
  const { id } = await server.file();
  return { path, server, id, events: await watchEvents(server, id) };
}

/** Noticed within a second, and some for a busy machine. */
const NOTICE_MS = 2_500;

describe('events of a file', () => {
  it('begin with the file, and tell of growth within a second without another request', async () => {
    const { path, events } = await watch('one\ntwo\n');
    const first = await events.file(() => true, NOTICE_MS);
    expect(events.all[0]).toMatchObject({ type: 'file', file: { size: 8, generation: 1, pathState: 'current' } });
    expect(first.index).toMatchObject({ error: null });
    appendFileSync(path, 'three\n');
    const grown = await events.file((file) => file.size === 14 && file.index.complete, NOTICE_MS);
    expect(grown).toMatchObject({ generation: 1, index: { lines: 3, scannedBytes: 14 } });
  });

  it('tell of a cut with a new generation and new lines', async () => {
    const { path, events } = await watch('one\ntwo\nthree\n');
    await events.file((file) => file.index.complete && file.index.lines === 3, NOTICE_MS);
    truncateSync(path, 4);
    const cut = await events.file((file) => file.size === 4 && file.index.complete, NOTICE_MS);
    expect(cut.generation).toBeGreaterThan(1);
    expect(cut.index.lines).toBe(1);
    expect(
      events.all.some((event) => event.type === 'file' && event.file.size === 4 && event.file.generation === 1),
    ).toBe(false);
  });

  it('tell of a rotation and of a deletion while the opened file stays readable', async () => {
    const { path, server, id, events } = await watch('old\n');
    await events.file((file) => file.pathState === 'current', NOTICE_MS);
    renameSync(path, `${path}.1`);
    await events.file((file) => file.pathState === 'missing', NOTICE_MS);
    writeFileSync(path, 'new\n');
    await events.file((file) => file.pathState === 'replaced', NOTICE_MS);
    rmSync(`${path}.1`);
    expect(await (await server.fetch(`/api/files/${id}/bytes?offset=0&length=9`)).text()).toBe('old\n');
  });

  it('look again at a log that began empty', async () => {
    const { path, events } = await watch('');
    expect(await events.file(() => true, NOTICE_MS)).toMatchObject({
      kind: 'text',
      encoding: 'utf-8',
      index: { lines: 0, complete: true },
    });
    appendFileSync(path, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('zwei\nZeilen\n', 'utf16le')]));
    const file = await events.file((seen) => seen.size > 0 && seen.index.complete, NOTICE_MS);
    expect(file).toMatchObject({ kind: 'text', encoding: 'utf-16le', bomBytes: 2, index: { lines: 2 } });
  });

  it('tell of a file that becomes a sparse TiB, whose holes nobody reads', async () => {
    const { path, events } = await watch('one\n');
    await events.file((file) => file.index.complete, NOTICE_MS);
    truncateSync(path, 2 ** 40);
    const grown = await events.file((file) => file.size === 2 ** 40 && file.index.complete, 5_000);
    expect(grown).toMatchObject({ generation: 1, index: { lines: 2 } });
  });

  it('come in full to several listeners, and HEAD does not listen', async () => {
    const { path, server, id, events } = await watch('a\n');
    const second = await watchEvents(server, id);
    const head = await server.fetch(`/api/files/${id}/events`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    events.close();
    appendFileSync(path, 'b\n');
    expect((await second.file((file) => file.size === 4, NOTICE_MS)).size).toBe(4);
    expect(server.alive).toBe(true);
  });

  it('never pile up for a growing file, and end in its last state', async () => {
    const { path, events } = await watch('');
    for (let n = 0; n < 200; n++) {
      appendFileSync(path, 'line\n');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const last = await events.file((file) => file.size === 1000 && file.index.complete, NOTICE_MS);
    expect(last.index.lines).toBe(200);
    expect(events.all.length).toBeLessThan(120);
    expect(last.generation).toBe(1);
  });
});

describe('the line scan', () => {
  it('stops and goes on when asked', async () => {
    // Data all through, so that there is something to scan: 2 GiB with a page of text every 64 KiB would take long to write,
    // so one byte in each 4 MiB makes the file system keep data there.
    const patches = Array.from({ length: 256 }, (_, n) => ({ offset: n * (4 << 20), bytes: '\n' }));
    const path = sparseFile(join(tempFolder(), 'scanned'), 1 << 30, patches);
    const server = await startServer({ files: [path], args: ['--no-cache'] });
    const { id } = await server.file();
    const control = async (action: unknown): Promise<Response> => server.post(`/api/files/${id}/index`, { action });
    const cancelled = (await (await control('cancel')).json()) as IndexStatus;
    // A scan this short may have ended before it could be stopped.
    expect(cancelled.cancelled || cancelled.complete).toBe(true);
    const resumed = await control('resume');
    expect(resumed.status).toBe(200);
    expect(((await resumed.json()) as IndexStatus).cancelled).toBe(false);
    expect((await server.indexed(id)).index).toMatchObject({ complete: true, lines: 257, error: null });
    for (const wrong of ['stop', 7, null, undefined]) expect((await control(wrong)).status).toBe(400);
    expect((await server.fetch(`/api/files/${id}/index`)).status).toBe(405);
  });
});

it('the lines of a large file are known at once when it is opened again, unless that is switched off', async () => {
  const folder = tempFolder();
  const path = join(folder, 'large.log');
  writeFileSync(path, 'a line of this file\n'.repeat(600_000));
  // What was just written may yet change unseen: it is not remembered.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const env = { XDG_CACHE_HOME: join(folder, 'cache') };
  const lines = async (...args: string[]): Promise<IndexStatus> => {
    const server = await startServer({ files: [path], env, args });
    const { index } = await server.indexed((await server.file()).id);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await server.stop();
    return index;
  };
  expect(await lines()).toMatchObject({ lines: 600_000, fromCache: false });
  expect(await lines()).toMatchObject({ lines: 600_000, fromCache: true });
  expect(await lines('--no-cache')).toMatchObject({ lines: 600_000, fromCache: false });
});

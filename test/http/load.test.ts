import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_WINDOW_BYTES } from '../../shared/limits.ts';
import type { FileInfo, FilterReply, SearchReply } from '../../shared/protocol.ts';
import { patternBytes, patternFile, sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const MiB = 1 << 20;

let server: BigviewServer;
let dense: FileInfo;
let huge: FileInfo;
beforeAll(async () => {
  const folder = tempFolder();
  server = await startServer({
    files: [patternFile(join(folder, 'dense'), 2 * MiB), sparseFile(join(folder, 'huge'), 2 ** 40, [])],
    args: ['--no-cache'],
  });
  [dense, huge] = (await server.files()) as [FileInfo, FileInfo];
  await server.indexed(dense.id);
  await server.indexed(huge.id);
});

/** Resident memory of the server, MiB. */
function resident(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

const head = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\n\r\n`;

async function open(request: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  await once(socket, 'connect');
  socket.write(request);
  return socket;
}

/** The server answers others at once, and rightly. */
async function expectLively(): Promise<void> {
  const response = await server.fetch(`/api/files/${dense.id}/bytes?offset=77&length=65536`);
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer()).equals(patternBytes(77, 65_536))).toBe(true);
}

/** Status and length of every reply in a stream of them; throws when one is not whole. */
function replies(stream: Buffer): { status: number; length: number; retryAfter: boolean }[] {
  const found = [];
  for (let at = 0; at < stream.length; ) {
    const end = stream.indexOf('\r\n\r\n', at);
    const text = stream.toString('latin1', at, end);
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
    found.push({ status: Number(text.slice(9, 12)), length, retryAfter: /retry-after: 1/i.test(text) });
    at = end + 4 + length;
    if (!(at <= stream.length)) throw new Error(`reply ${found.length} is not whole`);
  }
  return found;
}

describe('clients that do not read', () => {
  it('100 of them hold little memory and stop nobody', async () => {
    const before = resident();
    const sockets = await Promise.all(Array.from({ length: 100 }, () => open(head(`/api/files/${huge.id}/content`))));
    await sleep(1_000);
    expect(resident() - before).toBeLessThan(200);
    await expectLively();
    for (const socket of sockets) socket.destroy();
    await sleep(100);
    await expectLively();
  });

  it('one that asks for gigabytes in advance is told to wait, and gets every reply whole', async () => {
    const count = 1_000;
    const before = resident();
    const ask = head(`/api/files/${dense.id}/bytes?offset=0&length=${MAX_WINDOW_BYTES}`);
    const socket = await open(ask.repeat(count));
    let peak = 0;
    for (let n = 0; n < 20; n++) {
      await sleep(50);
      peak = Math.max(peak, resident() - before);
    }
    expect(peak).toBeLessThan(250);
    const parts: Buffer[] = [];
    let received = 0;
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      received += part.length;
    });
    socket.resume();
    // All that was owed has come when nothing more does: for long, as the machine may be busy.
    for (let last = -1; last !== received; ) {
      last = received;
      await sleep(3_000);
    }
    socket.destroy();
    const all = replies(Buffer.concat(parts));
    expect(all).toHaveLength(count);
    for (const reply of all) {
      if (reply.status === 200) expect(reply.length).toBe(MAX_WINDOW_BYTES);
      else expect(reply).toMatchObject({ status: 503, retryAfter: true });
    }
    expect(all.some((reply) => reply.status === 200)).toBe(true);
    expect(all.some((reply) => reply.status === 503)).toBe(true);
    await expectLively();
  });
});

describe('hits and rows with the numbers of their lines', () => {
  /** The replies to so many requests at once, each on a connection of its own. */
  async function ask(path: string, count: number): Promise<ReturnType<typeof replies>> {
    const sockets = await Promise.all(Array.from({ length: count }, () => open('')));
    const whole = (socket: Socket): Promise<Buffer> =>
      new Promise((resolve) => {
        const parts: Buffer[] = [];
        socket.on('data', (part: Buffer) => parts.push(part));
        socket.once('close', () => resolve(Buffer.concat(parts)));
        socket.resume();
      });
    const all = sockets.map(whole);
    for (const socket of sockets) socket.write(head(path).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    return (await Promise.all(all)).flatMap(replies);
  }

  it('come whole to many at once, and count with all that clients do not take', async () => {
    const made = async <T>(path: string, body: object): Promise<T> => {
      const response = await server.fetch(`/api/files/${dense.id}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
      expect(response.status).toBe(201);
      return (await response.json()) as T;
    };
    const search = await made<SearchReply>('/searches', { kind: 'text', pattern: 'a', report: 'lines' });
    const filter = await made<FilterReply>('/filters', { layers: [{ search: search.id, role: 'include' }] });
    const base = `/api/files/${dense.id}`;
    const idle = async (path: string): Promise<boolean> => {
      const { running } = (await (await server.fetch(path)).json()) as { running: boolean };
      return !running;
    };
    await expect.poll(() => idle(`${base}/searches/${search.id}`)).toBe(true);
    await expect.poll(() => idle(`${base}/filters/${filter.id}`)).toBe(true);
    for (const path of [
      `${base}/searches/${search.id}/hits?start=0&count=1024`,
      `${base}/searches/${search.id}/hits?from=0&to=2097152&count=1024`,
      `${base}/searches/${search.id}/hits?near=0`,
      `${base}/filters/${filter.id}/rows?start=0&count=500`,
    ]) {
      const before = resident();
      const whole = await (await server.fetch(path)).text();
      const all = await ask(path, 200);
      expect(all).toEqual(Array(200).fill({ status: 200, length: whole.length, retryAfter: false }));
      expect(resident() - before).toBeLessThan(100);
      // What others do not take fills the same memory.
      const stalled = await Promise.all(
        Array.from({ length: 100 }, () =>
          open(head(`/api/files/${dense.id}/bytes?offset=0&length=${MAX_WINDOW_BYTES}`).repeat(16)),
        ),
      );
      const status = async (): Promise<number> => (await server.fetch(path)).status;
      await expect.poll(status, { timeout: 10_000 }).toBe(503);
      for (const socket of stalled) socket.destroy();
      await expect.poll(status, { timeout: 10_000 }).toBe(200);
      await expectLively();
    }
  });
});

it('clients that hang up leave nothing behind', async () => {
  const before = resident();
  for (let round = 0; round < 10; round++) {
    const paths = ['/content', '/bytes?offset=0&length=1048576', '/events', ''].map(
      (path) => `/api/files/${huge.id}${path}`,
    );
    const sockets = await Promise.all([...paths, ...paths, ...paths].map((path) => open(head(path))));
    await sleep(round);
    for (const socket of sockets) socket.destroy();
  }
  await sleep(200);
  await expectLively();
  expect(resident() - before).toBeLessThan(150);
  // Sockets of the server that are still open: the keep-alive ones of this test's own fetches, and the listener.
  const sockets = (): number => {
    const descriptors = readdirSync(`/proc/${server.pid}/fd`).filter((fd) => {
      try {
        return readlinkSync(`/proc/${server.pid}/fd/${fd}`).startsWith('socket:');
      } catch {
        return false;
      }
    });
    return descriptors.length;
  };
  await expect.poll(sockets, { timeout: 4_000 }).toBeLessThan(12);
});

it('thousands of requests leave the memory where it was', async () => {
  const one = async (n: number): Promise<void> => {
    const response = await server.fetch(`/api/files/${dense.id}/bytes?offset=${n}&length=1000`);
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(String(response.status));
  };
  const many = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => one(n + k)));
  };
  await many(1_000);
  const before = resident();
  await many(4_000);
  expect(resident() - before).toBeLessThan(100);
});

it('the process is the same, and said nothing', () => {
  expect(server.alive).toBe(true);
  expect(server.stderr).toBe('');
});

/** Clients that begin and do not go on: none holds its connection, or what lies in memory for it, for longer than is said. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { effort } from '../helpers/effort.ts';
import { patternFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { usageOf } from '../helpers/usage.ts';
import { getHead } from '../helpers/wire.ts';

/** Timeouts are looked at every 5 s, and the machine may be busy. */
const SLACK_MS = 12_000;

let server: BigviewServer;
let id: string;
beforeAll(async () => {
  server = await startServer({ files: [patternFile(join(tempFolder(), 'f'), 4_000_000)], args: ['--no-cache'] });
  ({ id } = await server.file());
});

/** Sends `bytes` and nothing more; resolves to what came and after how long the server hung up, ms; null when it did not. */
async function waits(bytes: string, ms: number): Promise<{ got: string; after: number } | null> {
  const socket = connect(server.port, '127.0.0.1');
  let got = '';
  socket.on('error', () => undefined);
  socket.on('data', (part: Buffer) => {
    got += part.toString('latin1', 0, 200);
  });
  await once(socket, 'connect');
  socket.write(bytes);
  const began = performance.now();
  const closed = await Promise.race([once(socket, 'close').then(() => true), sleep(ms, false)]);
  socket.destroy();
  return closed ? { got, after: performance.now() - began } : null;
}

describe('the server hangs up on', () => {
  it('half a head after 10 s, whole or in drops, and on a connection without a request after 5 s', async () => {
    const host = `Host: 127.0.0.1:${server.port}\r\n`;
    const [half, nothing, used] = await Promise.all([
      waits(`GET /api/files HTTP/1.1\r\n${host}X-Half: `, 10_000 + SLACK_MS),
      waits('G', 10_000 + SLACK_MS),
      waits(getHead(server, '/api/files'), 5_000 + SLACK_MS),
    ]);
    expect(half?.got).toMatch(/^HTTP\/1\.1 408 /);
    expect(half?.after).toBeGreaterThan(8_000);
    expect(nothing).not.toBeNull();
    expect(used?.got).toMatch(/^HTTP\/1\.1 200 /);
    expect(used?.after).toBeGreaterThan(4_000);
  });

  it.runIf(effort(0, 1) > 0)(
    'half a body, and on a reply that nobody takes, after 30 s',
    async () => {
      const before = usageOf(server.pid).descriptors;
      const type = 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
      const half = await waits(
        `POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${type}`,
        30_000 + SLACK_MS,
      );
      expect(half).not.toBeNull();
      // Who does not read does not hear of the end: the descriptors of the server tell.
      const ask = getHead(server, `/api/files/${id}/bytes?offset=0&length=1048576`).repeat(30);
      const sockets = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const socket = connect(server.port, '127.0.0.1');
          socket.pause();
          socket.on('error', () => undefined);
          await once(socket, 'connect');
          socket.write(ask);
          return socket;
        }),
      );
      await expect.poll(() => usageOf(server.pid).descriptors, { timeout: 10_000 }).toBeGreaterThanOrEqual(before + 10);
      for (let waited = 0; waited < 60_000 && usageOf(server.pid).descriptors > before; waited += 500) await sleep(500);
      expect(usageOf(server.pid).descriptors).toBeLessThanOrEqual(before);
      for (const socket of sockets) socket.destroy();
    },
    180_000,
  );

  it('never heaps up what it has to say to noise behind a request', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(getHead(server, `/api/files/${id}/content`));
    for (let n = 0; n < 30; n++) {
      socket.write('noise\r\n\r\n');
      await sleep(10);
    }
    socket.destroy();
    await sleep(200);
    expect(server.stderr).toBe('');
  });
});

it('and is there for the others', async () => {
  expect((await server.fetch(`/api/files/${id}/bytes?offset=0&length=10`)).status).toBe(200);
  expect(server.alive).toBe(true);
  expect(server.stderr).toBe('');
});

import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_WINDOW_BYTES } from '../../shared/limits.ts';
import type { FileInfo } from '../../shared/protocol.ts';
import { patternBytes, patternFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const SIZE = 4 * 2 ** 20;

let server: BigviewServer;
let file: FileInfo;
let controls: FileInfo;
beforeAll(async () => {
  const folder = tempFolder();
  const lines = join(folder, 'controls');
  // Each character takes six in JSON.
  writeFileSync(lines, `${'\u0001'.repeat(1000)}\n`.repeat(5000));
  server = await startServer({ files: [patternFile(join(folder, 'f'), SIZE), lines], args: ['--no-cache'] });
  [file, controls] = (await server.files()) as [FileInfo, FileInfo];
});

const head = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\n\r\n`;
const bytes = (offset: number, length: number): string =>
  head(`/api/files/${file.id}/bytes?offset=${offset}&length=${length}`);

/** A connection that does not read. */
async function open(request: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  await once(socket, 'connect');
  socket.write(request);
  return socket;
}

/** All that comes within `ms`, or until the server hangs up. */
async function receive(socket: Socket, ms: number): Promise<string> {
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.resume();
  const stop = new AbortController();
  await Promise.race([once(socket, 'close', stop), sleep(ms, undefined, stop)]);
  stop.abort();
  socket.destroy();
  return Buffer.concat(parts).toString('latin1');
}

describe('requests sent ahead', () => {
  it('are answered in order, each whole', async () => {
    const offsets = Array.from({ length: 20 }, (_, n) => n * 70_001);
    const asks = offsets.map((offset) => bytes(offset, 65_536) + head(`/api/files/${file.id}/lines?offset=0&count=1`));
    const socket = await open(`${asks.join('')}${head('/api/none')}`);
    let got = await receive(socket, 2_000);
    for (const offset of offsets) {
      const expected = patternBytes(offset, 65_536).toString('latin1');
      expect(got.startsWith('HTTP/1.1 200 OK\r\n')).toBe(true);
      const start = got.indexOf('\r\n\r\n') + 4;
      expect(got.slice(start, start + 65_536) === expected).toBe(true);
      const json = got.indexOf('\r\n\r\n', start + 65_536) + 4;
      const length = Number(/content-length: (\d+)/i.exec(got.slice(start + 65_536, json))?.[1]);
      expect(JSON.parse(got.slice(json, json + length))).toMatchObject({ lines: [{ line: 0 }] });
      got = got.slice(json + length);
    }
    expect(got).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('hold nothing once their client has hung up', async () => {
    for (let round = 0; round < 4; round++) {
      const socket = await open(bytes(0, MAX_WINDOW_BYTES).repeat(300));
      await sleep(300);
      socket.destroy();
      await sleep(100);
      const response = await server.fetch(`/api/files/${file.id}/bytes?offset=5&length=100`);
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(patternBytes(5, 100))).toBe(true);
    }
  });
});

it('lines that nobody takes hold little memory', async () => {
  const resident = (): number =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024;
  const before = resident();
  const sockets: Socket[] = [];
  for (let n = 0; n < 40; n++) {
    sockets.push(await open(head(`/api/files/${controls.id}/lines?start=0&count=4096`)));
    await sleep(30);
  }
  const status = async (): Promise<number> => {
    const response = await server.fetch(`/api/files/${controls.id}/lines?start=0&count=1`);
    await response.arrayBuffer();
    return response.status;
  };
  await expect.poll(status, { timeout: 30_000 }).toBe(503);
  expect(resident() - before).toBeLessThan(400);
  for (const socket of sockets) socket.destroy();
  await expect.poll(status, { timeout: 10_000 }).toBe(200);
});

describe('what is no request', () => {
  it('is answered after the reply before it', async () => {
    const socket = await open(`${bytes(3, MAX_WINDOW_BYTES)}\0\0\0\r\n\r\n`);
    const got = await receive(socket, 2_000);
    const start = got.indexOf('\r\n\r\n') + 4;
    expect(got.slice(start, start + MAX_WINDOW_BYTES) === patternBytes(3, MAX_WINDOW_BYTES).toString('latin1')).toBe(
      true,
    );
    expect(got.slice(start + MAX_WINDOW_BYTES)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('is not answered inside the reply before it', async () => {
    for (const broken of ['\0\0\0\r\n\r\n', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n']) {
      const socket = await open(head(`/api/files/${file.id}/events`));
      await sleep(300);
      socket.write(broken);
      const got = await receive(socket, 1_000);
      expect(got).toMatch(/^HTTP\/1\.1 200 /);
      expect(got).toContain('"type":"file"');
      expect(got.lastIndexOf('HTTP/1.1')).toBe(0);
    }
  });

  it('CONNECT ends neither the process, when its client is gone, nor holds a connection', async () => {
    const connections = (): number =>
      readdirSync(`/proc/${server.pid}/fd`).filter((fd) => {
        try {
          return readlinkSync(`/proc/${server.pid}/fd/${fd}`).startsWith('socket:');
        } catch {
          return false;
        }
      }).length;
    const before = connections();
    for (let n = 0; n < 30; n++) {
      const socket = await open('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n');
      if (n % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
      socket.resetAndDestroy();
    }
    const idle = await Promise.all(Array.from({ length: 30 }, () => open('CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')));
    await sleep(300);
    expect(server.alive).toBe(true);
    await sleep(3_000);
    expect(connections()).toBeLessThan(before + 5);
    for (const socket of idle) socket.destroy();
  });
});

it('the process is the same, and said nothing', () => {
  expect(server.alive).toBe(true);
  expect(server.stderr).toBe('');
});

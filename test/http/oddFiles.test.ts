/** Files of odd kinds, sizes and shapes, on the real server: opened at once, served rightly, in bounded memory, or refused in a line. */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileInfo, LinesReply, SearchHitsReply, SearchRequest, SearchStatus } from '../../shared/protocol.ts';
import { sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, runBigview, startServer } from '../helpers/server.ts';
import { usageOf } from '../helpers/usage.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
/** The same for any size, on a machine that may be busy. */
const OPEN_MS = 12_000;
const linux = process.platform === 'linux';

async function found(server: BigviewServer, id: string, request: SearchRequest): Promise<SearchHitsReply> {
  const base = `/api/files/${id}/searches`;
  const response = await server.post(base, request);
  expect(response.status).toBe(201);
  const { id: sid } = (await response.json()) as { id: string };
  for (let waited = 0; waited < 60_000; waited += 50) {
    const status = await server.json<SearchStatus>(`${base}/${sid}`);
    if (!status.running) {
      expect(status).toMatchObject({ complete: true, error: null });
      return server.json(`${base}/${sid}/hits?start=0&count=100`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the search did not end');
}

const text = async (server: BigviewServer, id: string, offset: number, length: number): Promise<string> =>
  (await server.fetch(`/api/files/${id}/bytes?offset=${offset}&length=${length}`)).text();

describe('a line', () => {
  it('of 5 GiB, nearly all of it a hole, is shown, numbered and searched', async () => {
    const size = 5 * GiB + 9;
    const path = sparseFile(join(tempFolder(), 'line'), size, [
      { offset: 0, bytes: 'first\nthe long line begins ' },
      { offset: 3 * GiB - 3, bytes: 'needle in the middle' },
      { offset: 5 * GiB - 10, bytes: ' needle\nlast needle' },
    ]);
    const server = await startServer({ files: [path], args: ['--no-cache', '--text'] });
    const { id } = await server.file();
    expect((await server.indexed(id)).index).toMatchObject({ lines: 3, error: null });
    const { lines } = await server.json<LinesReply>(`/api/files/${id}/lines?start=0&count=3&columns=30`);
    expect(lines.map(({ line, offset, length }) => [line, offset, length])).toEqual([
      [0, 0, 5],
      [1, 6, 5 * GiB - 9],
      [2, 5 * GiB - 2, 11],
    ]);
    expect(lines[1]?.text).toMatch(/^the long line begins \0+$/);
    const [piece] = (await server.json<LinesReply>(`/api/files/${id}/lines?offset=${3 * GiB}&count=1&split=4096`))
      .lines;
    expect(piece).toMatchObject({ line: 1, terminatorLength: 0 });
    const column = 3 * GiB - 3 - 6;
    const [middle] = (
      await server.json<LinesReply>(`/api/files/${id}/lines?start=1&count=1&column=${column}&columns=20`)
    ).lines;
    expect(middle?.text).toBe('needle in the middle');
    const places = [3 * GiB - 3, 5 * GiB - 9, 5 * GiB + 3];
    for (const request of [
      { kind: 'text', pattern: 'needle' },
      { kind: 'regex', pattern: 'n[e]{2}dle' },
    ] as const) {
      const { hits } = await found(server, id, request);
      expect(hits.map(({ offset, line }) => [offset, line])).toEqual(places.map((place, n) => [place, n < 2 ? 1 : 2]));
    }
    expect(usageOf(server.pid).rss).toBeLessThan(350 * MiB);
    expect(server.stderr).toBe('');
  });

  it('of 256 MiB without an end, all of it data, takes no more memory than others', async () => {
    const path = join(tempFolder(), 'dense');
    const fd = openSync(path, 'w');
    const part = Buffer.alloc(16 * MiB, 'abcdefghijklmnop');
    for (let n = 0; n < 16; n++) writeSync(fd, part);
    writeSync(fd, 'needle', 200 * MiB + 5);
    closeSync(fd);
    const server = await startServer({ files: [path], args: ['--no-cache'] });
    const { id } = await server.file();
    expect((await server.indexed(id)).index).toMatchObject({ lines: 1, error: null });
    const reply = await server.json<LinesReply>(
      `/api/files/${id}/lines?offset=${100 * MiB}&count=5&columns=16&column=${100 * MiB}`,
    );
    expect(reply.lines[0]).toMatchObject({ line: 0, offset: 0, length: 256 * MiB, text: 'abcdefghijklmnop' });
    for (const request of [
      { kind: 'text', pattern: 'needle' },
      { kind: 'regex', pattern: 'n.{4}e(?=l)|needle' },
    ] as const) {
      expect((await found(server, id, request)).hits).toMatchObject([{ offset: 200 * MiB + 5, length: 6, line: 0 }]);
    }
    expect(usageOf(server.pid).rss).toBeLessThan(400 * MiB);
    expect(server.stderr).toBe('');
  });
});

describe.runIf(linux)('a sparse file', () => {
  /** A folder that takes files of any size, or null. */
  function sharedMemory(): string | null {
    try {
      accessSync('/dev/shm', constants.W_OK);
      return '/dev/shm';
    } catch {
      return null;
    }
  }

  async function expectServed(path: string, size: number): Promise<void> {
    const began = performance.now();
    const server = await startServer({ files: [path], args: ['--no-cache'] });
    const file: FileInfo = await server.file();
    expect(performance.now() - began).toBeLessThan(OPEN_MS);
    expect(file.size).toBe(size);
    expect((await server.indexed(file.id)).index).toMatchObject({ lines: 1, error: null });
    expect(await text(server, file.id, size - 4, 100)).toBe('last');
    expect(await text(server, file.id, Math.floor(size / 2), 4)).toBe('\0\0\0\0');
    const range = await server.fetch(`/api/files/${file.id}/content`, { headers: { range: 'bytes=-4' } });
    expect([range.headers.get('content-range'), await range.text()]).toEqual([
      `bytes ${size - 4}-${size - 1}/${size}`,
      'last',
    ]);
    expect((await found(server, file.id, { kind: 'text', pattern: 'last' })).hits).toMatchObject([
      { offset: size - 4, line: 0 },
    ]);
    expect(usageOf(server.pid).rss).toBeLessThan(250 * MiB);
    expect(server.stderr).toBe('');
    await server.stop();
  }

  it.each([2 ** 40, 2 ** 43 + 4_097])('of %d bytes opens at once and is served to its last byte', async (size) => {
    await expectServed(sparseFile(join(tempFolder(), 'sparse'), size, [{ offset: size - 4, bytes: 'last' }]), size);
  });

  it.runIf(sharedMemory() !== null)(
    'of 8 PiB, the largest there can be, is served; a larger one is refused',
    async () => {
      const path = join(sharedMemory() ?? '', `bigview-test-${process.pid}`);
      onTestFinished(() => rmSync(path, { force: true }));
      const size = Number.MAX_SAFE_INTEGER;
      await expectServed(sparseFile(path, size, [{ offset: size - 4, bytes: 'last' }]), size);
      execFileSync('truncate', ['-s', String(2n ** 53n + 1n), path]);
      const run = await runBigview(['--no-open', path]);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toMatch(/^bigview: .*too large[^\n]*\n$/);
    },
  );

  it('that becomes larger than can be counted says so, and is served again when it is cut', async () => {
    const folder = sharedMemory();
    if (folder === null) return;
    const path = join(folder, `bigview-test-grown-${process.pid}`);
    onTestFinished(() => rmSync(path, { force: true }));
    sparseFile(path, 10, [{ offset: 0, bytes: 'some bytes' }]);
    const server = await startServer({ files: [path], args: ['--no-cache'] });
    const { id } = await server.file();
    execFileSync('truncate', ['-s', String(2n ** 53n + 1n), path]);
    expect((await server.file()).error).toContain('9007199254740991');
    expect((await server.fetch(`/api/files/${id}/bytes?offset=0&length=4`)).status).toBe(502);
    const fd = openSync(path, 'r+');
    ftruncateSync(fd, 4);
    closeSync(fd);
    expect(await text(server, id, 0, 10)).toBe('some');
    expect((await server.file()).error).toBeNull();
    expect(server.alive).toBe(true);
  });
});

describe.runIf(linux)('what is no file', () => {
  it('is refused in one line and at once, whatever it is', async () => {
    const folder = tempFolder();
    const fifos = Array.from({ length: 5 }, (_, n) => join(folder, `fifo${n}`));
    execFileSync('mkfifo', fifos);
    const socket = join(folder, 'socket');
    const listener = createServer().listen(socket);
    await new Promise((resolve) => listener.once('listening', resolve));
    const odd = [
      folder,
      ...fifos,
      socket,
      '/dev/zero',
      '/dev/tty',
      '/proc/self/mem',
      '/proc/kmsg',
      '/sys/kernel/notes',
      '/proc/self/fd/0',
    ];
    for (const path of odd) {
      if (!existsSync(path) && !path.startsWith('/proc/self')) continue;
      const began = performance.now();
      const run = await runBigview(['--no-open', path]);
      expect({ path, code: run.code, stdout: run.stdout }).toEqual({ path, code: 2, stdout: '' });
      expect(run.stderr).toMatch(/^bigview: [^\n]+\n$/);
      expect(performance.now() - began).toBeLessThan(8_000);
    }
    listener.close();
    expect(statSync(fifos[0] ?? '').isFIFO()).toBe(true);
  });
});

import { once } from 'node:events';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DownloadReply, FileInfo } from '../../shared/protocol.ts';
import { patternBytes, patternFile, sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const SIZE = 1_000_003;

let server: BigviewServer;
let file: FileInfo;
let empty: FileInfo;
let huge: FileInfo;
beforeAll(async () => {
  const folder = tempFolder();
  server = await startServer({
    files: [
      patternFile(join(folder, 'a b"ü.log'), SIZE),
      sparseFile(join(folder, 'empty'), 0, []),
      sparseFile(join(folder, 'huge'), 2 ** 40, [{ offset: 2 ** 40 - 5, bytes: 'the e' }]),
    ],
  });
  [file, empty, huge] = (await server.files()) as [FileInfo, FileInfo, FileInfo];
});

const get = (of: FileInfo, headers: Record<string, string>, method = 'GET') =>
  server.fetch(`/api/files/${of.id}/content`, { method, headers });

describe('ranges', () => {
  it('no range is the whole file', async () => {
    const response = await get(file, {});
    expect(response.status).toBe(200);
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(response.headers.get('content-range')).toBeNull();
    expect(response.headers.get('content-length')).toBe(String(SIZE));
    expect(response.headers.get('etag')).toMatch(/^"[\w-]+"$/);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="a b__.log"; filename*=UTF-8''a%20b_%C3%BC.log`,
    );
    expect(Buffer.from(await response.arrayBuffer()).equals(readFileSync(file.path))).toBe(true);
  });

  it.each<[string, number, number]>([
    ['bytes=0-0', 0, 1],
    ['bytes=5-9', 5, 10],
    ['BYTES=5-9', 5, 10],
    ['bytes= 5-9 ', 5, 10],
    ['bytes=,5-9,', 5, 10],
    ['bytes=5-', 5, SIZE],
    ['bytes=999999-', 999_999, SIZE],
    ['bytes=1000002-', SIZE - 1, SIZE],
    ['bytes=5-99999999999999999999999', 5, SIZE],
    ['bytes=-7', SIZE - 7, SIZE],
    ['bytes=-99999999999999999999999', 0, SIZE],
    ['bytes=262143-262144', 262_143, 262_145],
    ['bytes=100-700000', 100, 700_001],
  ])('%s is [%i, %i)', async (range, offset, end) => {
    const response = await get(file, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${offset}-${end - 1}/${SIZE}`);
    expect(response.headers.get('content-length')).toBe(String(end - offset));
    expect(Buffer.from(await response.arrayBuffer()).equals(patternBytes(offset, end - offset))).toBe(true);
  });

  it.each(['bytes=1000003-', 'bytes=1000003-1000004', 'bytes=99999999999999999999-', 'bytes=-0'])(
    '%s is 416',
    async (range) => {
      const response = await get(file, { range });
      expect([response.status, response.headers.get('content-range')]).toEqual([416, `bytes */${SIZE}`]);
      expect(((await response.json()) as { error: object }).error).toMatchObject({ code: 'past-end', size: SIZE });
    },
  );

  it.each([
    'bytes=9-5',
    'bytes=a-b',
    'bytes=',
    'bytes=-',
    'lines=1-2',
    'bytes 1-2',
    '1-2',
    'bytes=1-2-3',
    'bytes=0x1-2',
    'bytes=0-1,5-6',
    'bytes=--1',
  ])('%s is ignored', async (range) => {
    const response = await get(file, { range });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(SIZE)]);
    await response.body?.cancel();
  });

  it('of an empty file', async () => {
    expect((await get(empty, {})).status).toBe(200);
    expect((await get(empty, { range: 'bytes=-5' })).status).toBe(200);
    const response = await get(empty, { range: 'bytes=0-' });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */0']);
  });

  it('reach the end of a TiB', async () => {
    const response = await get(huge, { range: 'bytes=-5' });
    expect(response.headers.get('content-range')).toBe(`bytes ${2 ** 40 - 5}-${2 ** 40 - 1}/${2 ** 40}`);
    expect(await response.text()).toBe('the e');
  });

  it('HEAD ignores them', async () => {
    const response = await get(file, { range: 'bytes=5-9' }, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(SIZE)]);
  });
});

describe('conditions', () => {
  it('If-Range takes our tag and nothing else', async () => {
    const tag = (await get(file, {}, 'HEAD')).headers.get('etag') ?? '';
    const range = 'bytes=5-9';
    expect((await get(file, { range, 'if-range': tag })).status).toBe(206);
    for (const other of ['"other"', `W/${tag}`, 'Sun, 22 Nov 2026 18:40:30 GMT', tag.replaceAll('"', '')]) {
      const response = await get(file, { range, 'if-range': other });
      expect([other, response.status]).toEqual([other, 200]);
      await response.body?.cancel();
    }
  });

  it('If-Match and If-None-Match', async () => {
    const tag = (await get(file, {}, 'HEAD')).headers.get('etag') ?? '';
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await get(file, { range: 'bytes=0-0', ...headers })).status;
    expect(await status({ 'if-match': tag })).toBe(206);
    expect(await status({ 'if-match': '*' })).toBe(206);
    expect(await status({ 'if-match': `"other", ${tag}` })).toBe(206);
    expect(await status({ 'if-match': `W/${tag}` })).toBe(412);
    expect(await status({ 'if-match': '"other"' })).toBe(412);
    expect(await status({ 'if-none-match': tag })).toBe(304);
    expect(await status({ 'if-none-match': `W/${tag}` })).toBe(304);
    expect(await status({ 'if-none-match': '"other"' })).toBe(206);
  });

  it('the tag changes with the file', async () => {
    const path = join(tempFolder(), 'x');
    writeFileSync(path, 'abc');
    const changing = await startServer({ files: [path] });
    const url = `/api/files/${(await changing.file()).id}/content`;
    const tag = async (): Promise<string> => (await changing.fetch(url, { method: 'HEAD' })).headers.get('etag') ?? '';
    const tags = [await tag()];
    expect(await tag()).toBe(tags[0]);
    appendFileSync(path, 'd');
    tags.push(await tag());
    writeFileSync(path, 'abcD');
    tags.push(await tag());
    truncateSync(path, 1);
    tags.push(await tag());
    expect(new Set(tags).size).toBe(4);
  });
});

describe('downloads by ticket', () => {
  const issue = async (body: unknown): Promise<Response> => server.post(`/api/files/${file.id}/downloads`, body);

  it('work once, without a token, and give the extent', async () => {
    const issued = await issue({ offset: 10, length: 300_000 });
    expect(issued.status).toBe(201);
    const { url } = (await issued.json()) as DownloadReply;
    expect(url).toMatch(/^\/api\/downloads\/[\w-]{43}$/);
    const head = await fetch(server.origin + url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '300000']);
    const response = await fetch(server.origin + url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toContain('attachment; filename="a b__.log.10-300010.bin"');
    expect(Buffer.from(await response.arrayBuffer()).equals(patternBytes(10, 300_000))).toBe(true);
    expect((await fetch(server.origin + url)).status).toBe(404);
    expect((await fetch(server.origin + url, { method: 'POST' })).status).toBe(405);
  });

  it('are clamped at the end of the file, and empty at it', async () => {
    const download = async (offset: number, length: number): Promise<number> => {
      const { url } = (await (await issue({ offset, length })).json()) as DownloadReply;
      return (await (await fetch(server.origin + url)).arrayBuffer()).byteLength;
    };
    expect(await download(SIZE - 3, 100)).toBe(3);
    expect(await download(SIZE, 100)).toBe(0);
  });

  it.each<[unknown, number]>([
    [{ offset: SIZE + 1, length: 1 }, 416],
    [{ offset: -1, length: 1 }, 400],
    [{ offset: '0', length: 1 }, 400],
    [{ offset: 0.5, length: 1 }, 400],
    [{ offset: 0 }, 400],
    [{ offset: 0, length: 1, frob: 1 }, 400],
    [{ offset: 0, length: 1, generation: 99 }, 409],
    [{ offset: 0, length: 1, generation: null }, 400],
    [[], 400],
  ])('%j is %i', async (body, status) => {
    expect((await issue(body)).status).toBe(status);
  });
});

describe('a body that cannot be finished', () => {
  it('is torn, not padded, when the file is cut on the way', async () => {
    const path = patternFile(join(tempFolder(), 'cut'), 64 << 20);
    const changing = await startServer({ files: [path] });
    const { id } = await changing.file();
    const socket = connect(changing.port, '127.0.0.1');
    const head = `GET /api/files/${id}/content HTTP/1.1\r\nHost: 127.0.0.1:${changing.port}\r\n`;
    socket.write(`${head}Authorization: Bearer ${changing.token}\r\n\r\n`);
    let received = Buffer.alloc(0);
    await once(socket, 'readable');
    received = Buffer.concat([received, socket.read() as Buffer]);
    truncateSync(path, 1 << 20);
    socket.on('data', (part: Buffer) => {
      received = Buffer.concat([received, part]);
    });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    const body = received.subarray(received.indexOf('\r\n\r\n') + 4);
    expect(received.toString('latin1', 0, 15)).toBe('HTTP/1.1 200 OK');
    expect(body.length).toBeGreaterThan(0);
    expect(body.length).toBeLessThan(64 << 20);
    expect(body.equals(patternBytes(0, body.length))).toBe(true);
    expect(changing.alive).toBe(true);
    expect((await changing.file()).size).toBe(1 << 20);
  });

  it('is not finished past its length when the file grows on the way', async () => {
    const path = patternFile(join(tempFolder(), 'grow'), 8 << 20);
    const changing = await startServer({ files: [path] });
    const { id } = await changing.file();
    const response = await changing.fetch(`/api/files/${id}/content`);
    appendFileSync(path, 'more');
    expect((await response.arrayBuffer()).byteLength).toBe(8 << 20);
  });

  it('costs nothing more once the client has gone', async () => {
    for (let n = 0; n < 50; n++) {
      const outgoing = request(`${server.origin}/api/files/${huge.id}/content`, {
        headers: { authorization: `Bearer ${server.token}` },
      });
      outgoing.end();
      const [response] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream & { destroy(): void }];
      await once(response, 'readable');
      response.destroy();
    }
    expect((await get(file, { range: 'bytes=0-0' })).status).toBe(206);
    expect(server.stderr).toBe('');
  });
});

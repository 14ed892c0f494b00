import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_WINDOW_BYTES } from '../../shared/limits.ts';
import type { FileInfo } from '../../shared/protocol.ts';
import { patternBytes, patternFile, sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const SIZE = 300_001;
const GiB = 2 ** 30;
const SPARSE = 2 ** 40 + 5;

let server: BigviewServer;
let dense: FileInfo;
let sparse: FileInfo;
let empty: FileInfo;
beforeAll(async () => {
  const folder = tempFolder();
  const patches = [0, 2 * GiB - 3, 4 * GiB - 3, 4 * GiB + 65_536, SPARSE - 9].map((offset) => ({
    offset,
    bytes: patternBytes(offset, 9),
  }));
  const files = [
    patternFile(join(folder, 'dense'), SIZE),
    sparseFile(join(folder, 'sparse'), SPARSE, patches),
    sparseFile(join(folder, 'empty'), 0, []),
  ];
  server = await startServer({ files });
  [dense, sparse, empty] = (await server.files()) as [FileInfo, FileInfo, FileInfo];
});

const window = (file: FileInfo, offset: number | string, length: number | string, more = '') =>
  `/api/files/${file.id}/bytes?offset=${offset}&length=${length}${more}`;
async function read(file: FileInfo, offset: number, length: number): Promise<Buffer> {
  const response = await server.fetch(window(file, offset, length));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(response.headers.get('x-bigview-generation')).toBe(String(file.generation));
  expect(response.headers.get('x-bigview-size')).toBe(String(file.size));
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get('content-length')).toBe(String(bytes.length));
  return bytes;
}

describe('windows', () => {
  it.each([1_000, 65_536, 65_537, 262_144, MAX_WINDOW_BYTES])('of %i bytes together are the file', async (length) => {
    const parts: Buffer[] = [];
    for (let offset = 0; offset < SIZE; offset += length) parts.push(await read(dense, offset, length));
    expect(Buffer.concat(parts).equals(readFileSync(dense.path))).toBe(true);
  });

  it('are right around every boundary of a huge file', async () => {
    for (const offset of [2 * GiB - 3, 4 * GiB - 3, 4 * GiB + 65_536, SPARSE - 9]) {
      expect(await read(sparse, offset, 9)).toEqual(patternBytes(offset, 9));
      expect((await read(sparse, offset - 7, 16)).subarray(7)).toEqual(patternBytes(offset, 9));
    }
    expect(await read(sparse, 2 ** 39 + 1, 10)).toEqual(Buffer.alloc(10));
  });

  it('end with the file', async () => {
    expect(await read(dense, SIZE - 1, 100)).toEqual(patternBytes(SIZE - 1, 1));
    expect(await read(dense, SIZE, 100)).toHaveLength(0);
    expect(await read(dense, 5, 0)).toHaveLength(0);
    expect(await read(empty, 0, 100)).toHaveLength(0);
  });

  it('HEAD tells the same without the bytes', async () => {
    const response = await server.fetch(window(dense, SIZE - 10, 100), { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe('10');
    expect(await response.text()).toBe('');
  });

  it('are each their own when many are asked at once', async () => {
    const offsets = Array.from({ length: 200 }, (_, n) => (n * 7919) % (SIZE - 65_536));
    const replies = await Promise.all(offsets.map((offset) => read(dense, offset, 65_536)));
    replies.forEach((bytes, n) => {
      expect(bytes.equals(patternBytes(offsets[n] ?? 0, 65_536))).toBe(true);
    });
  });
});

describe('what cannot be answered', () => {
  it('past the end: 416 with the size', async () => {
    expect(await server.error(window(dense, SIZE + 1, 1))).toMatchObject({
      status: 416,
      code: 'past-end',
      parameter: 'offset',
      value: String(SIZE + 1),
      size: SIZE,
      generation: 1,
    });
  });

  it.each([
    ['offset=-1&length=1', 'offset', '-1'],
    ['offset=1.5&length=1', 'offset', '1.5'],
    ['offset=1e3&length=1', 'offset', '1e3'],
    ['offset=0x10&length=1', 'offset', '0x10'],
    ['offset=%201&length=1', 'offset', ' 1'],
    ['offset=+1&length=1', 'offset', ' 1'],
    ['offset=007&length=1', 'offset', '007'],
    ['offset=-0&length=1', 'offset', '-0'],
    ['offset=&length=1', 'offset', ''],
    ['offset&length=1', 'offset', ''],
    ['length=1', 'offset', ''],
    ['offset=9007199254740992&length=1', 'offset', '9007199254740992'],
    ['offset=99999999999999999999&length=1', 'offset', '99999999999999999999'],
    ['offset=NaN&length=1', 'offset', 'NaN'],
    ['offset=0', 'length', ''],
    ['offset=0&length=1048577', 'length', '1048577'],
    ['offset=0&length=1&offset=0', 'offset', '0'],
    ['offset=0&length=1&generation=x', 'generation', 'x'],
    ['offset=0&length=1&frob=2', 'frob', '2'],
    ['offset=0&length=1&__proto__=2', '__proto__', '2'],
    ['offset[]=0&length=1', 'offset[]', '0'],
  ])('%s: 400 names %s and %j', async (query, parameter, value) => {
    const error = await server.error(`/api/files/${dense.id}/bytes?${query}`);
    expect(error).toMatchObject({ status: 400, code: 'bad-request', parameter, value });
    expect(error.limit).toBeTruthy();
    expect(error.message).toContain(parameter);
  });

  it('a broken escape, another method, another file', async () => {
    expect(await server.error(`/api/files/${dense.id}/bytes?offset=%zz`)).toMatchObject({ status: 400 });
    const response = await server.fetch(window(dense, 0, 1), { method: 'POST', body: 'x' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await server.error('/api/files/nope/bytes?offset=0&length=1')).toMatchObject({
      status: 404,
      code: 'not-found',
    });
  });
});

describe('a file that changes', () => {
  it('grows without a new generation, is cut with one, and says which', async () => {
    const path = join(tempFolder(), 'changing');
    writeFileSync(path, 'abcdef');
    const changing = await startServer({ files: [path] });
    const { id } = await changing.file();
    const get = (query: string) => changing.fetch(`/api/files/${id}/bytes?${query}`);
    expect(await (await get('offset=0&length=100&generation=1')).text()).toBe('abcdef');

    appendFileSync(path, 'ghi');
    const grown = await get('offset=6&length=100&generation=1');
    expect([grown.status, grown.headers.get('x-bigview-size'), await grown.text()]).toEqual([200, '9', 'ghi']);

    truncateSync(path, 2);
    const stale = await changing.error(`/api/files/${id}/bytes?offset=0&length=1&generation=1`);
    expect(stale).toMatchObject({ status: 409, code: 'stale-generation', size: 2 });
    const generation = stale.generation ?? 0;
    expect(generation).toBeGreaterThan(1);
    const cut = await get(`offset=0&length=100&generation=${generation}`);
    expect([cut.status, await cut.text()]).toEqual([200, 'ab']);
    expect(await changing.error(`/api/files/${id}/bytes?offset=6&length=1`)).toMatchObject({
      status: 416,
      size: 2,
      generation,
    });
    // Without a generation the present state is served, whatever it is.
    expect(await (await get('offset=0&length=100')).text()).toBe('ab');

    writeFileSync(path, 'XY');
    expect(await changing.error(`/api/files/${id}/bytes?offset=0&length=1&generation=${generation}`)).toMatchObject({
      status: 409,
    });
    expect(await (await get('offset=0&length=9')).text()).toBe('XY');
  });
});

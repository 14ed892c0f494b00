import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  SearchEvent,
  SearchHistogramReply,
  SearchHitsReply,
  SearchNearReply,
  SearchReply,
  SearchStatus,
} from '../../shared/protocol.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const LINE = 'one needle, two NEEDLES\n';
const LINES = 400_000;
const SIZE = LINE.length * LINES;

let server: BigviewServer;
let path: string;
let base: string;

beforeAll(async () => {
  path = join(tempFolder(), 'haystack.log');
  writeFileSync(path, LINE.repeat(LINES));
  server = await startServer({ files: [path] });
  const file = await server.file();
  base = `/api/files/${file.id}/searches`;
  await server.indexed(file.id);
});

async function start(request: unknown, at = base, of = server): Promise<string> {
  const response = await of.post(at, request);
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as SearchReply;
  expect(response.headers.get('location')).toBe(`${at}/${id}`);
  return `${at}/${id}`;
}

/** Reads the events to their end. */
async function events(search: string, of = server): Promise<SearchEvent[]> {
  const response = await of.fetch(`${search}/events`);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const text = await response.text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SearchEvent);
}

describe('a search', () => {
  it('tells its progress until it is complete, then its hits by number with their lines', async () => {
    const search = await start({ kind: 'text', pattern: 'needle', from: SIZE / 2 });
    const last = (await events(search)).at(-1);
    expect(last).toMatchObject({
      type: 'progress',
      complete: true,
      running: false,
      hits: LINES,
      scannedBytes: SIZE,
      error: null,
    });
    expect(await server.json<SearchStatus>(search)).toMatchObject({ complete: true, hits: LINES, size: SIZE });
    const reply = await server.json<SearchHitsReply>(`${search}/hits?start=123456&count=2`);
    expect(reply).toMatchObject({
      start: 123_456,
      total: LINES,
      exact: true,
      hits: [
        { offset: 123_456 * LINE.length + 4, length: 6, line: 123_456 },
        { offset: 123_457 * LINE.length + 4, length: 6, line: 123_457 },
      ],
    });
    const none = await server.json<SearchHitsReply>(`${search}/hits?start=${LINES}&count=10&lines=0`);
    expect(none.hits).toEqual([]);
  });

  it('finds the nearest hit in both directions, also at once', async () => {
    const search = await start({ kind: 'regex', pattern: 'n[e]+dle', caseSensitive: false });
    const at = 300_000 * LINE.length;
    const near = (offset: number, direction: string): Promise<SearchNearReply> =>
      server.json<SearchNearReply>(`${search}/hits?near=${offset}&direction=${direction}`);
    expect(await near(at + 5, 'next')).toMatchObject({
      hit: { offset: at + 16, length: 6, line: 300_000 },
      decided: true,
    });
    expect(await near(at, 'previous')).toMatchObject({ hit: { offset: at - 8, line: 299_999 }, decided: true });
    expect(await near(0, 'previous')).toMatchObject({ hit: null, number: null, decided: true });
    expect(await near(SIZE, 'next')).toMatchObject({ hit: null, decided: true });
    await events(search);
    expect(await near(at + 5, 'next')).toMatchObject({ number: 600_001, exact: true, total: 2 * LINES });
  });

  it('counts hits over the file', async () => {
    const search = await start({ kind: 'bytes', pattern: '6e 65 65 64 ??' });
    await events(search);
    const { buckets, total } = await server.json<SearchHistogramReply>(`${search}/histogram?buckets=7`);
    expect(buckets).toHaveLength(7);
    expect(buckets.reduce((sum, count) => sum + count, 0)).toBe(total);
    expect(Math.max(...buckets) - Math.min(...buckets)).toBeLessThanOrEqual(1);
  });

  it('is cancelled, resumed and forgotten', async () => {
    const search = await start({ kind: 'number', pattern: 'u16le 1..5' });
    const cancelled = await server.post(search, { action: 'cancel' });
    expect(cancelled.status).toBe(200);
    const resumed = await server.post(search, { action: 'resume' });
    expect(((await resumed.json()) as SearchStatus).cancelled).toBe(false);
    expect((await events(search)).at(-1)).toMatchObject({ complete: true, hits: 0 });
    expect((await server.fetch(search, { method: 'DELETE' })).status).toBe(204);
    expect(await server.error(search)).toMatchObject({ status: 404, code: 'not-found' });
  });

  it('keeps 64, of those that have ended the one not asked about for longest makes room', async () => {
    const forgotten = await start({ kind: 'text', pattern: 'zzz' });
    await events(forgotten);
    const looked = await start({ kind: 'text', pattern: 'yyy' });
    await events(looked);
    for (let n = 0; n < 63; n++) {
      await events(await start({ kind: 'text', pattern: `zzz${n}` }));
      expect((await server.fetch(looked)).status).toBe(200);
    }
    expect(await server.error(forgotten)).toMatchObject({ status: 404 });
  });
});

describe('what is wrong is said', () => {
  it.each([
    [{ kind: 'regex', pattern: 'ok(' }, 2, 1],
    [{ kind: 'bytes', pattern: 'de a' }, 3, 1],
    [{ kind: 'number', pattern: 'u8 1..999' }, 6, 3],
    [{ kind: 'text', pattern: 'a€b', encoding: 'iso-8859-2' }, 1, 1],
    [{ kind: 'regex', pattern: 'a\\nb' }, 1, 2],
    [{ kind: 'text', pattern: '' }, 0, 0],
  ])('%o', async (body, position, length) => {
    const response = await server.post(base, body);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: unknown };
    expect(error).toMatchObject({ code: 'bad-pattern', parameter: 'pattern', position, length });
  });

  it.each([
    [{ pattern: 'a' }, 'kind'],
    [{ kind: 'glob', pattern: 'a' }, 'kind'],
    [{ kind: 'text' }, 'pattern'],
    [{ kind: 'text', pattern: 5 }, 'pattern'],
    [{ kind: 'text', pattern: 'a', flags: 'i' }, 'flags'],
    [{ kind: 'bytes', pattern: '61', wholeWord: true }, 'wholeWord'],
    [{ kind: 'regex', pattern: 'a', over: 'words' }, 'over'],
    [{ kind: 'number', pattern: '5', align: 3 }, 'align'],
    [{ kind: 'text', pattern: 'a', encoding: 'klingon' }, 'encoding'],
    [{ kind: 'text', pattern: 'a', caseSensitive: 'no' }, 'caseSensitive'],
    [{ kind: 'text', pattern: 'a', from: -1 }, 'from'],
  ])('%o: %s', async (body, parameter) => {
    const response = await server.post(base, body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: unknown }).error).toMatchObject({ code: 'bad-request', parameter });
  });

  it.each([
    ['/hits', 400],
    ['/hits?start=0', 400],
    ['/hits?start=0&count=1025', 400],
    ['/hits?start=0&count=1&direction=next', 400],
    ['/hits?near=0&direction=up', 400],
    ['/hits?near=0&count=1', 400],
    ['/hits?near=0&wait=60000', 400],
    ['/histogram', 400],
    ['/histogram?buckets=0', 400],
    ['/nothing', 404],
  ])('GET …%s is %d', async (target, status) => {
    const search = await start({ kind: 'text', pattern: 'zzz' });
    expect((await server.fetch(search + target)).status).toBe(status);
  });

  it('methods, bodies, tokens', async () => {
    const search = await start({ kind: 'text', pattern: 'zzz' });
    const put = await server.fetch(search, { method: 'PUT' });
    expect(put.status).toBe(405);
    expect(put.headers.get('allow')).toBe('GET, HEAD, POST, DELETE');
    expect((await server.fetch(base)).status).toBe(405);
    expect((await server.fetch(search, { method: 'HEAD' })).status).toBe(200);
    expect((await server.post(search, { action: 'explode' })).status).toBe(400);
    expect((await server.fetch(base, { method: 'POST', body: '{}' })).status).toBe(415);
    expect((await server.fetch(search, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  });
});

describe('a file that changes', () => {
  it('is searched on as it grows, and makes the search stale when it is cut', async () => {
    const log = join(tempFolder(), 'growing.log');
    writeFileSync(log, 'needle\n'.repeat(1000));
    const other = await startServer({ files: [log] });
    const at = `/api/files/${(await other.file()).id}/searches`;
    const search = await start({ kind: 'text', pattern: 'needle' }, at, other);
    expect((await events(search, other)).at(-1)).toMatchObject({ complete: true, hits: 1000 });
    appendFileSync(log, 'needle\nneed');
    await expect.poll(async () => (await other.json<SearchStatus>(search)).hits, { timeout: 5_000 }).toBe(1001);
    appendFileSync(log, 'le');
    const near = await other.json<SearchNearReply>(`${search}/hits?near=7007&direction=next`);
    expect(near).toMatchObject({ hit: { offset: 7007, length: 6 }, number: 1001 });
    truncateSync(log, 70);
    expect(await other.error(`${search}/hits?start=0&count=1`)).toMatchObject({
      status: 409,
      code: 'stale-generation',
    });
    expect(await other.json<SearchStatus>(search)).toMatchObject({ stale: true, hits: 0 });
  });
});

describe('an expression that backtracks without end', () => {
  it('is stopped and said where, while windows and other searches are served', async () => {
    const log = join(tempFolder(), 'evil.log');
    const before = 'nothing here\n'.repeat(5000);
    writeFileSync(log, `${before}${'a'.repeat(60)}!\n${before}`);
    const other = await startServer({ files: [log] });
    const { id } = await other.file();
    const at = `/api/files/${id}/searches`;
    const evil = await start({ kind: 'regex', pattern: '^(a+)+$' }, at, other);
    const over = events(evil, other);
    let slowest = 0;
    for (let n = 0; n < 50; n++) {
      const began = performance.now();
      expect((await other.fetch(`/api/files/${id}/bytes?offset=${n * 1000}&length=65536`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - began);
    }
    const good = await start({ kind: 'regex', pattern: '^noth' }, at, other);
    expect((await events(good, other)).at(-1)).toMatchObject({ complete: true, hits: 10_000 });
    expect(slowest).toBeLessThan(2_000);
    expect((await over).at(-1)).toMatchObject({ complete: false, running: false, error: { offset: before.length } });
  }, 60_000);
});

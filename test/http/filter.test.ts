/** Filters over HTTP: rows against the lines of the file, exports against grep and sed, and what is wrong is said. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  FilterEvent,
  FilterHistogramReply,
  FilterReply,
  FilterRequest,
  FilterRow,
  FilterRowsReply,
  FilterStatus,
  SearchReply,
  SearchStatus,
} from '../../shared/protocol.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const LINES = 120_000;
/** For a busy machine. */
const SLOW = { timeout: 20_000 };
const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta'];
const textOf = (n: number): string =>
  `${n} ${WORDS[n % 7]} ${WORDS[Math.floor(n / 7) % 5]}${n % 1000 === 0 ? ' rare' : ''}`;

let server: BigviewServer;
let path: string;
let base: string;
/** Offset of each line, and of the end. */
const offsets: number[] = [0];

beforeAll(async () => {
  path = join(tempFolder(), 'filtered.log');
  const lines = Array.from({ length: LINES }, (_, n) => `${textOf(n)}\n`);
  for (const line of lines) offsets.push((offsets.at(-1) ?? 0) + line.length);
  writeFileSync(path, lines.join(''));
  server = await startServer({ files: [path] });
  const file = await server.file();
  base = `/api/files/${file.id}`;
  await server.indexed(file.id);
});

async function layer(pattern: string, at = base, of = server): Promise<string> {
  const response = await of.post(`${at}/searches`, { kind: 'text', pattern, report: 'lines' });
  expect(response.status).toBe(201);
  return ((await response.json()) as SearchReply).id;
}

async function filter(request: FilterRequest, at = base, of = server): Promise<string> {
  const response = await of.post(`${at}/filters`, request);
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as FilterReply;
  expect(response.headers.get('location')).toBe(`${at}/filters/${id}`);
  return `${at}/filters/${id}`;
}

async function completed(target: string, of = server): Promise<FilterStatus> {
  await expect.poll(async () => (await of.json<FilterStatus>(target)).complete, SLOW).toBe(true);
  return of.json<FilterStatus>(target);
}

const include = (search: string): FilterRequest['layers'][number] => ({ search, role: 'include' });
const exclude = (search: string): FilterRequest['layers'][number] => ({ search, role: 'exclude' });

/** All rows, page by page. */
async function allRows(target: string, page = 1000): Promise<FilterRow[]> {
  const rows: FilterRow[] = [];
  for (;;) {
    const reply = await server.json<FilterRowsReply>(`${target}/rows?start=${rows.length}&count=${page}`);
    expect(reply).toMatchObject({ start: rows.length, exact: true });
    if (reply.rows.length === 0) return rows;
    rows.push(...reply.rows);
  }
}

function rowOf(line: number, match: boolean, layers: readonly number[]): FilterRow {
  const offset = offsets[line] ?? 0;
  return { offset, length: (offsets[line + 1] ?? 0) - offset - 1, terminatorLength: 1, line, match, layers };
}

describe('a filter', () => {
  it('shows lines of the include layers without those of the exclude layers', async () => {
    const [alpha, beta, rare] = [await layer('alpha'), await layer('beta'), await layer('rare')];
    const target = await filter({ layers: [include(alpha), exclude(rare), include(beta)] });
    const status = await completed(target);
    const want: FilterRow[] = [];
    for (let n = 0; n < LINES; n++) {
      const layers = ['alpha', 'rare', 'beta'].flatMap((word, i) => (textOf(n).includes(word) ? [i] : []));
      if (layers.length > 0 && !layers.includes(1)) want.push(rowOf(n, true, layers));
    }
    expect(status).toMatchObject({
      rows: want.length,
      matches: want.length,
      running: false,
      stale: false,
      error: null,
    });
    expect(status.decidedBytes).toBe(status.size);
    expect(await allRows(target)).toEqual(want);
  });

  it('shows context, and finds rows by offset in both directions', async () => {
    const rare = await layer('rare');
    const target = await filter({ layers: [include(rare)], before: 2, after: 1 });
    expect(await completed(target)).toMatchObject({ matches: LINES / 1000, rows: 4 * (LINES / 1000) - 2 });
    const rows = await allRows(target, 17);
    const want: FilterRow[] = [];
    for (let n = 0; n < LINES; n++) {
      const match = 1000 * Math.round(n / 1000);
      if (match >= LINES || n < match - 2 || n > match + 1) continue;
      want.push(rowOf(n, n === match, n === match ? [0] : []));
    }
    expect(rows).toEqual(want);
    const at = (offset: number, count: number): Promise<FilterRowsReply> =>
      server.json<FilterRowsReply>(`${target}/rows?offset=${offset}&count=${count}`);
    for (const row of [0, 1, 5, 6, 7, 200, rows.length - 1]) {
      const { offset, length } = rows[row] as FilterRow;
      for (const inside of [offset, offset + length - 1, offset + length]) {
        expect(await at(inside, 3)).toMatchObject({ start: row, rows: rows.slice(row, row + 3), total: rows.length });
        const before = await at(inside, -3);
        expect(before).toMatchObject({ start: Math.max(0, row - 3), exact: true });
        expect(before.rows).toEqual(rows.slice(Math.max(0, row - 3), row));
      }
      const next = await at(offset + length + 1, 2);
      expect(next.rows).toEqual(rows.slice(row + 1, row + 3));
    }
    expect(await at(10 ** 12, 5)).toMatchObject({ start: rows.length, rows: [] });
    expect((await at(10 ** 12, -5)).rows).toEqual(rows.slice(-5));
    const plain = await server.json<FilterRowsReply>(`${target}/rows?start=0&count=2&lines=0`);
    expect(plain.rows.map((row) => row.line)).toEqual([null, null]);
  });

  it('combines all and none', async () => {
    const [alpha, beta] = [await layer('alpha'), await layer('beta')];
    const layers = [include(alpha), include(beta)];
    const count = (test: (text: string) => boolean): number =>
      Array.from({ length: LINES }, (_, n) => textOf(n)).filter(test).length;
    expect(await completed(await filter({ layers, combine: 'all' }))).toMatchObject({
      rows: count((text) => text.includes('alpha') && text.includes('beta')),
    });
    expect(await completed(await filter({ layers, combine: 'none' }))).toMatchObject({
      rows: count((text) => !text.includes('alpha') && !text.includes('beta')),
    });
    expect(await completed(await filter({ layers: [exclude(alpha)] }))).toMatchObject({
      rows: count((text) => !text.includes('alpha')),
    });
  });

  it('tells its progress and where matches are', async () => {
    const target = await filter({ layers: [include(await layer('eta')), exclude(await layer('zeta'))], before: 1 });
    const text = await (await server.fetch(`${target}/events`)).text();
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as FilterEvent);
    expect(events.at(-1)).toMatchObject({ type: 'progress', complete: true, running: false });
    const status = await completed(target);
    const histogram = await server.json<FilterHistogramReply>(`${target}/histogram?buckets=9`);
    expect(histogram).toMatchObject({ total: status.matches, complete: true, size: status.size });
    expect(histogram.buckets.reduce((sum, count) => sum + count, 0)).toBe(status.matches);
  });

  it('outlives the deletion of its searches, and goes when it is deleted', async () => {
    const search = await layer('gamma');
    const target = await filter({ layers: [include(search)], after: 1 });
    expect((await server.fetch(`${base}/searches/${search}`, { method: 'DELETE' })).status).toBe(204);
    expect(await server.error(`${base}/searches/${search}`)).toMatchObject({ status: 404 });
    const { rows } = await completed(target);
    expect(rows).toBeGreaterThan(LINES / 7);
    expect((await server.fetch(target, { method: 'DELETE' })).status).toBe(204);
    expect(await server.error(target)).toMatchObject({ status: 404 });
  });
});

describe('an export', () => {
  const grep = (...args: string[]): string =>
    execFileSync('grep', [...args, path], { encoding: 'latin1', maxBuffer: 1 << 28 });

  it('is what grep prints', async () => {
    const target = await filter({ layers: [include(await layer('beta')), include(await layer('rare'))] });
    const lines = await (await server.fetch(`${target}/content?format=lines`)).text();
    expect(lines).toBe(grep('-F', '-e', 'beta', '-e', 'rare'));
    const numbers = await (await server.fetch(`${target}/content?format=numbers`)).text();
    const wanted = grep('-n', '-F', '-e', 'beta', '-e', 'rare').replaceAll(/^(\d+):.*$/gm, '$1');
    expect(numbers).toBe(wanted);
  });

  it('is what grep prints without one layer, with context', async () => {
    const target = await filter({ layers: [exclude(await layer('a'))] });
    expect(await (await server.fetch(`${target}/content`)).text()).toBe(grep('-v', '-F', '-e', 'a'));
    const near = await filter({ layers: [include(await layer('rare'))], before: 3, after: 2 });
    const lines = grep('--no-group-separator', '-B', '3', '-A', '2', '-F', 'rare');
    expect(await (await server.fetch(`${near}/content`)).text()).toBe(lines);
  });

  it.skipIf(spawnSync('rg', ['--version']).status !== 0)('is what rg prints', async () => {
    const target = await filter({ layers: [include(await layer('delta')), exclude(await layer('beta'))] });
    const first = execFileSync('rg', ['--no-config', '-F', 'delta', path], { maxBuffer: 1 << 28 });
    const lines = execFileSync('rg', ['--no-config', '-v', '-F', 'beta'], {
      input: first,
      encoding: 'latin1',
      maxBuffer: 1 << 28,
    });
    expect(await (await server.fetch(`${target}/content`)).text()).toBe(lines);
  });

  it('is a download as well, once and without the token', async () => {
    const target = await filter({ layers: [include(await layer('rare'))] });
    const response = await server.post(`${target}/downloads`, { format: 'numbers' });
    expect(response.status).toBe(201);
    const { url } = (await response.json()) as { url: string };
    expect((await fetch(server.origin + url, { method: 'HEAD' })).status).toBe(200);
    const download = await fetch(server.origin + url);
    expect(download.headers.get('content-disposition')).toContain('filtered.log.numbers.txt');
    const numbers = await download.text();
    expect(numbers).toBe(Array.from({ length: LINES / 1000 }, (_, n) => `${1000 * n + 1}\n`).join(''));
    expect((await fetch(server.origin + url)).status).toBe(404);
    const late = (await (await server.post(`${target}/downloads`, { format: 'lines' })).json()) as { url: string };
    await server.fetch(target, { method: 'DELETE' });
    expect((await fetch(server.origin + late.url)).status).toBe(404);
  });
});

describe('what is wrong is said', () => {
  it.each<[unknown, string]>([
    [{}, 'layers'],
    [{ layers: [] }, 'layers'],
    [{ layers: 'abc' }, 'layers'],
    [{ layers: Array.from({ length: 17 }, () => ({ search: 'x', role: 'include' })) }, 'layers'],
    [{ layers: [null] }, 'layers[0]'],
    [{ layers: [{ search: 5, role: 'include' }] }, 'layers[0].search'],
    [{ layers: [{ search: 'x', role: 'maybe' }] }, 'layers[0].role'],
    [{ layers: [{ search: 'x', role: 'include' }], combine: 'some' }, 'combine'],
    [{ layers: [{ search: 'x', role: 'include' }], before: 100 }, 'before'],
    [{ layers: [{ search: 'x', role: 'include' }], after: -1 }, 'after'],
    [{ layers: [{ search: 'x', role: 'include' }], from: -1 }, 'from'],
    [{ layers: [{ search: 'x', role: 'include' }], from: '5' }, 'from'],
    [{ layers: [{ search: 'x', role: 'include' }], around: 1 }, 'around'],
  ])('%o: %s', async (body, parameter) => {
    const response = await server.post(`${base}/filters`, body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: unknown }).error).toMatchObject({ code: 'bad-request', parameter });
  });

  it('of the layers', async () => {
    const lines = await layer('alpha');
    const missing = await server.post(`${base}/filters`, { layers: [include(lines), include('nothing')] });
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: { parameter: 'layers[1].search', value: 'nothing' } });
    const search = await server.post(`${base}/searches`, { kind: 'text', pattern: 'alpha' });
    const { id } = (await search.json()) as SearchReply;
    const wrong = await server.post(`${base}/filters`, { layers: [include(id)] });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({
      error: { parameter: 'layers[0].search', limit: 'a search with report lines' },
    });
    const wide = await server.post(`${base}/searches`, {
      kind: 'text',
      pattern: 'a',
      encoding: 'utf-16le',
      report: 'lines',
    });
    const other = ((await wide.json()) as SearchReply).id;
    expect((await server.post(`${base}/filters`, { layers: [include(lines), include(other)] })).status).toBe(400);
  });

  it.each([
    ['/rows', 400],
    ['/rows?start=0', 400],
    ['/rows?start=0&count=1025', 400],
    ['/rows?start=0&count=-1', 400],
    ['/rows?start=0&offset=0&count=1', 400],
    ['/rows?offset=0&count=-1025', 400],
    ['/rows?offset=0&count=1&lines=2', 400],
    ['/histogram', 400],
    ['/histogram?buckets=5000', 400],
    ['/content?format=csv', 400],
    ['/nothing', 404],
  ])('GET …%s is %d', async (target, status) => {
    const one = await filter({ layers: [include(await layer('rare'))] });
    expect((await server.fetch(one + target)).status).toBe(status);
    await server.fetch(one, { method: 'DELETE' });
  });

  it('methods, bodies, tokens', async () => {
    const target = await filter({ layers: [include(await layer('rare'))] });
    expect((await server.fetch(target, { method: 'PUT' })).status).toBe(405);
    expect((await server.fetch(`${base}/filters`)).status).toBe(405);
    expect((await server.post(`${target}/downloads`, { format: 'xml' })).status).toBe(400);
    expect((await server.fetch(`${base}/filters`, { method: 'POST', body: '{}' })).status).toBe(415);
    for (const route of ['', '/rows?start=0&count=1', '/content', '/events']) {
      const wrong = await server.fetch(target + route, { headers: { authorization: 'Bearer wrong' } });
      expect(wrong.status).toBe(401);
    }
  });

  it('of too many filters that have ended the one not asked about for longest goes; a search in use stays', async () => {
    const search = await layer('epsilon');
    const first = await filter({ layers: [include(search)] });
    await completed(first);
    const looked = await filter({ layers: [include(search)] });
    for (let n = 0; n < 15; n++) {
      await completed(await filter({ layers: [include(search)] }));
      await completed(looked);
    }
    expect(await server.error(first)).toMatchObject({ status: 404 });
    for (let n = 0; n < 70; n++) {
      const id = await layer(`none ${n}`);
      await expect
        .poll(async () => (await server.json<SearchStatus>(`${base}/searches/${id}`)).complete, SLOW)
        .toBe(true);
    }
    expect((await server.fetch(`${base}/searches/${search}`)).status).toBe(200);
  });
});

it('leaves out lines that end at or before a byte, in rows, counts, exports and as the file grows', async () => {
  const log = join(tempFolder(), 'cleared.log');
  writeFileSync(log, 'one\ntwo\nthree\ntwo and a half');
  const other = await startServer({ files: [log] });
  const at = `/api/files/${(await other.file()).id}`;
  const two = await layer('two', at, other);
  const seen = async (from: number, context: number): Promise<readonly unknown[]> => {
    const target = await filter({ layers: [include(two)], from, before: context }, at, other);
    await completed(target, other);
    const { rows, total } = await other.json<FilterRowsReply>(`${target}/rows?start=0&count=9`);
    const { matches } = await other.json<FilterStatus>(target);
    const exported = await (await other.fetch(`${target}/content`)).text();
    expect(rows).toHaveLength(total);
    return [matches, ...rows.map(({ offset, line }) => `${line} at ${offset}`), exported];
  };
  expect(await seen(0, 1)).toEqual([2, '0 at 0', '1 at 4', '2 at 8', '3 at 14', 'one\ntwo\nthree\ntwo and a half']);
  expect(await seen(4, 1)).toEqual([2, '1 at 4', '2 at 8', '3 at 14', 'two\nthree\ntwo and a half']);
  // A line of which some is behind the byte is whole.
  expect(await seen(6, 0)).toEqual([2, '1 at 4', '3 at 14', 'two\ntwo and a half']);
  expect(await seen(7, 1)).toEqual([1, '2 at 8', '3 at 14', 'three\ntwo and a half']);
  expect(await seen(14, 1)).toEqual([1, '3 at 14', 'two and a half']);
  const target = await filter({ layers: [include(two)], from: 28 }, at, other);
  await completed(target, other);
  expect(await other.json<FilterRowsReply>(`${target}/rows?start=0&count=9`)).toMatchObject({ total: 0, rows: [] });
  appendFileSync(log, ' and more\ntwo\n');
  await expect
    .poll(async () => (await other.json<FilterRowsReply>(`${target}/rows?start=0&count=9`)).rows, SLOW)
    .toMatchObject([
      { offset: 14, length: 23, line: 3 },
      { offset: 38, length: 3, line: 4 },
    ]);
});

describe('a file that changes', () => {
  it('is filtered on as it grows, and makes the filter stale when it is cut', async () => {
    const log = join(tempFolder(), 'growing.log');
    writeFileSync(log, 'one\ntwo\nthree');
    const other = await startServer({ files: [log] });
    const at = `/api/files/${(await other.file()).id}`;
    const target = await filter({ layers: [include(await layer('t', at, other))], before: 1 }, at, other);
    await completed(target, other);
    const rows = async (): Promise<readonly unknown[]> =>
      (await other.json<FilterRowsReply>(`${target}/rows?start=0&count=9`)).rows.map((row) => [
        row.offset,
        row.length,
        row.terminatorLength,
        row.match,
      ]);
    const before = [
      [0, 3, 1, false],
      [4, 3, 1, true],
    ];
    expect(await rows()).toEqual([...before, [8, 5, 0, true]]);
    const { version } = await completed(target, other);
    appendFileSync(log, '!\r\nfour\r\nten\r\n');
    await expect.poll(async () => (await other.json<FilterStatus>(target)).rows, SLOW).toBe(5);
    expect((await completed(target, other)).version).toBeGreaterThan(version);
    expect(await rows()).toEqual([...before, [8, 6, 2, true], [16, 4, 2, false], [22, 3, 2, true]]);
    expect(await (await other.fetch(`${target}/content`)).text()).toBe('one\ntwo\nthree!\r\nfour\r\nten\r\n');
    truncateSync(log, 5);
    expect(await other.error(`${target}/rows?start=0&count=1`)).toMatchObject({
      status: 409,
      code: 'stale-generation',
    });
    expect(await other.error(`${target}/content`)).toMatchObject({ status: 409 });
    expect(await other.json<FilterStatus>(target)).toMatchObject({ stale: true, rows: 0, complete: false });
  });
});

describe('a large export', () => {
  const line = (n: number): string => `${n} needle ${'x'.repeat(90)}\n`;
  const text = Array.from({ length: 300_000 }, (_, n) => line(n)).join('');

  async function prepare(): Promise<{ log: string; other: BigviewServer; at: string; target: string }> {
    const log = join(tempFolder(), 'large.log');
    writeFileSync(log, text);
    const other = await startServer({ files: [log] });
    const at = `/api/files/${(await other.file()).id}`;
    const target = await filter({ layers: [include(await layer('needle', at, other))] }, at, other);
    return { log, other, at, target };
  }

  it('is whole, also for one who takes it slowly', async () => {
    const { other, target } = await prepare();
    const { body } = await other.fetch(`${target}/content`);
    const parts: Uint8Array[] = [];
    for await (const part of body ?? []) {
      if (parts.length < 20) await new Promise((go) => setTimeout(go, 20));
      parts.push(part as Uint8Array);
    }
    expect(Buffer.concat(parts).toString('latin1') === text).toBe(true);
  });

  it('is torn when the file is cut on the way', async () => {
    const { log, other, target } = await prepare();
    const reader = (await other.fetch(`${target}/content`)).body?.getReader();
    let length = (await reader?.read())?.value?.length ?? 0;
    truncateSync(log, 1000);
    const rest = async (): Promise<void> => {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return;
        length += value?.length ?? 0;
      }
    };
    await expect(rest()).rejects.toThrow();
    expect(length).toBeLessThan(text.length);
    expect(other.alive).toBe(true);
  });

  it('is given up when the client goes, and its filter may make room again', async () => {
    const { other, at, target } = await prepare();
    const gone = new AbortController();
    const { body } = await other.fetch(`${target}/content`, { signal: gone.signal });
    await body?.getReader().read();
    const search = await layer('needle', at, other);
    // As long as it is sent it stays.
    for (let n = 0; n < 17; n++) await completed(await filter({ layers: [include(search)] }, at, other), other);
    expect((await other.fetch(target)).status).toBe(200);
    gone.abort();
    await expect
      .poll(
        async () => {
          for (let n = 0; n < 16; n++) await completed(await filter({ layers: [include(search)] }, at, other), other);
          return (await other.fetch(target)).status;
        },
        { timeout: 30_000 },
      )
      .toBe(404);
  });
});

it('sees UTF-16 with CRLF as lines', async () => {
  const log = join(tempFolder(), 'wide.txt');
  writeFileSync(log, Buffer.from('\ufeffone\r\ntwo\r\n\r\nthree', 'utf16le'));
  const other = await startServer({ files: [log] });
  const { id } = await other.file();
  await other.indexed(id);
  const at = `/api/files/${id}`;
  const target = await filter(
    { layers: [include(await layer('o', at, other)), exclude(await layer('x', at, other))], after: 1 },
    at,
    other,
  );
  await completed(target, other);
  const { rows } = await other.json<FilterRowsReply>(`${target}/rows?start=0&count=9`);
  expect(rows).toEqual([
    { offset: 0, length: 8, terminatorLength: 4, line: 0, match: true, layers: [0] },
    { offset: 12, length: 6, terminatorLength: 4, line: 1, match: true, layers: [0] },
    { offset: 22, length: 0, terminatorLength: 4, line: 2, match: false, layers: [] },
  ]);
  const numbers = await other.fetch(`${target}/content?format=numbers`);
  expect(await numbers.text()).toBe('1\n2\n3\n');
  const single = await filter({ layers: [include(await layer('one', at, other))] }, at, other);
  await completed(single, other);
  const one = await other.json<FilterRowsReply>(`${single}/rows?offset=2&count=9`);
  expect(one).toMatchObject({
    start: 0,
    total: 1,
    exact: true,
    rows: [{ offset: 0, length: 8, terminatorLength: 4, line: 0 }],
  });
});

it('answers while layers are searched, and refuses what would be too many filters at work', async () => {
  const log = join(tempFolder(), 'evil.log');
  writeFileSync(log, `${'needle\n'.repeat(100)}${'a'.repeat(60)}!\n`);
  const other = await startServer({ files: [log] });
  const at = `/api/files/${(await other.file()).id}`;
  const evil = await other.post(`${at}/searches`, { kind: 'regex', pattern: '^(a+)+$', report: 'lines' });
  const { id } = (await evil.json()) as SearchReply;
  const layers = [include(await layer('needle', at, other)), include(id)];
  for (let n = 0; n < 16; n++) {
    const target = await filter({ layers, after: n }, at, other);
    const reply = await other.json<FilterRowsReply>(`${target}/rows?start=0&count=5`);
    expect(reply).toMatchObject({ rows: [], total: 0, exact: false });
    expect(await other.json<FilterStatus>(target)).toMatchObject({ complete: false, running: true, decidedBytes: 0 });
  }
  const refused = await other.post(`${at}/filters`, { layers });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  // The layer is given up in the end, and so is the filter.
  await expect
    .poll(async () => (await other.json<SearchStatus>(`${at}/searches/${id}`)).running, { timeout: 30_000 })
    .toBe(false);
  const last = await filter({ layers }, at, other);
  expect(await other.json<FilterStatus>(last)).toMatchObject({
    complete: false,
    running: false,
    error: { offset: 700 },
  });
  expect(await other.error(`${last}/content`)).toMatchObject({ status: 502, code: 'unreadable' });
}, 60_000);

it('goes with the file when another one takes its place', async () => {
  const log = join(tempFolder(), 'rotated.log');
  writeFileSync(log, 'one\ntwo\n');
  const other = await startServer({ files: [log] });
  const at = `/api/files/${(await other.file()).id}`;
  const target = await filter({ layers: [include(await layer('o', at, other))], before: 1 }, at, other);
  await completed(target, other);
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'three\nfour\n');
  expect((await other.post(`${at}/reopen`, {})).status).toBe(200);
  await expect.poll(async () => (await other.fetch(`${target}/rows?start=0&count=1`)).status, SLOW).toBe(404);
  const fresh = await filter({ layers: [include(await layer('o', at, other))] }, at, other);
  expect(await completed(fresh, other)).toMatchObject({ rows: 1 });
});

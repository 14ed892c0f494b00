/**
 * Thousands of generated requests, from nearly right to noise, on raw sockets: every one is answered in time, with success, a
 * refusal or "busy", never with an error of the server's own, and what is served are the bytes of the file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FileInfo, LinesReply } from '../../shared/protocol.ts';
import { effort } from '../helpers/effort.ts';
import { patternBytes, patternFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { usageOf } from '../helpers/usage.ts';
import { Wire, type WireReply } from '../helpers/wire.ts';

const SEED = 20_261_125;
const BATCH = 16;
const RUNS = effort(200, 4_000);
const SIZE = 300_000;
/** Half a request is waited for; after so long our side is closed, ms. */
const HALF_MS = 250;
/** More than any search of so small a file takes, a stuck expression included, ms. */
const DEADLINE_MS = 15_000;

const textLines = Array.from({ length: 4_000 }, (_, n) => `line ${n} of a log, naïve\n`);

let server: BigviewServer;
let files: readonly FileInfo[];
let text: Buffer;
beforeAll(async () => {
  const folder = tempFolder();
  text = Buffer.from(textLines.join(''));
  writeFileSync(join(folder, 'text'), text);
  server = await startServer({ files: [patternFile(join(folder, 'bytes'), SIZE), join(folder, 'text')] });
  files = await server.files();
});

const { oneof, constant, constantFrom, record, nat, string, option, array, tuple, integer } = fc;
const noise = (maxLength: number): fc.Arbitrary<string> => string({ unit: 'binary', maxLength });
const weighted = <T>(...pairs: [number, fc.Arbitrary<T>][]): fc.Arbitrary<T> =>
  oneof(...pairs.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const edge = constantFrom(
  0,
  1,
  65_535,
  65_536,
  SIZE - 1,
  SIZE,
  SIZE + 1,
  1_048_576,
  1_048_577,
  2 ** 31,
  2 ** 32,
  2 ** 53,
);
const number: fc.Arbitrary<string> = weighted<string>(
  [20, nat({ max: SIZE }).map(String)],
  [5, edge.map(String)],
  [1, constantFrom('', '-1', '1.5', '1e3', '0x10', '007', 'NaN', '%31', '+1', '1 ', '٣', '9'.repeat(400))],
  [1, noise(8).map(encodeURIComponent)],
);
const parameter = (...names: string[]): fc.Arbitrary<string> =>
  tuple(constantFrom(...names), number).map(([n, v]) => `${n}=${v}`);
const junk = weighted<string>(
  [3, constantFrom('', '&', 'offset', '__proto__=1', 'offset[]=1', '%', '%zz=1', '?', '#', 'a=b=c', 'encoding=nope')],
  [1, noise(20)],
);
const query = (exact: fc.Arbitrary<string>, ...names: string[]): fc.Arbitrary<string> =>
  weighted<string>(
    [6, exact],
    [3, array(parameter(...names), { maxLength: 5 }).map((parts) => parts.join('&'))],
    [1, tuple(exact, junk).map((parts) => parts.join('&'))],
  );
const bytesQuery = tuple(number, number, option(constantFrom('1', '2', '99'))).map(
  ([offset, length, generation]) => `offset=${offset}&length=${length}${generation ? `&generation=${generation}` : ''}`,
);
const linesQuery = record({
  at: constantFrom('start', 'offset'),
  place: number,
  count: weighted<string>([5, integer({ min: -300, max: 300 }).map(String)], [1, number]),
  more: array(
    constantFrom(
      'columns=5',
      'columns=0',
      'column=3',
      'split=256',
      'text=0',
      'text=1',
      'encoding=utf-16le',
      'encoding=latin1',
    ),
    { maxLength: 2 },
  ),
}).map(({ at, place, count, more }) => [`${at}=${place}`, `count=${count}`, ...more].join('&'));
const hitsQuery = oneof(
  tuple(number, number).map(([start, count]) => `start=${start}&count=${count}`),
  tuple(number, number, number).map(([from, to, count]) => `from=${from}&to=${to}&count=${count}`),
  tuple(number, constantFrom('next', 'previous', 'sideways')).map(
    ([near, way]) => `near=${near}&direction=${way}&wait=50`,
  ),
);

const rowsQuery = tuple(constantFrom('start', 'offset'), number, number, constantFrom('', '&lines=0', '&lines=1')).map(
  ([at, place, count, more]) => `${at}=${place}&count=${count}${more}`,
);

/** `F` stands for the id of a file, `S` for that of a search, `L` for that of a filter. */
const target: fc.Arbitrary<string> = weighted<string>(
  [8, query(bytesQuery, 'offset', 'length', 'generation').map((q) => `/api/files/F/bytes?${q}`)],
  [5, query(linesQuery, 'start', 'offset', 'count', 'columns', 'split').map((q) => `/api/files/F/lines?${q}`)],
  [5, constant('/api/files/F/content')],
  [3, query(hitsQuery, 'start', 'count', 'near', 'from', 'to').map((q) => `/api/files/F/searches/S/hits?${q}`)],
  [1, number.map((buckets) => `/api/files/F/searches/S/histogram?buckets=${buckets}`)],
  [3, query(rowsQuery, 'start', 'offset', 'count', 'lines').map((q) => `/api/files/F/filters/L/rows?${q}`)],
  [1, number.map((buckets) => `/api/files/F/filters/L/histogram?buckets=${buckets}`)],
  [1, constantFrom('', '?format=numbers', '?format=x').map((q) => `/api/files/F/filters/L/content${q}`)],
  [1, constantFrom('/api/files/F/filters/L', '/api/files/F/filters/L/events', '/api/files/F/filters/x/rows')],
  [3, constantFrom('/api/files', '/api/files/F', '/api/files/F/events', '/api/files/F/searches/S', '/', '/index.html')],
  [
    6,
    constantFrom(
      '/api/files/F/searches',
      '/api/files/F/searches',
      '/api/files/F/downloads',
      '/api/files/F/index',
      '/api/session',
      '/api/files/F/filters',
      '/api/files/F/filters/L/downloads',
      '/api/files/F/searches/S',
      '/api/files/F/follow',
      '/api/files/F/reopen',
    ),
  ],
  [
    1,
    constantFrom(
      '*',
      '',
      '//',
      '/..',
      '/%00',
      '/api/files/%2e%2e/bytes',
      'http://x/',
      '/api/files/F/bytes/',
      '/assets/%2e%2e/x',
    ),
  ],
  [1, noise(60).map((path) => `/${path}`)],
  [1, nat({ max: 20_000 }).map((length) => `/${'x'.repeat(length)}`)],
);
/** Whatever the route takes. */
const NATURAL = '';
const TAKES_POST = /\/(?:searches|downloads|index|session|filters|follow|reopen)$/;
const method = weighted<string>(
  [16, constant(NATURAL)],
  [1, constantFrom('GET', 'HEAD', 'POST')],
  [1, constantFrom('PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'get', 'CONNECT', 'G ET')],
);
const pattern = weighted<string>(
  [
    4,
    constantFrom(
      'line',
      'naïve',
      '^$',
      'a|b',
      '(a+)+$',
      '(?=',
      '[',
      '\\',
      'x*',
      '.',
      '(?<n>l)\\k<n>',
      '\\p{L}',
      '(?:a{0,1000}){0,1000}',
      `${'('.repeat(60)}l${')+'.repeat(60)}`,
      `${'(?='.repeat(900)}l${')'.repeat(900)}`,
      'l(?:){99999999999}',
      '\\0{256}.'.repeat(400),
    ),
  ],
  [3, noise(30)],
  [2, constantFrom('de ad ?? e?', '0a', '??', 'u16 1..5', 'f64 nan', '"', '0x')],
);
const search = record(
  {
    kind: constantFrom('text', 'bytes', 'number', 'regex', 'regex', 'regex', 'frob'),
    pattern,
    caseSensitive: fc.boolean(),
    flags: constantFrom('', 'i', 's', 'u', 'isu', 'g', 'ii'),
    over: constantFrom('lines', 'bytes', ''),
    report: constantFrom('matches', 'lines', 'x'),
    from: weighted<unknown>([9, nat({ max: SIZE })], [1, fc.anything()]),
  },
  { requiredKeys: ['kind', 'pattern'] },
);
const filter = record(
  {
    layers: array(
      record({
        search: weighted<unknown>([8, constant('/S')], [1, fc.anything()]),
        role: constantFrom('include', 'exclude', 'x'),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    combine: constantFrom('any', 'all', 'none', 'x'),
    before: weighted<unknown>([5, nat({ max: 99 })], [1, constantFrom(-0, -1, 100, 1.5, '1')]),
    after: nat({ max: 100 }),
    from: weighted<unknown>([5, nat({ max: 2 * SIZE })], [1, edge]),
  },
  { requiredKeys: ['layers'] },
);
/** Members that go with few kinds are mostly left out. */
const plainSearch = record({ kind: constantFrom('text', 'regex', 'bytes', 'number'), pattern });
const body: fc.Arbitrary<string> = weighted<string>(
  [8, plainSearch.map((value) => JSON.stringify(value))],
  [4, search.map((value) => JSON.stringify(value))],
  [4, filter.map((value) => JSON.stringify(value))],
  [
    2,
    record({ offset: oneof(nat({ max: SIZE }), edge), length: oneof(nat(), edge) }).map((value) =>
      JSON.stringify(value),
    ),
  ],
  [
    1,
    constantFrom(
      '{"action":"cancel"}',
      '{"action":"resume"}',
      '{}',
      '{"on":true}',
      '{"on":false}',
      '{"on":1}',
      '{"format":"lines"}',
      '{"format":"numbers"}',
      '{"code":"x"}',
      '[]',
      '{',
      '',
      '"',
      'null',
      '{"__proto__":1}',
      '{"kind":"text","kind":"regex","pattern":"\\ud800"}',
      '{"kind":"text","pattern":"line","from":1e400}',
      `{"kind":${'['.repeat(8_000)}${']'.repeat(8_000)}}`,
      `{"pattern":${'{"a":'.repeat(2_500)}1${'}'.repeat(2_500)},"kind":"text"}`,
    ),
  ],
  [1, fc.json()],
  [1, noise(200)],
  [1, integer({ min: 16_000, max: 40_000 }).map((length) => JSON.stringify({ code: 'x'.repeat(length) }))],
);
const range = weighted<string>(
  [5, tuple(number, number).map(([first, last]) => `bytes=${first}-${last}`)],
  [1, constantFrom('bytes=', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=-0', `bytes=${'0-1,'.repeat(2_000)}`)],
  [1, noise(20)],
);
const field: fc.Arbitrary<string> = weighted<string>(
  [5, range.map((value) => `Range: ${value}`)],
  [
    2,
    constantFrom('If-Match: *', 'If-None-Match: "x"', 'If-Range: "x"', 'If-Match: W/"x", "y"', 'Accept-Encoding: br'),
  ],
  [
    1,
    constantFrom('Expect: 100-continue', 'Expect: x', 'Upgrade: websocket', 'Connection: upgrade', 'Connection: close'),
  ],
  [
    1,
    constantFrom('Transfer-Encoding: chunked', 'Transfer-Encoding: x', 'Content-Encoding: gzip', 'Content-Length: 5'),
  ],
  [
    1,
    constantFrom(
      'Host: evil.example',
      'Origin: null',
      'Sec-Fetch-Site: cross-site',
      'Cookie: token=x',
      'Authorization: Bearer x',
    ),
  ],
  [1, tuple(noise(10), noise(40)).map((parts) => parts.join(': '))],
  [1, integer({ min: 1_000, max: 20_000 }).map((length) => `X-Long: ${'x'.repeat(length)}`)],
);

interface Generated {
  readonly raw: Buffer;
  readonly method: string;
  readonly target: string;
  readonly fields: readonly string[];
}

/** What letters in targets and bodies stand for, of one file. */
interface Ids {
  readonly F: string;
  readonly S: string;
  readonly L: string;
}

const request: fc.Arbitrary<(ids: Ids) => Generated> = record({
  method,
  target,
  version: weighted<string>([30, constant('HTTP/1.1')], [1, constantFrom('HTTP/1.0', 'HTTP/9.9', 'HTTP/2.0', 'x', '')]),
  host: weighted<boolean>([30, constant(true)], [1, constant(false)]),
  token: weighted<boolean>([30, constant(true)], [1, constant(false)]),
  fields: weighted<string[]>(
    [3, constant([])],
    [
      2,
      array(
        range.map((value) => `Range: ${value}`),
        { maxLength: 1 },
      ),
    ],
    [2, array(field, { maxLength: 3 })],
  ),
  sent: option(body, { freq: 2 }),
  /** What goes with the route, most of the time. */
  fitting: record({ filters: filter, searches: plainSearch }),
  fits: weighted<boolean>([2, constant(true)], [1, constant(false)]),
  more: weighted<string>(
    [12, constant('')],
    [1, constantFrom('\0\0', 'GET / HTTP/1.1\r\n\r\n', '\r\n\r\n')],
    [1, noise(50)],
  ),
}).map((parts) => (ids) => {
  // In one pass: an id may itself begin with one of the two letters.
  const withIds = parts.target.replace(/\/([FSL])\b/g, (_, what: keyof Ids) => `/${ids[what]}`);
  const [, route] = /\/(filters|searches)$/.exec(withIds) ?? [];
  const fitting = parts.fits && route ? JSON.stringify(parts.fitting[route as 'filters' | 'searches']) : parts.sent;
  const sent = fitting?.replaceAll('"/S"', JSON.stringify(ids.S)) ?? null;
  const method = parts.method === NATURAL ? (TAKES_POST.test(withIds) ? 'POST' : 'GET') : parts.method;
  const head = [
    `${method} ${withIds} ${parts.version}`,
    ...(parts.host ? [`Host: 127.0.0.1:${server.port}`] : []),
    ...(parts.token ? [`Authorization: Bearer ${server.token}`] : []),
    ...parts.fields,
    ...(sent === null ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(sent)}`]),
  ];
  const raw = Buffer.from(`${head.join('\r\n')}\r\n\r\n${sent ?? ''}${parts.more}`);
  return { raw, method, target: withIds, fields: parts.fields };
});

/** Bytes `[offset, end)` of the file with this id. */
function fileBytes(id: string, offset: number, end: number): Buffer {
  if (id === files[1]?.id) return text.subarray(offset, end);
  return patternBytes(offset, Math.max(0, Math.min(end, SIZE) - offset));
}

/** Throws unless a success holds what was asked for. */
function checkContent(request: Generated, reply: WireReply): void {
  const [path = '', search = ''] = request.target.split('?');
  const [, id = '', route = ''] = /^\/api\/files\/([\w-]+)\/(\w+)$/.exec(path) ?? [];
  const file = files.find((each) => each.id === id);
  if (!file || request.method !== 'GET') return;
  const parameters = new URLSearchParams(search);
  if (route === 'bytes') {
    const offset = Number(parameters.get('offset'));
    const end = Math.min(file.size, offset + Number(parameters.get('length')));
    expect(reply.body.equals(fileBytes(id, offset, end))).toBe(true);
  } else if (route === 'content') {
    const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(reply.headers.get('content-range') ?? '') ?? [];
    const [offset, end] = reply.status === 206 ? [Number(first), Number(last) + 1] : [0, file.size];
    if (reply.status === 206) expect(size).toBe(String(file.size));
    expect(reply.body.equals(fileBytes(id, offset, end))).toBe(true);
    const ranges = request.fields.filter((each) => /^range:/i.test(each));
    const [, from, to] = /^Range: bytes=(\d+)-(\d*)$/.exec(ranges[0] ?? '') ?? [];
    if (reply.status === 206 && ranges.length === 1 && from) {
      expect([offset, end]).toEqual([Number(from), to ? Math.min(file.size, Number(to) + 1) : file.size]);
    }
  } else if (route === 'lines' && id === files[1]?.id && !search.includes('encoding') && !search.includes('split')) {
    const { lines } = JSON.parse(String(reply.body)) as LinesReply;
    for (const { line, offset, length, text: shown, truncated } of lines) {
      const full = text.toString('utf8', offset, offset + length);
      if (line !== null) expect(full).toBe((textLines[line] ?? '\n').slice(0, -1));
      if (shown !== undefined && truncated === false && !search.includes('column=')) expect(shown).toBe(full);
    }
  }
}

async function send(generated: Generated, statuses: Map<number, number>): Promise<void> {
  const wire = new Wire(server.port);
  try {
    const reply = await wire.ask(generated.raw, DEADLINE_MS, { bodiless: generated.method === 'HEAD', half: HALF_MS });
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    const { status } = reply;
    // 0: hung up without a word, on what is no request.
    const fine =
      status === 0 ||
      (status >= 200 && status < 300) ||
      status === 304 ||
      (status >= 400 && status < 500) ||
      status === 503;
    if (!fine) throw new Error(`${status}: ${reply.body.toString('latin1', 0, 300)}`);
    if (status >= 200 && status < 300 && !reply.torn) checkContent(generated, reply);
    if (status >= 400) {
      expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'");
      if (generated.method !== 'HEAD') expect(JSON.parse(String(reply.body))).toMatchObject({ error: { code: /./ } });
      expect(String(reply.body)).not.toMatch(/node_modules|\.js:\d/);
    }
    if (generated.target.startsWith('/api/files') && !generated.raw.includes(server.token))
      expect(status).not.toBe(200);
  } catch (error) {
    throw new Error(`${JSON.stringify(generated.raw.toString('latin1').slice(0, 1_500))}: ${String(error)}`);
  } finally {
    wire.close();
  }
}

describe('generated requests', () => {
  it(
    `${RUNS * BATCH} of them are answered, rightly or not at all`,
    async () => {
      const before = usageOf(server.pid);
      const statuses = new Map<number, number>();
      const [first] = files;
      const made = async (path: string, wish: object): Promise<string> =>
        ((await (await server.post(path, wish)).json()) as { id: string }).id;
      const ids = await Promise.all(
        files.map(async ({ id: F }): Promise<Ids> => {
          const S = await made(`/api/files/${F}/searches`, { kind: 'text', pattern: 'e', report: 'lines' });
          const layers = [{ search: S, role: 'include' }];
          return { F, S, L: await made(`/api/files/${F}/filters`, { layers, after: 1 }) };
        }),
      );
      const batch = array(tuple(constantFrom(0, 1), request), { minLength: BATCH, maxLength: BATCH });
      await fc.assert(
        fc.asyncProperty(batch, async (requests) => {
          await Promise.all(requests.map(([n, make]) => send(make(ids[n] ?? { F: '', S: '', L: '' }), statuses)));
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      const seen = [...statuses]
        .sort(([a], [b]) => a - b)
        .map(([status, times]) => `${status}: ${times}`)
        .join(', ');
      console.info(seen);
      const share = (from: number, to: number): number =>
        [...statuses].reduce((sum, [status, times]) => sum + (status >= from && status < to ? times : 0), 0) /
        (RUNS * BATCH);
      expect(share(200, 300), seen).toBeGreaterThan(0.1);
      expect(share(400, 500), seen).toBeGreaterThan(0.3);
      expect(share(0, 1), seen).toBeLessThan(0.05);
      // And the server still tells them apart.
      for (const [expected, path, init] of [
        [200, 'bytes?offset=0&length=1', {}],
        [206, 'content', { headers: { range: 'bytes=0-9' } }],
        [400, 'bytes?offset=x&length=1', {}],
        [401, 'content', { headers: { authorization: 'Bearer x' } }],
        [403, 'content', { headers: { origin: 'http://evil.example' } }],
        [404, 'nothing', {}],
        [405, 'content', { method: 'DELETE' }],
        [416, 'content', { headers: { range: `bytes=${SIZE}-` } }],
      ] as const) {
        const reply = await server.fetch(`/api/files/${first?.id}/${path}`, init);
        await reply.arrayBuffer();
        expect(reply.status, `${path} after ${seen}`).toBe(expected);
      }
      const late = await server.fetch(`/api/files/${first?.id}/bytes?offset=0&length=100`);
      expect(Buffer.from(await late.arrayBuffer()).equals(patternBytes(0, 100))).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(usageOf(server.pid).descriptors).toBeLessThan(before.descriptors + 60);
      expect(server.alive).toBe(true);
      expect(server.stderr).toBe('');
    },
    effort(120_000, 1_800_000),
  );
});

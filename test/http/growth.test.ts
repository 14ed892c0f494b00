/**
 * Searches and filters of a file that grows: at every step what a plain count of the whole file says, and without reading the
 * file again from its start.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type {
  FilterHistogramReply,
  FilterReply,
  FilterRow,
  FilterRowsReply,
  FilterStatus,
  SearchHistogramReply,
  SearchHit,
  SearchHitsReply,
  SearchReply,
  SearchStatus,
} from '../../shared/protocol.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { bytesRead } from '../helpers/usage.ts';

/** What is searched in one go. */
const SEGMENT = 16 * 2 ** 20;
/** How far before the old end growth may change what was found: what a match looks at, and up to where a search can be cut off. */
const MARGIN = 2 ** 17 + 8;
const GRAIN = 2 ** 18;
const BUCKETS = 64;
const BEFORE = 1;
const AFTER = 2;
/** For a busy machine. */
const SLOW = { timeout: 20_000 };

/** As they are written, one after the other: lines and hits come in pieces, in every way. */
const WRITES = [
  'a needle\n',
  'nothing here\n',
  'one nee',
  'dle in two writes, and a need',
  'le more\n',
  'a needle with noise\n',
  'no',
  'ise before a needle\nand a line\n',
  'a needle that is let in at first',
  ' until the noi',
  'se comes',
  '\n',
  '\n\n',
  'needleneedle',
  'needle\r',
  '\nlast of many\nwithout\nneedles and needles',
  '\n'.repeat(20),
  'nois',
  `e\n${'plain text\n'.repeat(900)}needle\n`,
  `${'y'.repeat(30_000)}need`,
  `le${'y'.repeat(10_000)}\nneedle\n`,
  'need',
  'n',
  'eedle',
];

let server: BigviewServer;
let path: string;
let file: string;

/** So long that what is appended crosses from the third segment into the fourth. */
function beginning(): string {
  const parts: string[] = [];
  const size = 3 * SEGMENT - 30_000;
  let length = 0;
  for (let n = 0; length < size; n++) {
    const word = n % 97 === 0 ? 'needle' : n % 101 === 0 ? 'noise' : n % 977 === 3 ? 'needle and noise' : 'hay';
    const line = `${String(n).padStart(8, '0')} ${word} ${'.'.repeat(170)}\n`;
    parts.push(line);
    length += line.length;
  }
  return parts.join('');
}

beforeAll(async () => {
  path = join(tempFolder(), 'growing.log');
  writeFileSync(path, beginning());
  server = await startServer({ files: [path] });
  file = `/api/files/${(await server.file()).id}`;
});

interface Line {
  readonly offset: number;
  readonly text: string;
  readonly terminator: string;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let offset = 0; offset < text.length; ) {
    const feed = text.indexOf('\n', offset);
    const end = feed < 0 ? text.length : feed + 1;
    const terminator = feed < 0 ? '' : text[feed - 1] === '\r' && feed > offset ? '\r\n' : '\n';
    lines.push({ offset, text: text.slice(offset, end - terminator.length), terminator });
    offset = end;
  }
  return lines;
}

function naiveHits(text: string, lines: readonly Line[], word: string): SearchHit[] {
  const hits: SearchHit[] = [];
  let line = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    while ((lines[line + 1]?.offset ?? Number.POSITIVE_INFINITY) <= at) line++;
    hits.push({ offset: at, length: word.length, line });
  }
  return hits;
}

/** Lines with a needle and without noise, and those around them. */
function naiveRows(lines: readonly Line[]): FilterRow[] {
  const isMatch = (line: Line | undefined): boolean =>
    line?.text.includes('needle') === true && !line.text.includes('noise');
  const shown = new Set<number>();
  for (const [n, line] of lines.entries()) {
    if (isMatch(line)) for (let at = Math.max(0, n - BEFORE); at <= n + AFTER && at < lines.length; at++) shown.add(at);
  }
  return [...shown]
    .sort((a, b) => a - b)
    .flatMap((n) => {
      const line = lines[n];
      if (!line) return [];
      const layers = ['needle', 'noise'].flatMap((word, layer) => (line.text.includes(word) ? [layer] : []));
      const { offset, text, terminator } = line;
      const extent = { offset, length: text.length, terminatorLength: terminator.length };
      return [{ ...extent, line: n, match: isMatch(line), layers }];
    });
}

function naiveHistogram(offsets: readonly number[], size: number): number[] {
  const edge = (bucket: number): number => Math.floor((bucket * size) / BUCKETS);
  const counts = Array<number>(BUCKETS).fill(0);
  let bucket = 0;
  for (const offset of offsets) {
    while (offset >= edge(bucket + 1)) bucket++;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

async function search(request: object): Promise<string> {
  const response = await server.post(`${file}/searches`, request);
  expect(response.status).toBe(201);
  return ((await response.json()) as SearchReply).id;
}

/** Everything of a list, page by page. */
async function all<T>(
  page: (start: number) => Promise<{ readonly items: readonly T[]; exact: boolean }>,
): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const { items, exact } = await page(found.length);
    expect(exact).toBe(true);
    if (items.length === 0) return found;
    found.push(...items);
  }
}

it('finds what a plain count of the whole file finds after each write, and reads no more than its end again', async () => {
  const matches = `${file}/searches/${await search({ kind: 'text', pattern: 'needle' })}`;
  const [needle, noise] = [
    await search({ kind: 'text', pattern: 'needle', report: 'lines' }),
    await search({ kind: 'regex', pattern: 'noi[s]e', report: 'lines' }),
  ];
  const layers = [
    { search: needle, role: 'include' },
    { search: noise, role: 'exclude' },
  ];
  const made = await server.post(`${file}/filters`, { layers, before: BEFORE, after: AFTER });
  const filter = `${file}/filters/${((await made.json()) as FilterReply).id}`;
  const searches = [matches, `${file}/searches/${needle}`, `${file}/searches/${noise}`];

  /** Waits until all have come to the end; nothing before `kept` is searched again meanwhile. */
  async function through(size: number, kept: number): Promise<void> {
    const states = async (): Promise<boolean> => {
      const found = await Promise.all(searches.map((each) => server.json<SearchStatus>(each)));
      for (const { scannedBytes } of found) expect(scannedBytes).toBeGreaterThanOrEqual(kept);
      const state = await server.json<FilterStatus>(filter);
      return [...found, state].every((each) => each.complete && each.size === size);
    };
    await expect.poll(states, { ...SLOW, interval: 5 }).toBe(true);
    await server.indexed(file.split('/').at(-1) ?? '');
  }

  async function check(): Promise<void> {
    const text = readFileSync(path, 'latin1');
    const lines = linesOf(text);
    const hits = naiveHits(text, lines, 'needle');
    const rows = naiveRows(lines);
    const status = await server.json<SearchStatus>(matches);
    expect(status).toMatchObject({ hits: hits.length, scannedBytes: text.length, size: text.length, error: null });
    const list = await all(async (start) => {
      const reply = await server.json<SearchHitsReply>(`${matches}/hits?start=${start}&count=1024`);
      return { items: reply.hits, exact: reply.exact };
    });
    expect(list).toEqual(hits);
    const density = await server.json<SearchHistogramReply>(`${matches}/histogram?buckets=${BUCKETS}`);
    expect(density).toMatchObject({ size: text.length, total: hits.length, complete: true });
    expect(density.buckets).toEqual(
      naiveHistogram(
        hits.map(({ offset }) => offset),
        text.length,
      ),
    );
    const matching = rows.filter(({ match }) => match);
    const state = await server.json<FilterStatus>(filter);
    expect(state).toMatchObject({ rows: rows.length, matches: matching.length, decidedBytes: text.length });
    const shown = await all(async (start) => {
      const reply = await server.json<FilterRowsReply>(`${filter}/rows?start=${start}&count=1024`);
      return { items: reply.rows, exact: reply.exact };
    });
    expect(shown).toEqual(rows);
    const { buckets } = await server.json<FilterHistogramReply>(`${filter}/histogram?buckets=${BUCKETS}`);
    expect(buckets).toEqual(
      naiveHistogram(
        matching.map(({ offset }) => offset),
        text.length,
      ),
    );
  }

  let size = readFileSync(path).length;
  await through(size, 0);
  await check();
  for (const write of WRITES) {
    const kept = Math.floor((size - MARGIN) / GRAIN) * GRAIN;
    expect(size - kept).toBeLessThanOrEqual(MARGIN + GRAIN);
    const before = bytesRead(server.pid);
    appendFileSync(path, write);
    size += write.length;
    await through(size, kept);
    // Three searches read the end; the filter reads around all matches of its last segment.
    expect(bytesRead(server.pid) - before).toBeLessThan(3 * (size - kept + MARGIN) + 1.25 * SEGMENT);
    await check();
  }
  expect(size).toBeGreaterThan(3 * SEGMENT + 10_000);
}, 120_000);

it('finds what comes while it comes, also faster than the end of the file is searched', async () => {
  const log = join(tempFolder(), 'busy.log');
  // Almost a whole segment is searched again each time, by expressions that are looked for at every place.
  writeFileSync(log, `${'hay '.repeat(25)}\n`.repeat(150_000));
  const other = await startServer({ files: [log] });
  const at = `/api/files/${(await other.file()).id}`;
  const made = async (kind: string, request: object): Promise<string> =>
    ((await (await other.post(`${at}/${kind}`, request)).json()) as SearchReply | FilterReply).id;
  const [needle, noise] = [
    await made('searches', { kind: 'regex', pattern: '[A-Z]{6}\\d', report: 'lines' }),
    await made('searches', { kind: 'regex', pattern: '[A-Z]{5}!', report: 'lines' }),
  ];
  const layers = [
    { search: needle, role: 'include' },
    { search: noise, role: 'exclude' },
  ];
  const filter = `${at}/filters/${await made('filters', { layers, after: 1 })}`;
  const state = async (): Promise<readonly [number, number]> => [
    (await other.json<SearchStatus>(`${at}/searches/${needle}`)).hits,
    (await other.json<FilterStatus>(filter)).matches,
  ];
  await expect.poll(async () => (await other.json<FilterStatus>(filter)).complete, SLOW).toBe(true);
  let written = 0;
  const seen: (readonly [number, number])[] = [];
  // Until some of it was found three times, and for 20 s at most.
  const distinct = (which: 0 | 1): number => new Set(seen.map((each) => each[which])).size;
  for (const end = performance.now() + 20_000; performance.now() < end && Math.min(distinct(0), distinct(1)) < 4; ) {
    appendFileSync(log, 'a NEEDLE1\nNEEDLE2 and NOISE!\n');
    written++;
    if (written % 10 === 0) seen.push(await state());
    await new Promise((go) => setTimeout(go, 5));
  }
  expect(Math.min(distinct(0), distinct(1))).toBeGreaterThanOrEqual(4);
  await expect.poll(state, SLOW).toEqual([2 * written, written]);
  await expect.poll(async () => (await other.json<FilterStatus>(filter)).complete, SLOW).toBe(true);
  expect(await other.json<FilterStatus>(filter)).toMatchObject({ rows: 2 * written, matches: written });
});

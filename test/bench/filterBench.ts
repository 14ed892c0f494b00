/**
 * Filters over HTTP. On a log against the pipeline of `rg` that prints the same lines, turn by turn, where counts must agree; on a file
 * of short lines how long it takes to combine a great many, and to ask for rows in their midst.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type {
  FilterEvent,
  FilterReply,
  FilterRequest,
  FilterRole,
  FilterRowsReply,
  FilterStatus,
  SearchEvent,
  SearchReply,
  SearchRequest,
} from '../../shared/protocol.ts';
import type { BigviewServer } from '../helpers/bigview.ts';
import { withBigview } from './process.ts';
import { median, mib, ms, percentile, type Row, ratio } from './stats.ts';

type Layers = readonly (readonly [pattern: string, role: FilterRole])[];

const RANDOM_ROWS = 2_000;
const ROWS_AT_ONCE = 50;

/** The last state that `events` tells. */
async function lastOf<T extends SearchEvent | FilterEvent>(server: BigviewServer, target: string): Promise<T> {
  const text = await (await server.fetch(`${target}/events`)).text();
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  return JSON.parse(last) as T;
}

async function startLayers(server: BigviewServer, base: string, layers: Layers): Promise<FilterRequest['layers']> {
  const started: { search: string; role: FilterRole }[] = [];
  for (const [pattern, role] of layers) {
    const request: SearchRequest = { kind: 'text', pattern, report: 'lines' };
    const { id } = (await (await server.post(`${base}/searches`, request)).json()) as SearchReply;
    started.push({ search: id, role });
  }
  return started;
}

async function startFilter(server: BigviewServer, base: string, request: FilterRequest): Promise<string> {
  const { id } = (await (await server.post(`${base}/filters`, request)).json()) as FilterReply;
  return `${base}/filters/${id}`;
}

async function complete(server: BigviewServer, target: string): Promise<FilterStatus> {
  const status = await lastOf<FilterEvent>(server, target);
  if (status.type !== 'progress' || !status.complete || status.error) throw new Error('the filter failed');
  return status;
}

async function forget(
  server: BigviewServer,
  base: string,
  target: string,
  layers: FilterRequest['layers'],
): Promise<void> {
  await server.fetch(target, { method: 'DELETE' });
  for (const { search } of layers) await server.fetch(`${base}/searches/${search}`, { method: 'DELETE' });
}

/** Layers and filter together, from the first request to the last row. */
async function filterOnce(
  server: BigviewServer,
  base: string,
  layers: Layers,
): Promise<{ took: number; rows: number }> {
  const began = performance.now();
  const started = await startLayers(server, base, layers);
  const target = await startFilter(server, base, { layers: started });
  const { rows } = await complete(server, target);
  const took = performance.now() - began;
  await forget(server, base, target, started);
  return { took, rows };
}

/** `rg -F -e A -e B FILE | rg -v -F C | wc -l` */
async function pipeline(log: string, layers: Layers): Promise<{ took: number; rows: number }> {
  const patterns = (role: FilterRole): string =>
    layers.flatMap(([pattern, its]) => (its === role ? [`-e '${pattern}'`] : [])).join(' ');
  const began = performance.now();
  const command = `rg --no-config -F ${patterns('include')} "$0" | rg --no-config -v -F ${patterns('exclude')} | wc -l`;
  const child = spawn('sh', ['-c', command, log], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', (part: Buffer) => {
    stdout += part;
  });
  await once(child, 'close');
  return { took: performance.now() - began, rows: Number(stdout) };
}

const SETS: readonly Layers[] = [
  [
    ['ERROR', 'include'],
    ['WARN', 'include'],
    ['billing', 'exclude'],
  ],
  [
    ['INFO', 'include'],
    ['status=500', 'include'],
    ['DEBUG', 'exclude'],
  ],
];

export async function filterBench(log: string, short: string, runs: number): Promise<Row[]> {
  const rows: Row[] = [];
  await withBigview([log], [], async ({ server, indexed }) => {
    await indexed();
    const base = `/api/files/${(await server.file()).id}`;
    for (const layers of SETS) {
      const ours: number[] = [];
      const theirs: number[] = [];
      let count = 0;
      for (let run = 0; run < runs; run++) {
        const one = await filterOnce(server, base, layers);
        const other = await pipeline(log, layers);
        if (one.rows !== other.rows) throw new Error(`${one.rows} rows, rg ${other.rows}`);
        ours.push(one.took);
        theirs.push(other.took);
        count = one.rows;
      }
      const what = layers.map(([pattern, role]) => (role === 'include' ? pattern : `not ${pattern}`)).join(', ');
      const share = median(ours) / median(theirs);
      rows.push({
        what,
        figure: `${ms(median(ours)).padStart(8)}  ${ratio(share)} of rg | rg -v | wc -l  ${count} rows`,
      });
    }
  });
  return [...rows, ...(await manyRows(short, 0, runs)), ...(await manyRows(short, 1, 1))];
}

/** Combining a match on every line, and rows by number among them. */
async function manyRows(short: string, context: number, runs: number): Promise<Row[]> {
  return withBigview([short], [], async ({ server, indexed, peakRss }) => {
    await indexed();
    const base = `/api/files/${(await server.file()).id}`;
    const layers = await startLayers(server, base, [
      ['k=', 'include'],
      ['v=1', 'include'],
      ['v=77', 'exclude'],
    ]);
    for (const { search } of layers) await lastOf<SearchEvent>(server, `${base}/searches/${search}`);
    const took: number[] = [];
    let target = '';
    let total = 0;
    for (let run = 0; run < runs; run++) {
      if (target !== '') await server.fetch(target, { method: 'DELETE' });
      const began = performance.now();
      target = await startFilter(server, base, { layers, before: context, after: context });
      ({ rows: total } = await complete(server, target));
      took.push(performance.now() - began);
    }
    const times: number[] = [];
    for (let n = 0; n < RANDOM_ROWS; n++) {
      const start = Math.floor(((n * 7_919) % RANDOM_ROWS) * (total / RANDOM_ROWS));
      const began = performance.now();
      await server.json<FilterRowsReply>(`${target}/rows?start=${start}&count=${ROWS_AT_ONCE}`);
      times.push(performance.now() - began);
    }
    const name = `${(total / 1e6).toFixed(1)} million rows${context > 0 ? ` with ${context} line of context` : ''}`;
    return [
      { what: `${name}: combined in`, figure: ms(median(took)) },
      {
        what: `${name}: ${ROWS_AT_ONCE} rows by number, with line numbers`,
        figure: `${ms(percentile(times, 0.5))}, 99th percentile ${ms(percentile(times, 0.99))}`,
      },
      { what: `${name}: peak RSS`, figure: mib(peakRss()) },
    ];
  });
}

/**
 * 64 KiB windows from pages in memory, engine against engine in turns: out of the source alone, then over HTTP; and their latency
 * while indexes are scanned.
 */
import { closeSync, openSync, read } from 'node:fs';
import { openSource } from '../../server/source/open.ts';
import type { EngineName } from '../../shared/protocol.ts';
import { dropFromCache } from './corpus.ts';
import { type LoadResult, runLoad } from './load.ts';
import { withBigview } from './process.ts';
import { median, ms, percentile, type Row, ratio } from './stats.ts';

const WINDOW = 65_536;
const CONNECTIONS = 16;
const REQUESTS = 20_000;
const COLD_REQUESTS = 2_000;
const SOURCE_READS = 60_000;
const ENGINES: readonly EngineName[] = ['cached', 'map', 'read'];
const AIM = 1.4;
/** The same log so many times: enough scanning to measure beside. */
const SCANNED_COPIES = 6;

/** Path of the n-th request: windows spread over the first `span` bytes by a full-period walk. */
const spread =
  (id: string, span: number) =>
  (n: number): string =>
    `/api/files/${id}/bytes?offset=${((n * 7_919) % Math.floor(span / WINDOW)) * WINDOW}&length=${WINDOW}`;

type Read = (offset: number, target: Buffer) => Promise<number>;

interface Reads {
  readonly perSecond: number;
  /** Of all threads, a read, µs. */
  readonly cpu: number;
}

/** Windows by `one`, so many under way; nothing but the copy into memory of the process. */
async function readWindows(one: Read, span: number): Promise<Reads> {
  let sent = 0;
  const loop = async (): Promise<void> => {
    const target = Buffer.allocUnsafeSlow(WINDOW);
    while (sent < SOURCE_READS) {
      const offset = ((sent++ * 7_919) % Math.floor(span / WINDOW)) * WINDOW;
      if ((await one(offset, target)) !== WINDOW) throw new Error(`a short read at ${offset}`);
    }
  };
  const began = performance.now();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: CONNECTIONS }, loop));
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: (SOURCE_READS * 1_000) / (performance.now() - began),
    cpu: (user + system) / SOURCE_READS,
  };
}

/** What any program on Node has: asynchronous positional reads, on its thread pool. */
async function plainReads(log: string, span: number): Promise<Reads> {
  const fd = openSync(log, 'r');
  const one: Read = (offset, target) =>
    new Promise((resolve, reject) => {
      read(fd, target, 0, target.length, offset, (error, count) => (error ? reject(error) : resolve(count)));
    });
  try {
    return await readWindows(one, span);
  } finally {
    closeSync(fd);
  }
}

async function sourceReads(engine: EngineName, log: string, span: number): Promise<Reads> {
  const source = await openSource(log, engine);
  try {
    if (source.engine !== engine) throw new Error(`engine ${engine} is not in effect: ${source.engine}`);
    return await readWindows((offset, target) => source.read(offset, target), span);
  } finally {
    source.close();
  }
}

async function sourceRows(log: string, span: number, runs: number): Promise<Row[]> {
  const plain: Reads[] = [];
  const ours = new Map<EngineName, Reads[]>(ENGINES.map((engine) => [engine, []]));
  for (let run = 0; run < runs; run++) {
    plain.push(await plainReads(log, span));
    for (const engine of ENGINES) ours.get(engine)?.push(await sourceReads(engine, log, span));
  }
  const rate = (all: readonly Reads[]): number => median(all.map(({ perSecond }) => perSecond));
  const show = (all: readonly Reads[]): string =>
    `${rate(all).toFixed(0)}/s, ${median(all.map(({ cpu }) => cpu)).toFixed(1)} µs of CPU each`;
  const rows: Row[] = [{ what: 'reads in the process, fs.read', figure: show(plain) }];
  for (const [engine, all] of ours) {
    const gain = rate(all) / rate(plain);
    rows.push({ what: `reads in the process, ${engine}`, figure: `${ratio(gain)} of fs.read: ${show(all)}` });
  }
  return rows;
}

async function load(engine: EngineName, log: string, span: number, requests: number): Promise<LoadResult> {
  return withBigview([log], ['--engine', engine], async ({ server, indexed }) => {
    await indexed();
    const file = await server.file();
    if (file.engine !== engine) throw new Error(`engine ${engine} is not in effect: ${file.engine}`);
    const { port, token } = server;
    const run = (count: number): Promise<LoadResult> =>
      runLoad({ port, token, connections: CONNECTIONS, path: spread(file.id, span), done: (n) => n >= count });
    await run(requests / 4);
    return whole(await run(requests));
  });
}

async function whileScanning(log: string, span: number): Promise<LoadResult> {
  const copies = Array.from({ length: SCANNED_COPIES }, () => log);
  return withBigview(copies, ['--no-cache'], async ({ server, indexed }) => {
    const file = await server.file();
    let scanning = true;
    const scan = indexed().then(() => {
      scanning = false;
    });
    const { port, token } = server;
    const result = await runLoad({ port, token, connections: 4, path: spread(file.id, span), done: () => !scanning });
    await scan;
    return whole(result);
  });
}

/** Windows none of which is in memory, each asked for once; other requests wait on the disk meanwhile, not on the event loop. */
async function cold(engine: EngineName, log: string, span: number): Promise<LoadResult> {
  return withBigview([log], ['--engine', engine], async ({ server, indexed }) => {
    await indexed();
    const file = await server.file();
    dropFromCache(log);
    const { port, token } = server;
    const path = spread(file.id, span);
    return whole(await runLoad({ port, token, connections: 4, path, done: (n) => n >= COLD_REQUESTS }));
  });
}

function whole(result: LoadResult): LoadResult {
  if (result.refused > 0 || result.bytes !== result.requests * WINDOW)
    throw new Error('replies are missing or refused');
  return result;
}

export async function windowsBench(log: string, span: number, runs: number): Promise<Row[]> {
  const alone = await sourceRows(log, span, runs);
  const rates = new Map<EngineName, number[]>(ENGINES.map((engine) => [engine, []]));
  const slowest = new Map<EngineName, number[]>(ENGINES.map((engine) => [engine, []]));
  for (let run = 0; run < runs; run++) {
    for (const engine of ENGINES) {
      const result = await load(engine, log, span, REQUESTS);
      rates.get(engine)?.push(result.requests / result.seconds);
      slowest.get(engine)?.push(percentile(result.latencies, 0.99));
    }
  }
  const rate = (engine: EngineName): number => median(rates.get(engine) ?? []);
  const chill = new Map<EngineName, LoadResult>();
  for (const engine of ENGINES) chill.set(engine, await cold(engine, log, span));
  const busy = await whileScanning(log, span);
  const rows: Row[] = ENGINES.map(
    (engine): Row => ({
      what: `--engine ${engine}`,
      figure: `${rate(engine).toFixed(0)} requests/s, 99th percentile ${ms(median(slowest.get(engine) ?? []))}`,
    }),
  );
  for (const engine of ['cached', 'map'] as const) {
    const gain = rate(engine) / rate('read');
    rows.push({ what: `${engine} / read`, figure: ratio(gain), aim: { text: `>= ${AIM}`, met: gain >= AIM } });
  }
  for (const [engine, result] of chill) {
    rows.push({
      what: `--engine ${engine}, not in the page cache`,
      figure: `${(result.requests / result.seconds).toFixed(0)} requests/s, 99th percentile ${ms(percentile(result.latencies, 0.99))}`,
    });
  }
  rows.push({
    what: `4 connections while ${SCANNED_COPIES} indexes are scanned`,
    figure: `${(busy.requests / busy.seconds).toFixed(0)} requests/s, median ${ms(median(busy.latencies))}, 99th percentile ${ms(percentile(busy.latencies, 0.99))}`,
  });
  return [...alone, ...rows];
}

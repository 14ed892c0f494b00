/**
 * `npm run soak [-- MINUTES]`: one server through so many minutes (default 20) of files that grow, are cut, rotated and rewritten,
 * under clients that scroll, search, filter and hang up. Every reply is checked; what the process holds is sampled and printed. Exit 1 when
 * a reply was wrong, the process ended, or what it holds has grown from the first third after the warm-up to the last one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { median, percentile } from '../bench/stats.ts';
import { launchBigview } from '../helpers/bigview.ts';
import { seededRandom } from '../helpers/sources.ts';
import { showUsage, type Usage, usageOf } from '../helpers/usage.ts';
import { filter, listen, Soak, scroll, search } from './clients.ts';
import { soakFiles } from './files.ts';

const SCROLLING = 12;
const SEARCHING = 2;
const STEP_MS = 50;
const SAMPLE_MS = 10_000;
const SAMPLES_PER_LINE = 6;
/** Caches fill and threads start in the first part of a run. */
const WARM_UP = 0.2;
const RSS_GROWTH = 24 * 2 ** 20;
const MAPPINGS_GROWTH = 24;
/** Of 256 KiB each; the medians of two thirds of a quiet run differ by some 100. */
const HEAP_PAGES_GROWTH = 150;

const minutes = Number(process.argv[2] ?? 20);
if (!(minutes > 0)) throw new Error(`not a number of minutes: ${process.argv[2]}`);
const files = soakFiles();
const server = await launchBigview(
  { files: [files.rest.path, ...files.living.map(({ path }) => path)] },
  { ...process.env, XDG_CACHE_HOME: `${files.folder}/cache` },
);

const soak = new Soak(server, files, await server.files());
const failures: string[] = [];
const run = (work: Promise<void>): Promise<void> =>
  work.catch((error: unknown) => {
    soak.running = false;
    failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  });

async function live(): Promise<void> {
  for (let n = 0; soak.running; n++) {
    for (const file of files.living) file.step(n);
    await sleep(STEP_MS);
  }
}

const work = [
  run(live()),
  run(listen(soak)),
  run(filter(soak, seededRandom(50))),
  ...Array.from({ length: SCROLLING }, (_, n) => run(scroll(soak, seededRandom(n + 1)))),
  ...Array.from({ length: SEARCHING }, (_, n) => run(search(soak, seededRandom(n + 100)))),
];

const samples: Usage[] = [];
const started = performance.now();
process.once('SIGINT', () => {
  soak.running = false;
});
while (soak.running && performance.now() - started < minutes * 60_000) {
  await sleep(Math.min(SAMPLE_MS, minutes * 60_000 - (performance.now() - started)));
  if (!server.alive) break;
  samples.push(usageOf(server.pid));
  if (samples.length % SAMPLES_PER_LINE === 0) report();
}
soak.running = false;
await Promise.all(work);
if (!server.alive) failures.push(`the server has ended: ${JSON.stringify(await server.exited)}`);
const peak = Math.max(...samples.map(({ rss }) => rss));
await server.stop();
files.remove();

function report(): void {
  const now = samples.at(-1);
  const counts = [...soak.counts].sort().map(([what, times]) => `${what} ${times}`);
  const p99 = soak.latencies.length > 0 ? percentile(soak.latencies, 0.99).toFixed(0) : '-';
  const minute = ((performance.now() - started) / 60_000).toFixed(0);
  if (now) process.stdout.write(`${minute} min: ${showUsage(now)}; p99 ${p99} ms; ${counts.join(', ')}\n`);
  soak.counts = new Map();
  soak.latencies = [];
}

const settled = samples.slice(Math.floor(samples.length * WARM_UP));
const third = Math.max(1, Math.floor(settled.length / 3));
const grown = (of: (usage: Usage) => number): { early: number; late: number } => ({
  early: median(settled.slice(0, third).map(of)),
  late: median(settled.slice(-third).map(of)),
});
const judge = (name: string, of: (usage: Usage) => number, most: number, unit: number): void => {
  const { early, late } = grown(of);
  const verdict = late - early <= most ? 'flat' : 'GROWN';
  if (verdict !== 'flat') failures.push(`${name} have grown`);
  process.stdout.write(`${name}: ${(early / unit).toFixed(0)} -> ${(late / unit).toFixed(0)}, ${verdict}\n`);
};
process.stdout.write(`\n${minutes} minutes, medians of the first and the last third after the warm-up:\n`);
judge('descriptors', ({ descriptors }) => descriptors, 4, 1);
judge('mappings but for pages of V8 heaps', ({ mappings, heapPages }) => mappings - heapPages, MAPPINGS_GROWTH, 1);
judge('pages of V8 heaps', ({ heapPages }) => heapPages, HEAP_PAGES_GROWTH, 1);
judge('threads', ({ threads }) => threads, 1, 1);
judge('resident MiB', ({ rss }) => rss, RSS_GROWTH, 2 ** 20);
process.stdout.write(`largest resident set: ${(peak / 2 ** 20).toFixed(0)} MiB\n`);
if (server.stderr) failures.push(`the server said: ${server.stderr.slice(0, 2_000)}`);
for (const failure of failures) process.stdout.write(`FAILED: ${failure}\n`);
process.exit(failures.length > 0 ? 1 : 0);

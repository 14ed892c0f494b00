/** 200 clients, 100 that do not read, 10,000 requests sent ahead: memory stays bounded, nobody waits long, and then all is as before. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { percentile } from '../bench/stats.ts';
import { askAhead, besideStalled, type CrowdFigures, scrollTogether } from '../helpers/crowd.ts';
import { effort } from '../helpers/effort.ts';
import { patternFile, sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { showUsage, type Usage, usageOf } from '../helpers/usage.ts';

const MiB = 2 ** 20;
const SIZE = 8 * MiB;
/** For the 99th percentile on a machine that does other things as well. */
const MOST_MS = 20_000;
const WINDOWS = effort(10, 200);

let server: BigviewServer;
let files: { id: string; size: number }[];
let huge: { id: string; size: number };
let before: Usage;
beforeAll(async () => {
  const folder = tempFolder();
  const paths = [0, 1, 2, 3, 4].map((n) => patternFile(join(folder, `file${n}`), SIZE));
  server = await startServer({
    files: [...paths, sparseFile(join(folder, 'huge'), 2 ** 40, [])],
    args: ['--no-cache'],
  });
  const all = await server.files();
  for (const { id } of all) await server.indexed(id);
  files = all.slice(0, 5).map(({ id, size }) => ({ id, size }));
  huge = { id: all[5]?.id ?? '', size: 2 ** 40 };
  await server.post(`/api/files/${huge.id}/searches`, { kind: 'bytes', pattern: '01' });
  await scrollTogether(server, files, 20, 20);
  before = usageOf(server.pid);
});

function tell(what: string, { latencies, statuses, seconds, peak }: CrowdFigures): void {
  const share = (fraction: number): string => percentile(latencies, fraction).toFixed(0);
  const waits = latencies.length > 0 ? `, half within ${share(0.5)} ms, 99 % within ${share(0.99)} ms` : '';
  const counts = [...statuses].map(([status, times]) => `${status}: ${times}`).join(', ');
  console.info(`${what}: ${counts} in ${seconds.toFixed(1)} s${waits}; ${showUsage(peak)}`);
}

it(`200 clients scroll, ${WINDOWS} windows each`, async () => {
  const figures = await scrollTogether(server, files, 200, WINDOWS);
  tell('200 clients', figures);
  expect([...figures.statuses]).toEqual([[200, 200 * WINDOWS]]);
  expect(percentile(figures.latencies, 0.99)).toBeLessThan(MOST_MS);
  expect(figures.peak.rss - before.rss).toBeLessThan(200 * MiB);
});

it('100 clients scroll beside 100 that do not read', async () => {
  const figures = await besideStalled(server, huge, 100, () => scrollTogether(server, files, 100, WINDOWS));
  tell('100 beside 100 that do not read', figures);
  expect([...figures.statuses]).toEqual([[200, 100 * WINDOWS]]);
  expect(percentile(figures.latencies, 0.99)).toBeLessThan(MOST_MS);
  expect(figures.peak.rss - before.rss).toBeLessThan(300 * MiB);
});

it('10,000 requests sent ahead are answered each, those past the limit by 503 and when to come again', async () => {
  const [file] = files;
  if (!file) throw new Error('no file');
  const figures = await askAhead(server, file, 100, 100);
  tell('10,000 sent ahead', figures);
  const served = figures.statuses.get(200) ?? 0;
  const refused = figures.statuses.get(503) ?? 0;
  expect(served + refused).toBe(10_000);
  expect(served).toBeGreaterThan(5_000);
  expect(refused).toBeGreaterThan(1_000);
  expect(figures.withoutRetryAfter).toBe(0);
  expect(figures.peak.rss - before.rss).toBeLessThan(300 * MiB);
});

it('more connections than there may be are closed at once, and those there are go on', async () => {
  let closed = 0;
  const idle = Array.from({ length: 300 }, () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.once('close', () => closed++);
    // Unread, the end of it would not be heard of.
    return socket.resume();
  });
  try {
    for (let waited = 0; waited < 8_000 && closed < 44; waited += 50) await sleep(50);
    expect(closed).toBeGreaterThanOrEqual(44);
    expect(usageOf(server.pid).descriptors).toBeLessThan(before.descriptors + 270);
  } finally {
    for (const socket of idle) socket.destroy();
  }
});

it('afterwards all is as it was', async () => {
  await sleep(2_000);
  const figures = await scrollTogether(server, files, 4, 50);
  tell('afterwards', figures);
  expect([...figures.statuses]).toEqual([[200, 200]]);
  expect(percentile(figures.latencies, 0.99)).toBeLessThan(1_000);
  await sleep(6_000);
  const after = usageOf(server.pid);
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 5);
  expect(after.mappings).toBeLessThan(before.mappings + 200);
  expect(after.rss - before.rss).toBeLessThan(200 * MiB);
  expect(server.alive).toBe(true);
  expect(server.stderr).toBe('');
});

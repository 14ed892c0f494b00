/** Many clients at once: how long they wait, what it costs in memory, and what is said to those who are too many. */

import { askAhead, besideStalled, type CrowdFigures, scrollTogether } from '../helpers/crowd.ts';
import { patternFile } from '../helpers/files.ts';
import { withBigview } from './process.ts';
import { mib, ms, percentile, type Row } from './stats.ts';

const SIZE = 32 * 2 ** 20;
const FILES = 5;
const WINDOWS = 200;
const P99_AIM_MS = 1_000;
const MEMORY_AIM = 300 * 2 ** 20;

/** `folder` is where the files are made. */
export async function crowdBench(folder: string): Promise<Row[]> {
  const paths = Array.from({ length: FILES }, (_, n) => patternFile(`${folder}/crowd${n}`, SIZE));
  return withBigview(paths, ['--no-cache'], async ({ server, indexed }) => {
    await indexed();
    const files = (await server.files()).map(({ id, size }) => ({ id, size }));
    const [file] = files;
    if (!file) throw new Error('no file');
    await scrollTogether(server, files, 20, 20);
    const rows: Row[] = [];
    const tell = (what: string, { latencies, statuses, seconds, peak, withoutRetryAfter }: CrowdFigures): void => {
      const served = statuses.get(200) ?? 0;
      const refused = statuses.get(503) ?? 0;
      const rate = `${(served / seconds).toFixed(0)} windows/s${refused > 0 ? `, ${refused} times 503` : ''}`;
      if (withoutRetryAfter > 0 || served + refused !== [...statuses.values()].reduce((sum, n) => sum + n, 0)) {
        throw new Error(`${what}: ${JSON.stringify([...statuses])}`);
      }
      rows.push({
        what,
        figure: `${rate}; ${mib(peak.rss)}`,
        aim: { text: `< ${mib(MEMORY_AIM)}`, met: peak.rss < MEMORY_AIM },
      });
      if (latencies.length === 0) return;
      const p99 = percentile(latencies, 0.99);
      const figure = `median ${ms(percentile(latencies, 0.5))}, 99th percentile ${ms(p99)}`;
      rows.push({ what: '  wait', figure, aim: { text: `< ${ms(P99_AIM_MS)}`, met: p99 < P99_AIM_MS } });
    };
    tell('1 client', await scrollTogether(server, files, 1, WINDOWS));
    tell('200 clients, half of them in one file', await scrollTogether(server, files, 200, WINDOWS));
    tell(
      '100 clients beside 100 that do not read',
      await besideStalled(server, file, 100, () => scrollTogether(server, files, 100, WINDOWS)),
    );
    tell('10,000 requests sent ahead on 100 connections', await askAhead(server, file, 100, 100));
    tell('1 client afterwards', await scrollTogether(server, files, 1, WINDOWS));
    return rows;
  });
}

/** Peak resident memory of the server after the same work on files of different sizes: index, then windows all over the file. */
import type { EngineName } from '../../shared/protocol.ts';
import { runLoad } from './load.ts';
import { withBigview } from './process.ts';
import { mib, type Row } from './stats.ts';

const WINDOW = 65_536;
const REQUESTS = 20_000;
const AIM = 200 * 2 ** 20;

async function peak(path: string, engine: EngineName): Promise<number> {
  return withBigview([path], ['--no-cache', '--engine', engine], async ({ server, indexed, peakRss }) => {
    await indexed();
    const file = await server.file();
    const windows = Math.max(1, Math.floor(file.size / WINDOW));
    const { port, token } = server;
    await runLoad({
      port,
      token,
      connections: 8,
      path: (n) => `/api/files/${file.id}/bytes?offset=${((n * 7_919) % windows) * WINDOW}&length=${WINDOW}`,
      done: (n) => n >= REQUESTS,
    });
    return peakRss();
  });
}

export async function memoryBench(
  files: readonly { readonly size: string; readonly path: string }[],
  engines: readonly EngineName[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const engine of engines) {
    for (const { size, path } of files) {
      const rss = await peak(path, engine);
      rows.push({
        what: `--engine ${engine}, ${size}: index and ${REQUESTS} windows`,
        figure: mib(rss),
        aim: { text: `< ${mib(AIM)}`, met: rss < AIM },
      });
    }
  }
  return rows;
}

/** Peak resident memory of the server after the same work on files of different sizes: index, then windows all over the file. */
import type { EngineName } from '../../shared/protocol.ts';
import { runLoad } from './load.ts';
import { startBigview } from './process.ts';
import { mib, type Row } from './stats.ts';

const WINDOW = 65_536;
const REQUESTS = 20_000;
const AIM = 200 * 2 ** 20;

async function peak(path: string, engine: EngineName): Promise<number> {
  const server = await startBigview([path], ['--no-cache', '--engine', engine]);
  try {
    await server.indexed();
    const [file] = await server.files();
    if (!file) throw new Error('no file');
    const windows = Math.max(1, Math.floor(file.size / WINDOW));
    const { port, token } = server;
    await runLoad({
      port,
      token,
      connections: 8,
      path: (n) => `/api/files/${file.id}/bytes?offset=${((n * 7_919) % windows) * WINDOW}&length=${WINDOW}`,
      done: (n) => n >= REQUESTS,
    });
    return server.peakRss() ?? Number.NaN;
  } finally {
    await server.stop();
  }
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

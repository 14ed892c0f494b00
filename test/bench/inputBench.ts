/** How fast `cat | bigview -` takes what comes, against `cat` into a file, alone and by way of a pipe. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import type { FilesReply } from '../../shared/protocol.ts';
import { BIGVIEW } from '../helpers/bigview.ts';
import { median, mib, ms, type Row, ratio } from './stats.ts';

const TOKEN = 'bench-bench-bench-bench';

function shell(command: string, log: string, out: string): number {
  const began = performance.now();
  execFileSync('bash', ['-c', command, log, out]);
  const took = performance.now() - began;
  execFileSync('rm', [out]);
  return took;
}

/** From the start of the process until it says that all is kept. */
async function bigview(log: string): Promise<number> {
  const began = performance.now();
  const command = 'exec "$1" "$2" --no-open --token "$3" - < <(cat "$0")';
  const child = spawn('bash', ['-c', command, log, process.execPath, BIGVIEW, TOKEN], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { origin } = new URL(String(line).replace(/^bigview: /, ''));
    for (;;) {
      const reply = await fetch(`${origin}/api/files`, { headers: { authorization: `Bearer ${TOKEN}` } });
      const { files } = (await reply.json()) as FilesReply;
      if (files[0]?.input?.state === 'ended') return performance.now() - began;
      await new Promise((go) => setTimeout(go, 50));
    }
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

export async function inputBench(log: string, out: string, runs: number): Promise<Row[]> {
  const took = { file: [] as number[], pipe: [] as number[], ours: [] as number[] };
  for (let run = 0; run <= runs; run++) {
    const figures = {
      file: shell('cat "$0" > "$1"', log, out),
      pipe: shell('cat "$0" | cat > "$1"', log, out),
      ours: await bigview(log),
    };
    if (run === 0) continue;
    for (const name of ['file', 'pipe', 'ours'] as const) took[name].push(figures[name]);
  }
  const size = statSync(log).size;
  const row = (what: string, values: readonly number[]): Row => ({
    what,
    figure: `${ms(median(values))}  ${mib((size / median(values)) * 1000)}/s  ${ratio(median(values) / median(took.file))} of cat > file`,
  });
  return [
    row(`cat ${mib(size)} > file`, took.file),
    row('cat | cat > file', took.pipe),
    row('cat | bigview -', took.ours),
  ];
}

/** The line index of a large log against `wc -l` on the same file in the page cache, turn by turn. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dropFromCache } from './corpus.ts';
import { median, ms, type Row, ratio } from './stats.ts';

const ONCE = fileURLToPath(new URL('indexOnce.ts', import.meta.url));
const AIM = 0.6;

interface Times {
  readonly ours: number;
  readonly theirs: number;
}

/** Medians of `runs` turns; throws when the two disagree about the count. `prepare` is called before each. */
function compare(log: string, runs: number, prepare: () => void): Times {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let run = 0; run < runs; run++) {
    prepare();
    const [took, count] = execFileSync(process.execPath, ['--import', 'tsx', ONCE, log], { encoding: 'utf8' }).split(
      ' ',
    );
    ours.push(Number(took));
    prepare();
    const started = performance.now();
    const counted = execFileSync('wc', ['-l', log], { encoding: 'utf8' });
    theirs.push(performance.now() - started);
    if (Number.parseInt(counted, 10) !== Number(count)) throw new Error(`wc -l: ${counted}, bigview: ${count}`);
  }
  return { ours: median(ours), theirs: median(theirs) };
}

export function indexBench(log: string, runs: number): Row[] {
  const bytes = statSync(log).size;
  execFileSync('wc', ['-l', log]);
  const warm = compare(log, runs, () => undefined);
  const cold = compare(log, 3, () => dropFromCache(log));
  const rate = (took: number): string => `${ms(took)}  ${(bytes / took / 1e6).toFixed(1)} GB/s`;
  const share = warm.ours / warm.theirs;
  return [
    { what: `wc -l, ${(bytes / 1e9).toFixed(1)} GB, process included`, figure: rate(warm.theirs) },
    { what: 'line index, start of the threads included', figure: rate(warm.ours) },
    { what: 'line index / wc -l', figure: ratio(share), aim: { text: `<= ${AIM}`, met: share <= AIM } },
    { what: 'not in the page cache: wc -l', figure: rate(cold.theirs) },
    { what: 'not in the page cache: line index', figure: `${rate(cold.ours)}  ${ratio(cold.ours / cold.theirs)}` },
  ];
}

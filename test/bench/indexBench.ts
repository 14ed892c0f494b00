/** The line index of a large log against `wc -l` on the same file in the page cache, turn by turn. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { median, ms, type Row, ratio } from './stats.ts';

const ONCE = fileURLToPath(new URL('indexOnce.ts', import.meta.url));
const AIM = 0.6;

/** Runs both `runs` times; throws when they disagree about the count. */
export function indexBench(log: string, runs: number): Row[] {
  const ours: number[] = [];
  const theirs: number[] = [];
  execFileSync('wc', ['-l', log]);
  for (let run = 0; run < runs; run++) {
    const [took, count] = execFileSync(process.execPath, ['--import', 'tsx', ONCE, log], { encoding: 'utf8' }).split(
      ' ',
    );
    ours.push(Number(took));
    const started = performance.now();
    const counted = execFileSync('wc', ['-l', log], { encoding: 'utf8' });
    theirs.push(performance.now() - started);
    if (Number.parseInt(counted, 10) !== Number(count)) throw new Error(`wc -l: ${counted}, bigview: ${count}`);
  }
  const bytes = statSync(log).size;
  const rate = (took: number): string => `${ms(took)}  ${(bytes / took / 1e6).toFixed(1)} GB/s`;
  const share = median(ours) / median(theirs);
  return [
    { what: `wc -l, ${(bytes / 1e9).toFixed(1)} GB, process included`, figure: rate(median(theirs)) },
    { what: 'line index, start of the threads included', figure: rate(median(ours)) },
    { what: 'line index / wc -l', figure: ratio(share), aim: { text: `<= ${AIM}`, met: share <= AIM } },
  ];
}

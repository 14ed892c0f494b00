/**
 * `npm run bench [-- NAME…]`: every promise about speed and memory, against a peer in the same run. Names: index, windows,
 * search, filter, first-rows, follow, input, scrolling, memory, crowd. BIGVIEW_BENCH_DIR is where the files are made (default: the
 * system's temporary folder).
 */
import { cpus } from 'node:os';
import { createCorpus, logText } from './corpus.ts';
import { crowdBench } from './crowdBench.ts';
import { filterBench } from './filterBench.ts';
import { firstRowsBench } from './firstRowsBench.ts';
import { followBench } from './followBench.ts';
import { indexBench } from './indexBench.ts';
import { inputBench } from './inputBench.ts';
import { memoryBench } from './memoryBench.ts';
import { scrollBench } from './scrollBench.ts';
import { searchBench } from './searchBench.ts';
import { printSection, type Row } from './stats.ts';
import { windowsBench } from './windowsBench.ts';

const GIB = 2 ** 30;
const LOG_BYTES = 4 * GIB;
/** Windows are asked of this much of the log, which surely stays in memory. */
const HOT_BYTES = GIB;

const wanted = process.argv.slice(2);
const corpus = createCorpus();
process.once('SIGINT', () => {
  corpus.remove();
  process.exit(130);
});

let log: string | null = null;
const bigLog = (): string => {
  log ??= corpus.log('big.log', LOG_BYTES);
  return log;
};

/** Files of three sizes with the same start; the large ones are holes after it. */
const sizes = (): { size: string; path: string }[] => {
  const head = logText(2 ** 20, 7).subarray(0, 2 ** 20);
  return [
    { size: '1 MiB', path: corpus.sparse('small.log', 2 ** 20, head) },
    { size: '10 GiB sparse', path: corpus.sparse('large.log', 10 * GIB, head) },
    { size: '1 TiB sparse', path: corpus.sparse('huge.log', 2 ** 40, head) },
  ];
};

/** A log of its own, as it is written to. */
const growing = (): string => corpus.log('growing.log', 2 ** 22);

const sections: readonly (readonly [name: string, title: string, run: () => Row[] | Promise<Row[]>])[] = [
  ['index', 'Line index', () => indexBench(bigLog(), 9)],
  ['windows', '64 KiB windows', () => windowsBench(bigLog(), HOT_BYTES, 5)],
  ['search', 'Searches against ripgrep', () => searchBench(bigLog(), 3)],
  ['filter', 'Filters', () => filterBench(bigLog(), corpus.shortLines('short.log', GIB), 3)],
  [
    'first-rows',
    'First rows on screen, from the start of the process',
    () => firstRowsBench(sizes(), 'request id=', 7),
  ],
  ['follow', 'From a write to its row', () => followBench(growing(), 60)],
  ['input', 'Standard input', () => inputBench(corpus.log('input.log', 2 * GIB), `${corpus.folder}/copy`, 3)],
  ['scrolling', 'Scrolling', () => scrollBench(bigLog())],
  [
    'memory',
    'Peak RSS of the server',
    () => memoryBench([...sizes(), { size: '4 GiB log', path: bigLog() }], ['cached', 'map']),
  ],
  ['crowd', 'Many clients at once, 64 KiB windows', () => crowdBench(corpus.folder)],
];

try {
  process.stdout.write(
    `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, files in the page cache, medians\n`,
  );
  for (const [name, title, run] of sections) {
    if (wanted.length === 0 || wanted.includes(name)) printSection(title, await run());
  }
} finally {
  corpus.remove();
}

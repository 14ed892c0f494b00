/** One cold run of the line index in a process of its own: prints the ms from nothing to complete, threads included. */
import { LineIndex } from '../../server/index/lineIndex.ts';
import { openSource } from '../../server/source/open.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: indexOnce FILE');
const source = await openSource(path, 'cached');
const started = performance.now();
const index = new LineIndex(
  source,
  { unitBytes: 1, bigEndian: false, terminator: 'lf' },
  { memory: null, nextData: null },
);
const complete = new Promise<void>((resolve) => index.onProgress(() => index.complete && resolve()));
index.start();
// The threads do not keep the process alive.
setInterval(() => {}, 1000);
await complete;
process.stdout.write(`${performance.now() - started} ${index.terminators}\n`);
await index.close();
source.close();
process.exit(0);

/** Makes rows out of the hits of layers, segment by segment: one of a few threads that filterPool.ts feeds with jobs. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { SearchKernel } from '../search/kernel.ts';
import { LoadedBytes, ShortRead } from '../search/loadedBytes.ts';
import { Combiner } from './combine.ts';
import type { FilterAnswer, FilterJob, FilterWorkerData } from './filterJob.ts';
import { SegmentLines } from './segmentLines.ts';

const { module, niceness } = workerData as FilterWorkerData;
const kernel = new SearchKernel(module);
const bytes = new LoadedBytes(kernel, () => undefined);
const combiner = new Combiner(new SegmentLines(kernel, bytes));

// On Linux a priority is a thread's own: the viewer's windows come first. Elsewhere it would be the whole process's.
if (process.platform === 'linux') {
  try {
    setPriority(0, niceness);
  } catch {
    // Not allowed: filters then compete on equal terms.
  }
}

function answer(job: FilterJob): FilterAnswer {
  const { id } = job;
  try {
    if (job.type === 'rows') return { type: 'rows', id, ...combiner.rows(job) };
    return { type: 'edges', id, ...combiner.edges(job) };
  } catch (error) {
    const code =
      error instanceof ShortRead ? 'SHORT' : error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === '') throw error;
    return { type: 'failed', id, code };
  }
}

parentPort?.on('message', (job: FilterJob) => {
  const said = answer(job);
  const parts = said.type === 'rows' ? [said.rows.part] : said.type === 'edges' ? [said.head.part, said.tail.part] : [];
  parentPort?.postMessage(
    said,
    parts.map((part) => part.buffer),
  );
});

/**
 * Searches segments of files: one of a few threads that searchPool.ts feeds with jobs. Bytes go from the file straight into the
 * kernel's memory; hits come out packed.
 */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../shared/assert.ts';
import { errorCode } from '../source/sourceError.ts';
import { TextDecoding } from './decodeText.ts';
import { SearchKernel } from './kernel.ts';
import { LoadedBytes, ShortRead } from './loadedBytes.ts';
import type { SearchPlan } from './plan.ts';
import type { ScanContext } from './scanContext.ts';
import { scanFinder } from './scanFinder.ts';
import { type CompiledRegex, LineScan } from './scanLines.ts';
import { WindowScan } from './scanWindows.ts';
import {
  Beacon,
  type FromWorker,
  type SearchJob,
  type SearchWorkerData,
  type StuckJob,
  type ToWorker,
} from './searchJob.ts';
import { SegmentOutput } from './segmentOutput.ts';
import { settlePoint } from './settlePoint.ts';
import { wordJudge } from './words.ts';

/** A plan with what this thread made of it. */
interface Prepared {
  readonly plan: SearchPlan;
  readonly regex: CompiledRegex | null;
  readonly decoding: TextDecoding;
}

const { module, sizes, niceness, beacon: beaconMemory } = workerData as SearchWorkerData;
const beacon = new Beacon(beaconMemory);
const kernel = new SearchKernel(module);
const bytes = new LoadedBytes(kernel, () => beacon.rest());
const plans = new Map<number, Prepared>();
let loaded: Prepared | null = null;

// On Linux a priority is a thread's own: the viewer's windows come first. Elsewhere it would be the whole process's.
if (process.platform === 'linux') {
  try {
    setPriority(0, niceness);
  } catch {
    // Not allowed: the search then competes on equal terms.
  }
}

function prepare(plan: SearchPlan): Prepared {
  const regex =
    plan.mode === 'finder'
      ? null
      : {
          line: new RegExp(plan.regex.source, `g${plan.regex.flags}`),
          clean: new RegExp(plan.regex.cleanSource, `g${plan.regex.cleanFlags}`),
          here: new RegExp(plan.regex.cleanSource, `y${plan.regex.cleanFlags}`),
        };
  return { plan, regex, decoding: new TextDecoding(kernel, plan.encoding) };
}

function scan(job: SearchJob, output: SegmentOutput): void {
  const prepared = plans.get(job.search);
  assert(prepared !== undefined, 'a plan comes before its jobs');
  const { plan, regex, decoding } = prepared;
  if (loaded !== prepared)
    kernel.load(plan, plan.mode === 'finder' && plan.words ? wordJudge(plan.encoding, kernel.memory) : null);
  loaded = prepared;
  const beat = (offset: number, length: number): void => beacon.beat(job.id, offset, length);
  const context: ScanContext = { kernel, bytes, sizes, job, output, beat };
  const scanExtent = (offset: number, end: number): void => {
    const carry = output.reach > 0 ? Math.max(job.carry, output.reach) : job.carry;
    const extent = { ...context, job: { ...job, offset, end, carry } };
    if (plan.mode === 'bytes') new WindowScan(extent, plan, regex, decoding).segment();
    else if (plan.mode === 'finder' && plan.report === 'matches') scanFinder(extent, plan);
    else new LineScan(extent, plan, regex, decoding).run();
  };
  const settled = settlePoint(context, plan) ?? job.offset;
  if (settled > job.offset) {
    scanExtent(job.offset, settled);
    output.settle(settled);
  }
  if (settled < job.end) scanExtent(settled, job.end);
}

/** V8 keeps the places that an expression may come back to on a stack of 64 MiB, and throws this when it is full. */
function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}

function run(job: SearchJob): void {
  const send = (message: FromWorker): void => parentPort?.postMessage(message, [message.part.buffer as ArrayBuffer]);
  const fixed = plans.get(job.search)?.plan.fixed ?? null;
  const output = new SegmentOutput(job, fixed, sizes.sendEveryMs, send);
  try {
    scan(job, output);
    output.finish(job.end, null);
  } catch (error) {
    const code = error instanceof ShortRead ? 'SHORT' : errorCode(error);
    if (code !== '') output.finish(job.offset, code);
    else if (beacon.job === job.id && isOverflow(error)) {
      const stuck: StuckJob = {
        id: job.id,
        stuck: { offset: beacon.offset, length: beacon.length, want: 'memory' },
      };
      parentPort?.postMessage(stuck);
    } else throw error;
  }
}

parentPort?.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'plan':
      plans.set(message.search, prepare(message.plan));
      break;
    case 'drop':
      if (loaded === plans.get(message.search)) loaded = null;
      plans.delete(message.search);
      break;
    case 'job':
      run(message);
      break;
  }
});

/**
 * The threads that scan files, shared by all indexes of the process.
 *
 * Pull, not push: whenever a thread has room, the next client in rotation is asked for its next job, so that several files
 * get equal shares, nothing is planned before it is needed, and a client stops by answering null. Each thread holds two jobs, one
 * running and one waiting, so that it never waits for the main thread. Threads start with the first job and stay (about 25 ms to
 * start two); they are unref'd and never keep the process alive.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { PAGE_BYTES } from '../../shared/limits.ts';
import { serverAsset } from '../assets.ts';
import { Rotation } from '../rotation.ts';
import { startWorker } from '../startWorker.ts';
import { kernelModule } from './kernel.ts';
import type { ScanJob, ScanResult, ScanWorkerData } from './scanJob.ts';

/** Who wants something scanned. Both methods are called on the main thread and must be quick. */
export interface ScanClient {
  /** The next job, or null when there is none now; call `wake` when there may be one again. */
  nextJob(id: number): ScanJob | null;
  /** The result of a job handed out before; every job gets one. */
  jobDone(job: ScanJob, result: ScanResult): void;
}

/** What a client needs of a pool. */
export interface ScanScheduler {
  /** How many threads it runs when there is work. */
  readonly size: number;
  /** Starts asking `client` for jobs; also says that it has jobs again after `nextJob` gave null. */
  wake(client: ScanClient): void;
  /** Never asks `client` again; its jobs that are under way still report. */
  forget(client: ScanClient): void;
}

const MAX_THREADS = 8;
const JOBS_PER_THREAD = 2;
/**
 * Measured on a 2.2 GiB log in memory: reading takes 58 to 69 ms/GiB for any stripe from 64 KiB to 2 MiB, counting 12. Two threads
 * need 0.15 s, 35 ms of which is their start, `wc -l` 0.26 to 0.34 s. Letting libuv's threads read and the main thread count
 * needs no start, but is no faster (0.15 s) and keeps the main thread busy all the while.
 */
const STRIPE_BYTES = 1_048_576;
/**
 * With both cores scanning, the 99th percentile of a 64 KiB window is 0.5 ms as without a scan; at the same priority single
 * windows took up to 77 ms.
 */
const NICENESS = 5;

interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, { readonly job: ScanJob; readonly client: ScanClient }>;
}

let shared: ScanPool | null = null;

/** The pool of this process. */
export function scanPool(): ScanPool {
  shared ??= new ScanPool(Math.max(1, Math.min(MAX_THREADS, availableParallelism())));
  return shared;
}

export class ScanPool implements ScanScheduler {
  readonly size: number;
  #threads: Thread[] = [];
  readonly #rotation = new Rotation<ScanClient>();
  #nextId = 1;

  constructor(size: number) {
    this.size = size;
  }

  wake(client: ScanClient): void {
    this.#rotation.add(client);
    this.#fill();
  }

  forget(client: ScanClient): void {
    this.#rotation.remove(client);
  }

  /** Ends all threads; jobs under way report an error. For tests. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #fill(): void {
    for (let depth = 1; depth <= JOBS_PER_THREAD; depth++) {
      // Breadth first: every thread gets one job before any gets two.
      for (let i = 0; i < this.size; i++) {
        const jobs = this.#threads[i]?.jobs.size ?? 0;
        if (jobs >= depth) continue;
        const next = this.#rotation.next((client) => client.nextJob(this.#nextId++));
        if (!next) return;
        const thread = this.#threads[i] ?? this.#start() ?? this.#threads[0];
        if (!thread) {
          next.client.jobDone(next.job, failed(next.job, 'THREAD'));
          continue;
        }
        thread.jobs.set(next.job.id, next);
        thread.worker.postMessage(next.job);
      }
    }
  }

  /** Null when the system has no thread left. */
  #start(): Thread | null {
    const workerData: ScanWorkerData = {
      module: kernelModule(),
      stripeBytes: STRIPE_BYTES,
      pageBytes: PAGE_BYTES,
      niceness: NICENESS,
    };
    const worker = startWorker(workerCode(), { eval: true, workerData, name: 'bigview scan' });
    if (!worker) return null;
    const thread: Thread = { worker, jobs: new Map() };
    worker.on('message', (result: ScanResult) => this.#finish(thread, result));
    worker.on('error', () => this.#lose(thread));
    worker.on('exit', () => this.#lose(thread));
    // After the listeners: the first one for messages makes the worker count again.
    worker.unref();
    this.#threads.push(thread);
    return thread;
  }

  #finish(thread: Thread, result: ScanResult): void {
    const entry = thread.jobs.get(result.id);
    if (!entry) return;
    thread.jobs.delete(result.id);
    entry.client.jobDone(entry.job, result);
    this.#fill();
  }

  #lose(thread: Thread): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    const entries = [...thread.jobs.values()];
    thread.jobs.clear();
    for (const { job, client } of entries) client.jobDone(job, failed(job, 'WORKER'));
    this.#fill();
  }
}

function failed(job: ScanJob, error: string): ScanResult {
  return { id: job.id, counts: new Uint32Array(0), error, errorOffset: job.offset, last: -1 };
}

let code: string | null = null;
function workerCode(): string {
  code ??= readFileSync(serverAsset('scanWorker.js'), 'utf8');
  return code;
}

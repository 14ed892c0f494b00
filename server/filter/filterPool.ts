/**
 * The threads that make rows, shared by all filters of the process: pull, not push, as ../search/searchPool.ts. They are not those
 * that search: a filter made of searches that are complete shall not wait behind one that is not.
 */
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { serverAsset } from '../assets.ts';
import { Rotation } from '../rotation.ts';
import { searchModule } from '../search/searchPool.ts';
import { startWorker } from '../startWorker.ts';
import type { FilterAnswer, FilterJob, FilterWorkerData } from './filterJob.ts';

/** Who wants rows made. All methods are called on the main thread and must be quick. */
export interface FilterClient {
  /** The next job, or null when there is none now; call `wake` when there may be one again. */
  nextJob(id: number): FilterJob | null;
  jobDone(job: FilterJob, answer: FilterAnswer): void;
  /** The job was lost with its thread. */
  jobLost(job: FilterJob): void;
}

const MAX_THREADS = 4;
const JOBS_PER_THREAD = 2;
const NICENESS = 5;
/** A job takes some ms. */
const QUIET_EVERY_MS = 20;
/** Packed hits that are on their way to threads; a single job may have more. */
const MAX_FLYING_BYTES = 67_108_864;

interface Flying {
  readonly job: FilterJob;
  readonly client: FilterClient;
  readonly bytes: number;
}

interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, Flying>;
}

let shared: FilterPool | null = null;

/** The pool of this process. */
export function filterPool(): FilterPool {
  shared ??= new FilterPool(Math.max(1, Math.min(MAX_THREADS, availableParallelism())));
  return shared;
}

export class FilterPool {
  readonly #threadCount: number;
  #threads: Thread[] = [];
  readonly #rotation = new Rotation<FilterClient>();
  #nextJob = 1;
  #bytes = 0;

  constructor(threads: number) {
    this.#threadCount = threads;
  }

  /** Starts asking `client` for jobs; also says that it has jobs again after `nextJob` gave null. */
  wake(client: FilterClient): void {
    this.#rotation.add(client);
    this.#fill();
  }

  /** Never asks `client` again; its jobs that are under way still report. */
  forget(client: FilterClient): void {
    this.#rotation.remove(client);
  }

  /** Resolves once no thread has a job on this descriptor, which may then be closed. Its filters must be closed before. */
  async quiet(fd: number): Promise<void> {
    const busy = (): boolean => this.#threads.some(({ jobs }) => [...jobs.values()].some(({ job }) => job.fd === fd));
    while (busy()) await delay(QUIET_EVERY_MS);
  }

  /** Ends all threads. For tests. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #fill(): void {
    for (let depth = 1; depth <= JOBS_PER_THREAD; depth++) {
      // Breadth first: every thread gets one job before any gets two.
      for (let i = 0; i < this.#threadCount; i++) {
        if ((this.#threads[i]?.jobs.size ?? 0) >= depth) continue;
        if (this.#bytes > MAX_FLYING_BYTES) return;
        const next = this.#next();
        if (!next) return;
        const thread = this.#threads[i] ?? this.#start() ?? this.#threads[0];
        if (!thread) {
          next.client.jobLost(next.job);
          continue;
        }
        thread.jobs.set(next.job.id, next);
        this.#bytes += next.bytes;
        // The copies of the hits are the job's own.
        const copies = next.job.layers.flatMap(({ parts }) => parts.map(({ bytes }) => bytes.buffer));
        thread.worker.postMessage(next.job, copies);
      }
    }
  }

  #next(): Flying | null {
    const next = this.#rotation.next((client) => client.nextJob(this.#nextJob++));
    if (!next) return null;
    let bytes = 0;
    for (const { parts } of next.job.layers) for (const part of parts) bytes += part.bytes.length;
    return { ...next, bytes };
  }

  /** Null when the system has no thread left. */
  #start(): Thread | null {
    const workerData: FilterWorkerData = { module: searchModule(), niceness: NICENESS };
    const worker = startWorker(serverAsset('filterWorker.js'), { workerData, name: 'bigview filter' });
    if (!worker) return null;
    const thread: Thread = { worker, jobs: new Map() };
    worker.unref();
    worker.on('message', (answer: FilterAnswer) => this.#said(thread, answer));
    worker.on('error', () => this.#lose(thread));
    worker.on('exit', () => this.#lose(thread));
    this.#threads.push(thread);
    return thread;
  }

  #said(thread: Thread, answer: FilterAnswer): void {
    const flying = thread.jobs.get(answer.id);
    if (!flying) return;
    thread.jobs.delete(answer.id);
    this.#bytes -= flying.bytes;
    flying.client.jobDone(flying.job, answer);
    this.#fill();
  }

  #lose(thread: Thread): void {
    if (!this.#threads.includes(thread)) return;
    this.#threads = this.#threads.filter((other) => other !== thread);
    const lost = [...thread.jobs.values()];
    thread.jobs.clear();
    for (const { job, client, bytes } of lost) {
      this.#bytes -= bytes;
      client.jobLost(job);
    }
    // Others wait for what the lost thread would have made room for; who has lost a job may not want another.
    this.#fill();
  }
}

/**
 * The threads that search, shared by all searches of the process.
 *
 * Pull, not push, as scanPool.ts: whenever a thread has room, the next client in rotation is asked for a job, so that several
 * searches get equal shares. A thread holds two jobs, one running and one waiting. Threads start with the first job and stay.
 *
 * Unlike the scan for lines, a job may never end: a regular expression can backtrack for years. A thread that has matched the same
 * bytes for `deadlineMs` is terminated and replaced; its client hears where that was, and the waiting job is given out again. An
 * expression that fills V8's stack ends its own job alone.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { assert } from '../../shared/assert.ts';
import { serverAsset } from '../assets.ts';
import type { WasmGlobal, WasmModule } from '../index/wasmTypes.ts';
import { Rotation } from '../rotation.ts';
import { startWorker } from '../startWorker.ts';
import { CONTEXT_BYTES, PIECE_BYTES } from './kernel.ts';
import type { SearchPlan } from './plan.ts';
import {
  Beacon,
  type FromWorker,
  type SearchJob,
  type SearchSizes,
  type SearchWorkerData,
  type StuckAt,
  type StuckJob,
} from './searchJob.ts';

/** Who wants something searched. All methods are called on the main thread and must be quick. */
export interface SearchClient {
  readonly plan: SearchPlan;
  /** The next job, or null when there is none now; call `wake` when there may be one again. */
  nextJob(id: number, search: number): SearchJob | null;
  /** Hits of a job handed out before; the last message of a job is `done`. */
  jobSaid(job: SearchJob, message: FromWorker): void;
  /** The job did not come back: its expression got stuck. */
  jobStuck(job: SearchJob, at: StuckAt): void;
  /** The job was lost through no fault of its own. */
  jobLost(job: SearchJob): void;
}

/**
 * Stripes of 512 KiB stay in a 1 MiB second-level cache with what else a thread touches. A segment of 16 MiB takes about 2 ms,
 * long enough that its message costs nothing, short enough that searches take turns.
 */
export const DEFAULT_SIZES: SearchSizes = {
  segmentBytes: 16_777_216,
  stripeBytes: 524_288,
  pieceBytes: PIECE_BYTES,
  windowBytes: 262_144,
  contextBytes: CONTEXT_BYTES,
  sendEveryMs: 40,
};

const MAX_THREADS = 8;
const JOBS_PER_THREAD = 2;
const NICENESS = 5;
/** Far longer than any piece takes whose matching is not exploding, on a busy machine as well. */
const DEADLINE_MS = 3_000;
const WATCH_MS = 200;
/** A job takes some ms. */
const QUIET_EVERY_MS = 20;

interface Thread {
  readonly worker: Worker;
  readonly beacon: Beacon;
  readonly jobs: Map<number, { readonly job: SearchJob; readonly client: SearchClient }>;
  /** Searches whose plans it knows. */
  readonly plans: Set<number>;
  beats: number;
  beatAt: number;
}

export interface PoolOptions {
  readonly threads: number;
  readonly sizes: SearchSizes;
  readonly deadlineMs: number;
}

let shared: SearchPool | null = null;

/** The pool of this process. */
export function searchPool(): SearchPool {
  shared ??= new SearchPool({
    threads: Math.max(1, Math.min(MAX_THREADS, availableParallelism())),
    sizes: DEFAULT_SIZES,
    deadlineMs: DEADLINE_MS,
  });
  return shared;
}

const { WebAssembly } = globalThis as unknown as WasmGlobal;
let compiled: WasmModule | null = null;

/** The compiled kernel, for other threads as well. */
export function searchModule(): WasmModule {
  compiled ??= new WebAssembly.Module(readFileSync(serverAsset('search.wasm')));
  return compiled;
}

export class SearchPool {
  readonly sizes: SearchSizes;
  readonly #threadCount: number;
  readonly #deadlineMs: number;
  #threads: Thread[] = [];
  readonly #rotation = new Rotation<SearchClient>();
  readonly #ids = new Map<SearchClient, number>();
  #nextSearch = 1;
  #nextJob = 1;
  #watch: NodeJS.Timeout | null = null;

  constructor({ threads, sizes, deadlineMs }: PoolOptions) {
    this.sizes = sizes;
    this.#threadCount = threads;
    this.#deadlineMs = deadlineMs;
  }

  /** Starts up to `count` threads, so that the first search need not wait for them (some 20 ms, 10 MiB each). */
  warm(count = this.#threadCount): void {
    while (this.#threads.length < Math.min(count, this.#threadCount)) if (!this.#start()) return;
  }

  /** Starts asking `client` for jobs; also says that it has jobs again after `nextJob` gave null. */
  wake(client: SearchClient): void {
    if (!this.#ids.has(client)) this.#ids.set(client, this.#nextSearch++);
    this.#rotation.add(client);
    this.#fill();
  }

  /** Never asks `client` again; its jobs that are under way still report. */
  forget(client: SearchClient): void {
    this.#rotation.remove(client);
    const search = this.#ids.get(client);
    this.#ids.delete(client);
    if (search === undefined) return;
    for (const thread of this.#threads) {
      // Messages come in order, so a job that waits still finds its plan.
      if (thread.plans.delete(search)) thread.worker.postMessage({ type: 'drop', search });
    }
  }

  /** Resolves once no thread has a job on this descriptor, which may then be closed. Its searches must be closed before. */
  async quiet(fd: number): Promise<void> {
    const busy = (): boolean => this.#threads.some(({ jobs }) => [...jobs.values()].some(({ job }) => job.fd === fd));
    while (busy()) await delay(QUIET_EVERY_MS);
  }

  /** Ends all threads. For tests. */
  async stop(): Promise<void> {
    if (this.#watch) clearInterval(this.#watch);
    this.#watch = null;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #fill(): void {
    for (let depth = 1; depth <= JOBS_PER_THREAD; depth++) {
      // Breadth first: every thread gets one job before any gets two.
      for (let i = 0; i < this.#threadCount; i++) {
        const jobs = this.#threads[i]?.jobs.size ?? 0;
        if (jobs >= depth) continue;
        const next = this.#next();
        if (!next) return;
        const thread = this.#threads[i] ?? this.#start() ?? this.#threads[0];
        if (thread) this.#give(thread, next.job, next.client);
        else next.client.jobLost(next.job);
      }
    }
  }

  #next(): { readonly job: SearchJob; readonly client: SearchClient } | null {
    return this.#rotation.next((client) => {
      const search = this.#ids.get(client);
      assert(search !== undefined, 'a client in rotation is known');
      return client.nextJob(this.#nextJob++, search);
    });
  }

  #give(thread: Thread, job: SearchJob, client: SearchClient): void {
    if (!thread.plans.has(job.search)) {
      thread.plans.add(job.search);
      thread.worker.postMessage({ type: 'plan', search: job.search, plan: client.plan });
    }
    if (thread.jobs.size === 0) thread.beatAt = performance.now();
    thread.jobs.set(job.id, { job, client });
    thread.worker.postMessage({ type: 'job', ...job });
    this.#watch ??= setInterval(() => this.#look(), WATCH_MS).unref();
  }

  /** Null when the system has no thread left. */
  #start(): Thread | null {
    const memory = new SharedArrayBuffer(Beacon.BYTES);
    const workerData: SearchWorkerData = {
      module: searchModule(),
      sizes: this.sizes,
      niceness: NICENESS,
      beacon: memory,
    };
    const worker = startWorker(serverAsset('searchWorker.js'), { workerData, name: 'bigview search' });
    if (!worker) return null;
    const beacon = new Beacon(memory);
    const thread: Thread = { worker, beacon, jobs: new Map(), plans: new Set(), beats: 0, beatAt: performance.now() };
    worker.unref();
    worker.on('message', (message: FromWorker | StuckJob) => this.#said(thread, message));
    worker.on('error', () => this.#lose(thread));
    worker.on('exit', () => this.#lose(thread));
    this.#threads.push(thread);
    return thread;
  }

  #said(thread: Thread, message: FromWorker | StuckJob): void {
    const entry = thread.jobs.get(message.id);
    if (!entry) return;
    const ends = 'stuck' in message || message.done;
    if (ends) thread.jobs.delete(message.id);
    if ('stuck' in message) entry.client.jobStuck(entry.job, message.stuck);
    else entry.client.jobSaid(entry.job, message);
    if (ends) this.#fill();
  }

  /** Looks for threads that have been matching the same bytes for too long. */
  #look(): void {
    const now = performance.now();
    let busy = false;
    for (const thread of this.#threads) {
      if (thread.jobs.size > 0) busy = true;
      const { beats, job } = thread.beacon;
      if (beats !== thread.beats || job === 0) {
        thread.beats = beats;
        thread.beatAt = now;
      } else if (now - thread.beatAt > this.#deadlineMs && thread.jobs.has(job)) this.#kill(thread, job);
    }
    if (busy || !this.#watch) return;
    clearInterval(this.#watch);
    this.#watch = null;
  }

  #kill(thread: Thread, stuck: number): void {
    const entry = thread.jobs.get(stuck);
    const { offset, length } = thread.beacon;
    thread.jobs.delete(stuck);
    this.#lose(thread);
    void thread.worker.terminate();
    entry?.client.jobStuck(entry.job, { offset, length, want: 'time' });
    this.#fill();
  }

  #lose(thread: Thread): void {
    if (!this.#threads.includes(thread)) return;
    this.#threads = this.#threads.filter((other) => other !== thread);
    const entries = [...thread.jobs.values()];
    thread.jobs.clear();
    for (const { job, client } of entries) client.jobLost(job);
    // Others wait for what the lost thread would have made room for; who has lost a job may not want another.
    this.#fill();
  }
}

import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A new thread, or null when the system has none left, as in a container with a limit: that must not end the server. */
export function startWorker(script: string | URL, options: WorkerOptions): Worker | null {
  try {
    return new Worker(script, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_INIT_FAILED') return null;
    throw error;
  }
}

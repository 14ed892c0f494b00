/** Clients of the thread pools that are made up: what becomes of one when the jobs of another take the only thread with them. */
import { expect, test } from 'vitest';
import type { FilterJob } from '../../../server/filter/filterJob.ts';
import { type FilterClient, FilterPool } from '../../../server/filter/filterPool.ts';
import type { SearchPlan } from '../../../server/search/plan.ts';
import type { SearchJob } from '../../../server/search/searchJob.ts';
import { DEFAULT_SIZES, type SearchClient, SearchPool } from '../../../server/search/searchPool.ts';

const never = (): never => {
  throw new Error('not to be called');
};

/** Two jobs that end their thread, and none after that, as of one that is closed meanwhile. */
function deadly<T>(job: (id: number) => T): { lost: number; nextJob(id: number): T | null } {
  let left = 2;
  return { lost: 0, nextJob: (id) => (left-- > 0 ? job(id) : null) };
}

test('a filter gets a thread when that of another died which wants none any more', async () => {
  const pool = new FilterPool(1);
  const first = deadly((id) => ({ id, layers: [] }) as Partial<FilterJob> as FilterJob);
  const client: FilterClient = { nextJob: first.nextJob, jobDone: never, jobLost: () => first.lost++ };
  pool.wake(client);
  const asked = new Promise<void>((resolve) => {
    const nextJob = (): null => {
      resolve();
      return null;
    };
    pool.wake({ nextJob, jobDone: never, jobLost: never });
  });
  await asked;
  expect(first.lost).toBe(2);
  await pool.stop();
});

test('a search gets a thread when that of another died which wants none any more', async () => {
  const pool = new SearchPool({ threads: 1, sizes: DEFAULT_SIZES, deadlineMs: 10_000 });
  const plan = { mode: 'lines' } as Partial<SearchPlan> as SearchPlan;
  const first = deadly((id) => ({ id, search: 1 }) as Partial<SearchJob> as SearchJob);
  const client: SearchClient = {
    plan,
    nextJob: first.nextJob,
    jobSaid: never,
    jobStuck: never,
    jobLost: () => first.lost++,
  };
  pool.wake(client);
  const asked = new Promise<void>((resolve) => {
    const nextJob = (): null => {
      resolve();
      return null;
    };
    pool.wake({ plan, nextJob, jobSaid: never, jobStuck: never, jobLost: never });
  });
  await asked;
  expect(first.lost).toBe(2);
  await pool.stop();
});

test('a job that comes up while another client is asked for one is a job of its own', async () => {
  const pool = new FilterPool(2);
  const lost: number[] = [];
  const done = new Promise<void>((resolve) => {
    const client = (nextJob: FilterClient['nextJob']): FilterClient => {
      return {
        nextJob,
        jobDone: never,
        jobLost: ({ id }) => {
          if (lost.push(id) === 2) resolve();
        },
      };
    };
    const jobs = (before: () => void): FilterClient['nextJob'] => {
      let left = 1;
      return (id) => {
        if (left-- <= 0) return null;
        before();
        return { id, layers: [] } as Partial<FilterJob> as FilterJob;
      };
    };
    const second = client(jobs(() => undefined));
    pool.wake(client(jobs(() => pool.wake(second))));
  });
  await done;
  expect(new Set(lost).size).toBe(2);
  await pool.stop();
});

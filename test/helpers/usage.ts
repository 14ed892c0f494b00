/** What a process holds, by /proc: what grows while its work repeats itself is a leak. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  readonly descriptors: number;
  /** Lines of /proc/PID/maps. */
  readonly mappings: number;
  readonly threads: number;
  /** Resident memory, bytes. */
  readonly rss: number;
}

export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    mappings: readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n').length - 1,
    threads: number('Threads'),
    rss: number('VmRSS') * 1024,
  };
}

export function showUsage({ descriptors, mappings, threads, rss }: Usage): string {
  return `${descriptors} descriptors, ${mappings} mappings, ${threads} threads, ${(rss / 2 ** 20).toFixed(0)} MiB`;
}

/** What a process holds, by /proc: what grows while its work repeats itself is a leak. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  readonly descriptors: number;
  /** Lines of /proc/PID/maps. */
  readonly mappings: number;
  /** Mappings that are pages of V8's heaps, which come and go by the hundred with each garbage collection. */
  readonly heapPages: number;
  readonly threads: number;
  /** Resident memory, bytes. */
  readonly rss: number;
}

const HEAP_PAGE_BYTES = 262_144;

/** By their size, and since they are nameless: V8 says no more of them. */
function heapPagesIn(maps: string): number {
  const places = [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw-p 00000000 00:00 0 *$/gm)];
  return places.filter(
    ([, start, end]) => Number.parseInt(end ?? '', 16) - Number.parseInt(start ?? '', 16) === HEAP_PAGE_BYTES,
  ).length;
}

export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  const maps = readFileSync(`/proc/${pid}/maps`, 'latin1');
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    mappings: maps.split('\n').length - 1,
    heapPages: heapPagesIn(maps),
    threads: number('Threads'),
    rss: number('VmRSS') * 1024,
  };
}

export function showUsage({ descriptors, mappings, heapPages, threads, rss }: Usage): string {
  return `${descriptors} descriptors, ${mappings} mappings (${heapPages} of V8's heaps), ${threads} threads, ${(rss / 2 ** 20).toFixed(0)} MiB`;
}

/** Bytes that a process has read from files and connections so far, those that lay in memory included; mapped ones are not. */
export function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1]);
}

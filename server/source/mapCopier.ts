/**
 * Copies out of mapped segments, where that needs no disk. JavaScript never touches a mapping: a load from a page past a new
 * end of the file would kill the process, so the system copies (process_vm_readv). That is also what it costs, measured for
 * random 64 KiB in memory, alone: `process_vm_readv` 6–9 us, `preadv2(RWF_NOWAIT)` 4.0 us, `fs.readSync` 4.2 us, `fs.read`
 * 41 us (7.5 us a read with 16 under way, on two cores); 100 bytes: 2.6–3.9, 0.8, 1.0 us.
 */
import type { EngineName } from '../../shared/protocol.ts';
import type { Copier } from './fileSource.ts';
import type { MapCalls } from './posix.ts';
import { ResidentSet } from './residentSet.ts';
import { type Mapper, SegmentMap } from './segmentMap.ts';

/** Longest run that is asked for and copied at once: the event loop is held for some 0.1 ms. */
const MAX_COPY_BYTES = 1 << 20;

export interface MapLimits {
  readonly segmentBytes: number;
  readonly maxSegments: number;
  /** Windows that end past this offset are not mapped. */
  readonly endLimit: number;
}

/** 64 GiB of address space a file at the most, of the 128 TiB that a process has. */
export const MAP_LIMITS: MapLimits = {
  segmentBytes: 2 ** 30,
  maxSegments: 64,
  endLimit: Number.MAX_SAFE_INTEGER,
};

export class MapCopier implements Copier {
  readonly engine: EngineName;
  readonly #calls: MapCalls;
  readonly #segments: SegmentMap;
  readonly #resident: ResidentSet;
  readonly #endLimit: number;

  constructor(engine: EngineName, fd: number, mapper: Mapper, calls: MapCalls, limits: MapLimits) {
    this.engine = engine;
    this.#calls = calls;
    this.#segments = new SegmentMap(mapper, fd, limits.segmentBytes, limits.maxSegments);
    this.#resident = new ResidentSet(calls.release);
    this.#endLimit = limits.endLimit;
  }

  copy(offset: number, target: Uint8Array, length: number): boolean {
    if (offset + length > this.#endLimit) return false;
    for (let done = 0; done < length; ) {
      const count = this.#copyRun(offset + done, target, done, Math.min(length - done, MAX_COPY_BYTES));
      if (count <= 0) return false;
      done += count;
    }
    return true;
  }

  /** Fills `target` from the start of the file whether or not that needs the disk; false when nothing can be copied. */
  probe(target: Uint8Array): boolean {
    const lease = this.#segments.lease(0, target.length);
    if (!lease) return false;
    try {
      return this.#calls.copy(lease.address, target, 0, target.length) === target.length;
    } finally {
      lease.end();
    }
  }

  close(): void {
    this.#segments.close();
  }

  /** Bytes copied to `target[start, …)`, as far as the segment goes; 0 or less when they have to come another way. */
  #copyRun(offset: number, target: Uint8Array, start: number, length: number): number {
    const lease = this.#segments.lease(offset, offset + length);
    if (!lease) return 0;
    try {
      const run = Math.min(length, lease.length);
      if (!this.#calls.resident(lease.address, run)) return 0;
      this.#resident.touch(lease.address, run, this.#segments.mappings());
      return this.#calls.copy(lease.address, target, start, run);
    } finally {
      lease.end();
    }
  }
}

/** Maps through libc, past the end of the file too: what it grows by shows in the same mapping. */
export function libcMapper(calls: MapCalls): Mapper {
  return {
    map(fd, offset, length) {
      const address = calls.map(fd, offset, length);
      return address === 0 ? null : { address, length };
    },
    unmap({ address, length }) {
      calls.unmap(address, length);
    },
  };
}

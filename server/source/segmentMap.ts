/**
 * Mapped pieces of one file. A mapping is a loan: addresses are handed out under a lease only, and a segment is unmapped when
 * it is the least recently used of too many, or at the end, but never while a lease on it runs.
 *
 * Segments are aligned to their own size, which is virtual: mapping costs 4 us whatever the length. Measured for random 64 KiB
 * copies over 1 GiB in memory: segments of 1 to 256 MiB with 64 MiB of them mapped at a time 23–32 us a copy, nearly all for
 * mapping and unmapping; one segment of 1 GiB 6–9 us. So they are large, and what keeps the resident set small is not
 * unmapping but ResidentSet.
 */
import { SourceError } from './source.ts';

/** What the system offers to map a file. */
export interface Mapper {
  /** Maps `length` bytes, or to the end of the file where the system maps no further; null when it refuses. */
  map(fd: number, offset: number, length: number): Mapping | null;
  unmap(mapping: Mapping): void;
}

export interface Mapping {
  readonly address: number;
  readonly length: number;
}

export interface Lease {
  /** Where the byte at the leased offset lies; only until `end`. */
  readonly address: number;
  /** Bytes from there to the end of the segment. */
  readonly length: number;
  /** Gives the loan back, once. */
  end(): void;
}

interface Segment {
  readonly mapping: Mapping;
  leases: number;
  /** Out of the table already; unmapped when the last lease ends. */
  dropped: boolean;
}

export class SegmentMap {
  readonly #mapper: Mapper;
  readonly #fd: number;
  readonly #segmentBytes: number;
  readonly #maxSegments: number;
  /** By number, least recently used first. */
  readonly #segments = new Map<number, Segment>();
  #mapped = 0;
  #closed = false;

  /** `segmentBytes` is a multiple of the system's page size (on Windows of 64 KiB). */
  constructor(mapper: Mapper, fd: number, segmentBytes: number, maxSegments: number) {
    this.#mapper = mapper;
    this.#fd = fd;
    this.#segmentBytes = segmentBytes;
    this.#maxSegments = maxSegments;
  }

  /** Segments mapped now, those that only wait for their leases to end included. */
  get mapped(): number {
    return this.#mapped;
  }

  /**
   * Lends the segment that holds `offset`, mapped up to its end or at least up to `end`, which lies in the file. Null when
   * the system refuses to map.
   */
  lease(offset: number, end: number): Lease | null {
    if (this.#closed) throw new SourceError('EBADF', 'the file is closed');
    const number = Math.floor(offset / this.#segmentBytes);
    const start = number * this.#segmentBytes;
    const segment = this.#find(number, Math.min(this.#segmentBytes, end - start));
    if (!segment) return null;
    segment.leases++;
    let ended = false;
    return {
      address: segment.mapping.address + (offset - start),
      length: segment.mapping.length - (offset - start),
      end: () => {
        if (ended) return;
        ended = true;
        segment.leases--;
        this.#unmapWhenFree(segment);
      },
    };
  }

  /** Everything mapped now that a lease can still be had for. */
  *mappings(): IterableIterator<Mapping> {
    for (const segment of this.#segments.values()) yield segment.mapping;
  }

  close(): void {
    this.#closed = true;
    for (const number of this.#segments.keys()) this.#drop(number);
  }

  #find(number: number, needed: number): Segment | null {
    const known = this.#segments.get(number);
    if (known && known.mapping.length >= needed) {
      this.#segments.delete(number);
      this.#segments.set(number, known);
      return known;
    }
    if (known) this.#drop(number);
    for (const [oldest] of this.#segments) {
      if (this.#segments.size < this.#maxSegments) break;
      this.#drop(oldest);
    }
    const mapping = this.#mapper.map(this.#fd, number * this.#segmentBytes, this.#segmentBytes);
    if (!mapping) return null;
    const segment = { mapping, leases: 0, dropped: false };
    this.#segments.set(number, segment);
    this.#mapped++;
    return segment;
  }

  #drop(number: number): void {
    const segment = this.#segments.get(number);
    if (!segment) return;
    this.#segments.delete(number);
    segment.dropped = true;
    this.#unmapWhenFree(segment);
  }

  #unmapWhenFree(segment: Segment): void {
    if (!segment.dropped || segment.leases > 0) return;
    this.#mapper.unmap(segment.mapping);
    this.#mapped--;
  }
}

/**
 * The part of a file whose lines are counted: always a prefix. It is a table of whole pages, and the tail, the part of a page
 * that follows them at the end of the file. Threads return runs of pages out of order; they wait here until the prefix reaches
 * them.
 */
import { PAGE_BYTES } from '../../shared/limits.ts';
import { LineTable } from './lineTable.ts';

/** A run of pages up to `end`; the last page may be a part of one. */
export interface Arrived {
  readonly end: number;
  /** Terminators of each page; null when it is a hole. */
  readonly counts: Uint32Array | null;
  /** The run ends with a terminator. */
  readonly endsLine: boolean;
}

/** A prefix as it can be kept: what the disk knows about a file from an earlier run. */
export interface KnownLines {
  readonly table: LineTable;
  /** Length of the prefix, the size of the file then; the table holds its whole pages. */
  readonly size: number;
  readonly tailTerminators: number;
  readonly endsLine: boolean;
}

interface Tail {
  readonly bytes: number;
  readonly terminators: number;
}

const NO_TAIL: Tail = { bytes: 0, terminators: 0 };

export class ScannedPrefix {
  #table = new LineTable();
  #tail = NO_TAIL;
  /** An empty prefix does. */
  #endsLine = true;
  readonly #waiting = new Map<number, Arrived>();

  /** Its whole pages. */
  get table(): LineTable {
    return this.#table;
  }

  /** Length of its whole pages. */
  get wholeBytes(): number {
    return this.#table.pages * PAGE_BYTES;
  }

  get bytes(): number {
    return this.wholeBytes + this.#tail.bytes;
  }

  get terminators(): number {
    return this.#table.terminators + this.#tail.terminators;
  }

  /** Lines that begin in it. */
  get lines(): number {
    return this.terminators + (this.#endsLine ? 0 : 1);
  }

  /** Takes over the run of pages that starts at `offset`; when it joins the prefix it extends it, else it waits. */
  add(offset: number, arrived: Arrived): void {
    // After growth a page may be on its way twice, once as a part and once whole: the longer run counts, whichever comes first.
    const rival = this.#waiting.get(offset);
    if (!rival || rival.end < arrived.end) this.#waiting.set(offset, arrived);
    for (;;) {
      const start = this.wholeBytes;
      const next = this.#waiting.get(start);
      if (!next) break;
      this.#waiting.delete(start);
      if (next.end <= this.bytes) break;
      const pages = Math.floor((next.end - start) / PAGE_BYTES);
      if (next.counts) this.#table.append(next.counts.subarray(0, pages));
      else this.#table.appendEmpty(pages);
      this.#tail = { bytes: next.end - this.wholeBytes, terminators: next.counts?.[pages] ?? 0 };
      this.#endsLine = next.endsLine;
    }
  }

  /** Becomes what was known. */
  adopt(known: KnownLines): void {
    this.clear();
    this.#table = known.table;
    this.#tail = { bytes: known.size - this.wholeBytes, terminators: known.tailTerminators };
    this.#endsLine = known.endsLine;
  }

  /** The table is the one that goes on to grow. */
  known(): KnownLines {
    return {
      table: this.#table,
      size: this.bytes,
      tailTerminators: this.#tail.terminators,
      endsLine: this.#endsLine,
    };
  }

  /** Drops the runs that the prefix has not reached. */
  forgetWaiting(): void {
    this.#waiting.clear();
  }

  /** Becomes empty; the old table stays as it is for who reads it. */
  clear(): void {
    this.#waiting.clear();
    this.#table = new LineTable();
    this.#tail = NO_TAIL;
    this.#endsLine = true;
  }
}

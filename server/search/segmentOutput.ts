/** Collects what a job found and sends it on: whole pages only, at once when the job ends, and now and then before. */
import { PAGE_BYTES } from '../../shared/limits.ts';
import { type FixedLength, HitPacker, PackedWriter } from './packing.ts';
import type { FromWorker, SearchJob } from './searchJob.ts';

/** Packed hits that are sent before the job ends, bytes. */
const SEND_BYTES = 4_194_304;
const FIRST_CAPACITY = 4_096;

export class SegmentOutput {
  readonly #job: SearchJob;
  readonly #sendEveryMs: number;
  readonly #send: (message: FromWorker) => void;
  #writer = new PackedWriter(FIRST_CAPACITY);
  readonly #packer: HitPacker;
  #first: number | null = null;
  #reach = 0;
  #sentAt = performance.now();

  constructor(job: SearchJob, fixed: FixedLength, sendEveryMs: number, send: (message: FromWorker) => void) {
    this.#sendEveryMs = sendEveryMs;
    this.#job = job;
    this.#send = send;
    this.#packer = new HitPacker(this.#writer, fixed);
  }

  /** End of the last hit. */
  get reach(): number {
    return this.#reach;
  }

  /** One hit; they come in order. */
  add(offset: number, length: number): void {
    this.#first ??= offset;
    this.#reach = offset + length;
    this.#packer.add(offset - this.#job.base, length);
  }

  /** The hits of the page at `offset`, as the kernel packed them; all of it. `first` is the first of them. */
  page(offset: number, count: number, hits: Uint8Array, first: number, reach: number): void {
    this.#first ??= first;
    this.#reach = reach;
    this.#writer.page((offset - this.#job.base) / PAGE_BYTES, count, hits);
  }

  /** All hits before `scannedTo` were added; sends them if it is time. */
  advance(scannedTo: number): void {
    if (this.#writer.length < SEND_BYTES && performance.now() - this.#sentAt < this.#sendEveryMs) return;
    // What is sent ends with a page.
    const page = Math.floor((scannedTo - this.#job.base) / PAGE_BYTES);
    this.#packer.finishBefore(page);
    this.#flush({ scannedTo: this.#job.base + page * PAGE_BYTES });
  }

  /** What was added so far was found before `offset`, and is what a larger file would hold there too. */
  settle(offset: number): void {
    this.#packer.finishBefore(Infinity);
    this.#flush({ scannedTo: offset, settledTo: offset });
  }

  /** The last word on the job. */
  finish(scannedTo: number, error: string | null): void {
    this.#packer.finishBefore(Infinity);
    this.#flush({ scannedTo, done: true, error });
  }

  #flush(said: Pick<FromWorker, 'scannedTo'> & Partial<FromWorker>): void {
    this.#send({
      id: this.#job.id,
      part: this.#writer.take(),
      settledTo: null,
      done: false,
      first: this.#first,
      reach: this.#reach,
      error: null,
      ...said,
    });
    this.#writer.reset();
    this.#sentAt = performance.now();
  }
}

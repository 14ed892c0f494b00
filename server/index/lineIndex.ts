/**
 * Where the lines of one file are, in one line format, as far as the file has been scanned.
 *
 * What it knows is always a prefix of the file (scannedPrefix.ts), and every answer about that is exact, so lines may be asked
 * for at any moment. Here it is decided what is scanned when, by whom, and what becomes of the result.
 *
 * It belongs to one generation of its source: growth extends it (`grown`: the tail is scanned again, whole pages never are), but
 * whoever sees a new generation closes it and makes another. It notices a new generation itself and then merely stops.
 */
import type { Extent } from '../../shared/extent.ts';
import type { LineFormat } from '../../shared/lineFormat.ts';
import type { IndexStatus } from '../../shared/protocol.ts';
import { type Source, SourceError, StaleReadError } from '../source/source.ts';
import { KERNEL_BYTES, lineKernel, needleOf } from './kernel.ts';
import type { LineTable } from './lineTable.ts';
import { ProgressTeller } from './progressTeller.ts';
import type { ScanJob, ScanResult } from './scanJob.ts';
import { type Arrived, type KnownLines, ScannedPrefix } from './scannedPrefix.ts';
import { ScanPlan } from './scanPlan.ts';
import { type ScanClient, type ScanScheduler, scanPool } from './scanPool.ts';
import { Stopwatch } from './stopwatch.ts';

/** Remembers finished indexes from one run to the next; it may forget at will, and never throws. */
export interface LineMemory {
  load(source: Source, format: LineFormat): Promise<KnownLines | null>;
  store(source: Source, format: LineFormat, known: KnownLines): Promise<void>;
}

export interface LineIndexOptions {
  readonly memory: LineMemory | null;
  /** The data of a sparse file, see server/source/holes.ts; null when it has no holes. */
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
  readonly pool?: ScanScheduler;
}

/** What is shorter is read here: starting threads would take longer than counting. */
const INLINE_BYTES = 4_194_304;
/** Growth after which an index is worth storing again. */
const STORE_AGAIN_BYTES = 67_108_864;
/** Longer than a source needs to make up its mind about a change. */
const RETRY_MS = 300;

export class LineIndex implements ScanClient {
  readonly format: LineFormat;
  /** The generation of the source that the index describes. */
  readonly generation: number;
  readonly #source: Source;
  readonly #options: LineIndexOptions;
  readonly #pool: ScanScheduler;
  readonly #teller = new ProgressTeller();
  readonly #prefix = new ScannedPrefix();
  #target: number;
  #plan: ScanPlan;
  /** Ids of the jobs that threads work on, and the plan they belong to. */
  readonly #flying = new Map<number, ScanPlan>();
  #started = false;
  #loading = false;
  #inline = false;
  #cancelled = false;
  #closed = false;
  #error: string | null = null;
  #fromCache = false;
  #clock = new Stopwatch();
  #storedSize = 0;
  #retry: NodeJS.Timeout | null = null;
  #idle: (() => void)[] = [];

  constructor(source: Source, format: LineFormat, options: LineIndexOptions) {
    this.#source = source;
    this.format = format;
    this.generation = source.generation;
    this.#options = options;
    this.#pool = options.pool ?? scanPool();
    this.#target = source.size;
    this.#plan = new ScanPlan(0, this.#target, options.nextData);
  }

  /** Whole pages of the scanned prefix. */
  get table(): LineTable {
    return this.#prefix.table;
  }

  /** Terminators in the scanned prefix, the tail included. */
  get terminators(): number {
    return this.#prefix.terminators;
  }

  get scannedBytes(): number {
    return this.#prefix.bytes;
  }

  get complete(): boolean {
    return this.scannedBytes === this.#target;
  }

  /** Number of lines of the file as it was last seen, once that is known. */
  get totalLines(): number | null {
    return this.complete && this.#target === this.#source.size ? this.#prefix.lines : null;
  }

  status(): IndexStatus {
    return {
      scannedBytes: this.scannedBytes,
      lines: this.#prefix.lines,
      complete: this.complete,
      cancelled: this.#cancelled,
      elapsedMs: Math.round(this.#clock.elapsedMs),
      fromCache: this.#fromCache,
      error: this.#error,
    };
  }

  /** `listener` hears of progress, at most every 50 ms, and of every end of it; returns how to stop that. */
  onProgress(listener: () => void): () => void {
    return this.#teller.add(listener);
  }

  /** Begins to scan, once; what an earlier run left on disk is tried first. */
  start(): void {
    if (this.#started || this.#closed) return;
    this.#started = true;
    void this.#loadThenRun();
  }

  /** Stops after the jobs under way; what was scanned stays. */
  cancel(): void {
    if (this.#cancelled || this.complete) return;
    this.#cancelled = true;
    this.#settle();
  }

  /** Goes on after `cancel`, and tries again after an error. */
  resume(): void {
    this.#cancelled = false;
    if (this.#error !== null) this.#replan();
    this.#error = null;
    if (this.#started) this.#run();
    else this.start();
    this.#teller.tell();
  }

  /** The file is now `size` bytes long, in the same generation. */
  grown(size: number): void {
    if (size <= this.#target || this.#closed) return;
    this.#target = size;
    this.#plan.extend(size);
    this.#run();
  }

  /** What was read contradicts the counts (the file was written to in place, unnoticed): forgets everything, scans anew. */
  distrust(): void {
    this.#prefix.clear();
    this.#fromCache = false;
    this.#clock = new Stopwatch();
    this.#storedSize = 0;
    this.#target = this.#source.size;
    this.#replan();
    this.#run();
  }

  /** Ends the scan; resolves when no thread uses the source's descriptor any more. */
  close(): Promise<void> {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#pool.forget(this);
    this.#teller.close();
    this.#settle();
    if (this.#flying.size === 0 && !this.#inline && !this.#loading) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  nextJob(id: number): ScanJob | null {
    if (!this.#wanted || this.#inline) return null;
    for (;;) {
      const step = this.#plan.next(this.#pool.size);
      if (!step) return null;
      if (step.hole) {
        this.#accept(step.offset, { end: step.end, counts: null, endsLine: false });
        continue;
      }
      this.#flying.set(id, this.#plan);
      const { fd } = this.#source;
      const { unitBytes } = this.format;
      return { id, fd, offset: step.offset, length: step.end - step.offset, needle: needleOf(this.format), unitBytes };
    }
  }

  jobDone(job: ScanJob, result: ScanResult): void {
    const current = this.#flying.get(job.id) === this.#plan;
    this.#flying.delete(job.id);
    // Looked at after the bytes were read: had they been of another generation, it would show now.
    if (!this.#closed && current && this.#sameGeneration()) {
      if (result.error !== null) this.#fail(result.errorOffset, result.error);
      else {
        const endsLine = result.last === needleOf(this.format);
        this.#accept(job.offset, { end: job.offset + job.length, counts: result.counts, endsLine });
      }
    }
    this.#rest();
  }

  get #wanted(): boolean {
    const allowed = this.#started && !this.#loading && !this.#cancelled && !this.#closed && this.#error === null;
    return allowed && !this.complete && this.#source.generation === this.generation;
  }

  async #loadThenRun(): Promise<void> {
    this.#loading = true;
    const known = (await this.#options.memory?.load(this.#source, this.format).catch(() => null)) ?? null;
    this.#loading = false;
    if (known && !this.#closed && this.scannedBytes === 0 && known.size <= this.#target) this.#adopt(known);
    this.#run();
    this.#rest();
  }

  #adopt(known: KnownLines): void {
    this.#prefix.adopt(known);
    this.#fromCache = true;
    this.#storedSize = known.size;
    // In any case: what the file grows by is planned from there on.
    this.#replan();
    if (!this.complete) return;
    this.#cancelled = false;
    this.#teller.tell();
  }

  #run(): void {
    if (!this.#wanted) return;
    this.#clock.start();
    if (this.#inline) return;
    if (this.#flying.size === 0 && this.#target - this.#plan.position <= INLINE_BYTES) void this.#scanInline();
    else this.#pool.wake(this);
  }

  async #scanInline(): Promise<void> {
    this.#inline = true;
    let offset = 0;
    try {
      while (this.#wanted && this.#target - this.#plan.position <= INLINE_BYTES) {
        const plan = this.#plan;
        const step = plan.next(1);
        if (!step) break;
        offset = step.offset;
        if (step.hole) this.#accept(offset, { end: step.end, counts: null, endsLine: false });
        else await this.#readInline(plan, offset, step.end);
      }
    } catch (error) {
      if (error instanceof SourceError) this.#fail(offset, error.code);
      else if (error instanceof StaleReadError) this.#retrySoon();
      else throw error;
    } finally {
      this.#inline = false;
    }
    this.#rest();
    // Growth during the last read is left to do.
    if (!this.#plan.done && !this.#retry && this.#sameGeneration()) this.#run();
  }

  /** The source does not know yet whether the file grew or was rewritten; soon it will. */
  #retrySoon(): void {
    this.#replan();
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      if (this.#sameGeneration()) this.#run();
    }, RETRY_MS).unref();
  }

  async #readInline(plan: ScanPlan, start: number, end: number): Promise<void> {
    const kernel = lineKernel();
    for (let offset = start; offset < end && plan === this.#plan && !this.#closed; offset += KERNEL_BYTES) {
      const bytes = new Uint8Array(Math.min(KERNEL_BYTES, end - offset));
      const count = await this.#source.read(offset, bytes);
      if (plan !== this.#plan || !this.#sameGeneration()) return;
      if (count < bytes.length) return this.#fail(offset + count, 'SHORT');
      const last = bytes.subarray(bytes.length - this.format.unitBytes);
      const whole = bytes.length % this.format.unitBytes === 0;
      const endsLine = whole && kernel.count(last, this.format) === 1;
      this.#accept(offset, { end: offset + count, counts: kernel.countPages(bytes, this.format), endsLine });
    }
  }

  /** Takes over pages; what joins the prefix extends it. */
  #accept(offset: number, arrived: Arrived): void {
    this.#prefix.add(offset, arrived);
    if (this.complete) this.#finish();
    else this.#teller.tellSoon();
  }

  #finish(): void {
    this.#cancelled = false;
    this.#settle();
    if (this.#closed || this.#target - this.#storedSize < (this.#storedSize > 0 ? STORE_AGAIN_BYTES : 1)) return;
    this.#storedSize = this.#target;
    void this.#options.memory?.store(this.#source, this.format, this.#prefix.known()).catch(() => undefined);
  }

  #fail(offset: number, code: string): void {
    if (this.#error !== null) return;
    this.#error = failure(offset, code);
    this.#settle();
  }

  /** Forgets what was planned but not merged; jobs that still fly are of another plan and will be ignored. */
  #replan(): void {
    this.#prefix.forgetWaiting();
    this.#plan = new ScanPlan(this.#prefix.wholeBytes, this.#target, this.#options.nextData);
  }

  #sameGeneration(): boolean {
    try {
      this.#source.refresh();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      this.#fail(this.scannedBytes, error.code);
      return false;
    }
    return this.#source.generation === this.generation;
  }

  /** The clock stops, and listeners hear of the new state at once. */
  #settle(): void {
    this.#clock.stop();
    this.#teller.tell();
  }

  #rest(): void {
    if (this.#flying.size > 0 || this.#inline || this.#loading) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function failure(offset: number, code: string): string {
  const place = `at offset ${offset}`;
  if (code === 'SHORT') return `The scan for lines stopped: the file ended early, ${place}.`;
  if (code === 'THREAD') return `The scan for lines stopped: the system has no thread left for it, ${place}.`;
  if (code === 'WORKER') return `The scan for lines stopped: a scanning thread died, ${place}.`;
  return `The scan for lines stopped: the file cannot be read ${place} (${code}).`;
}

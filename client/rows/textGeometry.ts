/**
 * Where the rows of a text view are: asks the server for lines around the place that is shown, keeps them as a run (textRun.ts),
 * and tells the view when rows were renamed or where to scroll. Knows neither DOM nor bytes.
 *
 * Every change is told once, as a TextChange that holds all that has to be done together: new rows, a renaming, a scroll. At most
 * one request a side and one jump are on their way; a new jump aborts the one before. What fails is kept as an error with the side
 * it belongs to, is tried again by itself when the network or a busy server was to blame, and at once by `retry`.
 */
import type { LinesReply } from '../../shared/protocol.ts';
import { ApiError, isAbort, isTransient } from '../api/errors.ts';
import { browserClock, type Clock } from '../cache/clock.ts';
import type { RowAlign } from './runway.ts';
import type {
  FetchGeometry,
  GeometryFile,
  GeometryPlace,
  TextChange,
  TextErrors,
  TextScroll,
  TextSide,
  TextSnapshot,
} from './textChange.ts';
import {
  appendRecords,
  createRun,
  estimateOffset,
  FETCH_ROWS,
  planWishes,
  prependRecords,
  rowOfOffset,
  runEnd,
  runStart,
  type TextFacts,
  type TextRun,
  type TextWish,
  tailOffset,
  totalRows,
  trimRun,
  withFirstLine,
} from './textRun.ts';

/** A jump waits so long for the rows above its place, before it shows the ones below alone. */
const ABOVE_PATIENCE_MS = 80;
const CONFIRM_INTERVAL_MS = 1_000;
const FIRST_BACKOFF_MS = 300;
const MAX_BACKOFF_MS = 8_000;
/** Mean line of a file of which nothing is known. */
const UNKNOWN_MEAN = 100;
/** Bytes that have to be scanned before the index's mean is believed. */
const MEAN_SAMPLE_BYTES = 65_536;

export interface TextGeometryOptions {
  readonly file: GeometryFile;
  /** Longest row, bytes; null for whole lines. */
  readonly split: number | null;
  readonly fetch: FetchGeometry;
  /** A reply says that the file is another one than known here; `update` will follow. */
  readonly onStale: (generation: number, size: number) => void;
  readonly clock?: Clock;
}

export class TextGeometry {
  readonly #fetch: FetchGeometry;
  readonly #onStale: (generation: number, size: number) => void;
  readonly #clock: Clock;
  readonly #listeners = new Set<(change: TextChange) => void>();
  readonly #flights = new Map<TextSide | 'confirm', AbortController>();
  /** Sides whose last reply brought nothing; asked again when more is known of the file. */
  readonly #stuck = new Set<TextSide>();
  #file: GeometryFile;
  #split: number | null;
  #run: TextRun | null = null;
  #totalLines: number | null = null;
  #sampleMean: number | null = null;
  #errors: TextErrors = {};
  #epoch = 0;
  #visible = { first: 0, last: 0 };
  /** The jump that is under way, to be made again when it failed. */
  #jump: { readonly offset: number; readonly align: TextScroll['align']; readonly px: number } | null = null;
  #failures = 0;
  #cancelBackoff: (() => void) | null = null;
  #cancelConfirm: (() => void) | null = null;
  #disposed = false;

  constructor(options: TextGeometryOptions) {
    this.#file = options.file;
    this.#split = options.split;
    this.#fetch = options.fetch;
    this.#onStale = options.onStale;
    this.#clock = options.clock ?? browserClock;
  }

  subscribe(listener: (change: TextChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(): TextSnapshot {
    const facts = this.#facts();
    const rowCount = this.#run ? totalRows(this.#run, facts) : 0;
    return {
      run: this.#run,
      rowCount,
      facts,
      errors: this.#errors,
      epoch: this.#epoch,
      moving: this.#flights.has('jump'),
    };
  }

  /** Shows the row that holds `offset` (clamped to the file): at once when it is in the run, else when it came. */
  show(offset: number, align: RowAlign): void {
    this.#go(offset, align, 0);
  }

  /** Makes everything anew around `offset`, whose row is shown with `px` above the top edge. */
  rebuild(offset: number, px: number, split: number | null): void {
    this.#split = split;
    this.#forget();
    this.#go(offset, 'keep', px);
  }

  /** The view says which coordinates are on screen, of which epoch. Starts the requests that are due. */
  look(epoch: number, first: number, last: number): void {
    if (epoch !== this.#epoch) return;
    this.#visible = { first, last };
    this.#plan();
  }

  /** What became of the file; a new generation or encoding makes everything anew around `top`. */
  update(file: GeometryFile, top: { readonly offset: number; readonly px: number }): void {
    const before = this.#file;
    this.#file = file;
    if (file.generation !== before.generation || file.encoding !== before.encoding || file.size < before.size) {
      this.rebuild(top.offset, top.px, this.#split);
      return;
    }
    this.#stuck.clear();
    if (file.size !== before.size || file.index !== before.index) {
      if (file.size !== before.size) this.#totalLines = null;
      if (file.index?.complete) this.#totalLines = file.index.lines;
      if (this.#run === null && !this.#flights.has('jump')) this.#go(top.offset, 'keep', top.px);
      else this.#emit(0, null);
      this.#confirm();
      this.#plan();
      this.#refreshTail(before.size);
    }
  }

  /** A last line without terminator went on when the file grew: it is asked for again even when it is far from the view. */
  #refreshTail(sizeBefore: number): void {
    const run = this.#run;
    if (!run || this.#file.size <= sizeBefore || runEnd(run) !== sizeBefore || this.#flights.has('after')) return;
    const offset = tailOffset(run);
    if (offset < sizeBefore) void this.#extend({ kind: 'after', offset, count: FETCH_ROWS });
  }

  retry(): void {
    this.#cancelBackoff?.();
    this.#cancelBackoff = null;
    this.#errors = {};
    this.#stuck.clear();
    if (this.#jump) this.#go(this.#jump.offset, this.#jump.align, this.#jump.px);
    else {
      this.#emit(0, null);
      this.#plan();
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#forget();
    this.#listeners.clear();
  }

  #forget(): void {
    for (const flight of this.#flights.values()) flight.abort();
    this.#flights.clear();
    this.#cancelBackoff?.();
    this.#cancelBackoff = null;
    this.#stuck.clear();
    this.#cancelConfirm?.();
    this.#cancelConfirm = null;
    this.#errors = {};
    this.#totalLines = null;
    this.#sampleMean = null;
    this.#run = null;
    this.#jump = null;
  }

  #facts(): TextFacts {
    const { size, index } = this.#file;
    const scanned = index && index.scannedBytes >= MEAN_SAMPLE_BYTES && index.lines > 0;
    const mean = scanned ? index.scannedBytes / index.lines : (this.#sampleMean ?? UNKNOWN_MEAN);
    return { size, totalLines: this.#totalLines, meanLine: Math.max(1, mean) };
  }

  #emit(shift: number, scroll: TextScroll | null): void {
    if (this.#disposed) return;
    const change: TextChange = { snapshot: this.snapshot(), shift, scroll };
    for (const listener of [...this.#listeners]) listener(change);
  }

  #go(offset: number, align: TextScroll['align'], px: number): void {
    const size = this.#file.size;
    this.#flights.get('jump')?.abort();
    this.#flights.delete('jump');
    this.#jump = null;
    if (size === 0) {
      this.#run = null;
      this.#emit(0, null);
      return;
    }
    const place = Math.max(0, Math.min(offset, size - 1));
    const row = this.#run ? rowOfOffset(this.#run, place, size) : null;
    if (row !== null) {
      this.#emit(0, scrollTo(row, align, px));
      return;
    }
    this.#jump = { offset: place, align, px };
    void this.#load({ offset: place, row: null, line: null }, (at) => scrollTo(at, align, px));
  }

  /**
   * Makes a new run around a byte, or around a line whose number is known. Its row gets coordinate `row` if one is given and
   * nothing better is known.
   */
  async #load(
    target: { readonly offset: number; readonly row: number | null; readonly line: number | null },
    scroll: (row: number) => TextScroll | null,
  ): Promise<void> {
    const { offset } = target;
    const byLine = target.line !== null;
    const flight = this.#takeOff('jump');
    const start = Math.max(0, (target.line ?? 0) - FETCH_ROWS / 2);
    const above = offset > 0 && !byLine ? this.#ask({ offset }, -FETCH_ROWS, flight) : null;
    // Its failure shows when the rows above are asked for again.
    above?.catch(() => {});
    try {
      const below = byLine
        ? await this.#ask({ start }, FETCH_ROWS * 2, flight)
        : await this.#ask({ offset }, FETCH_ROWS, flight);
      const first = above ? await this.#soon(above) : null;
      if (!this.#land('jump', flight)) return;
      if (!this.#accept(below) || below.lines.length === 0) return;
      this.#sample(below);
      this.#cancelSides();
      const joins = first?.generation === below.generation && joined(first, below);
      const records = joins ? [...first.lines, ...below.lines] : below.lines;
      const index = joins ? first.lines.length : 0;
      const facts = this.#facts();
      const line = Math.round((below.lines[0]?.offset ?? offset) / facts.meanLine);
      const run = createRun(records, this.#split !== null, { index, row: target.row ?? line, line }, facts);
      const at = (byLine ? null : rowOfOffset(run, offset, this.#file.size)) ?? target.row ?? run.firstRow;
      const wish = scroll(at);
      this.#run = run;
      this.#epoch += 1;
      this.#visible = { first: at, last: at };
      this.#jump = null;
      this.#stuck.clear();
      this.#succeeded('jump');
      this.#emit(0, wish);
      this.#confirm();
      this.#plan();
    } catch (error) {
      if (this.#land('jump', flight)) this.#failed('jump', error);
    }
  }

  /** The reply when it comes within a short time, else null. */
  #soon(reply: Promise<LinesReply>): Promise<LinesReply | null> {
    return new Promise((resolve) => {
      const cancel = this.#clock.delay(ABOVE_PATIENCE_MS, () => resolve(null));
      const done = (value: LinesReply | null) => {
        cancel();
        resolve(value);
      };
      reply.then(done, () => done(null));
    });
  }

  #plan(): void {
    const run = this.#run;
    if (!run || this.#disposed || this.#flights.has('jump')) return;
    for (const wish of planWishes(run, this.#visible, this.#file.size)) {
      const { kind } = wish;
      if (this.#flights.has(kind) || this.#stuck.has(kind) || this.#errors[kind] !== undefined) continue;
      if (wish.kind === 'jump') {
        const { row } = wish;
        const counted = this.#totalLines ?? this.#file.index?.lines ?? 0;
        const line = run.exact && !run.split && row < counted ? row : null;
        // The place on screen keeps its coordinates if it can; the rows come to where the view is.
        void this.#load({ offset: estimateOffset(run, row, this.#facts()), row, line }, (at) =>
          at === row ? null : { row: at, align: 'keep', px: 0 },
        );
        return;
      }
      void this.#extend(wish);
    }
  }

  async #extend(wish: Exclude<TextWish, { kind: 'jump' }>): Promise<void> {
    const { kind, offset } = wish;
    const flight = this.#takeOff(kind);
    try {
      const reply = await this.#ask({ offset }, kind === 'after' ? wish.count : -wish.count, flight);
      const run = this.#run;
      if (!this.#land(kind, flight) || !run || !this.#accept(reply)) return;
      this.#sample(reply);
      const facts = this.#facts();
      const add = kind === 'after' ? appendRecords : prependRecords;
      const next = add(run, reply.lines, facts);
      this.#succeeded(kind);
      if (next === null) {
        this.#mismatch(run);
        return;
      }
      const grew = kind === 'after' ? runEnd(next) > runEnd(run) : runStart(next) < runStart(run);
      if (!grew) this.#stuck.add(kind);
      this.#become(next);
      this.#plan();
    } catch (error) {
      if (this.#land(kind, flight)) this.#failed(kind, error);
    }
  }

  /** Takes a changed run over the same bytes: emits the renaming that goes with it, so that no pixel moves. */
  #become(next: TextRun): void {
    const run = this.#run;
    if (!run) return;
    // A row that is in both: the first of the later start.
    const from = Math.max(runStart(run), runStart(next));
    const before = rowOfOffset(run, from, this.#file.size);
    const after = rowOfOffset(next, from, this.#file.size);
    const shift = before === null || after === null ? 0 : after - before;
    if (shift !== 0) this.#epoch += 1;
    this.#visible = { first: this.#visible.first + shift, last: this.#visible.last + shift };
    this.#run = trimRun(next, this.#visible);
    this.#emit(shift, null);
  }

  /** New rows do not fit the old ones (the index now knows more of a huge line): all are asked for again. */
  #mismatch(run: TextRun): void {
    const row = run.rows[Math.max(0, Math.min(this.#visible.first - run.firstRow, run.rows.length - 1))];
    const target = { offset: row?.offset ?? 0, row: this.#visible.first, line: null };
    void this.#load(target, (at) => ({ row: at, align: 'keep', px: 0 }));
  }

  /** Asks for the line number of an estimated run once the index has passed it. */
  #confirm(): void {
    const run = this.#run;
    if (!run || run.exact || this.#flights.has('confirm')) return;
    const { index } = this.#file;
    if (index && index.scannedBytes <= runStart(run)) return;
    void this.#confirmLine(runStart(run));
  }

  async #confirmLine(offset: number): Promise<void> {
    const flight = this.#takeOff('confirm');
    try {
      const reply = await this.#ask({ offset }, 1, flight);
      const run = this.#run;
      if (!this.#land('confirm', flight) || !run || !this.#accept(reply)) return;
      const line = reply.lines[0]?.line ?? null;
      if (line === null) this.#confirmLater();
      if (line === null || run.exact) return;
      const row = reply.lines[0] && rowOfOffset(run, reply.lines[0].offset, this.#file.size);
      if (row === null || row === undefined || run.rows[row - run.firstRow]?.offset !== reply.lines[0]?.offset) {
        // The run begins inside a line whose start was out of reach and is known now.
        this.#mismatch(run);
        return;
      }
      const ordinal = run.rows[row - run.firstRow]?.ordinal ?? 0;
      this.#become(withFirstLine(run, line - ordinal + (run.rows[0]?.ordinal ?? 0), this.#facts()));
      this.#plan();
    } catch {
      // The number stays an estimate; the next progress of the index asks again.
      this.#land('confirm', flight);
    }
  }

  /** Where no progress is told (an encoding with other terminators than the file's own), asks again by itself. */
  #confirmLater(): void {
    if (this.#file.index !== null) return;
    this.#cancelConfirm?.();
    this.#cancelConfirm = this.#clock.delay(CONFIRM_INTERVAL_MS, () => this.#confirm());
  }

  #takeOff(side: TextSide | 'confirm'): AbortController {
    const flight = new AbortController();
    this.#flights.get(side)?.abort();
    this.#flights.set(side, flight);
    return flight;
  }

  /** Whether the flight still is the one of its side; it is not when something newer took its place. */
  #land(side: TextSide | 'confirm', flight: AbortController): boolean {
    if (this.#flights.get(side) !== flight) return false;
    this.#flights.delete(side);
    return !this.#disposed;
  }

  #cancelSides(): void {
    for (const side of ['before', 'after', 'confirm'] as const) {
      this.#flights.get(side)?.abort();
      this.#flights.delete(side);
    }
  }

  #ask(place: GeometryPlace, count: number, flight: AbortController): Promise<LinesReply> {
    const { encoding, generation } = this.#file;
    return this.#fetch({ place, count, split: this.#split, encoding, generation }, flight.signal);
  }

  /** False when the reply is of another state of the file; the owner then brings an update. */
  #accept(reply: LinesReply): boolean {
    if (reply.generation !== this.#file.generation) {
      this.#onStale(reply.generation, reply.size);
      return false;
    }
    if (reply.size > this.#file.size) {
      this.#file = { ...this.#file, size: reply.size };
      this.#onStale(reply.generation, reply.size);
    }
    this.#totalLines = reply.totalLines ?? this.#totalLines;
    return true;
  }

  #sample(reply: LinesReply): void {
    const first = reply.lines[0];
    const last = reply.lines.at(-1);
    const ends = reply.lines.filter((line) => line.terminatorLength > 0).length;
    if (!first || !last || ends < 8) return;
    this.#sampleMean = (last.offset + last.length + last.terminatorLength - first.offset) / ends;
  }

  #succeeded(side: TextSide): void {
    this.#failures = 0;
    const { [side]: _, ...others } = this.#errors;
    this.#errors = side === 'jump' ? {} : others;
  }

  #failed(side: TextSide, error: unknown): void {
    if (isAbort(error)) return;
    if (error instanceof ApiError && (error.code === 'stale-generation' || error.code === 'past-end')) {
      const { generation, size } = error.details;
      if (generation !== undefined && size !== undefined && generation !== this.#file.generation) {
        this.#onStale(generation, size);
        return;
      }
    }
    this.#errors = { ...this.#errors, [side]: error instanceof Error ? error.message : String(error) };
    if (isTransient(error)) {
      const wait = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#failures);
      this.#failures += 1;
      this.#cancelBackoff?.();
      this.#cancelBackoff = this.#clock.delay(wait, () => this.retry());
    }
    this.#emit(0, null);
  }
}

function scrollTo(row: number, align: TextScroll['align'], px: number): TextScroll {
  return align === 'keep' ? { row, align, px } : { row, align };
}

function joined(above: LinesReply, below: LinesReply): boolean {
  const last = above.lines.at(-1);
  return last !== undefined && last.offset + last.length + last.terminatorLength === below.lines[0]?.offset;
}

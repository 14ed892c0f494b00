/**
 * Where the rows of a text view are: asks the server for lines around the place that is shown, keeps them as a run (textRun.ts),
 * and tells the view when rows were renamed or where to scroll. Knows neither DOM nor bytes.
 *
 * Every change is told once, as a TextChange that holds all that has to be done together: new rows, a renaming, a scroll. At most
 * one request a side and one jump are on their way; a new jump aborts the one before. What fails is kept as an error with the side
 * it belongs to, is tried again by itself when the network or a busy server was to blame, and at once by `retry`.
 */
import type { LinesReply } from '../../shared/protocol.ts';
import { isAbort } from '../api/errors.ts';
import { browserClock, type Clock } from '../cache/clock.ts';
import type { RowAlign } from './runway.ts';
import type {
  FetchGeometry,
  GeometryFile,
  GeometryPlace,
  RowGeometry,
  TextChange,
  TextGeometryOptions,
  TextScroll,
  TextSide,
  TextSnapshot,
} from './textChange.ts';
import { TextConfirm } from './textConfirm.ts';
import { factsOf, sampleMean } from './textFacts.ts';
import { Flights } from './textFlights.ts';
import { type AskLines, loadAround } from './textLoad.ts';
import {
  appendRecords,
  createRun,
  estimateOffset,
  lowestRow,
  prependRecords,
  renaming,
  rowOfOffset,
  runEnd,
  runStart,
  type TextFacts,
  type TextRun,
  tailOffset,
  totalRows,
  trimRun,
} from './textRun.ts';
import { newState, TextTrouble } from './textTrouble.ts';
import { FETCH_ROWS, planWishes, type TextWish } from './textWishes.ts';

export class TextGeometry implements RowGeometry {
  readonly #fetch: FetchGeometry;
  readonly #onStale: (generation: number, size: number) => void;
  readonly #clock: Clock;
  readonly #listeners = new Set<(change: TextChange) => void>();
  readonly #flights = new Flights<TextSide | 'confirm'>();
  /** Sides whose last reply brought nothing; asked again when more is known of the file. */
  readonly #stuck = new Set<TextSide>();
  /** As last told by `update`; `#file` may have a larger size, from a reply. */
  #told: GeometryFile;
  #file: GeometryFile;
  #split: number | null;
  #run: TextRun | null = null;
  #totalLines: number | null = null;
  #sampleMean: number | null = null;
  readonly #trouble: TextTrouble;
  readonly #confirm: TextConfirm;
  #epoch = 0;
  #visible = { first: 0, last: 0 };
  /** The jump that is under way, to be made again when it failed. */
  #jump: { readonly offset: number; readonly align: TextScroll['align']; readonly px: number } | null = null;
  /** The jump under way was asked for by `show`. */
  #asked = false;
  #disposed = false;

  constructor(options: TextGeometryOptions) {
    this.#told = options.file;
    this.#file = options.file;
    this.#split = options.split;
    this.#fetch = options.fetch;
    this.#onStale = options.onStale;
    this.#clock = options.clock ?? browserClock;
    this.#trouble = new TextTrouble(this.#clock, () => this.retry());
    this.#confirm = new TextConfirm(
      {
        run: () => this.#run,
        file: () => this.#file,
        facts: () => this.#facts(),
        ask: (offset, flight) => this.#ask({ offset }, 1, flight),
        accept: (reply) => this.#accept(reply),
        confirmed: (next, run) => this.#confirmed(next, run),
      },
      this.#flights,
      this.#clock,
    );
  }

  subscribe(listener: (change: TextChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get moving(): boolean {
    return this.#flights.has('jump');
  }

  get leaving(): boolean {
    return this.#asked && this.moving;
  }

  snapshot(): TextSnapshot {
    const run = this.#run;
    const facts = this.#facts();
    const rowCount = run ? totalRows(run, facts) : 0;
    const firstRow = run ? lowestRow(run, facts) : 0;
    return { run, rowCount, firstRow, facts, errors: this.#trouble.errors, epoch: this.#epoch, moving: this.moving };
  }

  show(offset: number, align: RowAlign): void {
    this.#go(offset, align, 0);
    this.#asked = true;
  }

  showEnd(): void {
    this.#go(this.#file.size - 1, 'end', 0);
  }

  rebuild(offset: number, px: number, split: number | null): void {
    this.#split = split;
    this.#forget();
    this.#go(offset, 'keep', px);
  }

  renew(top: { readonly offset: number; readonly px: number }): void {
    const asked = this.#asked ? this.#jump : null;
    if (asked === null) {
      this.rebuild(top.offset, top.px, this.#split);
      return;
    }
    this.#forget();
    this.#go(asked.offset, asked.align, asked.px);
    this.#asked = true;
  }

  look(epoch: number, first: number, last: number): void {
    if (epoch !== this.#epoch) return;
    this.#visible = { first, last };
    this.#plan();
  }

  /** What became of the file; a new generation or encoding makes everything anew around `top`. */
  update(file: GeometryFile, top: { readonly offset: number; readonly px: number }): void {
    const before = this.#told;
    this.#told = file;
    this.#file = file;
    if (
      file.generation !== before.generation ||
      file.encoding !== before.encoding ||
      file.size < before.size ||
      file.start !== before.start
    ) {
      this.renew(top);
      return;
    }
    this.#stuck.clear();
    if (file.size !== before.size || file.index !== before.index) {
      if (file.size !== before.size) this.#totalLines = null;
      if (file.index?.complete) this.#totalLines = file.index.lines;
      if (this.#run === null && !this.#flights.has('jump')) this.#go(top.offset, 'keep', top.px);
      else this.#emit(0, null);
      this.#confirm.look();
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
    this.#trouble.clear();
    this.#stuck.clear();
    if (this.#jump) this.#go(this.#jump.offset, this.#jump.align, this.#jump.px);
    else {
      this.#emit(0, null);
      this.#plan();
    }
  }

  resume(): void {
    this.#flights.cancelAll();
    this.retry();
  }

  dispose(): void {
    this.#disposed = true;
    this.#forget();
    this.#listeners.clear();
  }

  #forget(): void {
    this.#flights.cancelAll();
    this.#trouble.clear();
    this.#stuck.clear();
    this.#confirm.stop();
    this.#totalLines = null;
    this.#sampleMean = null;
    this.#run = null;
    this.#jump = null;
  }

  #facts(): TextFacts {
    return factsOf(this.#file, this.#totalLines, this.#sampleMean);
  }

  #emit(shift: number, scroll: TextScroll | null): void {
    if (this.#disposed) return;
    const change: TextChange = { snapshot: this.snapshot(), shift, scroll };
    for (const listener of [...this.#listeners]) listener(change);
  }

  #go(offset: number, align: TextScroll['align'], px: number): void {
    const { size, start } = this.#file;
    this.#flights.cancel('jump');
    this.#jump = null;
    this.#asked = false;
    if (size <= start) {
      this.#run = null;
      this.#emit(0, null);
      return;
    }
    const place = Math.max(start, Math.min(offset, size - 1));
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
    const flight = this.#flights.takeOff('jump');
    try {
      const ask: AskLines = (place, count) => this.#ask(place, count, flight);
      const { below, records, index } = await loadAround(ask, this.#clock, offset, target.line);
      if (!this.#flights.land('jump', flight)) return;
      if (!this.#accept(below) || below.lines.length === 0) return;
      this.#sampleMean = sampleMean(below) ?? this.#sampleMean;
      this.#flights.cancel('before', 'after', 'confirm');
      const facts = this.#facts();
      const line = Math.round((below.lines[0]?.offset ?? offset) / facts.meanLine);
      const run = createRun(records, this.#split !== null, { index, row: target.row ?? line, line }, facts);
      const at =
        (target.line !== null ? null : rowOfOffset(run, offset, this.#file.size)) ?? target.row ?? run.firstRow;
      const wish = scroll(at);
      this.#run = run;
      this.#epoch += 1;
      this.#visible = { first: at, last: at };
      this.#jump = null;
      this.#stuck.clear();
      this.#trouble.succeeded('jump');
      this.#emit(0, wish);
      this.#confirm.look();
      this.#plan();
    } catch (error) {
      if (this.#flights.land('jump', flight)) this.#failed('jump', error);
    }
  }

  #plan(): void {
    const run = this.#run;
    if (!run || this.#disposed || this.#flights.has('jump')) return;
    for (const wish of planWishes(run, this.#visible, this.#file)) {
      const { kind } = wish;
      if (this.#flights.has(kind) || this.#stuck.has(kind) || this.#trouble.errors[kind] !== undefined) continue;
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
    const flight = this.#flights.takeOff(kind);
    try {
      const reply = await this.#ask({ offset }, kind === 'after' ? wish.count : -wish.count, flight);
      const run = this.#run;
      if (!this.#flights.land(kind, flight) || !run || !this.#accept(reply)) return;
      this.#sampleMean = sampleMean(reply) ?? this.#sampleMean;
      const facts = this.#facts();
      const add = kind === 'after' ? appendRecords : prependRecords;
      const next = add(run, reply.lines, facts);
      this.#trouble.succeeded(kind);
      if (next === null) {
        this.#mismatch(run);
        return;
      }
      const grew = kind === 'after' ? runEnd(next) > runEnd(run) : runStart(next) < runStart(run);
      if (!grew) this.#stuck.add(kind);
      this.#become(next);
      this.#plan();
    } catch (error) {
      if (this.#flights.land(kind, flight)) this.#failed(kind, error);
    }
  }

  /** Takes a changed run over the same bytes: emits the renaming that goes with it, so that no pixel moves. */
  #become(next: TextRun): void {
    const run = this.#run;
    if (!run) return;
    const shift = renaming(run, next);
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

  #confirmed(next: TextRun | null, run: TextRun): void {
    if (next === null) {
      this.#mismatch(run);
      return;
    }
    this.#become(next);
    this.#plan();
  }

  async #ask(place: GeometryPlace, count: number, flight: AbortController): Promise<LinesReply> {
    const { encoding, generation, start } = this.#file;
    const reply = await this.#fetch({ place, count, split: this.#split, encoding, generation }, flight.signal);
    return start === 0 ? reply : { ...reply, lines: reply.lines.filter(({ offset }) => offset >= start) };
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

  #failed(side: TextSide, error: unknown): void {
    if (isAbort(error)) return;
    const state = newState(error, this.#file.generation);
    if (state) {
      this.#onStale(state.generation, state.size);
      return;
    }
    this.#trouble.failed(side, error);
    this.#emit(0, null);
  }
}

function scrollTo(row: number, align: TextScroll['align'], px: number): TextScroll {
  return align === 'keep' ? { row, align, px } : { row, align };
}

/**
 * Where the rows of a text view are: asks the server for lines around the place that is shown, keeps them as a run (textRun.ts),
 * and tells the view when rows were renamed or where to scroll. Knows neither DOM nor bytes.
 *
 * Every change is told once, as a TextChange that holds all that has to be done together: new rows, a renaming, a scroll. At most
 * one request a side and one jump are on their way; a new jump aborts the one before. What fails is kept as an error with the side
 * it belongs to, is tried again by itself when the network or a busy server was to blame, and at once by `retry`.
 */
import { browserClock, type Clock } from '../cache/clock.ts';
import { RowExchange, scrollTo } from './rowExchange.ts';
import type { RowAlign } from './runway.ts';
import { TextAsk } from './textAsk.ts';
import type {
  GeometryFile,
  RowGeometry,
  TextChange,
  TextGeometryOptions,
  TextScroll,
  TextSide,
  TextSnapshot,
} from './textChange.ts';
import { TextConfirm } from './textConfirm.ts';
import { KnownFile } from './textFacts.ts';
import type { Flights } from './textFlights.ts';
import { type AskLines, type LoadTarget, loadAround, runAround } from './textLoad.ts';
import {
  appendRecords,
  estimateOffset,
  estimateRow,
  lowestRow,
  prependRecords,
  renaming,
  rowOfOffset,
  runEnd,
  runStart,
  type TextRun,
  tailOffset,
  totalRows,
  trimRun,
} from './textRun.ts';
import type { TextTrouble } from './textTrouble.ts';
import { FETCH_ROWS, planWishes, type TextWish } from './textWishes.ts';

export class TextGeometry implements RowGeometry {
  readonly #clock: Clock;
  readonly #exchange: RowExchange<'confirm'>;
  readonly #flights: Flights<TextSide | 'confirm'>;
  readonly #trouble: TextTrouble;
  /** Sides whose last reply brought nothing; asked again when more is known of the file. */
  readonly #stuck = new Set<TextSide>();
  readonly #known: KnownFile;
  readonly #ask: TextAsk;
  #run: TextRun | null = null;
  readonly #confirm: TextConfirm;
  #epoch = 0;
  #visible = { first: 0, last: 0 };
  /** The jump that is under way, to be made again when it failed. */
  #jump: { readonly offset: number; readonly align: TextScroll['align']; readonly px: number } | null = null;
  /** The jump under way was asked for by `show`. */
  #asked = false;
  /** What was last asked for around a place; its row goes along with renamings. */
  #loading: { row: number | null } | null = null;
  /** Its rows could not be had: the view waits for them at this row, where they will be about. */
  #awaited: number | null = null;

  constructor(options: TextGeometryOptions) {
    this.#known = new KnownFile(options.file);
    this.#clock = options.clock ?? browserClock;
    this.#exchange = new RowExchange(
      {
        snapshot: () => this.snapshot(),
        file: () => this.#known.file,
        onStale: options.onStale,
        isLost: () => false,
        failed: (side) => (side === 'jump' ? this.#wait() : null),
        retry: () => this.retry(),
      },
      this.#clock,
    );
    this.#ask = new TextAsk(options.fetch, options.split, this.#known, (reply, known) =>
      this.#exchange.accept(reply, known),
    );
    this.#flights = this.#exchange.flights;
    this.#trouble = this.#exchange.trouble;
    this.#confirm = new TextConfirm(
      {
        run: () => this.#run,
        file: () => this.#known.file,
        facts: () => this.#known.facts(),
        ask: (offset, flight) => this.#ask.lines({ offset }, 1, flight.signal),
        accept: (reply) => this.#ask.accept(reply),
        confirmed: (next, run) => this.#confirmed(next, run),
      },
      this.#flights,
      this.#clock,
    );
  }

  subscribe(listener: (change: TextChange) => void): () => void {
    return this.#exchange.subscribe(listener);
  }

  get moving(): boolean {
    return this.#exchange.moving;
  }

  get jumping(): boolean {
    return this.moving && this.#jump !== null && this.#awaited === null;
  }

  get leaving(): boolean {
    return this.#asked && this.moving;
  }

  snapshot(): TextSnapshot {
    const run = this.#run;
    const facts = this.#known.facts();
    const rowCount = run ? totalRows(run, facts) : 0;
    const firstRow = run ? lowestRow(run, facts) : 0;
    return {
      run,
      rowCount,
      firstRow,
      facts,
      errors: this.#trouble.errors,
      epoch: this.#epoch,
      awaited: this.#awaited,
      heading: this.#awaited === null ? null : (this.#jump?.offset ?? null),
    };
  }

  show(offset: number, align: RowAlign): void {
    this.#go(offset, align, 0);
    this.#asked = true;
    // A view that keeps the end in sight hears that it is being left before the rows are here, or it would go back from them.
    if (this.leaving) this.#exchange.emit(0, null);
  }

  showEnd(): void {
    this.#go(this.#known.file.size - 1, 'end', 0);
  }

  stay(): void {
    if (this.#run && this.#jump && !this.#asked) this.#giveUpJump();
  }

  rebuild(offset: number, px: number, split: number | null): void {
    this.#ask.split = split;
    this.#forget();
    this.#go(offset, 'keep', px);
  }

  renew(top: { readonly offset: number; readonly px: number }): void {
    const asked = this.#asked ? this.#jump : null;
    if (asked === null) {
      this.rebuild(top.offset, top.px, this.#ask.split);
      return;
    }
    this.#forget();
    this.#go(asked.offset, asked.align, asked.px);
    this.#asked = true;
  }

  look(epoch: number, first: number, last: number): void {
    if (epoch !== this.#epoch) return;
    this.#visible = { first, last };
    // Somebody who goes elsewhere meanwhile does not want to be fetched back.
    if (this.#awaited !== null && (this.#awaited < first || this.#awaited > last)) this.#giveUpJump();
    this.#plan();
  }

  #giveUpJump(): void {
    this.#endJump();
    this.retry();
  }

  /** What became of the file; a new generation or encoding makes everything anew around `top`. */
  update(file: GeometryFile, top: { readonly offset: number; readonly px: number }): void {
    const { size } = this.#known.told;
    const news = this.#known.tell(file);
    if (news === 'other') {
      this.renew(top);
      return;
    }
    this.#stuck.clear();
    if (news === 'none') return;
    if (this.#run === null && !this.#flights.has('jump')) this.#go(top.offset, 'keep', top.px);
    else this.#exchange.emit(0, null);
    this.#confirm.look();
    this.#plan();
    this.#refreshTail(size);
  }

  /** A last line without terminator went on when the file grew: it is asked for again even when it is far from the view. */
  #refreshTail(sizeBefore: number): void {
    const run = this.#run;
    if (!run || this.#known.file.size <= sizeBefore || runEnd(run) !== sizeBefore || this.#flights.has('after')) return;
    const offset = tailOffset(run);
    if (offset < sizeBefore) void this.#extend({ kind: 'after', offset, count: FETCH_ROWS });
  }

  retry(): void {
    this.#trouble.clear();
    this.#stuck.clear();
    if (this.#jump) {
      const asked = this.#asked;
      this.#go(this.#jump.offset, this.#jump.align, this.#jump.px, this.#awaited);
      this.#asked = asked;
    } else {
      this.#exchange.emit(0, null);
      this.#plan();
    }
  }

  resume(): void {
    this.#flights.cancelAll();
    this.retry();
  }

  dispose(): void {
    this.#forget();
    this.#exchange.dispose();
  }

  #forget(): void {
    this.#exchange.forget();
    this.#stuck.clear();
    this.#confirm.stop();
    this.#known.forget();
    this.#run = null;
    this.#endJump();
  }

  #endJump(): void {
    this.#flights.cancel('jump');
    this.#jump = null;
    this.#asked = false;
    this.#awaited = null;
  }

  /** `awaited`: the row at which the view waits for just this. */
  #go(offset: number, align: TextScroll['align'], px: number, awaited: number | null = null): void {
    const { size, start } = this.#known.file;
    this.#endJump();
    if (size <= start) {
      this.#run = null;
      this.#exchange.emit(0, null);
      return;
    }
    const place = Math.max(start, Math.min(offset, size - 1));
    const row = this.#run ? rowOfOffset(this.#run, place, size) : null;
    if (row !== null) {
      this.#exchange.emit(0, scrollTo(row, { align, px }));
      return;
    }
    this.#jump = { offset: place, align, px };
    this.#awaited = awaited;
    void this.#load({ offset: place, row: awaited, line: null }, (at) => scrollTo(at, { align, px }));
  }

  /** Makes a new run around a place, and tells where its row came to lie, and by how many rows elsewhere than asked for. */
  async #load(asked: LoadTarget, scroll: (row: number, by: number) => TextScroll | null): Promise<void> {
    const target = { ...asked };
    this.#loading = target;
    await this.#exchange.fly('jump', async (signal, landed) => {
      const ask: AskLines = (place, count) => this.#ask.lines(place, count, signal);
      const loaded = await loadAround(ask, this.#clock, target.offset, target.line);
      const { below } = loaded;
      if (!landed() || !this.#ask.accept(below) || below.lines.length === 0) return;
      this.#known.learnMean(below);
      this.#flights.cancel('before', 'after', 'confirm');
      const { run, at } = runAround(loaded, target, this.#ask.split !== null, this.#known.facts());
      const wish = scroll(at, at - (target.row ?? at));
      this.#run = run;
      this.#epoch += 1;
      this.#visible = { first: at, last: at };
      this.#jump = null;
      this.#awaited = null;
      this.#stuck.clear();
      this.#trouble.succeeded('jump');
      this.#exchange.emit(0, wish);
      this.#confirm.look();
      this.#plan();
    });
  }

  /** Lets the view wait where the rows that it was sent to will be about, if it was sent to some, and does not wait there yet. */
  #wait(): TextScroll | null {
    if (!this.#run || !this.#jump || !this.#asked || this.#awaited !== null) return null;
    this.#awaited = estimateRow(this.#run, this.#jump.offset, this.#known.facts());
    if (this.#awaited === null) return null;
    // Whoever looks from now on, looks from there.
    this.#epoch += 1;
    this.#visible = { first: this.#awaited, last: this.#awaited };
    return scrollTo(this.#awaited, this.#jump);
  }

  #plan(): void {
    const run = this.#run;
    if (!run || this.#exchange.disposed || this.#flights.has('jump')) return;
    for (const wish of planWishes(run, this.#visible, this.#known.file)) {
      const { kind } = wish;
      if (this.#flights.has(kind) || this.#stuck.has(kind) || this.#trouble.errors[kind] !== undefined) continue;
      if (wish.kind === 'jump') {
        const { row } = wish;
        const counted = this.#known.countedLines;
        const line = run.exact && !run.split && row < counted ? row : null;
        // The place on screen keeps its coordinates if it can; the rows come to where the view is.
        void this.#load({ offset: estimateOffset(run, row, this.#known.facts()), row, line }, (_, by) =>
          this.#movedBy(by),
        );
        return;
      }
      void this.#extend(wish);
    }
  }

  async #extend(wish: Exclude<TextWish, { kind: 'jump' }>): Promise<void> {
    const { kind, offset } = wish;
    await this.#exchange.fly(kind, async (signal, landed) => {
      const reply = await this.#ask.lines({ offset }, kind === 'after' ? wish.count : -wish.count, signal);
      const run = this.#run;
      if (!landed() || !run || !this.#ask.accept(reply)) return;
      this.#known.learnMean(reply);
      const facts = this.#known.facts();
      const add = kind === 'after' ? appendRecords : prependRecords;
      const next = add(run, reply.lines, facts);
      this.#trouble.succeeded(kind);
      if (next === null) return this.#mismatch(run);
      const grew = kind === 'after' ? runEnd(next) > runEnd(run) : runStart(next) < runStart(run);
      if (!grew) this.#stuck.add(kind);
      this.#become(next);
      this.#plan();
    });
  }

  /** Takes a changed run over the same bytes: emits the renaming that goes with it, so that no pixel moves. */
  #become(next: TextRun): void {
    const run = this.#run;
    if (!run) return;
    const shift = renaming(run, next);
    if (shift !== 0) this.#epoch += 1;
    if (this.#awaited !== null) this.#awaited += shift;
    if (this.#loading?.row != null) this.#loading.row += shift;
    this.#visible = { first: this.#visible.first + shift, last: this.#visible.last + shift };
    this.#run = trimRun(next, this.#visible);
    this.#exchange.emit(shift, null);
  }

  /** New rows do not fit the old ones (the index now knows more of a huge line): all are asked for again. */
  #mismatch(run: TextRun): void {
    const row = run.rows[Math.max(0, Math.min(this.#visible.first - run.firstRow, run.rows.length - 1))];
    // A jump brings new rows as well.
    if (this.#jump && this.moving) return;
    const target = { offset: row?.offset ?? 0, row: this.#visible.first, line: null };
    void this.#load(target, (_, by) => this.#movedBy(by));
  }

  /** Rows that came to where the view is have numbers that are higher by `rows`. It may have been scrolled since it asked. */
  #movedBy(rows: number): TextScroll | null {
    return rows === 0 ? null : { row: this.#visible.first + rows, align: 'keep', px: 0 };
  }

  #confirmed(next: TextRun | null, run: TextRun): void {
    if (next === null) this.#mismatch(run);
    else {
      this.#become(next);
      this.#plan();
    }
  }
}

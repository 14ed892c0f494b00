/**
 * Where the rows of a filtered view are: the same promises to the view as TextGeometry, for the rows of a filter on the server.
 * Coordinates are row numbers of the filter.
 *
 * While the filter goes on, and when it is replaced by another one, the rows on screen are asked for again around the row that is
 * to keep its place, by its byte; its new number minus its old one is the renaming. So no pixel of it moves, whatever came before it.
 */
import type { FilterRowsReply } from '../../shared/protocol.ts';
import { ApiError } from '../api/errors.ts';
import { browserClock } from '../cache/clock.ts';
import { type FilterGeometryOptions, type FilterProgress, rowsAround, type Wish } from './filterRows.ts';
import { extendPicked, nearestRow, pickedRun, rowFrom } from './pickedRows.ts';
import { RowExchange, scrollTo } from './rowExchange.ts';
import type { RowAlign } from './runway.ts';
import type { GeometryFile, RowGeometry, TextChange, TextScroll, TextSide, TextSnapshot } from './textChange.ts';
import { factsOf } from './textFacts.ts';
import type { Flights } from './textFlights.ts';
import { rowAt, rowOfOffset, runEnd, runEndRow, runStart, type TextRun, trimRun } from './textRun.ts';
import type { TextTrouble } from './textTrouble.ts';

/** Rows asked for at once on each side, and how near the view may come to an end of the run. */
const FETCH_ROWS = 512;
const NEAR_ROWS = 192;
/** Farther than this from the run nothing is filled in between. */
const FAR_ROWS = 1_024;

export class FilterGeometry implements RowGeometry {
  readonly #options: FilterGeometryOptions;
  readonly #exchange: RowExchange<'refresh'>;
  readonly #flights: Flights<TextSide | 'refresh'>;
  readonly #trouble: TextTrouble;
  #file: GeometryFile;
  #filter: FilterProgress | null = null;
  #run: TextRun | null = null;
  #epoch = 0;
  #visible = { first: 0, last: 0 };
  /** Where the view wants to be while there is no row to show. */
  #wish: Wish = { offset: 0, align: 'start', px: 0 };
  /**
   * The wish that the view was put at the nearest row for, while a nearer one may still be found, and the first row on screen since
   * then: given up once the person scrolls.
   */
  #pending: { readonly wish: Wish; readonly first: number | null } | null = null;
  /** The jump that is under way was asked for by somebody. */
  #asked = false;
  /** The jump that is under way is for where the view is. */
  #filling = false;
  /** The jump away from rows that are here, until its rows came, and the first row on screen: given up once the person scrolls. */
  #jump: { readonly wish: Wish; readonly first: number } | null = null;

  constructor(options: FilterGeometryOptions) {
    this.#options = options;
    this.#file = options.file;
    this.#exchange = new RowExchange(
      {
        snapshot: () => this.snapshot(),
        file: () => this.#file,
        onStale: options.onStale,
        isLost: (error) => this.#isLost(error),
        failed: () => null,
        retry: () => this.retry(),
      },
      options.clock ?? browserClock,
    );
    this.#flights = this.#exchange.flights;
    this.#trouble = this.#exchange.trouble;
  }

  subscribe(listener: (change: TextChange) => void): () => void {
    return this.#exchange.subscribe(listener);
  }

  get moving(): boolean {
    return this.#exchange.moving;
  }

  get jumping(): boolean {
    return this.moving && !this.#filling && this.#heading() === null;
  }

  get leaving(): boolean {
    return this.#asked && this.moving;
  }

  snapshot(): TextSnapshot {
    const run = this.#run;
    const { index } = this.#file;
    const facts = factsOf(this.#file, index?.complete ? index.lines : null, null);
    const rowCount = run ? Math.max(run.picked?.total ?? 0, runEndRow(run)) : 0;
    return {
      run,
      rowCount,
      firstRow: 0,
      facts,
      errors: this.#trouble.errors,
      epoch: this.#epoch,
      awaited: null,
      heading: this.#heading(),
    };
  }

  #heading(): number | null {
    return this.#jump && this.#trouble.errors.jump !== undefined ? this.#jump.wish.offset : null;
  }

  /** Shows the row that holds `offset`, else the nearest. */
  show(offset: number, align: RowAlign): void {
    this.#go({ offset, align, px: 0 });
    this.#asked = true;
    // As in TextGeometry.
    if (this.leaving) this.#exchange.emit(0, null);
  }

  showEnd(): void {
    if (this.#run) this.showRow(this.snapshot().rowCount - 1, 'end');
    else this.#go({ offset: this.#file.size, align: 'end', px: 0 });
  }

  /** Rows of a filter are whole lines, wrapped or not: they only have to be shown again from the same place. */
  rebuild(offset: number, px: number): void {
    this.#go({ offset, align: 'keep', px });
  }

  /** Puts a row at its place; it comes to where the view is. */
  showRow(row: number, align: RowAlign): void {
    this.#pending = null;
    if (this.#run) this.#exchange.emit(0, { row: Math.max(0, Math.min(row, this.snapshot().rowCount - 1)), align });
  }

  look(epoch: number, first: number, last: number): void {
    if (epoch !== this.#epoch) return;
    this.#visible = { first, last };
    if (this.#jump && this.#jump.first !== first) {
      this.#jump = null;
      if (this.#trouble.errors.jump !== undefined) this.#exchange.emit(0, null);
    }
    if (this.#pending?.first === null) this.#pending = { ...this.#pending, first };
    else if (this.#pending?.first !== first) this.#pending = null;
    this.#plan();
  }

  update(file: GeometryFile, top: { readonly offset: number; readonly px: number }): void {
    const before = this.#file;
    this.#file = file;
    if (file.generation !== before.generation || file.encoding !== before.encoding || file.size < before.size) {
      this.renew(top);
      return;
    }
    if (file.size > before.size) this.#unsettle();
    if (file.index !== before.index) this.#learnLines();
  }

  renew(top: { readonly offset: number; readonly px: number }): void {
    const asked = this.#jump?.wish ?? (this.leaving ? this.#wish : null);
    this.#exchange.forget();
    this.#run = null;
    this.#jump = null;
    this.#wish = asked ?? { offset: top.offset, align: 'keep', px: top.px };
    this.#exchange.emit(0, null);
  }

  /**
   * The filter to show, and how far it is. When it is another one than before, the row at byte `hold` keeps its place on screen if it
   * is in both, the top row otherwise.
   */
  follow(filter: FilterProgress | null, hold: number | null): void {
    const before = this.#filter;
    this.#filter = filter;
    if (filter?.id !== before?.id) {
      this.#exchange.forget();
      if (filter && this.#run) this.#refresh(hold);
      else if (filter) this.#load();
      return;
    }
    if (!filter || (filter.version === before?.version && filter.rows === before.rows)) return;
    const run = this.#run;
    if (!run) {
      if (!this.moving) this.#load();
    } else if (run.picked?.settled) {
      this.#run = { ...run, picked: { ...run.picked, total: filter.rows, version: filter.version } };
      this.#exchange.emit(0, null);
      this.#plan();
    } else if (this.#pending) void this.#loadAround(filter.id, this.#pending.wish);
    else this.#refresh(null);
  }

  retry(): void {
    this.#trouble.clear();
    if (this.#run && !this.#jump) this.#refresh(null);
    else this.#load();
  }

  resume(): void {
    this.#flights.cancelAll();
    this.retry();
  }

  dispose(): void {
    this.#exchange.dispose();
  }

  #go(wish: Wish): void {
    this.#flights.cancel('jump');
    this.#asked = false;
    this.#jump = null;
    const run = this.#run;
    const row = run ? nearestRow(run, wish.offset, this.#file.size) : null;
    if (run && row !== null) {
      this.#pending = this.#mayBeNearer(run, wish) ? { wish, first: null } : null;
      this.#exchange.emit(0, scrollTo(row, wish));
      return;
    }
    // Rows at either end have their numbers before they are here.
    if (run?.picked?.settled && wish.align !== 'keep' && (wish.offset <= 0 || wish.offset >= this.#file.size - 1)) {
      this.showRow(wish.offset <= 0 ? 0 : this.snapshot().rowCount - 1, wish.align);
      return;
    }
    this.#wish = wish;
    this.#jump = run && { wish, first: this.#visible.first };
    this.#load();
  }

  #load(): void {
    if (this.#filter) void this.#loadAround(this.#filter.id, this.#wish);
  }

  /** A new run around the place that is wished for. */
  async #loadAround(id: string, wish: Wish): Promise<void> {
    this.#filling = false;
    await this.#exchange.fly('jump', async (signal, landed) => {
      const [below, above] = await rowsAround(this.#options.fetch, id, wish.offset, FETCH_ROWS, signal);
      if (!landed() || !this.#accept(below)) return;
      const run = pickedRun(below, above, this.#run);
      this.#flights.cancel('before', 'after', 'refresh');
      this.#trouble.succeeded('jump');
      this.#jump = null;
      const row = nearestRow(run, wish.offset, this.#file.size) ?? run.firstRow;
      this.#pending = run.rows.length > 0 && this.#mayBeNearer(run, wish) ? { wish, first: null } : null;
      this.#become(run.rows.length > 0 ? run : null, 0, { first: row, last: row }, scrollTo(row, wish));
    });
  }

  /** The row of the place that is wished for may not be found yet. */
  #mayBeNearer(run: TextRun, wish: Wish): boolean {
    return run.picked?.settled !== true && rowOfOffset(run, wish.offset, this.#file.size) === null;
  }

  /** A new run for a view that was scrolled to a row. */
  async #loadRow(id: string, row: number): Promise<void> {
    this.#filling = true;
    await this.#exchange.fly('jump', async (signal, landed) => {
      const start = Math.max(0, row - FETCH_ROWS / 2);
      const reply = await this.#options.fetch({ id, place: { start }, count: FETCH_ROWS * 2 }, signal);
      if (!landed() || !this.#accept(reply) || reply.rows.length === 0) return;
      this.#flights.cancel('before', 'after', 'refresh');
      this.#trouble.succeeded('jump');
      this.#become(pickedRun(reply, null, this.#run), 0, this.#visible, null);
    });
  }

  /** Asks for the rows on screen again: the row at `hold`, or the top one, keeps its place under its new number. */
  #refresh(hold: number | null): void {
    const [filter, run] = [this.#filter, this.#run];
    if (!filter || !run) return;
    const held = hold === null ? null : rowOfOffset(run, hold, this.#file.size);
    const top = Math.max(run.firstRow, Math.min(this.#visible.first, runEndRow(run) - 1));
    const offset = held === null || hold === null ? rowAt(run, top)?.offset : hold;
    if (offset !== undefined) void this.#refreshAround(filter.id, offset, held ?? top);
  }

  async #refreshAround(id: string, offset: number, row: number): Promise<void> {
    await this.#exchange.fly('refresh', async (signal, landed) => {
      const [below, above] = await rowsAround(this.#options.fetch, id, offset, FETCH_ROWS, signal);
      const old = this.#run;
      if (!landed() || !old || !this.#accept(below)) return;
      const run = pickedRun(below, above, old);
      this.#flights.cancel('before', 'after');
      this.#trouble.succeeded('jump');
      if (run.rows.length === 0) {
        this.#wish = { offset, align: 'start', px: 0 };
        this.#become(null, 0, this.#visible, null);
        return;
      }
      const now = Math.min(rowFrom(run, offset), runEndRow(run) - 1);
      // It may have got another number since it was asked for.
      const shift = now - (rowOfOffset(old, offset, this.#file.size) ?? row);
      const { first, last } = this.#visible;
      this.#become(run, shift, { first: first + shift, last: last + shift }, null);
    });
  }

  async #extend(id: string, side: 'before' | 'after', run: TextRun): Promise<void> {
    await this.#exchange.fly(side, async (signal, landed) => {
      const offset = side === 'after' ? runEnd(run) : runStart(run);
      const count = side === 'after' ? FETCH_ROWS : -FETCH_ROWS;
      const reply = await this.#options.fetch({ id, place: { offset }, count }, signal);
      if (!landed() || !this.#run || !this.#accept(reply)) return;
      this.#trouble.succeeded(side);
      const next = extendPicked(this.#run, reply, side);
      if (next === null) this.#refresh(null);
      else if (next.rows.length > this.#run.rows.length) this.#become(next, 0, this.#visible, null);
    });
  }

  #become(
    run: TextRun | null,
    shift: number,
    visible: { first: number; last: number },
    scroll: TextScroll | null,
  ): void {
    if (shift !== 0 || run === null || this.#run === null || scroll) this.#epoch += 1;
    if (shift !== 0 && this.#pending?.first != null)
      this.#pending = { ...this.#pending, first: this.#pending.first + shift };
    this.#visible = visible;
    this.#run = run && trimRun(run, visible);
    this.#exchange.emit(shift, run && scroll);
    this.#plan();
  }

  #plan(): void {
    const [filter, run] = [this.#filter, this.#run];
    const { first, last } = this.#visible;
    if (!filter || !run?.picked || this.#exchange.disposed || this.moving || this.#flights.has('refresh')) return;
    const { errors } = this.#trouble;
    if (first > runEndRow(run) + FAR_ROWS || last < run.firstRow - FAR_ROWS) {
      if (errors.jump === undefined) void this.#loadRow(filter.id, first);
      return;
    }
    const wants = (side: 'before' | 'after'): boolean => !this.#flights.has(side) && errors[side] === undefined;
    const after = runEndRow(run) - 1 - last < NEAR_ROWS && runEndRow(run) < run.picked.total;
    if (after && wants('after')) void this.#extend(filter.id, 'after', run);
    if (first - run.firstRow < NEAR_ROWS && run.firstRow > 0 && wants('before'))
      void this.#extend(filter.id, 'before', run);
  }

  /** Numbers of lines that the index has passed by now are asked for. */
  #learnLines(): void {
    const { index } = this.#file;
    const last = this.#run && (rowAt(this.#run, this.#visible.last) ?? this.#run.rows.at(-1));
    if (last?.picked?.line !== null || !index || index.scannedBytes <= last.offset) return;
    if (!this.#flights.has('refresh')) this.#refresh(null);
  }

  /** The file has grown: the last rows may become other ones. */
  #unsettle(): void {
    const run = this.#run;
    if (run?.picked) this.#run = { ...run, picked: { ...run.picked, settled: false } };
  }

  #accept(reply: FilterRowsReply): boolean {
    return this.#exchange.accept(reply, this.#file);
  }

  /** The server does not have the filter any more. */
  #isLost(error: unknown): boolean {
    if (!(error instanceof ApiError) || error.status !== 404 || !this.#filter) return false;
    this.#options.onGone(this.#filter.id);
    return true;
  }
}

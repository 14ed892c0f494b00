/**
 * Makes on the server what a FilterSet asks for, and keeps it so: a search a layer, and one filter that combines them. Knows neither
 * files' names nor the page, so that it can be run against any backend.
 *
 * One loop a file does one thing after the other: free what nobody wants, begin searches that are missing, make the filter anew when
 * layers, roles, combination or context are others, ask how far everything is. It sleeps while nothing is going on, and is woken by
 * `update` and `look`. Turning a layer off or moving it keeps its search; what the server forgot, or what is of an older generation
 * of the file, is made again.
 */
import type { SearchRequest } from '../../shared/protocol.ts';
import { ApiError, isTransient } from '../api/errors.ts';
import type { FilterApi } from '../api/filters.ts';
import type { SearchApi } from '../api/searches.ts';
import { browserClock, type Clock } from '../cache/clock.ts';
import { toRequest } from '../search/query.ts';
import { activeLayers, type FilterLayer, type FilterSet, NO_FILTER } from './filterSet.ts';
import { type FilterState, type LayerState, NO_STATE, type RowsState } from './filterState.ts';

export interface FilterBackend {
  readonly searches: Pick<SearchApi, 'create' | 'status' | 'histogram' | 'remove'>;
  readonly filters: Pick<FilterApi, 'create' | 'status' | 'remove'>;
}

export interface FilterHost {
  /** Null once the file is gone. */
  readonly file: () => { readonly size: number; readonly generation: number } | null;
  /** Chosen by the person; null: as detected. */
  readonly encoding: () => string | null;
  /** Offset in view: searches begin there. */
  readonly from: () => number;
  /** What lies before this byte is hidden, and its lines are no rows. */
  readonly start: () => number;
  readonly onChange: (state: FilterState) => void;
}

const FIRST_POLL_MS = 20;
const POLL_MS = 250;
/** While the server cannot be reached or is busy. */
const RETRY_MS = 1_500;
const BUCKETS = 1_024;
/** The density of a layer is asked for at most so often while its search runs. */
const HISTOGRAM_MS = 1_000;

/** Something was found to be gone; the next round makes it again. */
const AGAIN = 0;

const isGone = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class FilterRunner {
  readonly #fileId: string;
  readonly #backend: FilterBackend;
  readonly #host: FilterHost;
  readonly #clock: Clock;
  #set: FilterSet = NO_FILTER;
  #active = false;
  #state: FilterState = NO_STATE;
  /** Searches that nobody wants any more, freed once the filter that uses them is replaced. */
  #unwanted: string[] = [];
  #asked = new Map<number, number>();
  #running = false;
  #dirty = false;
  #wait = FIRST_POLL_MS;
  #wake: (() => void) | null = null;
  #closed = false;

  constructor(fileId: string, backend: FilterBackend, host: FilterHost, clock: Clock = browserClock) {
    this.#fileId = fileId;
    this.#backend = backend;
    this.#host = host;
    this.#clock = clock;
  }

  /** `active`: the file is shown. Nothing new is begun for one that is not. */
  update(set: FilterSet, active: boolean): void {
    this.#set = set;
    this.#active = active;
    this.look();
  }

  /** The file, its encoding or the server may have become others. */
  look(): void {
    this.#dirty = true;
    this.#wait = FIRST_POLL_MS;
    this.#wake?.();
    if (!this.#running && !this.#closed) void this.#run();
  }

  /** A view found that the server does not know the filter. */
  lost(id: string): void {
    if (this.#state.rows?.id !== id) return;
    this.#change({ rows: null });
    this.look();
  }

  /** Frees everything on the server; the runner may be woken again. */
  release(): void {
    const { layers, rows } = this.#state;
    const searches = Object.values(layers).flatMap(({ id }) => (id === null ? [] : [id]));
    if (rows) this.#freeFilter(rows.id);
    for (const id of [...searches, ...this.#unwanted]) this.#freeSearch(id);
    this.#unwanted = [];
    this.#state = NO_STATE;
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
    this.release();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (!this.#closed) {
        this.#dirty = false;
        const wait = await this.#round();
        if (this.#dirty || wait === AGAIN) continue;
        if (wait === null) return;
        await this.#sleep(wait);
      }
    } finally {
      this.#running = false;
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#wake = null;
        resolve();
      };
      const cancel = this.#clock.delay(ms, done);
      this.#wake = done;
    });
  }

  /** One time through everything; ms until the next, null when nothing is left to do. */
  async #round(): Promise<number | null> {
    try {
      this.#forget();
      if (!this.#active || !this.#host.file()) return null;
      for (const layer of activeLayers(this.#set)) await this.#begin(layer);
      if (this.#dirty) return AGAIN;
      await this.#combine();
      this.#freeUnwanted();
      const going = await this.#ask();
      if (this.#state.problem !== null) this.#change({ problem: null });
      if (!going) return null;
      this.#wait = Math.min(POLL_MS, this.#wait * 1.6);
      return this.#wait;
    } catch (error) {
      if (isGone(error) && (await this.#findGone())) return AGAIN;
      this.#change({ problem: messageOf(error) });
      return isTransient(error) || isGone(error) || (error instanceof ApiError && error.status === 409)
        ? RETRY_MS
        : null;
    }
  }

  #change(change: Partial<FilterState>): void {
    this.#state = { ...this.#state, ...change };
    this.#host.onChange(this.#state);
  }

  #changeLayer(id: number, layer: LayerState | null): void {
    const { [id]: _old, ...others } = this.#state.layers;
    this.#change({ layers: layer ? { ...others, [id]: layer } : others });
  }

  #drop(id: number): void {
    const search = this.#state.layers[id]?.id;
    if (search != null) this.#unwanted.push(search);
    this.#asked.delete(id);
    this.#changeLayer(id, null);
  }

  /** Layers that were deleted, changed, or are of an older generation or another encoding. */
  #forget(): void {
    const generation = this.#host.file()?.generation ?? 0;
    for (const [key, state] of Object.entries(this.#state.layers)) {
      const layer = this.#set.layers.find(({ id }) => id === Number(key));
      const old = state.status !== null && (state.status.stale || state.status.generation < generation);
      if (!layer || old || state.key !== this.#keyOf(layer)) this.#drop(Number(key));
    }
    const { rows } = this.#state;
    if (rows && (rows.status?.stale || (rows.status && rows.status.generation < generation))) this.#dropRows();
    if (this.#set.layers.length === 0) {
      this.#dropRows();
      this.#freeUnwanted();
    }
  }

  #requestOf(layer: FilterLayer): Omit<SearchRequest, 'from'> {
    const encoding = this.#host.encoding();
    const { from: _from, ...request } = toRequest(layer.query, encoding, 0);
    // All layers are of one encoding, as it says where lines end; and expressions go over lines, whatever the file is.
    const shared = encoding === null ? {} : { encoding };
    return { ...request, ...shared, ...(request.kind === 'regex' && { over: 'lines' as const }), report: 'lines' };
  }

  #keyOf(layer: FilterLayer): string {
    return JSON.stringify(this.#requestOf(layer));
  }

  async #begin(layer: FilterLayer): Promise<void> {
    if (this.#state.layers[layer.id] || this.#dirty) return;
    const key = this.#keyOf(layer);
    const begun: LayerState = { key, id: null, status: null, problem: null, histogram: null };
    try {
      const request = { ...this.#requestOf(layer), from: this.#host.from() };
      const { id } = await this.#backend.searches.create(this.#fileId, request);
      if (this.#closed) this.#freeSearch(id);
      else this.#changeLayer(layer.id, { ...begun, id });
    } catch (error) {
      // A pattern that is wrong is the layer's trouble; anything else is everybody's.
      if (!(error instanceof ApiError) || error.status !== 400) throw error;
      this.#changeLayer(layer.id, { ...begun, problem: messageOf(error) });
    }
  }

  /** Makes the filter of the layers that are searched, unless it is the one there is. */
  async #combine(): Promise<void> {
    const { combine, before, after } = this.#set;
    const usable = activeLayers(this.#set).flatMap((layer) => {
      const search = this.#state.layers[layer.id]?.id;
      return search == null ? [] : [{ layer, search }];
    });
    const old = this.#state.rows;
    if (usable.length === 0) {
      // One that is switched off stays, so that it is there at once when it is switched on.
      if (this.#set.on) this.#dropRows();
      return;
    }
    const layers = usable.map(({ layer, search }) => ({ search, role: layer.role }));
    const start = this.#host.start();
    const request = { layers, combine, before, after, ...(start > 0 && { from: start }) };
    const key = JSON.stringify(request);
    if (old?.key === key) return;
    const { id } = await this.#backend.filters.create(this.#fileId, request);
    if (this.#closed) {
      this.#freeFilter(id);
      return;
    }
    const rows: RowsState = {
      id,
      key,
      layers: usable.map(({ layer }) => layer.id),
      apart: before + after > 0,
      status: null,
    };
    this.#change({ rows });
    if (old) this.#freeFilter(old.id);
  }

  /** Asks how far everything is that has not come to its end; false when all has. */
  async #ask(): Promise<boolean> {
    let going = false;
    for (const layer of activeLayers(this.#set)) {
      const state = this.#state.layers[layer.id];
      if (state?.id == null || !this.#isOpen(state.status)) continue;
      const status = await this.#backend.searches.status(this.#fileId, state.id);
      // Freed meanwhile.
      if (this.#state.layers[layer.id]?.id !== state.id) continue;
      this.#changeLayer(layer.id, { ...state, status });
      going ||= this.#isOpen(status);
      await this.#density(layer.id, state.id, !status.running);
    }
    const { rows } = this.#state;
    if (!rows || !this.#set.on || !this.#isOpen(rows.status)) return going;
    const status = await this.#backend.filters.status(this.#fileId, rows.id);
    if (this.#state.rows?.id === rows.id) this.#change({ rows: { ...rows, status } });
    return going || this.#isOpen(status);
  }

  /** Something may still come: not known yet, running, of another generation, or behind the growth of the file. */
  #isOpen(status: { running: boolean; stale: boolean; size: number; error: object | null } | null): boolean {
    if (status === null || status.running) return true;
    return status.error === null && (status.stale || status.size < (this.#host.file()?.size ?? 0));
  }

  async #density(layer: number, search: string, last: boolean): Promise<void> {
    const now = this.#clock.now();
    if (!last && now - (this.#asked.get(layer) ?? Number.NEGATIVE_INFINITY) < HISTOGRAM_MS) return;
    this.#asked.set(layer, now);
    const histogram = await this.#backend.searches.histogram(this.#fileId, search, BUCKETS);
    const state = this.#state.layers[layer];
    if (state?.id === search) this.#changeLayer(layer, { ...state, histogram });
  }

  /** The server forgot a search or the filter: finds out which, so that only what is missing is made again. False if none. */
  async #findGone(): Promise<boolean> {
    const { rows, layers } = this.#state;
    let found = rows !== null;
    if (rows) this.#dropRows();
    for (const [key, state] of Object.entries(layers)) {
      if (state.id === null) continue;
      try {
        await this.#backend.searches.status(this.#fileId, state.id);
      } catch (error) {
        if (!isGone(error)) continue;
        found = true;
        this.#changeLayer(Number(key), null);
      }
    }
    return found;
  }

  #dropRows(): void {
    const { rows } = this.#state;
    if (!rows) return;
    this.#change({ rows: null });
    this.#freeFilter(rows.id);
  }

  #freeUnwanted(): void {
    for (const id of this.#unwanted.splice(0)) this.#freeSearch(id);
  }

  // What cannot be freed is dropped by the server when there is too much.
  #freeSearch(id: string): void {
    this.#backend.searches.remove(this.#fileId, id).catch(() => undefined);
  }

  #freeFilter(id: string): void {
    this.#backend.filters.remove(this.#fileId, id).catch(() => undefined);
  }
}

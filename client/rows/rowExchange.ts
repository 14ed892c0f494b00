/**
 * What the geometries of all rows and of a filter's rows say to the view and ask of the server, in the same way: changes are told to
 * all who listen; of each kind of request at most one is on its way; what fails is kept as the trouble of its side, unless it tells a
 * new state of the file.
 */
import { isAbort } from '../api/errors.ts';
import type { Clock } from '../cache/clock.ts';
import type { TextChange, TextScroll, TextSide, TextSnapshot } from './textChange.ts';
import { Flights } from './textFlights.ts';
import { newState, TextTrouble } from './textTrouble.ts';

/** A state of the file. */
interface FileState {
  readonly generation: number;
  readonly size: number;
}

export interface ExchangeHost {
  readonly snapshot: () => TextSnapshot;
  /** As known now. */
  readonly file: () => FileState;
  /** A reply or a refusal says that the file is another one than known here. */
  readonly onStale: (generation: number, size: number) => void;
  /** A failure that needs something else than another try; true when it was that. */
  readonly isLost: (error: unknown) => boolean;
  /** What failed is known by now: where the view is to wait for it, if elsewhere. */
  readonly failed: (side: TextSide) => TextScroll | null;
  /** Tries again what failed. */
  readonly retry: () => void;
}

export class RowExchange<Kind extends string> {
  readonly flights = new Flights<TextSide | Kind>();
  readonly trouble: TextTrouble;
  readonly #host: ExchangeHost;
  readonly #listeners = new Set<(change: TextChange) => void>();
  #disposed = false;

  constructor(host: ExchangeHost, clock: Clock) {
    this.#host = host;
    this.trouble = new TextTrouble(clock, host.retry);
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** A jump is on its way. */
  get moving(): boolean {
    return this.flights.has('jump');
  }

  subscribe(listener: (change: TextChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(shift: number, scroll: TextScroll | null): void {
    if (this.#disposed) return;
    const change: TextChange = { snapshot: this.#host.snapshot(), shift, scroll };
    for (const listener of [...this.#listeners]) listener(change);
  }

  /**
   * One request of a kind, or several that belong together; one that is on its way is aborted. `landed` says once that nothing newer
   * has taken its place.
   */
  async fly(kind: TextSide | Kind, work: (signal: AbortSignal, landed: () => boolean) => Promise<void>): Promise<void> {
    const flight = this.flights.takeOff(kind);
    try {
      await work(flight.signal, () => this.flights.land(kind, flight));
    } catch (error) {
      if (this.flights.land(kind, flight)) this.#failed(sideOf(kind), error);
    }
  }

  /** False when the reply is of another state than `known`; the owner then brings an update, as when the file is longer. */
  accept(reply: FileState, known: FileState): boolean {
    const same = reply.generation === known.generation;
    if (!same || reply.size > known.size) this.#host.onStale(reply.generation, reply.size);
    return same;
  }

  /** Nothing that is on its way, failed, or is to be tried again counts any more. */
  forget(): void {
    this.flights.cancelAll();
    this.trouble.clear();
  }

  dispose(): void {
    this.#disposed = true;
    this.forget();
    this.#listeners.clear();
  }

  #failed(side: TextSide, error: unknown): void {
    if (isAbort(error)) return;
    const state = newState(error, this.#host.file().generation);
    if (state) this.#host.onStale(state.generation, state.size);
    else if (!this.#host.isLost(error)) {
      this.trouble.failed(side, error);
      this.emit(0, this.#host.failed(side));
    }
  }
}

/** Where the failure of a request shows. */
function sideOf(kind: string): TextSide {
  return kind === 'before' || kind === 'after' ? kind : 'jump';
}

/** Where the view goes for a wish; `px` counts with 'keep' alone. */
export function scrollTo(
  row: number,
  { align, px }: { readonly align: TextScroll['align']; readonly px: number },
): TextScroll {
  return align === 'keep' ? { row, align, px } : { row, align };
}

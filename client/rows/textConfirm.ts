/**
 * From estimated line numbers to exact ones: asks for the number of a run's first line once the index has passed it. One question
 * at a time; what fails leaves the estimate, and the next progress of the index asks again (or, when the line was to blame, time does).
 */
import type { LinesReply } from '../../shared/protocol.ts';
import { isTransient } from '../api/errors.ts';
import type { Clock } from '../cache/clock.ts';
import type { GeometryFile, TextSide } from './textChange.ts';
import type { Flights } from './textFlights.ts';
import { runStart, type TextFacts, type TextRun, withLineOf } from './textRun.ts';

const INTERVAL_MS = 1_000;

export interface ConfirmHost {
  readonly run: () => TextRun | null;
  readonly file: () => GeometryFile;
  readonly facts: () => TextFacts;
  /** The line that holds the byte. */
  readonly ask: (offset: number, flight: AbortController) => Promise<LinesReply>;
  /** False when the reply is of another state of the file. */
  readonly accept: (reply: LinesReply) => boolean;
  /** The run with its true numbers; null: it begins inside a line whose start was out of reach and is known now. */
  readonly confirmed: (next: TextRun | null, run: TextRun) => void;
}

export class TextConfirm {
  readonly #host: ConfirmHost;
  readonly #flights: Flights<TextSide | 'confirm'>;
  readonly #clock: Clock;
  #cancel: (() => void) | null = null;

  constructor(host: ConfirmHost, flights: Flights<TextSide | 'confirm'>, clock: Clock) {
    this.#host = host;
    this.#flights = flights;
    this.#clock = clock;
  }

  /** Asks if there is something to know and nobody has asked yet. */
  look(): void {
    const run = this.#host.run();
    if (!run || run.exact || this.#flights.has('confirm')) return;
    const { index } = this.#host.file();
    if (index && index.scannedBytes <= runStart(run)) return;
    void this.#askFor(runStart(run));
  }

  /** Asks no more by itself. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  async #askFor(offset: number): Promise<void> {
    const flight = this.#flights.takeOff('confirm');
    try {
      const reply = await this.#host.ask(offset, flight);
      const run = this.#host.run();
      if (!this.#flights.land('confirm', flight) || !run || !this.#host.accept(reply)) return;
      const line = reply.lines[0]?.line ?? null;
      if (line === null) this.#later();
      if (line === null || run.exact) return;
      this.#host.confirmed(withLineOf(run, reply.lines[0]?.offset ?? 0, line, this.#host.facts()), run);
    } catch (error) {
      if (this.#flights.land('confirm', flight) && isTransient(error)) this.#lookIn(INTERVAL_MS);
    }
  }

  /** Where no progress is told (an encoding with other terminators than the file's own), asks again by itself. */
  #later(): void {
    if (this.#host.file().index === null) this.#lookIn(INTERVAL_MS);
  }

  #lookIn(ms: number): void {
    this.stop();
    this.#cancel = this.#clock.delay(ms, () => this.look());
  }
}

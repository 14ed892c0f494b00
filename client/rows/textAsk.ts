/** Asks for lines of the file as it is known, and learns from what comes. */
import type { LinesReply } from '../../shared/protocol.ts';
import type { FetchGeometry, GeometryPlace } from './textChange.ts';
import type { KnownFile } from './textFacts.ts';

interface FileState {
  readonly generation: number;
  readonly size: number;
}

export class TextAsk {
  /** Longest row, bytes; null for whole lines. */
  split: number | null;
  readonly #fetch: FetchGeometry;
  readonly #known: KnownFile;
  readonly #isOf: (reply: FileState, known: FileState) => boolean;

  /** `isOf` says whether a reply is of the state that was known, and tells the owner when it is not. */
  constructor(
    fetch: FetchGeometry,
    split: number | null,
    known: KnownFile,
    isOf: (reply: FileState, known: FileState) => boolean,
  ) {
    this.#fetch = fetch;
    this.split = split;
    this.#known = known;
    this.#isOf = isOf;
  }

  /** Without what is hidden. */
  async lines(place: GeometryPlace, count: number, signal: AbortSignal): Promise<LinesReply> {
    const { encoding, generation, start } = this.#known.file;
    const reply = await this.#fetch({ place, count, split: this.split, encoding, generation }, signal);
    return start === 0 ? reply : { ...reply, lines: reply.lines.filter(({ offset }) => offset >= start) };
  }

  /** False when the reply is of another state of the file; the owner then brings an update. */
  accept(reply: LinesReply): boolean {
    const { file } = this.#known;
    this.#known.learnSize(reply);
    const accepted = this.#isOf(reply, file);
    if (accepted) this.#known.learnTotal(reply);
    return accepted;
  }
}

/** What goes in and out of a TextGeometry: queries to the server, facts of the file, and changes told to the view. */
import type { IndexStatus, LinesReply } from '../../shared/protocol.ts';
import type { Clock } from '../cache/clock.ts';
import type { RowAlign } from './runway.ts';
import type { TextFacts, TextRun } from './textRun.ts';

/** Names a place by its byte, or (unsplit rows only) by the 0-based number of its line. */
export type GeometryPlace = { readonly offset: number } | { readonly start: number };

export interface GeometryQuery {
  readonly place: GeometryPlace;
  /** Negative: that many rows before the one that holds `offset`. */
  readonly count: number;
  readonly split: number | null;
  readonly encoding: string | null;
  readonly generation: number;
}

export type FetchGeometry = (query: GeometryQuery, signal: AbortSignal) => Promise<LinesReply>;

/** What is known of the file, from outside. */
export interface GeometryFile {
  readonly size: number;
  /** What lies before this byte, the start of a line, is hidden; 0: nothing. */
  readonly start: number;
  readonly generation: number;
  /** Encoding asked for, null for the detected one. */
  readonly encoding: string | null;
  /** Status of the index in the line format shown; null when it is of another one. */
  readonly index: IndexStatus | null;
}

/** Where the view goes: a coordinate and how it is shown; with 'keep', `px` of the row are above the top edge. */
export type TextScroll =
  | { readonly row: number; readonly align: RowAlign }
  | { readonly row: number; readonly align: 'keep'; readonly px: number };

export type TextSide = 'before' | 'after' | 'jump';

/** One sentence a side that could not be had; null for one that waits, for a reason that is said elsewhere. */
export type TextErrors = Readonly<Partial<Record<TextSide, string | null>>>;

export interface TextSnapshot {
  readonly run: TextRun | null;
  readonly rowCount: number;
  /** The first row that is shown; 0 unless something is hidden. */
  readonly firstRow: number;
  readonly facts: TextFacts;
  readonly errors: TextErrors;
  /** Differs whenever coordinates mean something else than before. */
  readonly epoch: number;
  /** Where the view waits for rows that it was sent to and that could not be had; null: it does not. */
  readonly awaited: number | null;
  /** The byte that the view is sent to while its rows could not be had yet; null: it waits for none. */
  readonly heading: number | null;
}

export interface TextChange {
  readonly snapshot: TextSnapshot;
  /** Rows were renamed: what was row n is row n + shift. */
  readonly shift: number;
  readonly scroll: TextScroll | null;
}

/**
 * Where the rows of a view are. Every change is told once, with all that has to be done together: new rows, a renaming, a scroll.
 */
export interface RowGeometry {
  subscribe(listener: (change: TextChange) => void): () => void;
  /** Rows elsewhere than those that are here are on their way. */
  readonly moving: boolean;
  /** The view will be moved to them once they are here; false when they are for where it is already. */
  readonly jumping: boolean;
  /** Somebody asked for another place, and its rows are on their way. */
  readonly leaving: boolean;
  snapshot(): TextSnapshot;
  /** Shows the row of a byte (clamped to the file), at once when it is here, else when it came. */
  show(offset: number, align: RowAlign): void;
  /** As `show` of the last row, for a view that has never left the end. */
  showEnd(): void;
  /** Gives up a jump that nobody asked for, as `showEnd` makes: the view is to stay where it is. Absent where none takes so long. */
  stay?(): void;
  /** Makes everything anew around `offset`, whose row is shown with `px` above the top edge. */
  rebuild(offset: number, px: number, split: number | null): void;
  /** The view says which coordinates are on screen, of which epoch. Starts the requests that are due. */
  look(epoch: number, first: number, last: number): void;
  /** What became of the file; what has to be made anew is made around `top`. */
  update(file: GeometryFile, top: { readonly offset: number; readonly px: number }): void;
  /** Makes everything anew around the place that was asked for and is on its way, else around `top`. */
  renew(top: { readonly offset: number; readonly px: number }): void;
  retry(): void;
  /** The server is there again: asks at once for what failed, and again for what may have been lost on the way. */
  resume(): void;
  dispose(): void;
}

export interface TextGeometryOptions {
  readonly file: GeometryFile;
  /** Longest row, bytes; null for whole lines. */
  readonly split: number | null;
  readonly fetch: FetchGeometry;
  /** A reply says that the file is another one than known here; `update` will follow. */
  readonly onStale: (generation: number, size: number) => void;
  readonly clock?: Clock;
}

/**
 * The nearest hit among the rows that a filter leaves: stepping through hits must not end in lines that are not on the screen.
 *
 * Hits and rows are leapt over in turn: from a hit that no row holds to the next row, and from there to the next hit. Both may be
 * millions without one in common, so a batch of rows is compared with all hits in its extent at once.
 *
 * Pure but for what it asks; where rows or hits are still to come, it waits for them.
 */
import type { FilterRow, FilterRowsReply, SearchExtentReply, SearchNearReply } from '../../shared/protocol.ts';
import type { Direction } from '../api/searches.ts';

export interface ShownHitsSource {
  /** Certain, unless the search was stopped before it came there. */
  near(offset: number, direction: Direction): Promise<SearchNearReply>;
  hitsIn(from: number, to: number): Promise<SearchExtentReply>;
  /** From the row that holds the byte at `offset`, else the next one, on; a negative count: those before it. */
  rows(offset: number, count: number): Promise<FilterRowsReply>;
  /** Waits until there may be more rows. False when none will come. */
  moreRows(): Promise<boolean>;
}

/** Rows that are compared at once: few at first, then more, as far as one request gives and going back does not meet too many hits. */
const FIRST_ROWS = 16;
const MOST_ROWS = { next: 1_024, previous: 256 } as const;

const endOf = (row: FilterRow): number => row.offset + row.length + row.terminatorLength;

/** The last line holds the end of the file as well: a hit of no length may be there. */
const holds = (row: FilterRow, offset: number, size: number): boolean =>
  row.offset <= offset &&
  (offset < endOf(row) || (offset === size && endOf(row) === size && row.terminatorLength === 0));

/**
 * The first hit (`next`) at or after `from`, or the last before it, that begins in a row. `hit` is null when there is none as far as
 * `limit`, where it is known that there is none beyond.
 */
export async function nearestShown(
  source: ShownHitsSource,
  from: number,
  limit: number | null,
  direction: Direction,
): Promise<SearchNearReply> {
  const isBeyond = (offset: number): boolean =>
    limit !== null && (direction === 'next' ? offset > limit : offset < limit);
  let count = FIRST_ROWS;
  for (let place = from; ; count = Math.min(count * 4, MOST_ROWS[direction])) {
    const reply = await source.near(place, direction);
    if (reply.hit === null) return reply;
    const { offset } = reply.hit;
    const none = { ...reply, hit: null, number: null };
    if (isBeyond(offset)) return none;
    const { rows, exact, size } = await source.rows(offset, direction === 'next' ? count : 1);
    const [first] = rows;
    if (first && holds(first, offset, size)) return reply;
    if (!exact && (await source.moreRows())) {
      place = direction === 'next' ? offset : offset + 1;
      continue;
    }
    const batch = direction === 'next' ? rows : (await source.rows(offset, -count)).rows;
    const [top, bottom] = [batch[0], batch.at(-1)];
    if (!top || !bottom) return none;
    const found = await source.hitsIn(top.offset, endOf(bottom));
    const held = found.hits.filter((hit) => batch.some((row) => holds(row, hit.offset, size)));
    const hit = direction === 'next' ? held[0] : held.at(-1);
    // Where the last hits are not among those that fit, or some are still to be found, the nearest is not known from these.
    const known = found.exact && (direction === 'next' || !found.more);
    if (known && hit) return isBeyond(hit.offset) ? none : source.near(hit.offset, 'next');
    const last = found.hits.at(-1);
    if (!known) place = direction === 'next' ? top.offset : endOf(bottom);
    else if (direction === 'previous') place = top.offset;
    else place = found.more && last ? Math.max(last.offset + 1, top.offset) : endOf(bottom);
  }
}

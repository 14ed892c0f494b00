/** What a text view asks for next, from where it is in its run. Pure. */
import { runEnd, runEndRow, runStart, type TextFacts, type TextRun, tailOffset } from './textRun.ts';

/** Rows asked for at once at either end, and how near the view may come before they are. */
export const FETCH_ROWS = 384;
const NEAR_ROWS = 256;
/** Farther than this from the run nothing is filled in between; a new run is made. */
const FAR_ROWS = 2_048;

export type TextWish =
  | { readonly kind: 'before'; readonly offset: number; readonly count: number }
  | { readonly kind: 'after'; readonly offset: number; readonly count: number }
  | { readonly kind: 'jump'; readonly row: number };

/** What to ask for next, most urgent first, with rows `[visible.first, visible.last]` on screen. */
export function planWishes(
  run: TextRun,
  visible: { readonly first: number; readonly last: number },
  { size, start }: Pick<TextFacts, 'size' | 'start'>,
): TextWish[] {
  const end = runEndRow(run);
  if (visible.first > end + FAR_ROWS || visible.last < run.firstRow - FAR_ROWS) {
    return [{ kind: 'jump', row: visible.first }];
  }
  const wishes: TextWish[] = [];
  const before = visible.first - run.firstRow;
  const after = end - 1 - visible.last;
  if (after < NEAR_ROWS && runEnd(run) < size) {
    wishes.push({ kind: 'after', offset: tailOffset(run), count: FETCH_ROWS + Math.max(0, -after) });
  }
  if (before < NEAR_ROWS && runStart(run) > start) {
    wishes.push({ kind: 'before', offset: runStart(run), count: FETCH_ROWS + Math.max(0, -before) });
  }
  return before < after ? wishes.reverse() : wishes;
}

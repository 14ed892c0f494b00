/** What follows from a plan for how its segments are put together. */
import type { SearchPlan } from './plan.ts';
import type { SearchSizes } from './searchJob.ts';

/** Hits that start so far before data may need it, bytes: a whole line, a match and what it looks at. */
export function marginBytes(plan: SearchPlan, sizes: SearchSizes): number {
  return sizes.pieceBytes + matchMarginBytes(plan, sizes);
}

/** As `marginBytes`, for a hit whose line is known to be whole. */
export function matchMarginBytes(plan: SearchPlan, { contextBytes }: SearchSizes): number {
  return 2 * contextBytes + longestBytes(plan);
}

/** What is found is no longer than this, or as long as it gets; at least a character. */
export function longestBytes({ finder }: SearchPlan): number {
  return finder?.kind === 'forms' ? Math.max(8, finder.longest) : 8;
}

/** A hit may be told by the segment in which its line starts, so far before it, bytes. */
export function leadBytes({ mode, report }: SearchPlan, { pieceBytes }: SearchSizes): number {
  return mode === 'lines' || report === 'lines' ? pieceBytes : 0;
}

/** Whether a hit may keep another from counting, also one of the next segment. */
export function hitsCompete(plan: SearchPlan): boolean {
  if (plan.mode !== 'finder') return true;
  if (plan.overlapping || plan.report === 'lines') return false;
  return plan.finder.kind !== 'forms' || plan.finder.selfOverlapping;
}

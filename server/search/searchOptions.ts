import type { Extent } from '../../shared/extent.ts';
import type { Source } from '../source/source.ts';
import type { HitBudget } from './hitParts.ts';
import type { SearchPlan } from './plan.ts';
import type { SearchPool } from './searchPool.ts';

export interface SearchOptions {
  readonly id: string;
  readonly source: Source;
  readonly plan: SearchPlan;
  /** Offset that is in view. */
  readonly from: number;
  readonly pool: SearchPool;
  readonly budget: HitBudget;
  readonly spillFolder: string;
  /** The data of a sparse file, see server/source/holes.ts; null when it has no holes. */
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
}

/** What to say of a job that ended early with `code` (see FromWorker). */
export function readFailure(code: string): string {
  if (code === 'SHORT') return 'A part of the file from here on was not searched: the file ended early.';
  return `A part of the file from here on was not searched: it cannot be read (${code}).`;
}

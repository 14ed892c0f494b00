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

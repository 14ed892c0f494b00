/** Up to where a larger file would hold the same hits, so that growth need not search that again. */
import { PAGE_BYTES } from '../../shared/limits.ts';
import { type EdgeContext, lineEndAfter, lineStartBefore } from './lineEdges.ts';
import type { SearchPlan } from './plan.ts';
import { longestBytes, marginBytes, matchMarginBytes } from './planFacts.ts';
import type { SearchJob, SearchSizes } from './searchJob.ts';

interface SettleContext extends EdgeContext {
  readonly sizes: SearchSizes;
  readonly job: SearchJob;
}

/**
 * The last offset in the job at which it can be parted in two that find together what it would find as one, and of which the first
 * finds the same in any larger file. Null when there is none, and when growth changes nothing in the job anyway. Of a line, what
 * begins before the offset is in the first. Leaves other bytes loaded.
 */
export function settlePoint(context: SettleContext, plan: SearchPlan): number | null {
  const { job, sizes } = context;
  if (job.end <= job.size - marginBytes(plan, sizes)) return null;
  // Windows of long lines and of raw bytes lie on multiples of their size.
  const grain = Math.max(PAGE_BYTES, sizes.windowBytes);
  const last = (margin: number): number => Math.min(job.end, Math.floor((job.size - margin) / grain) * grain);
  const byLine = plan.mode === 'lines' || plan.report === 'lines';
  for (const margin of [matchMarginBytes(plan, sizes), marginBytes(plan, sizes)]) {
    const point = last(margin);
    if (point > job.offset && (!byLine || lineIsWhole(context, plan, point))) return point;
  }
  return null;
}

/** Whether the line that holds `offset` is whole, with what may be found across its end, and not one that is searched in windows. */
function lineIsWhole(context: SettleContext, plan: SearchPlan, offset: number): boolean {
  const { job, sizes } = context;
  const { unitBytes } = plan.format;
  const start = lineStartBefore(context, offset, plan.firstOffset, unitBytes);
  if (start === null) return false;
  if (start === offset) return true;
  const end = lineEndAfter(context, offset, start + sizes.pieceBytes, unitBytes);
  return end !== null && end <= job.size - longestBytes(plan);
}

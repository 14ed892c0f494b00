/** Searches a segment for what the kernel finds by itself: bytes, texts, numbers. */
import { PAGE_BYTES } from '../../shared/limits.ts';
import { OUT } from './kernel.ts';
import type { FinderPlan } from './plan.ts';
import type { ScanContext } from './scanContext.ts';

/** Seen beside a hit to tell whether it is a whole word: the longest character, and some. */
const WORD_CONTEXT = 8;

export function scanFinder({ kernel, bytes, sizes, job, output, beat }: ScanContext, plan: FinderPlan): void {
  const { finder, fixed, overlapping } = plan;
  const longest = finder.kind === 'number' ? finder.bytes : finder.longest;
  const around = plan.words ? WORD_CONTEXT : 0;
  const { collect, collectEnd, lastHitEnd } = kernel.exports;
  // Where all hits count, none stands in the way of the next.
  let from = Math.max(job.offset, overlapping ? 0 : job.carry, plan.firstOffset);
  for (let stripe = job.offset; stripe < job.end; stripe += sizes.stripeBytes) {
    const stripeEnd = Math.min(job.end, stripe + sizes.stripeBytes);
    beat(stripe, stripeEnd - stripe);
    const loadEnd = Math.min(job.size, stripeEnd + longest - 1 + around);
    bytes.load(job.fd, Math.max(0, stripe - around), loadEnd);
    kernel.narrow(bytes.pointer(stripe), bytes.pointer(loadEnd));
    for (let page = stripe; page < stripeEnd; page += PAGE_BYTES) {
      const pageEnd = Math.min(stripeEnd, page + PAGE_BYTES);
      const start = Math.max(page, from);
      if (start >= pageEnd) continue;
      const base = bytes.pointer(page);
      const count = collect(bytes.pointer(start), bytes.pointer(pageEnd), base, OUT, fixed === null, overlapping);
      if (count === 0) continue;
      const reach = bytes.offsetOf(lastHitEnd());
      if (!overlapping) from = reach;
      const hits = kernel.memory.subarray(OUT, collectEnd());
      output.page(page, count, hits, page + firstDistance(hits), reach);
    }
    output.advance(stripeEnd);
  }
}

/** The first varint of packed hits: how far into the page the first lies. */
function firstDistance(hits: Uint8Array): number {
  let value = 0;
  let scale = 1;
  for (const byte of hits) {
    value += (byte % 128) * scale;
    if (byte < 128) break;
    scale *= 128;
  }
  return value;
}

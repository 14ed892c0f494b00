/** The cache for a component: renders again when something came, and wants what is visible for as long as it is mounted. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Extent } from '../../shared/extent.ts';
import type { PageCache, PageInterest } from './pageCache.ts';
import { type Travel, wantedPages } from './plan.ts';

/** Renders again with every change of the cache; returns its version. */
export function useCacheVersion(cache: PageCache): number {
  return useSyncExternalStore(cache.subscribe, () => cache.version);
}

/** Wants the pages of `visible` and those around and ahead of it, after every render. */
export function useWantedPages(cache: PageCache, visible: Extent, dragging: boolean): void {
  const interest = useRef<PageInterest | null>(null);
  const before = useRef({ offset: visible.offset, travel: 0 as Travel });

  useEffect(() => {
    const mine = cache.interest();
    interest.current = mine;
    return () => {
      mine.release();
      interest.current = null;
    };
  }, [cache]);

  const { size, version } = cache;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the cache may have made a page wanted again
  useEffect(() => {
    const moved = visible.offset - before.current.offset;
    // Standing still keeps the direction: who pauses to read mostly goes on the same way.
    const travel: Travel = moved > 0 ? 1 : moved < 0 ? -1 : before.current.travel;
    before.current = { offset: visible.offset, travel };
    interest.current?.want(wantedPages(visible, travel, dragging, size), dragging);
  }, [cache, visible.offset, visible.end, dragging, size, version]);
}

import { useMemo } from 'react';
import { useSearches } from '../../search/searchStore.ts';
import type { OverviewLayer } from '../overview/paintLayers.ts';

/** What searching adds to the overview of a file: where its hits are dense. */
export function useLayers(fileId: string): readonly OverviewLayer[] {
  const histogram = useSearches((state) => state.byFile[fileId]?.histogram ?? null);
  return useMemo((): readonly OverviewLayer[] => {
    if (histogram === null || histogram.total === 0) return [];
    return [{ kind: 'density', buckets: histogram.buckets, size: histogram.size }];
  }, [histogram]);
}

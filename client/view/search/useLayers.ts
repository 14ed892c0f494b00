import { useMemo, useRef } from 'react';
import { activeLayers } from '../../filter/filterSet.ts';
import { type FileFilter, useFilter } from '../../filter/filterStore.ts';
import { useSearches } from '../../search/searchStore.ts';
import type { OverviewDensity, OverviewLayer } from '../overview/paintLayers.ts';

/** Where lines of the filter's layers are dense, the first layer on top; those that are hidden are not marked. */
function densities({ set, state }: FileFilter): readonly OverviewDensity[] {
  const found = activeLayers(set).flatMap(({ id, role, tint }): OverviewDensity[] => {
    const histogram = state.layers[id]?.histogram;
    if (role === 'exclude' || !histogram || histogram.total === 0) return [];
    return [{ kind: 'density', buckets: histogram.buckets, size: histogram.size, tint }];
  });
  return found.reverse();
}

const sameDensity = (a: OverviewDensity, b: OverviewDensity | undefined): boolean =>
  a.buckets === b?.buckets && a.size === b.size && a.tint === b.tint;

/** The same array as long as it holds the same: progress alone paints nothing again. */
function useDensities(fileId: string): readonly OverviewDensity[] {
  const last = useRef<readonly OverviewDensity[]>([]);
  const now = densities(useFilter(fileId));
  const same = now.length === last.current.length && now.every((density, at) => sameDensity(density, last.current[at]));
  if (!same) last.current = now;
  return last.current;
}

/** What searching and filtering add to the overview of a file: where hits and filtered lines are dense. */
export function useLayers(fileId: string): readonly OverviewLayer[] {
  const histogram = useSearches((state) => state.byFile[fileId]?.histogram ?? null);
  const filtered = useDensities(fileId);
  return useMemo((): readonly OverviewLayer[] => {
    if (histogram === null || histogram.total === 0) return filtered;
    return [...filtered, { kind: 'density', buckets: histogram.buckets, size: histogram.size }];
  }, [histogram, filtered]);
}

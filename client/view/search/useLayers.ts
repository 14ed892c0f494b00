import { useMemo, useRef } from 'react';
import { activeLayers } from '../../filter/filterSet.ts';
import { type FileFilter, useFilter } from '../../filter/filterStore.ts';
import { useSearches } from '../../search/searchStore.ts';
import type { OverviewDensity, OverviewLayer } from '../overview/paintLayers.ts';

/** Lanes that can be told apart; further layers share the last one. */
const MAX_LANES = 4;

/** Where lines of the filter's layers are dense, the first layer leftmost; those that are hidden are not marked. */
function densities({ set, state }: FileFilter): readonly OverviewDensity[] {
  const shown = activeLayers(set).filter(({ role }) => role === 'include');
  const lanes = Math.min(MAX_LANES, shown.length);
  return shown.flatMap(({ id, tint }, at): OverviewDensity[] => {
    const histogram = state.layers[id]?.histogram;
    if (!histogram || histogram.total === 0) return [];
    const layer = { tint, lane: Math.min(at, lanes - 1), lanes };
    return [{ kind: 'density', buckets: histogram.buckets, size: histogram.size, layer }];
  });
}

function sameDensity(a: OverviewDensity, b: OverviewDensity | undefined): boolean {
  const [one, other] = [a.layer, b?.layer];
  const same = one?.tint === other?.tint && one?.lane === other?.lane && one?.lanes === other?.lanes;
  return same && a.buckets === b?.buckets && a.size === b.size;
}

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

/** The hits of the file's search for a view: wants those of what is on screen, and renders again when they come. */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Extent } from '../../shared/extent.ts';
import { onRecovered } from '../state/recovery.ts';
import type { Pane } from '../state/store.ts';
import { searchApi } from './controller.ts';
import { HitTiles } from './hitTiles.ts';
import { currentHit, useSearches } from './searchStore.ts';
import { reportShown } from './visible.ts';

export interface VisibleHits {
  /** See HitTiles.spans. */
  readonly spans: (offset: number, end: number) => readonly number[];
  /** The hit that the cursor is on. */
  readonly current: Extent | null;
  /** Differs when spans may. */
  readonly version: number;
}

const NO_SPANS: readonly number[] = [];
const noSpans = (): readonly number[] => NO_SPANS;
const noSubscription = (): (() => void) => () => undefined;

let tiles: { readonly key: string; readonly tiles: HitTiles } | null = null;

onRecovered(() => tiles?.tiles.resume());

/** Two views of a file share the tiles of its search. Only the file on screen has any. */
function tilesOf(fileId: string, searchId: string): HitTiles {
  const key = `${fileId} ${searchId}`;
  if (tiles?.key === key) return tiles.tiles;
  tiles?.tiles.close();
  const made = new HitTiles(
    (from, to, signal) => searchApi.hitsIn(fileId, searchId, from, to, signal),
    // Whatever it was, the status of the search has met it as well, and says so.
    () => undefined,
  );
  tiles = { key, tiles: made };
  return made;
}

/**
 * `extents` is what is drawn, `visible` what is on screen. Hits of the whole file are never here; `extents` should be as little as
 * the view draws.
 */
export function useVisibleHits(
  fileId: string,
  pane: Pane | 'filtered',
  extents: readonly Extent[],
  visible: Extent,
  cursor: number,
): VisibleHits {
  const search = useSearches((state) => state.byFile[fileId] ?? null);
  const id = search?.id ?? null;
  const mine = id === null ? null : tilesOf(fileId, id);
  const version = useSyncExternalStore(mine?.subscribe ?? noSubscription, () => mine?.version ?? 0);
  const { scannedBytes, size = 0, running } = search?.status ?? {};
  const stamp = `${scannedBytes} ${size} ${running}`;
  const wanted = extents.map(({ offset, end }) => `${offset}-${end}`).join(' ');

  // biome-ignore lint/correctness/useExhaustiveDependencies: `wanted` is what matters of the extents
  useEffect(() => {
    if (!mine) return;
    mine.advance(stamp, size);
    mine.want(pane, extents);
  }, [mine, pane, wanted, stamp, size]);
  useEffect(() => () => mine?.want(pane, []), [mine, pane]);
  useEffect(() => reportShown(fileId, pane, visible));
  useEffect(() => () => reportShown(fileId, pane, null), [fileId, pane]);

  const hit = currentHit(search, cursor)?.hit ?? null;
  return useMemo(
    () => ({
      spans: mine ? (offset: number, end: number) => mine.spans(offset, end) : noSpans,
      current: hit && { offset: hit.offset, end: hit.offset + hit.length },
      version,
    }),
    [mine, version, hit],
  );
}

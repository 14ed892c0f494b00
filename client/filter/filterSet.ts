/** The filter of a file as a person makes it: named layers, how they combine, what is shown. Values only; nothing of the server. */
import type { FilterRole } from '../../shared/protocol.ts';
import { type SearchQuery, sameQuery } from '../search/query.ts';
import { TINTS, type Tint } from '../state/tints.ts';

export type Combine = 'any' | 'all' | 'none';
/** In place of the full view, or in a pane of their own below it. */
export type FilterDisplay = 'place' | 'split';

export interface FilterLayer {
  /** Of this filter, not told to the server. */
  readonly id: number;
  /** Null: it goes by its pattern. */
  readonly name: string | null;
  readonly query: SearchQuery;
  readonly role: FilterRole;
  readonly on: boolean;
  readonly tint: Tint;
}

export interface FilterSet {
  /** In the order of the list: the first that a row matches gives it its colour. */
  readonly layers: readonly FilterLayer[];
  readonly combine: Combine;
  /** Lines of context around each match. */
  readonly before: number;
  readonly after: number;
  /** The filter is applied. */
  readonly on: boolean;
  readonly display: FilterDisplay;
}

/** As many as the server combines. */
export const MAX_LAYERS = 16;
export const MAX_CONTEXT = 99;
export const MAX_NAME = 80;

export const NO_FILTER: FilterSet = { layers: [], combine: 'any', before: 0, after: 0, on: false, display: 'split' };

export function layerName(layer: FilterLayer): string {
  return layer.name ?? layer.query.pattern;
}

/** The colour that the fewest layers have; the first of them. */
function freeTint(layers: readonly FilterLayer[]): Tint {
  const uses = (tint: Tint): number => layers.filter((layer) => layer.tint === tint).length;
  return TINTS.reduce((least, tint) => (uses(tint) < uses(least) ? tint : least));
}

const freeId = (layers: readonly FilterLayer[]): number => Math.max(0, ...layers.map(({ id }) => id)) + 1;

/** The filter with one more layer at its end, applied; one that finds the same in the same role is turned on instead. Null when full. */
export function withLayer(set: FilterSet, query: SearchQuery, role: FilterRole): FilterSet | null {
  const same = set.layers.find((layer) => layer.role === role && sameQuery(layer.query, query));
  if (same) return { ...changeLayer(set, same.id, { on: true }), on: true };
  if (set.layers.length >= MAX_LAYERS) return null;
  const layer: FilterLayer = { id: freeId(set.layers), name: null, query, role, on: true, tint: freeTint(set.layers) };
  return { ...set, layers: [...set.layers, layer], on: true };
}

export function changeLayer(set: FilterSet, id: number, change: Partial<Omit<FilterLayer, 'id'>>): FilterSet {
  return { ...set, layers: set.layers.map((layer) => (layer.id === id ? { ...layer, ...change } : layer)) };
}

export function withoutLayer(set: FilterSet, id: number): FilterSet {
  return { ...set, layers: set.layers.filter((layer) => layer.id !== id) };
}

/** The filter with a layer that was deleted at its old place, if there is room. */
export function backAgain(set: FilterSet, layer: FilterLayer, at: number): FilterSet {
  if (set.layers.length >= MAX_LAYERS) return set;
  const taken = set.layers.some(({ id }) => id === layer.id);
  const again = taken ? { ...layer, id: freeId(set.layers) } : layer;
  return { ...set, layers: [...set.layers.slice(0, at), again, ...set.layers.slice(at)], on: true };
}

/** The filter with a layer at another place of the list. */
export function moveLayer(set: FilterSet, id: number, to: number): FilterSet {
  const layer = set.layers.find((candidate) => candidate.id === id);
  if (!layer) return set;
  const others = set.layers.filter((candidate) => candidate !== layer);
  const at = Math.max(0, Math.min(to, others.length));
  return { ...set, layers: [...others.slice(0, at), layer, ...others.slice(at)] };
}

/** The layers that rows are made of. */
export function activeLayers(set: FilterSet): readonly FilterLayer[] {
  return set.on ? set.layers.filter(({ on }) => on) : [];
}

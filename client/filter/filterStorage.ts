/** Filters as the browser remembers them, by file. What is read back is validated part by part, as in state/persisted.ts. */
import { formatQuery, parseQuery } from '../search/query.ts';
import { readStored, writeStored } from '../state/persisted.ts';
import { isTint } from '../state/tints.ts';
import { type FilterLayer, type FilterSet, MAX_CONTEXT, MAX_LAYERS, MAX_NAME, NO_FILTER } from './filterSet.ts';

const KEY = 'bigview.filters';
/** Two a file: those of the fifty files of late. */
const MAX_ENTRIES = 100;

type Known = Readonly<Record<string, unknown>>;
/** Name of the file and its filter, newest first. */
type Entry = readonly [string, unknown];

function record(value: unknown): Known | null {
  return typeof value === 'object' && value !== null ? (value as Known) : null;
}

const within = (value: unknown, min: number, max: number, otherwise: number): number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max ? (value as number) : otherwise;

function restoreLayer(value: unknown, id: number): FilterLayer | null {
  const found = record(value);
  const query = typeof found?.query === 'string' ? parseQuery(found.query) : null;
  if (!found || !query) return null;
  return {
    id,
    name: typeof found.name === 'string' && found.name.trim() !== '' ? found.name.slice(0, MAX_NAME) : null,
    query,
    role: found.role === 'exclude' ? 'exclude' : 'include',
    on: found.on !== false,
    tint: isTint(found.tint) ? found.tint : 1,
  };
}

/** Takes over what is valid and the default for anything else. Never throws. */
export function restoreFilter(value: unknown): FilterSet {
  const found = record(value);
  if (!found) return NO_FILTER;
  const layers = Array.isArray(found.layers) ? found.layers : [];
  return {
    layers: layers
      .slice(0, MAX_LAYERS)
      .map((layer, index) => restoreLayer(layer, index + 1))
      .filter((layer) => layer !== null),
    combine: found.combine === 'all' || found.combine === 'none' ? found.combine : 'any',
    before: within(found.before, 0, MAX_CONTEXT, 0),
    after: within(found.after, 0, MAX_CONTEXT, 0),
    on: found.on === true,
    display: found.display === 'place' ? 'place' : 'split',
  };
}

export function storedForm(set: FilterSet): unknown {
  return {
    ...set,
    layers: set.layers.map(({ name, query, role, on, tint }) => ({
      name,
      query: formatQuery(query),
      role,
      on,
      tint,
    })),
  };
}

function entriesOf(text: string | null): readonly Entry[] {
  let found: unknown = null;
  try {
    found = JSON.parse(text ?? 'null');
  } catch {
    // Not ours, or cut off.
  }
  if (!Array.isArray(found)) return [];
  return found.filter((entry): entry is Entry => Array.isArray(entry) && typeof entry[0] === 'string');
}

/** Names of a file, the surest first: what it is, and where it is, for the one that takes its place when a log is rotated. */
export type FileNames = readonly [identity: string, path: string];

/** The entries with those of a file in front; a filter without layers is not kept. */
export function withFilter(text: string | null, names: FileNames, set: FilterSet): readonly Entry[] {
  const others = entriesOf(text).filter(([other]) => !names.includes(other));
  const own = set.layers.length === 0 ? [] : names.map((name) => [name, storedForm(set)] as const);
  return [...own, ...others].slice(0, MAX_ENTRIES);
}

export function filterIn(text: string | null, names: FileNames): FilterSet {
  const entries = entriesOf(text);
  const found = names.map((name) => entries.find(([other]) => other === name)).find((entry) => entry !== undefined);
  return restoreFilter(found?.[1]);
}

export function readFilter(names: FileNames): FilterSet {
  return filterIn(readStored(KEY), names);
}

/** Read again before, as other tabs write as well. */
export function writeFilter(names: FileNames, set: FilterSet): void {
  writeStored(KEY, withFilter(readStored(KEY), names, set));
}

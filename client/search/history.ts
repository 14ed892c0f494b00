/** The patterns of late, newest first, kept in the browser; and the switches as they were left. */
import { readStored, writeStored } from '../state/persisted.ts';
import {
  DEFAULT_SWITCHES,
  formatQuery,
  parseQuery,
  type SearchQuery,
  type SearchSwitches,
  sameQuery,
} from './query.ts';

const KEY = 'bigview.searches';
const MAX_ENTRIES = 50;

/** Takes over what is a query, in the form of the address, and leaves out anything else. Never throws. */
export function restoreHistory(text: string | null): readonly SearchQuery[] {
  let found: unknown = null;
  try {
    found = JSON.parse(text ?? 'null');
  } catch {
    // Not ours, or cut off.
  }
  if (!Array.isArray(found)) return [];
  return found
    .filter((entry): entry is string => typeof entry === 'string')
    .map((entry) => parseQuery(entry))
    .filter((query) => query !== null)
    .slice(0, MAX_ENTRIES);
}

/** The history with `query` as its newest; an older one that finds the same goes. */
export function withNewest(history: readonly SearchQuery[], query: SearchQuery): readonly SearchQuery[] {
  return [query, ...history.filter((old) => !sameQuery(old, query))].slice(0, MAX_ENTRIES);
}

export function readHistory(): readonly SearchQuery[] {
  return restoreHistory(readStored(KEY));
}

export function remember(query: SearchQuery): void {
  writeStored(
    KEY,
    // Read again, as other tabs write as well.
    withNewest(readHistory(), query).map((entry) => formatQuery(entry)),
  );
}

/** The switches of the newest search, for the next one. */
export function lastSwitches(): SearchSwitches {
  const newest = readHistory()[0];
  if (!newest) return DEFAULT_SWITCHES;
  const { caseSensitive, wholeWord, numberType, endian, aligned } = newest;
  return { caseSensitive, wholeWord, numberType, endian, aligned };
}

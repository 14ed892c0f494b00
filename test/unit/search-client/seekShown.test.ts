import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NO_FILTER } from '../../../client/filter/filterSet.ts';
import { putFilter } from '../../../client/filter/filterStore.ts';
import { DEFAULT_SWITCHES, readDraft } from '../../../client/search/query.ts';
import { patchSearch, searchOf, setSearch } from '../../../client/search/searchStore.ts';
import { sayWhenSlow } from '../../../client/search/seekShown.ts';
import { appStore, type FileView } from '../../../client/state/store.ts';

const FILE = 'f';
const { query } = readDraft({ ...DEFAULT_SWITCHES, typed: 'x', kind: 'text' }, false);

beforeEach(() => {
  vi.useFakeTimers();
  const layer = { id: 1, name: null, query, role: 'include', on: true, tint: 1 } as const;
  putFilter(FILE, { set: { ...NO_FILTER, on: true, display: 'place', layers: [layer] } });
  appStore.setState({ views: { [FILE]: { pane: 'text' } as FileView } });
  const nothing = { encoding: null, id: 's', status: null, problem: null, current: null, histogram: null, hidden: 0 };
  setSearch(FILE, { ...nothing, seq: 1, query, generation: 1, seeking: 'next', note: null });
});
afterEach(() => vi.useRealTimers());

it('looking through filtered lines is said when it takes long, and not any more when it is over', () => {
  const end = sayWhenSlow(FILE, 1);
  vi.advanceTimersByTime(200);
  expect(searchOf(FILE)?.note).toBeNull();
  vi.advanceTimersByTime(200);
  expect(searchOf(FILE)?.note).toMatch(/^Looking through the filtered lines/);
  end();
  expect(searchOf(FILE)?.note).toBeNull();
});

it('what was found meanwhile to say stays said', () => {
  const end = sayWhenSlow(FILE, 1);
  vi.advanceTimersByTime(400);
  patchSearch(FILE, 1, { note: 'This is the only hit.' });
  end();
  expect(searchOf(FILE)?.note).toBe('This is the only hit.');
});

it('nothing is said of all lines', () => {
  putFilter(FILE, { set: NO_FILTER });
  sayWhenSlow(FILE, 1);
  vi.advanceTimersByTime(1_000);
  expect(searchOf(FILE)?.note).toBeNull();
});

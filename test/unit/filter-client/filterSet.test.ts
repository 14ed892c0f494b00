import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activeLayers,
  changeLayer,
  type FilterSet,
  layerName,
  MAX_LAYERS,
  moveLayer,
  NO_FILTER,
  withLayer,
  withoutLayer,
} from '../../../client/filter/filterSet.ts';
import { filterIn, restoreFilter, storedForm, withFilter } from '../../../client/filter/filterStorage.ts';
import { DEFAULT_SWITCHES, type SearchQuery } from '../../../client/search/query.ts';

const text = (pattern: string): SearchQuery => ({ ...DEFAULT_SWITCHES, kind: 'text', pattern, flags: '' });

function filled(...patterns: readonly string[]): FilterSet {
  return patterns.reduce<FilterSet>((set, pattern) => withLayer(set, text(pattern), 'include') ?? set, NO_FILTER);
}

const names = (set: FilterSet): string[] => set.layers.map(layerName);

describe('layers of a filter', () => {
  it('are added at the end, each in a colour of its own, and apply the filter', () => {
    const set = filled('a', 'b', 'c');
    expect(names(set)).toEqual(['a', 'b', 'c']);
    expect(set.layers.map(({ tint }) => tint)).toEqual([1, 2, 3]);
    expect(set.on).toBe(true);
    expect(new Set(set.layers.map(({ id }) => id)).size).toBe(3);
  });

  it('take the colour that is used least', () => {
    const set = withoutLayer(filled(...'abcdefghi'), 4);
    expect(withLayer(set, text('z'), 'exclude')?.layers.at(-1)?.tint).toBe(4);
  });

  it('are turned on instead of added twice, but may be both shown and hidden', () => {
    const off = changeLayer(filled('a', 'b'), 1, { on: false });
    expect(activeLayers(off).map(layerName)).toEqual(['b']);
    const again = withLayer({ ...off, on: false }, text('a'), 'include');
    expect(again?.layers.length).toBe(2);
    expect(again && activeLayers(again).length).toBe(2);
    expect(withLayer(off, text('a'), 'exclude')?.layers.length).toBe(3);
  });

  it('are no more than the server combines', () => {
    const full = filled(...Array.from({ length: MAX_LAYERS }, (_, at) => `${at}`));
    expect(full.layers.length).toBe(MAX_LAYERS);
    expect(withLayer(full, text('one more'), 'include')).toBeNull();
  });

  it('move to any place, and stay themselves', () => {
    const set = filled('a', 'b', 'c', 'd');
    expect(names(moveLayer(set, 1, 2))).toEqual(['b', 'c', 'a', 'd']);
    expect(names(moveLayer(set, 4, 0))).toEqual(['d', 'a', 'b', 'c']);
    expect(names(moveLayer(set, 2, -5))).toEqual(['b', 'a', 'c', 'd']);
    expect(names(moveLayer(set, 2, 99))).toEqual(['a', 'c', 'd', 'b']);
    expect(moveLayer(set, 77, 0)).toBe(set);
  });
});

describe('filters in the browser', () => {
  it('come back as they were kept', () => {
    const regex: SearchQuery = { ...text('^a|b$'), kind: 'regex', flags: 'su', caseSensitive: true };
    const number: SearchQuery = { ...text('42'), kind: 'number', numberType: 'f64', endian: 'be', aligned: true };
    let set =
      withLayer(withLayer(filled('plain & ünï'), regex, 'exclude') ?? NO_FILTER, number, 'include') ?? NO_FILTER;
    set = {
      ...changeLayer(set, 2, { name: 'Noise', on: false, tint: 7 }),
      combine: 'all',
      before: 3,
      after: 99,
      display: 'place',
    };
    const kept = JSON.parse(JSON.stringify(storedForm(set)));
    const back = restoreFilter(kept);
    expect(JSON.parse(JSON.stringify(storedForm(back)))).toEqual(kept);
    expect(back.layers.map(({ query }) => query.pattern)).toEqual(['plain & ünï', '^a|b$', '42']);
    expect(back).toMatchObject({ combine: 'all', before: 3, after: 99, on: true, display: 'place' });
    expect(back.layers[1]).toMatchObject({ name: 'Noise', on: false, tint: 7, role: 'exclude' });
    expect(back.layers[2]?.query).toMatchObject({ numberType: 'f64', endian: 'be', aligned: true });
  });

  it('are valid whatever was found, and what is valid in them stays', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const set = restoreFilter(value);
        expect(set.layers.length).toBeLessThanOrEqual(MAX_LAYERS);
        expect(set.before).toBeGreaterThanOrEqual(0);
      }),
    );
    const set = restoreFilter({
      layers: [null, { query: 'q=ok', tint: 12, role: 'both' }, { query: 7 }],
      before: 100,
      after: 1.5,
      on: 'yes',
    });
    expect(set.layers.map(layerName)).toEqual(['ok']);
    expect(set).toMatchObject({ before: 0, after: 0, on: false, combine: 'any' });
    expect(set.layers[0]).toMatchObject({ tint: 1, role: 'include', on: true, id: 2 });
  });

  it('are kept by file, the latest fifty, and go with their last layer', () => {
    let stored: string | null = null;
    for (let file = 0; file < 60; file++)
      stored = JSON.stringify(withFilter(stored, [`id${file}`, `/log/${file}`], filled(`p${file}`)));
    expect(names(filterIn(stored, ['id59', '/log/59']))).toEqual(['p59']);
    expect(names(filterIn(stored, ['id10', '/log/10']))).toEqual(['p10']);
    expect(filterIn(stored, ['id9', '/log/9'])).toEqual(NO_FILTER);
    // Another file under the same path goes on with its filter; the file that was there keeps its own, wherever it is now.
    stored = JSON.stringify(withFilter(stored, ['id59', '/log/59'], filled('kept')));
    stored = JSON.stringify(withFilter(stored, ['new', '/log/59'], filled('changed')));
    expect(names(filterIn(stored, ['newer', '/log/59']))).toEqual(['changed']);
    expect(names(filterIn(stored, ['id59', '/log/59.1']))).toEqual(['kept']);
    stored = JSON.stringify(withFilter(stored, ['id59', '/log/59'], { ...NO_FILTER, on: true }));
    expect(filterIn(stored, ['id59', '/log/59'])).toEqual(NO_FILTER);
    expect(filterIn('{"cut', ['id', '/log/59'])).toEqual(NO_FILTER);
    expect(filterIn('[["/a"],7,["/b",null]]', ['id', '/b'])).toEqual(NO_FILTER);
  });
});

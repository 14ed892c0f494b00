import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkQuery } from '../../../client/search/check.ts';
import { restoreHistory, withNewest } from '../../../client/search/history.ts';
import {
  DEFAULT_SWITCHES,
  draftFor,
  formatQuery,
  NUMBER_TYPES,
  numberTypeOf,
  parseQuery,
  patternStart,
  readDraft,
  type SearchDraft,
  type SearchQuery,
  sameQuery,
  toRequest,
} from '../../../client/search/query.ts';

const draft = (typed: string, more: Partial<SearchDraft> = {}): SearchDraft => ({
  ...DEFAULT_SWITCHES,
  typed,
  kind: null,
  ...more,
});

const pattern = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const anyQuery: fc.Arbitrary<SearchQuery> = fc
  .record({
    kind: fc.constantFrom('text' as const, 'bytes' as const, 'number' as const, 'regex' as const),
    pattern,
    caseSensitive: fc.boolean(),
    wholeWord: fc.boolean(),
    flags: fc.constantFrom('', 's', 'u', 'su'),
    numberType: fc.constantFrom(...NUMBER_TYPES),
    endian: fc.constantFrom('le' as const, 'be' as const),
    aligned: fc.boolean(),
  })
  .map((query) => (query.kind === 'regex' ? query : { ...query, flags: '' }));

describe('what is typed', () => {
  it.each([
    ['error', false, 'text'],
    ['de ad ?? ef', true, 'bytes'],
    ['de ad ?? ef', false, 'text'],
    ['/var/log/', false, 'text'],
    ['/var/log/i', false, 'regex'],
    ['/a.*b/', false, 'regex'],
    ['/a/', true, 'text'],
    ['/needle-2003 /', false, 'regex'],
    ['/ needle-2003/', false, 'regex'],
    ['/a path/with spaces/', false, 'text'],
    ['u32 5', true, 'number'],
    ['u32 5', false, 'text'],
    ['dead', true, 'text'],
  ] as const)('“%s”, over bytes %s, is %s', (typed, overBytes, kind) => {
    const { query, guessed, other } = readDraft(draft(typed), overBytes);
    expect(query.kind).toBe(kind);
    expect(guessed).toBe(kind !== 'text');
    // What was not certain enough is offered.
    if (kind === 'text' && typed.includes(' ')) expect(other).not.toBeNull();
  });

  it('a kind chosen by hand stays', () => {
    for (const kind of ['text', 'bytes', 'number', 'regex'] as const) {
      expect(readDraft(draft('/x+/i', { kind }), true).query.kind).toBe(kind);
    }
    expect(readDraft(draft('/x+/i', { kind: 'text' }), false).query.pattern).toBe('/x+/i');
  });

  it('spaces around a pattern are part of it', () => {
    const spaces: readonly (readonly [string, Partial<SearchDraft>, string])[] = [
      ['needle ', {}, 'needle '],
      [' needle', { kind: 'text' }, ' needle'],
      [' needle ', { kind: 'regex' }, ' needle '],
      ['/needle /', {}, 'needle '],
      ['/ needle /i', {}, ' needle '],
    ];
    for (const [typed, more, pattern] of spaces) {
      const { query } = readDraft(draft(typed, more), false);
      expect(toRequest(query, null, 0).pattern).toBe(pattern);
      expect(parseQuery(formatQuery(query))?.pattern).toBe(pattern);
    }
  });

  it('flags between slashes are the flags, `i` is the case', () => {
    const { query } = readDraft(draft('/a.b/sui', { caseSensitive: true }), false);
    expect(query).toMatchObject({ kind: 'regex', pattern: 'a.b', flags: 'su', caseSensitive: false });
    expect(patternStart('/a.b/sui', query)).toBe(1);
    expect(readDraft(draft('/a.b/s'), false).query.caseSensitive).toBe(true);
  });

  it('the draft for a query reads as that query', () => {
    fc.assert(
      fc.property(anyQuery, fc.boolean(), (query, overBytes) => {
        const read = readDraft(draftFor(query, overBytes), overBytes).query;
        // A pattern that itself has slashes around it is read as what it looks like.
        if (query.kind === 'regex' && /^\/.+\/[isu]*$/s.test(query.pattern) && query.flags === '') return;
        expect(toRequest(read, null, 0)).toEqual(toRequest(query, null, 0));
      }),
    );
  });
});

describe('a query', () => {
  it('comes back from the address', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        const back = parseQuery(formatQuery(query));
        expect(back && toRequest(back, null, 0)).toEqual(toRequest(query, null, 0));
      }),
    );
  });

  it('any address is read without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (q, qk, qf) => {
        const query = parseQuery(new URLSearchParams({ q, qk, qf }).toString());
        expect(query === null).toBe(q === '');
      }),
    );
    expect(parseQuery('?file=a.log&at=3')).toBeNull();
    expect(formatQuery(null)).toBe('');
  });

  it('sends what its kind uses, and nothing else', () => {
    const query: SearchQuery = { ...DEFAULT_SWITCHES, kind: 'bytes', pattern: 'de ad', flags: '', wholeWord: true };
    expect(toRequest(query, 'koi8-r', 7)).toEqual({ kind: 'bytes', pattern: 'de ad', from: 7 });
    expect(toRequest({ ...query, kind: 'text' }, 'koi8-r', 7)).toEqual({
      kind: 'text',
      pattern: 'de ad',
      from: 7,
      encoding: 'koi8-r',
      caseSensitive: false,
      wholeWord: true,
    });
    const number = { ...query, kind: 'number' as const, pattern: 'f64be 1.5', aligned: true };
    expect(numberTypeOf(number)).toBe('f64');
    expect(toRequest(number, null, 0)).toMatchObject({ align: 8, endian: 'le', numberType: 'u32' });
    expect(toRequest({ ...query, kind: 'regex', flags: 's' }, null, 0)).toMatchObject({ flags: 's' });
  });

  it('is the same whatever switches its kind does not use', () => {
    const query: SearchQuery = { ...DEFAULT_SWITCHES, kind: 'bytes', pattern: 'de ad', flags: '' };
    expect(sameQuery(query, { ...query, caseSensitive: true, endian: 'be' })).toBe(true);
    expect(sameQuery({ ...query, kind: 'text' }, { ...query, kind: 'text', caseSensitive: true })).toBe(false);
  });

  it('that is wrong is wrong at its place', () => {
    const query = (kind: SearchQuery['kind'], text: string) =>
      checkQuery({ ...DEFAULT_SWITCHES, kind, pattern: text, flags: '' });
    expect(query('text', 'fine')).toBeNull();
    expect(query('regex', 'a(b')).toMatchObject({ position: 1, length: 1 });
    expect(query('bytes', 'de ag')).toMatchObject({ position: 4, length: 1 });
    expect(query('number', '5..3')).toMatchObject({ position: 3, length: 1 });
    expect(query('regex', 'a+')).toBeNull();
  });
});

describe('the history', () => {
  const query = (text: string, caseSensitive = false): SearchQuery => ({
    ...DEFAULT_SWITCHES,
    kind: 'text',
    pattern: text,
    flags: '',
    caseSensitive,
  });

  it('has each search once, the newest first, and an end', () => {
    let history: readonly SearchQuery[] = [];
    for (const text of ['a', 'b', 'a', 'c', 'b']) history = withNewest(history, query(text));
    expect(history.map((entry) => entry.pattern)).toEqual(['b', 'c', 'a']);
    history = withNewest(history, query('b', true));
    expect(history).toHaveLength(4);
    for (let i = 0; i < 100; i++) history = withNewest(history, query(`x${i}`));
    expect(history).toHaveLength(50);
    expect(history[0]?.pattern).toBe('x99');
  });

  it('is read back, without what is not ours', () => {
    const kept = [query('a'), query('b', true)].map((entry) => formatQuery(entry));
    expect(restoreHistory(JSON.stringify(kept)).map((entry) => entry.pattern)).toEqual(['a', 'b']);
    expect(restoreHistory(JSON.stringify([1, null, 'nonsense', {}, ...kept]))).toHaveLength(2);
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => Array.isArray(restoreHistory(text))));
  });
});

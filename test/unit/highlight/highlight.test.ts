import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportHighlighters, importHighlighters } from '../../../client/highlight/exchange.ts';
import { restoreHighlighters, storedHighlighters } from '../../../client/highlight/format.ts';
import { CUT, findMatches, NO_PAINT, paintRow } from '../../../client/highlight/paint.ts';
import {
  type CompiledRule,
  compileAll,
  compilePattern,
  type HighlightRule,
  MAX_PATTERN,
  moved,
  NO_HIGHLIGHTERS,
  nextTint,
  type QuickHighlight,
  toggleQuick,
} from '../../../client/highlight/rules.ts';
import { TINTS, type Tint } from '../../../client/state/tints.ts';

const RULE: HighlightRule = {
  id: 'a',
  pattern: 'x',
  kind: 'text',
  matchCase: false,
  wholeWord: false,
  applies: 'match',
  tint: 1,
  on: true,
};

function matched(rule: Partial<HighlightRule>, text: string): string[] | null {
  const compiled = compilePattern({ ...RULE, ...rule });
  if (!compiled) return null;
  const ends = findMatches(new RegExp(compiled.source, compiled.flags), text);
  const found: string[] = [];
  for (let at = 0; at < ends.length; at += 2) found.push(text.slice(ends[at], ends[at + 1]));
  return found;
}

describe('patterns', () => {
  it.each<[Partial<HighlightRule>, string, string[] | null]>([
    [{ pattern: 'err' }, 'ERR err Err', ['ERR', 'err', 'Err']],
    [{ pattern: 'err', matchCase: true }, 'ERR err Err', ['err']],
    [{ pattern: 'a.b' }, 'a.b axb', ['a.b']],
    [{ pattern: '(' }, 'f(x)', ['(']],
    [{ pattern: 'cat', wholeWord: true }, 'cat catalog wildcat cat_ cat', ['cat', 'cat']],
    [{ pattern: 'über', wholeWord: true }, 'über drüber Überä Über', ['über', 'Über']],
    [{ pattern: 'a.', kind: 'regex' }, 'ab a😀 a', ['ab', 'a😀']],
    [{ pattern: '^\\w+', kind: 'regex' }, 'one two', ['one']],
    [{ pattern: '\\w+$', kind: 'regex' }, 'one two', ['two']],
    [{ pattern: 'a|b', kind: 'regex', wholeWord: true }, 'a b ab', ['a', 'b']],
    // Not in Unicode mode, but in the older one.
    [{ pattern: '[\\w\\-]+\\_', kind: 'regex' }, 'a-b_ c', ['a-b_']],
    [{ pattern: 'x*', kind: 'regex' }, 'axxb', ['xx']],
    [{ pattern: '', kind: 'regex' }, 'abc', null],
    [{ pattern: '(', kind: 'regex' }, 'abc', null],
    [{ pattern: 'a)|(b', kind: 'regex' }, 'abc', null],
  ])('%j in %j', (rule, text, expected) => expect(matched(rule, text)).toEqual(expected));

  it('a cut is no start and no end, and is never coloured', () => {
    const at = (pattern: string, text: string): readonly number[] => findMatches(new RegExp(pattern, 'gu'), text);
    expect(at('^a', 'aa')).toEqual([0, 1]);
    expect(at('^a', `${CUT}aa`)).toEqual([]);
    expect(at('a$', `aa${CUT}`)).toEqual([]);
    expect(at('.+', `${CUT}aa${CUT}`)).toEqual([1, 3]);
    expect(at('.*', `${CUT}${CUT}`)).toEqual([]);
  });

  it('text finds what a naive search finds', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '(', '😀', ' '), maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const naive: string[] = [];
        for (let at = text.indexOf(pattern); pattern !== '' && at >= 0; at = text.indexOf(pattern, at + pattern.length))
          naive.push(pattern);
        expect(matched({ pattern, matchCase: true }, text) ?? []).toEqual(naive);
      }),
    );
  });

  it('goes on after matches of nothing, also beside characters of two units', () => {
    expect(findMatches(/(?=😀)/gu, '😀😀a😀')).toEqual([]);
    expect(findMatches(/a*/gu, '😀a😀aa')).toEqual([2, 3, 5, 7]);
    expect(findMatches(/a*/g, '😀a')).toEqual([2, 3]);
  });
});

describe('painting', () => {
  const rule = (tint: Tint, applies: 'match' | 'line' = 'match'): CompiledRule => ({
    id: String(tint),
    source: '',
    flags: '',
    applies,
    tint,
  });

  it('the first rule has the place, neighbours of one colour are one', () => {
    const paint = paintRow(
      '0123456789',
      [rule(2), rule(3)],
      [
        [2, 4, 4, 5],
        [0, 3, 5, 8],
      ],
    );
    expect(paint).toEqual({ line: 0, spans: [0, 2, 3, 2, 5, 2, 5, 8, 3], rules: [0, 1] });
  });

  it('the first line rule colours the line, and matches show on it', () => {
    const paint = paintRow(
      'abc',
      [rule(2), rule(3, 'line'), rule(4, 'line')],
      [
        [0, 1],
        [1, 2],
        [1, 2],
      ],
    );
    expect(paint).toEqual({ line: 3, spans: [0, 1, 2], rules: [0, 1, 2] });
  });

  it('a row without matches has no colours', () => {
    expect(paintRow('abc', [rule(1)], [[]])).toBe(NO_PAINT);
  });

  it('spans are ascending and disjoint, and each place has the colour of the first rule that covers it', () => {
    const ends = fc.uniqueArray(fc.nat(20), { maxLength: 8 }).map((all) => {
      const sorted = all.toSorted((a, b) => a - b);
      return sorted.slice(0, sorted.length - (sorted.length % 2));
    });
    fc.assert(
      fc.property(fc.array(ends, { maxLength: 4 }), (matches) => {
        const rules = matches.map((_, index) => rule(TINTS[index] ?? 1));
        const { spans } = paintRow('x'.repeat(20), rules, matches);
        const painted = new Array<number>(20).fill(0);
        for (let at = 0; at < spans.length; at += 3) {
          expect(spans[at]).toBeLessThan(spans[at + 1] ?? 0);
          if (at > 0) expect(spans[at]).toBeGreaterThanOrEqual(spans[at - 2] ?? 0);
          painted.fill(spans[at + 2] ?? 0, spans[at], spans[at + 1]);
        }
        const naive = painted.map((_, place) => {
          const first = matches.findIndex((all) =>
            all.some((start, i) => i % 2 === 0 && place >= start && place < (all[i + 1] ?? 0)),
          );
          return first < 0 ? 0 : (rules[first]?.tint ?? 0);
        });
        expect(painted).toEqual(naive);
      }),
    );
  });
});

describe('lists', () => {
  it('moves one entry', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
  });

  it('a new rule has the colour that is used least', () => {
    expect(nextTint([], TINTS)).toBe(1);
    expect(nextTint([{ tint: 1 }, { tint: 2 }, { tint: 1 }], TINTS)).toBe(3);
    expect(
      nextTint(
        TINTS.map((tint) => ({ tint })),
        TINTS,
      ),
    ).toBe(1);
  });

  it('a word gets a colour, another, and loses it', () => {
    const word: QuickHighlight = { pattern: 'a', wholeWord: true, tint: 1 };
    const once = toggleQuick([], word);
    expect(once).toEqual([word]);
    expect(toggleQuick(once, { ...word, tint: 2 })).toEqual([{ ...word, tint: 2 }]);
    expect(toggleQuick(once, word)).toEqual([]);
    expect(toggleQuick(once, { ...word, wholeWord: false })).toHaveLength(2);
  });

  it('only what is on, and can be used, is compiled; words come first', () => {
    const sets = [
      {
        id: 's',
        name: 'S',
        on: true,
        rules: [RULE, { ...RULE, id: 'b', on: false }, { ...RULE, id: 'c', pattern: '' }],
      },
      { id: 't', name: 'T', on: false, rules: [{ ...RULE, id: 'd' }] },
      { id: 'u', name: 'U', on: true, rules: [{ ...RULE, id: 'e', pattern: '(', kind: 'regex' as const }] },
    ];
    const all = compileAll({ sets, quick: [{ pattern: 'w', wholeWord: false, tint: 5 }] });
    expect(all.map(({ id, tint }) => [id, tint])).toEqual([
      [null, 5],
      ['a', 1],
    ]);
  });
});

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{4,8}$/), { minLength: 12, maxLength: 12 });
const tints = fc.constantFrom(...TINTS);
const highlighters = fc
  .tuple(
    ids,
    fc.array(
      fc.record({
        name: fc.string({ maxLength: 12 }),
        on: fc.boolean(),
        rules: fc.array(
          fc.record({
            pattern: fc.string({ maxLength: 12 }),
            kind: fc.constantFrom('text' as const, 'regex' as const),
            matchCase: fc.boolean(),
            wholeWord: fc.boolean(),
            applies: fc.constantFrom('match' as const, 'line' as const),
            tint: tints,
            on: fc.boolean(),
          }),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 3 },
    ),
    fc.array(fc.record({ pattern: fc.string({ maxLength: 9 }), wholeWord: fc.boolean(), tint: tints }), {
      maxLength: 3,
    }),
  )
  .map(([names, sets, quick]) => {
    let next = 0;
    const id = (): string => names[next++] ?? '';
    return {
      sets: sets.map((set) => ({ ...set, id: id(), rules: set.rules.map((rule) => ({ ...rule, id: id() })) })),
      quick,
    };
  });

describe('what is kept and exchanged', () => {
  it('comes back from the browser as it was', () => {
    fc.assert(
      fc.property(highlighters, (all) => {
        expect(restoreHighlighters(JSON.stringify(storedHighlighters(all)))).toEqual(all);
      }),
    );
  });

  it('comes back from a file as it was, but for ids', () => {
    const bare = (sets: readonly { id: string; rules: readonly HighlightRule[] }[]): object[] =>
      sets.map(({ id: _id, rules, ...set }) => ({ ...set, rules: rules.map(({ id: _rule, ...rule }) => rule) }));
    fc.assert(
      fc.property(highlighters, ({ sets }) => {
        const again = importHighlighters(exportHighlighters(sets));
        expect(bare(again)).toEqual(bare(sets));
        const found = again.flatMap((set) => [set.id, ...set.rules.map(({ id }) => id)]);
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });

  it.each([null, '', 'null', '[]', '"x"', '{', '{"sets":5,"quick":{}}'])('gives nothing for %s', (text) =>
    expect(restoreHighlighters(text)).toEqual(NO_HIGHLIGHTERS),
  );

  it('keeps what is valid of what the browser kept, and gives ids that are missing or double anew', () => {
    const good = { pattern: 'x', colour: 3 };
    const text = JSON.stringify({
      sets: [
        { name: 'A', rules: [good, { pattern: 'y', colour: 0 }, { colour: 1 }, { ...good, id: 'same' }] },
        { name: 5 },
      ],
      quick: [
        { pattern: 'w', colour: 4 },
        { pattern: 'w', colour: 'red' },
      ],
      more: [{ ...good, id: 'same' }],
    });
    const { sets, quick } = restoreHighlighters(text);
    expect(sets).toHaveLength(1);
    expect(sets[0]?.rules.map(({ pattern, tint }) => [pattern, tint])).toEqual([
      ['x', 3],
      ['x', 3],
    ]);
    expect(quick).toEqual([{ pattern: 'w', wholeWord: false, tint: 4 }]);
  });

  it('never throws on what the browser kept', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(restoreHighlighters(text).sets.length).toBeLessThanOrEqual(32);
      }),
    );
  });

  const file = (sets: unknown): string => JSON.stringify({ bigview: 'highlighters', version: 1, sets });
  it.each([
    ['{', 'This is not JSON'],
    ['[]', 'The file must be an object, but is [].'],
    ['{}', 'its “bigview” must be "highlighters", but is missing'],
    ['{"bigview":"marks","version":1}', 'its “bigview” must be "highlighters", but is "marks"'],
    ['{"bigview":"highlighters","version":2}', '“version” is 2; only version 1 is known.'],
    [file({}), '“sets” must be an array, but is {}.'],
    [file([{ name: 'A', rules: 3 }]), 'Set 1: “rules” must be an array, but is 3.'],
    [
      file([{ name: 'A', rules: [{ pattern: 'x', colour: 12 }] }]),
      'Rule 1 of “A”: “colour” must be a whole number from 1 to 9, but is 12.',
    ],
    [file([{ name: 'A', rules: [{ colour: 1 }] }]), 'Rule 1 of “A”: “pattern” must be a string, but is missing.'],
    [
      file([{ name: 'A', rules: [{ pattern: 'x', colour: 1, kind: 'glob' }] }]),
      '“kind” must be one of text, regex, but is "glob".',
    ],
    [
      file([{ name: 'A', rules: [{ pattern: 'x'.repeat(MAX_PATTERN + 1), colour: 1 }] }]),
      'is 1001 characters long; at most 1000 are taken.',
    ],
    [
      file([{ name: 'A', rules: [{ pattern: 'x', colour: 1, on: 'yes' }] }]),
      '“on” must be true or false, but is "yes".',
    ],
    [file(new Array(40).fill({ name: 'A', rules: [] })), '“sets” has 40 entries; at most 32 are taken.'],
    [
      file(new Array(3).fill({ name: 'A', rules: new Array(99).fill({ pattern: 'x', colour: 1 }) })),
      'The file has 297 rules; at most 200 are taken.',
    ],
  ])('says what is wrong with a file: %#', (text, sentence) => {
    expect(() => importHighlighters(text)).toThrow(sentence);
  });
});

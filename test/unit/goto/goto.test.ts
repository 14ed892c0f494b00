import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateGoto, type GotoContext, type GotoOutcome } from '../../../shared/goto.ts';

const TIB = 2 ** 40;
const context: GotoContext = {
  size: TIB,
  cursor: 1_000_000,
  selection: null,
  top: 4096,
  cursorLine: 99,
  totalLines: 20_000_000,
  bareHex: false,
};

const go = (input: string, over: Partial<GotoContext> = {}): GotoOutcome =>
  evaluateGoto(input, { ...context, ...over });
const offset = (value: number): GotoOutcome => ({ kind: 'offset', offset: value });
const line = (oneBased: number): GotoOutcome => ({ kind: 'line', line: oneBased - 1 });

describe('go to: what is understood', () => {
  it.each([
    ['0', 0],
    ['1234', 1234],
    ['1,234,567', 1_234_567],
    ['1_234_567', 1_234_567],
    ["1'234'567", 1_234_567],
    ['1\u202f234', 1234],
    ['0x1f', 31],
    ['0X0000_0001_4A3F', 0x14a3f],
    ['1Fh', 31],
    ['ffh', 255],
    ['10h', 16],
    ['5e6', 5_000_000],
    ['1.5G', 1.5 * 2 ** 30],
    ['.5K', 512],
    ['1K', 1024],
    ['1KiB', 1024],
    ['1kb', 1000],
    ['2MB', 2_000_000],
    ['12b', 12],
    ['42.7%', Number((2n ** 40n * 427n) / 1000n)],
    ['50 %', TIB / 2],
    ['100%', TIB - 1],
    ['start', 0],
    ['end', TIB - 1],
    ['END-1', TIB - 1],
    ['end-1G', TIB - 2 ** 30],
    ['size/3', 366_503_875_925],
    ['cursor', 1_000_000],
    ['.+1', 1_000_001],
    ['top', 4096],
    ['+1K', 1_001_024],
    ['-16', 999_984],
    ['- 16 + 1', 999_985],
    ['−16', 999_984],
    ['+0x10', 1_000_016],
    ['2 + 3 * 4', 14],
    ['(2+3)*4', 20],
    ['-(2+3)*4', 999_980],
    ['2*-3+10', 4],
    ['10/4', 2],
    ['10/4*2', 5],
    ['1T-1', TIB - 1],
    ['0.1*10', 1],
    ['1.1M', 1_153_433],
  ])('%s', (input, expected) => expect(go(input)).toEqual(offset(expected)));

  it.each([
    ['line 5e6', 5_000_000],
    ['l5000', 5000],
    ['L 5,000', 5000],
    ['ln 1', 1],
    ['line 5M', 5_000_000],
    ['line +10', 110],
    ['line -10', 90],
    ['line end', 20_000_000],
    ['line 50%', 10_000_000],
    ['line cursor', 100],
  ])('%s', (input, expected) => expect(go(input)).toEqual(line(expected)));

  it('reads bare hex only where asked to, and digits alone stay decimal', () => {
    const bareHex = true;
    expect(go('deadbeef', { bareHex })).toEqual(offset(0xdeadbeef));
    expect(go('1f', { bareHex })).toEqual(offset(31));
    expect(go('1b', { bareHex })).toEqual(offset(0x1b));
    expect(go('10', { bareHex })).toEqual(offset(10));
    expect(go('5e6', { bareHex })).toEqual(offset(5_000_000));
    expect(go('1G', { bareHex })).toEqual(offset(2 ** 30));
    expect(go('end-f', { bareHex })).toEqual(offset(TIB - 15));
    expect(go('line 1f', { bareHex })).toMatchObject({ kind: 'error', at: 5, length: 2 });
  });

  it('leads to the selection when there is one', () => {
    expect(go('selection+2', { selection: 10 })).toEqual(offset(12));
    expect(go('selection')).toMatchObject({ kind: 'error', message: 'Nothing is selected.' });
  });

  it('an empty input is nothing, an empty file has one place', () => {
    expect(go('   ')).toEqual({ kind: 'empty' });
    expect(go('end', { size: 0 })).toEqual(offset(0));
    expect(go('1', { size: 0 })).toMatchObject({ kind: 'outside', message: 'The file is empty.' });
  });
});

describe('go to: what is not', () => {
  it.each([
    ['foo', 0, 3, '“foo” is not understood.'],
    ['12 + foo', 5, 3, '“foo” is not understood.'],
    ['1f', 0, 2, '“1f” is not a number; hexadecimal is 0x1f or 1fh.'],
    ['0xZZ', 0, 4, '“0xZZ” is not a hexadecimal number.'],
    ['1,23', 0, 4, '“1,23”: a comma separates groups of three digits; a fraction has a point.'],
    ['1.234.567', 0, 9, '“1.234.567” is not understood.'],
    ['1.5', 0, 3, 'Not a whole byte.'],
    ['12 34', 3, 2, 'An operator is missing before “34”.'],
    ['1+', 2, 1, 'Something is missing at the end.'],
    ['1+*2', 2, 1, 'A number is missing before “*”.'],
    ['(1+2', 0, 1, 'This parenthesis is not closed.'],
    ['1+2)', 3, 1, 'This parenthesis was not opened.'],
    ['()', 1, 1, 'A number is missing before “)”.'],
    ['8/0', 1, 1, 'Division by zero.'],
    ['8/(2-2)', 1, 1, 'Division by zero.'],
    ['5Q', 0, 2, '“5Q” is not understood.'],
    ['line', 4, 1, 'Something is missing at the end.'],
    ['line 1 😀', 7, 2, '“😀” is not understood.'],
    ['1'.repeat(201), 200, 1, 'Longer than 200 characters.'],
  ])('%s', (input, at, length, message) => expect(go(input)).toEqual({ kind: 'error', message, at, length }));

  it('says when lines are not known yet', () => {
    for (const input of ['line end', 'line 50%']) {
      expect(go(input, { totalLines: null })).toMatchObject({ kind: 'error', at: 5 });
    }
    expect(go('line +1', { cursorLine: null })).toMatchObject({ kind: 'error', at: 5, length: 1 });
    expect(go('line 9e15', { totalLines: null })).toEqual(line(9e15));
  });

  it('past either end tells the limit and the nearest place', () => {
    expect(go('1T+1')).toEqual({
      kind: 'outside',
      message: 'Past the end by 2: the last byte is 1,099,511,627,775 (0xFFFFFFFFFF).',
      nearest: offset(TIB - 1),
    });
    expect(go('-1', { cursor: 0 })).toMatchObject({ message: '1 byte before the start of the file.' });
    expect(go('-2M')).toMatchObject({ kind: 'outside', nearest: offset(0) });
    expect(go('9e99')).toMatchObject({ kind: 'outside', nearest: offset(TIB - 1) });
    expect(go('line 0')).toMatchObject({ kind: 'outside', message: 'Lines are counted from 1.', nearest: line(1) });
    expect(go('line 3e7')).toMatchObject({ kind: 'outside', nearest: line(20_000_000) });
    expect(go('line 9e99', { totalLines: null })).toMatchObject({ kind: 'outside' });
  });

  it('any input at all settles, and errors point into it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.boolean(), (input, bareHex) => {
        const outcome = go(input, { bareHex });
        if (outcome.kind === 'offset') expect(outcome.offset).toBeLessThan(TIB);
        if (outcome.kind !== 'error') return;
        expect(outcome.at).toBeLessThanOrEqual(input.length);
        expect(outcome.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});

/** A tree is evaluated on exact fractions by hand, apart from all parsing; its text is what the parser gets. */
interface Tree {
  readonly text: string;
  readonly top: bigint;
  readonly bottom: bigint;
}

const SUFFIXES: Readonly<Record<string, bigint>> = { '': 1n, K: 1024n, M: 1024n ** 2n, GiB: 1024n ** 3n, kB: 1000n };

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.tuple(fc.nat(1_000_000), fc.constantFrom(...Object.keys(SUFFIXES))).map(([value, suffix]) => ({
    text: `${value}${suffix}`,
    top: BigInt(value) * (SUFFIXES[suffix] ?? 1n),
    bottom: 1n,
  })),
  fc.nat(2 ** 31 - 1).map((value) => ({ text: `0x${value.toString(16)}`, top: BigInt(value), bottom: 1n })),
  fc.tuple(fc.nat(999), fc.nat(9)).map(([whole, tenth]) => ({
    text: `${whole}.${tenth}%`,
    top: BigInt(whole * 10 + tenth) * 2n ** 40n,
    bottom: 1000n,
  })),
  fc.constantFrom({ text: 'end', top: 2n ** 40n, bottom: 1n }, { text: 'cursor', top: 1_000_000n, bottom: 1n }),
);

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree'), fc.constantFrom('', ' ')).map(join),
  ),
}));

function join([left, operator, right, blank]: [Tree, string, Tree, string]): Tree {
  const text = `(${left.text}${blank}${operator}${blank}${right.text})`;
  const divides = operator === '/' && right.top !== 0n;
  if (divides) {
    const sign = right.top < 0n ? -1n : 1n;
    return { text, top: left.top * right.bottom * sign, bottom: left.bottom * right.top * sign };
  }
  if (operator === '*') return { text, top: left.top * right.top, bottom: left.bottom * right.bottom };
  const change = (operator === '-' ? -1n : 1n) * right.top * left.bottom;
  const plus = operator === '/' ? '+' : operator;
  return {
    text: `(${left.text}${blank}${plus}${blank}${right.text})`,
    top: left.top * right.bottom + (operator === '/' ? right.top * left.bottom : change),
    bottom: left.bottom * right.bottom,
  };
}

describe('go to: arithmetic', () => {
  it('equals exact fractions, rounded down', () => {
    let inside = 0;
    fc.assert(
      fc.property(
        tree.filter(({ text }) => text.length <= 198),
        ({ text, top, bottom }) => {
          let whole = top / bottom;
          if (top < 0n && whole * bottom !== top) whole -= 1n;
          const outcome = go(text);
          if (whole < 0n) expect(outcome).toMatchObject({ kind: 'outside', nearest: offset(0) });
          else if (whole > 2n ** 40n) expect(outcome).toMatchObject({ kind: 'outside', nearest: offset(TIB - 1) });
          else {
            inside++;
            expect(outcome).toEqual(offset(Math.min(Number(whole), TIB - 1)));
          }
        },
      ),
      { numRuns: 2000, seed: 11 },
    );
    expect(inside).toBeGreaterThan(200);
  });

  it('precedence and left association equal JavaScript for small integers', () => {
    const operator = fc.constantFrom('+', '-', '*');
    const flat = fc.tuple(fc.nat(99), fc.array(fc.tuple(operator, fc.nat(99)), { maxLength: 6 }));
    fc.assert(
      fc.property(flat, ([first, rest]) => {
        const terms: number[] = [first];
        for (const [sign, value] of rest) {
          if (sign === '*') terms.push((terms.pop() ?? 0) * value);
          else terms.push(sign === '-' ? -value : value);
        }
        const expected = terms.reduce((sum, term) => sum + term, 0);
        const outcome = go(`${first}${rest.map(([sign, value]) => ` ${sign} ${value}`).join('')}`);
        if (expected < 0) expect(outcome.kind).toBe('outside');
        else expect(outcome).toEqual(offset(expected));
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { MAX_PATTERN_LENGTH, type ParsedPattern, parsePattern } from '../../../shared/pattern.ts';
import { PatternError } from '../../../shared/patternError.ts';
import { guessPattern } from '../../../shared/patternGuess.ts';
import type { SearchRequest } from '../../../shared/protocol.ts';

type Fields = Parameters<typeof parsePattern>[0];

/** Where the pattern is wrong: the words at fault and the message. */
function fault(fields: Fields): { at: string; position: number; message: string } {
  try {
    parsePattern(fields);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const { position, length, message } = error;
    return { at: fields.pattern.slice(position, position + length), position, message };
  }
  throw new Error(`${fields.pattern} is not wrong`);
}

function bytes(pattern: string): string {
  const parsed: ParsedPattern = parsePattern({ kind: 'bytes', pattern });
  if (parsed.kind !== 'bytes') throw new Error('not bytes');
  const { values, masks } = parsed.bytes;
  const nibble = (value: number, mask: number): string => (mask === 0 ? '?' : value.toString(16));
  return Array.from(
    values,
    (value, i) => nibble(value >> 4, (masks[i] ?? 0) >> 4) + nibble(value % 16, (masks[i] ?? 0) % 16),
  ).join(' ');
}

describe('byte patterns', () => {
  test.each([
    ['de ad ?? e?', 'de ad ?? e?'],
    ['dead??e?', 'de ad ?? e?'],
    ['DE,AD', 'de ad'],
    ['0xdead 0xBE', 'de ad be'],
    ['7f "ELF" 02', '7f 45 4c 46 02'],
    ['"é€😀"', 'c3 a9 e2 82 ac f0 9f 98 80'],
    ['"a\\n\\"\\\\\\x41\\0"', '61 0a 22 5c 41 00'],
    ['?1', '?1'],
  ])('%s', (pattern, want) => expect(bytes(pattern)).toBe(want));

  test.each([
    ['de a', 'a', 3],
    ['de xx', 'x', 3],
    ['de 😀', '😀', 3],
    ['"abc', '"', 0],
    ['"a\\q"', '\\q', 2],
    ['?? ??', '?? ??', 0],
    [' , ', ' , ', 0],
    ['a 0', 'a', 0],
  ])('%s is wrong at its place', (pattern, at, position) => {
    expect(fault({ kind: 'bytes', pattern })).toMatchObject({ at, position });
  });
});

describe('numbers', () => {
  const number = (pattern: string, more: Partial<SearchRequest> = {}): unknown => {
    const parsed = parsePattern({ kind: 'number', pattern, ...more });
    return parsed.kind === 'number' ? parsed.number : null;
  };

  test('types before the number, byte orders, ranges, hex, negative, fractions', () => {
    expect(number('42')).toEqual({ type: 'u32', endian: 'le', form: 'integer', low: 42n, high: 42n });
    expect(number('u16be 0x1F8B')).toEqual({ type: 'u16', endian: 'be', form: 'integer', low: 0x1f8bn, high: 0x1f8bn });
    expect(number('-3 .. 1_000', { numberType: 'i64', endian: 'be' })).toEqual({
      type: 'i64',
      endian: 'be',
      form: 'integer',
      low: -3n,
      high: 1000n,
    });
    expect(number('i8 -0x10')).toMatchObject({ low: -16n });
    expect(number('f64 .5..1e3')).toMatchObject({ form: 'float', low: 0.5, high: 1000 });
    expect(number('f32 0.1')).toMatchObject({ low: Math.fround(0.1), high: Math.fround(0.1) });
    expect(number('f32 nan')).toMatchObject({ form: 'nan' });
    expect(number('f64 -inf..0')).toMatchObject({ low: -Infinity, high: 0 });
  });

  test('the bounds of an f32 range lie inside it', () => {
    // 0.1 as f32 is above 0.1; 0.3 as f32 is above 0.3.
    expect(number('f32 0.1..0.3')).toMatchObject({ low: Math.fround(0.1), high: 0.29999998211860657 });
    expect(number('f32 -0.3..-0.1')).toMatchObject({ low: -0.29999998211860657, high: -Math.fround(0.1) });
    expect(number('f32 1e-50..1')).toMatchObject({ low: 1.401298464324817e-45 });
  });

  test.each([
    ['u8 256', '256', 'u8 holds 0 to 255.'],
    ['i8 -129', '-129', 'i8 holds -128 to 127.'],
    ['u32 1.5', '1.5', 'u32 holds whole numbers; f32 and f64 hold fractions.'],
    ['u32 1..', '', 'A number is missing here.'],
    ['u32 5..3', '3', 'The range ends before it begins.'],
    ['u32 0xZZ', '0xZZ', 'This is not a number.'],
    ['f32 abc', 'abc', 'This is not a number.'],
  ])('%s', (pattern, at, message) => expect(fault({ kind: 'number', pattern })).toMatchObject({ at, message }));
});

describe('expressions and text', () => {
  test.each([
    ['a(b', '(', 'Unterminated group.'],
    ['a[b(', '[', 'Unterminated character class.'],
    ['a**', '', 'Nothing to repeat.'],
    ['(?<n>a)\\k<m>', '', 'Invalid named capture referenced.'],
  ])('%s', (pattern, at, message) => expect(fault({ kind: 'regex', pattern })).toMatchObject({ at, message }));

  test('groups lie in each other up to a depth that no stack minds', () => {
    const nested = (depth: number): string => `${'(?:'.repeat(depth)}[(]\\(a${')'.repeat(depth)}`;
    expect(parsePattern({ kind: 'regex', pattern: nested(250) })).toMatchObject({ kind: 'regex' });
    expect(fault({ kind: 'regex', pattern: nested(251) })).toMatchObject({ position: 750, at: '(' });
    const message = 'Groups are nested more than 250 deep.';
    for (const open of ['(', '(?=', '(?<!']) {
      const depth = Math.floor(MAX_PATTERN_LENGTH / (open.length + 2));
      const pattern = `${open.repeat(depth)}a${')'.repeat(depth)}`;
      expect(fault({ kind: 'regex', pattern }).message).toBe(message);
    }
  });

  test('flags are some of isu; caseSensitive is flag i', () => {
    expect(fault({ kind: 'regex', pattern: 'a', flags: 'g' }).message).toBe('Flags are some of i, s, u.');
    const parsed = parsePattern({ kind: 'regex', pattern: 'a', flags: 's', caseSensitive: false });
    expect(parsed).toMatchObject({ regex: { flags: 'is' } });
    expect(fault({ kind: 'regex', pattern: '\\p{Foo}', flags: 'u' }).message).toBe('Invalid property name.');
  });

  test('empty, too long, half a character', () => {
    expect(fault({ kind: 'text', pattern: '' }).message).toBe('The pattern is empty.');
    expect(fault({ kind: 'text', pattern: 'a'.repeat(MAX_PATTERN_LENGTH + 1) }).position).toBe(MAX_PATTERN_LENGTH);
    expect(fault({ kind: 'text', pattern: 'a\ud800b' })).toMatchObject({ position: 1 });
  });

  test.each([
    ['error', 'text', 'error'],
    ['dead', 'text', 'dead'],
    ['de ad', 'bytes', 'de ad'],
    ['7f45??46', 'bytes', '7f45??46'],
    ['0xCAFE', 'bytes', '0xCAFE'],
    ['/a+/i', 'regex', 'a+'],
    ['/var/log', 'text', '/var/log'],
    ['u32 5..7', 'number', 'u32 5..7'],
    ['f32be 0.5', 'number', 'f32be 0.5'],
    ['??', 'text', '??'],
    ['what??', 'text', 'what??'],
  ])('%s is taken for %s', (typed, kind, pattern) => expect(guessPattern(typed)).toMatchObject({ kind, pattern }));
});

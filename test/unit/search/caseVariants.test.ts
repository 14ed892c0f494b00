import { afterEach, expect, test, vi } from 'vitest';
import { caseVariants } from '../../../server/search/caseVariants.ts';

afterEach(() => vi.unstubAllGlobals());

function characters(from: number, end: number): string[] {
  const codes = Array.from({ length: end - from }, (_, i) => from + i);
  return codes.filter((code) => code < 0xd800 || code > 0xdfff).map((code) => String.fromCodePoint(code));
}

test('are what the engine takes for the same', () => {
  expect(caseVariants('k')).toEqual(['k', 'K', '\u212a']);
  expect([...caseVariants('ς')].sort()).toEqual(['Σ', 'ς', 'σ']);
  expect(caseVariants('ß')).toEqual(['ß', 'ẞ']);
  expect(caseVariants('中')).toEqual(['中']);
});

test('a character that is said to be alone is the same as no other one', () => {
  const all = characters(0x80, 0x11_0000);
  const alone = all.filter(
    (character) => character === character.toLowerCase() && character === character.toUpperCase(),
  );
  const others = new Set(alone);
  const escaped = all
    .filter((character) => !others.has(character))
    .map((character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  const cased = new RegExp(`^[A-Za-z${escaped.join('')}]$`, 'iu');
  expect(alone.filter((character) => cased.test(character))).toEqual([]);
});

test('of what has no case are told without asking the engine, nor kept', () => {
  caseVariants('ä');
  let asked = 0;
  const Engine = RegExp;
  vi.stubGlobal(
    'RegExp',
    class extends Engine {
      constructor(source: string, flags: string) {
        super(source, flags);
        asked++;
      }
    },
  );
  for (const character of characters(0x4e00, 0x5e00)) expect(caseVariants(character)).toEqual([character]);
  expect(asked).toBe(0);
  expect(caseVariants('ö')).toEqual(['ö', 'Ö']);
  expect(asked).toBe(1);
});

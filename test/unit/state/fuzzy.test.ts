import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzyFilter, fuzzyMatch } from '../../../client/state/fuzzy.ts';

const best = (query: string, labels: readonly string[]): string | undefined =>
  fuzzyFilter(query, labels, (label) => label)[0]?.item;

describe('fuzzy match', () => {
  it('matches exactly the labels that hold the letters in order', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', 'A'), maxLength: 12 });
    fc.assert(
      fc.property(word, word, (query, label) => {
        const wanted = query.toLowerCase().replace(/\s+/g, '');
        const naive = new RegExp([...wanted].join('.*')).test(label.toLowerCase());
        const match = fuzzyMatch(query, label);
        expect(match !== null).toBe(naive);
        if (!match) return;
        expect(match.at.map((index) => label.charAt(index).toLowerCase()).join('')).toBe(wanted);
        expect(match.at).toEqual([...match.at].sort((a, b) => a - b));
      }),
    );
  });

  it('prefers starts of words and letters in a row', () => {
    expect(best('hv', ['Text in the archive', 'Hex view'])).toBe('Hex view');
    expect(best('copy', ['Change the order of pages, you', 'Copy as hex'])).toBe('Copy as hex');
    expect(best('dec', ['Go to offset, decimal', 'Dark editor colours'])).toBe('Go to offset, decimal');
    expect(fuzzyMatch('tv', 'Switch to text view')?.at).toEqual([7, 15]);
  });

  it('an empty query keeps all, in order', () => {
    expect(fuzzyFilter('  ', ['b', 'a'], (label) => label).map(({ item }) => item)).toEqual(['b', 'a']);
  });

  it('ends soon on labels made to be slow', () => {
    expect(fuzzyMatch('a'.repeat(60), 'a'.repeat(200))).not.toBeNull();
    expect(fuzzyMatch(`${'a'.repeat(60)}b`, 'a'.repeat(200))).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CUT } from '../../../client/highlight/paint.ts';
import { rowText } from '../../../client/view/text/rowText.ts';
import { createTextCodec } from '../../../shared/text/codec.ts';
import { type LineLayout, layoutLine } from '../../../shared/text/lineLayout.ts';

const codec = createTextCodec('utf-8', (label, options) => new TextDecoder(label, options));
const layout = (text: string): LineLayout =>
  layoutLine(new TextEncoder().encode(text), codec, {
    tabSize: 8,
    startCell: 0,
    escapes: 'colour',
    controls: 'pictures',
    more: false,
  });

describe('text of a row for highlighters', () => {
  it('is what is shown, with tabs as tabs', () => {
    expect(rowText(layout('plain'), 0, 5, true, true).text).toBe('plain');
    const line = layout('a\tb\t\tc');
    expect(line.text).toBe('a       b               c');
    const { text, place } = rowText(line, 0, line.text.length, true, true);
    expect(text).toBe('a\tb\t\tc');
    expect([0, 1, 2, 3, 4, 5, 6].map(place)).toEqual([0, 1, 8, 9, 16, 24, 25]);
  });

  it('marks where it was cut', () => {
    const line = layout('abcdef');
    expect(rowText(line, 0, 6, true, false).text).toBe(`abcdef${CUT}`);
    expect(rowText(line, 0, 6, false, true).text).toBe(`${CUT}abcdef`);
    expect(rowText(line, 2, 4, true, true).text).toBe(`${CUT}cd${CUT}`);
    expect(rowText(line, 2, 4, true, true).place(1)).toBe(2);
    const long = layout('x'.repeat(20_000));
    expect(rowText(long, 0, 20_000, true, true).text).toBe(`${'x'.repeat(8_192)}${CUT}`);
  });

  it('colours are left out of what is matched', () => {
    const line = layout('\x1b[31mER\x1b[0mROR');
    expect(rowText(line, 0, line.text.length, true, true).text).toBe('ERROR');
  });

  it('each place leads to the character it came from', () => {
    const pieces = fc.constantFrom('a', 'b', '\t', ' ', 'é', '😀', '日');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), fc.nat(40), fc.nat(40), fc.boolean(), (parts, a, b, starts) => {
        const line = layout(parts.join(''));
        const from = Math.min(a, b, line.text.length);
        const to = Math.max(from, Math.min(Math.max(a, b), line.text.length));
        const { text, place } = rowText(line, from, to, starts, true);
        let before = from;
        for (let index = 0; index < text.length; index++) {
          const character = text.charAt(index);
          if (character === CUT) continue;
          expect(place(index)).toBeGreaterThanOrEqual(before);
          before = place(index);
          expect(line.text.charAt(before)).toBe(character === '\t' ? ' ' : character);
        }
        expect(place(text.length)).toBe(to);
      }),
    );
  });
});

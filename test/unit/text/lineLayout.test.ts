import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTextCodec } from '../../../shared/text/codec.ts';
import {
  byteOf,
  cellOf,
  characterAtByte,
  characterAtCell,
  characterAtIndex,
  indexOf,
  type LayoutOptions,
  type LineLayout,
  layoutLine,
} from '../../../shared/text/lineLayout.ts';

const codecOf = (label: string) => createTextCodec(label, (name, options) => new TextDecoder(name, options));
const OPTIONS: LayoutOptions = { tabSize: 8, startCell: 0, escapes: 'colour', controls: 'pictures', more: false };
const layout = (text: string, options: Partial<LayoutOptions> = {}): LineLayout =>
  layoutLine(new TextEncoder().encode(text), codecOf('utf-8'), { ...OPTIONS, ...options });
const markTexts = (line: LineLayout): string[] =>
  line.marks.map((mark) => `${mark.kind}:${line.text.slice(mark.start, mark.end)}`);

const pieces = fc.constantFrom(
  'plain',
  '\t',
  'é',
  'e\u0301',
  '日本',
  '😀',
  '\u202e',
  '\x00',
  '\x1b[31m',
  '\x1b[0m',
  '\x1b[K',
  '\u0301',
  '‹FF›',
  ' ',
);
const lines = fc
  .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 20 })
  .map((parts) => parts.join(''));

describe('line layout', () => {
  it.each(['utf-8', 'utf-16le', 'windows-1252', 'shift_jis'])('%s: every map goes there and back', (label) => {
    const codec = codecOf(label);
    fc.assert(
      fc.property(lines, fc.uint8Array({ maxLength: 6 }), fc.integer({ min: 1, max: 16 }), (text, tail, tabSize) => {
        const bytes = Uint8Array.from([...new TextEncoder().encode(text), ...tail]);
        const line = layoutLine(bytes, codec, { ...OPTIONS, tabSize });
        expect(byteOf(line, 0)).toBe(0);
        expect(byteOf(line, line.count)).toBe(bytes.length);
        expect(indexOf(line, line.count)).toBe(line.text.length);
        expect(cellOf(line, line.count)).toBe(line.cellCount);
        for (let i = 0; i < line.count; i++) {
          const [start, end] = [byteOf(line, i), byteOf(line, i + 1)];
          expect(end).toBeGreaterThan(start);
          for (let byte = start; byte < end; byte++) expect(characterAtByte(line, byte)).toBe(i);
          const visible = indexOf(line, i + 1) > indexOf(line, i);
          expect(cellOf(line, i + 1) > cellOf(line, i)).toBe(visible);
          if (!visible) continue;
          for (let at = indexOf(line, i); at < indexOf(line, i + 1); at++) expect(characterAtIndex(line, at)).toBe(i);
          for (let at = cellOf(line, i); at < cellOf(line, i + 1); at++) expect(characterAtCell(line, at)).toBe(i);
        }
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('never puts a character into the page that is invisible or turns others around', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom<'colour' | 'symbols'>('colour', 'symbols'),
        (text, escapes) => {
          expect(layout(text, { escapes }).text).not.toMatch(hidden);
        },
      ),
      { seed: 12, numRuns: 2_000 },
    );
    for (let code = 0; code < 0x1_0000; code++) {
      if (code < 0xd800 || code > 0xdfff) expect(layout(`a${String.fromCharCode(code)}`).text).not.toMatch(hidden);
    }
  });

  it('leaves printable ASCII without maps', () => {
    const line = layout('GET /index.html 200');
    expect(line.maps).toBeNull();
    expect(line.text).toBe('GET /index.html 200');
    expect([byteOf(line, 3), cellOf(line, 3), indexOf(line, 3), characterAtByte(line, 99)]).toEqual([3, 3, 3, 19]);
  });

  it('shows controls, invisible characters and invalid bytes', () => {
    expect(layout('a\0b\x7f').text).toBe('a␀b␡');
    expect(markTexts(layout('a\0\x01b'))).toEqual(['control:␀␁']);
    expect(markTexts(layout('x\u202ey\ufeff'))).toEqual(['invisible:‹U+202E›', 'invisible:‹U+FEFF›']);
    expect(markTexts(layout('\u0085'))).toEqual(['control:‹U+0085›']);
    const invalid = layoutLine(Uint8Array.of(0x61, 0xff, 0xc3), codecOf('utf-8'), OPTIONS);
    expect(invalid.text).toBe('a‹FF›‹C3›');
    expect(markTexts(invalid)).toEqual(['invalid:‹FF›‹C3›']);
    const lone = layoutLine(Uint8Array.of(0x00, 0xd8, 0x61, 0x00), codecOf('utf-16le'), OPTIONS);
    expect(lone.text).toBe('‹D800›a');
  });

  it('expands tabs to the stops of the line', () => {
    expect(layout('a\tb\tc').text).toBe('a       b       c');
    expect(layout('\tx', { tabSize: 4 }).text).toBe('    x');
    expect(layout('\tx', { tabSize: 4, startCell: 3 }).text).toBe(' x');
  });

  it('counts wide characters as two cells and joins marks to what they stand on', () => {
    const line = layout('日e\u0301x');
    expect(line.cellCount).toBe(4);
    expect(line.count).toBe(3);
    expect(byteOf(line, 2)).toBe(6);
    expect(layout('\u0301').text).toBe('\u25cc\u0301');
  });

  it('obeys colour escapes, keeps their bytes, and shows every other escape', () => {
    const line = layout('\x1b[1;31mERR\x1b[0m ok\x1b[2K');
    expect(line.text).toBe('ERR ok␛[2K');
    expect(line.styles).toHaveLength(1);
    expect(line.styles[0]).toMatchObject({ start: 0, end: 3, style: { bold: true, foreground: 1 } });
    expect(characterAtByte(line, 3)).toBe(0);
    expect(characterAtCell(line, 0)).toBe(1);
    expect(byteOf(line, 1)).toBe(7);
    expect(layout('\x1b[31mx', { escapes: 'symbols' }).text).toBe('␛[31mx');
    expect(layout(`\x1b[${'1;'.repeat(200)}mx`).text.startsWith('␛[1;')).toBe(true);
    expect(layout('\x1b[31').text).toBe('␛[31');
  });

  it('shows controls as carets where there are no pictures', () => {
    const line = layout('a\x1b[2K\0\x7f\u0085', { controls: 'carets' });
    expect(line.text).toBe('a^[[2K^@^?‹U+0085›');
    expect(characterAtCell(line, 2)).toBe(1);
  });

  it('leaves a cut character out when the line goes on', () => {
    const line = layoutLine(Uint8Array.of(0x61, 0xc3), codecOf('utf-8'), { ...OPTIONS, more: true });
    expect([line.text, line.byteCount]).toEqual(['a', 1]);
  });
});

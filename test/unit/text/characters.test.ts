import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInvalid, type TextCodec } from '../../../shared/text/characters.ts';
import { createTextCodec } from '../../../shared/text/codec.ts';

const createDecoder = (label: string, options: { fatal: boolean; ignoreBOM: boolean }): TextDecoder =>
  new TextDecoder(label, options);
const codecOf = (label: string): TextCodec => createTextCodec(label, createDecoder);

/** Node's own decoder is the oracle where it follows the WHATWG standard in what it refuses: not for the East Asian ones. */
const STRICT = ['utf-8', 'utf-16le', 'utf-16be'];
const SINGLE = ['windows-1251', 'windows-1253', 'koi8-r', 'ibm866', 'macintosh', 'iso-8859-7', 'windows-874'];
const MULTI = ['shift_jis', 'euc-jp', 'euc-kr', 'big5', 'gbk', 'gb18030', 'iso-2022-jp'];
const ALL = [...STRICT, ...SINGLE, ...MULTI];

/** Bytes that hit valid characters and all the ways to break them. */
const lively = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }).map((text) => new TextEncoder().encode(text)),
      fc.constantFrom(
        ...[0xd8, 0xdc, 0xe0, 0xed, 0xf4, 0x8f, 0x8e, 0x81, 0x30, 0x1b].map((byte) => Uint8Array.of(byte)),
      ),
      fc.constantFrom('\x1b$B', '\x1b(B', '\x1b(J', '\x1b(I').map((text) => new TextEncoder().encode(text)),
    ),
    { maxLength: 24 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

function validText(codec: TextCodec, bytes: Uint8Array): string {
  const { codes } = codec.decode(bytes, false);
  return [...codes]
    .filter((code) => !isInvalid(code))
    .map((code) => codec.codeText(code))
    .join('');
}

describe('characters', () => {
  it.each(ALL)('%s: characters tile the bytes', (label) => {
    const codec = codecOf(label);
    fc.assert(
      fc.property(lively, (bytes) => {
        const { count, codes, starts } = codec.decode(bytes, false);
        expect(codes.length).toBe(count);
        expect(starts.length).toBe(count + 1);
        expect(starts[0]).toBe(0);
        expect(starts[count]).toBe(bytes.length);
        for (let i = 0; i < count; i++) expect(starts[i + 1]).toBeGreaterThan(starts[i] ?? 0);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it.each([...STRICT, ...SINGLE])('%s: the valid text is what the platform decodes', (label) => {
    const codec = codecOf(label);
    const oracle = new TextDecoder(label, { ignoreBOM: true });
    fc.assert(
      fc.property(lively, (bytes) => {
        expect(validText(codec, bytes)).toBe(oracle.decode(bytes).replaceAll('\ufffd', ''));
      }),
      { seed: 2, numRuns: 800 },
    );
  });

  it.each(ALL)('%s: each valid character decodes alone to itself', (label) => {
    const codec = codecOf(label);
    const fatal = new TextDecoder(label, { fatal: true, ignoreBOM: true });
    if (label === 'iso-2022-jp') return expect(validText(codec, Uint8Array.of(0x41))).toBe('A');
    fc.assert(
      fc.property(lively, (bytes) => {
        const { count, codes, starts } = codec.decode(bytes, false);
        for (let i = 0; i < count; i++) {
          const code = codes[i] ?? 0;
          if (isInvalid(code)) continue;
          expect(fatal.decode(bytes.subarray(starts[i], starts[i + 1]))).toBe(codec.codeText(code));
        }
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  it.each(ALL)(
    '%s: with more to come, what is decoded is a prefix of the whole, short by one character at most',
    (label) => {
      const codec = codecOf(label);
      fc.assert(
        fc.property(lively, fc.nat(), (bytes, cut) => {
          const at = bytes.length === 0 ? 0 : cut % (bytes.length + 1);
          const whole = codec.decode(bytes, false);
          const part = codec.decode(bytes.subarray(0, at), true);
          expect([...part.codes]).toEqual([...whole.codes.subarray(0, part.count)]);
          expect([...part.starts]).toEqual([...whole.starts.subarray(0, part.count + 1)]);
          expect(at - (part.starts[part.count] ?? 0)).toBeLessThan(label === 'iso-2022-jp' ? bytes.length + 1 : 4);
        }),
        { seed: 4, numRuns: 400 },
      );
    },
  );

  it.each([...STRICT, ...SINGLE])('%s: the boundary before any byte is the start of its character', (label) => {
    const codec = codecOf(label);
    fc.assert(
      fc.property(lively, fc.nat(), (bytes, position) => {
        if (bytes.length === 0) return;
        const at = position % bytes.length;
        const { starts } = codec.decode(bytes, false);
        const expected = [...starts].findLast((start) => start <= at);
        expect(codec.boundary(bytes, at)).toBe(expected);
      }),
      { seed: 5, numRuns: 800 },
    );
  });

  it.each(MULTI)('%s: the boundary is exact when the bytes begin at one', (label) => {
    const codec = codecOf(label);
    fc.assert(
      fc.property(lively, fc.nat(), (bytes, position) => {
        if (bytes.length === 0) return;
        const at = position % bytes.length;
        const { starts } = codec.decode(bytes, false);
        const expected = [...starts].findLast((start) => start <= at);
        expect(codec.boundary(bytes, at)).toBe(expected);
      }),
      { seed: 6, numRuns: 800 },
    );
  });

  it('keeps every way UTF-8 can be broken visible, byte for byte', () => {
    const codec = codecOf('utf-8');
    const shown = (...bytes: number[]): string[] =>
      [...codec.decode(Uint8Array.from(bytes), false).codes].map((code) =>
        isInvalid(code) ? (code - 0x11_0000).toString(16) : codec.codeText(code),
      );
    expect(shown(0x61, 0xc3, 0xa9)).toEqual(['a', 'é']);
    expect(shown(0xc0, 0xaf)).toEqual(['c0', 'af']);
    expect(shown(0xe0, 0x80, 0xaf)).toEqual(['e0', '80', 'af']);
    expect(shown(0xed, 0xa0, 0x80)).toEqual(['ed', 'a0', '80']);
    expect(shown(0xf4, 0x90, 0x80, 0x80)).toEqual(['f4', '90', '80', '80']);
    expect(shown(0xf0, 0x9f, 0x98)).toEqual(['f0', '9f', '98']);
    expect(shown(0xf0, 0x9f, 0x98, 0x80)).toEqual(['😀']);
    expect(shown(0xe2, 0x82, 0x41)).toEqual(['e2', '82', 'A']);
  });

  it('decodes known text in the East Asian encodings', () => {
    const text = (label: string, ...bytes: number[]): string => validText(codecOf(label), Uint8Array.from(bytes));
    expect(text('shift_jis', 0x93, 0xfa, 0x96, 0x7b, 0xb6)).toBe('日本カ'.replace('カ', 'ｶ'));
    expect(text('euc-jp', 0xc6, 0xfc, 0x8e, 0xb6, 0x8f, 0xb0, 0xa1)).toBe('日ｶ丂');
    expect(text('euc-kr', 0xc7, 0xd1)).toBe('한');
    expect(text('big5', 0xa4, 0xa4)).toBe('中');
    expect(text('gb18030', 0xd6, 0xd0, 0x94, 0x39, 0xda, 0x33)).toBe('中💩');
    expect(text('iso-2022-jp', 0x1b, 0x24, 0x42, 0x46, 0x7c, 0x4b, 0x5c, 0x1b, 0x28, 0x42, 0x61)).toBe('日本a');
    const { starts } = codecOf('iso-2022-jp').decode(
      Uint8Array.of(0x1b, 0x24, 0x42, 0x46, 0x7c, 0x1b, 0x28, 0x42),
      false,
    );
    expect([...starts]).toEqual([0, 5, 8]);
  });

  it('throws for an encoding nobody knows', () => {
    expect(() => codecOf('klingon-8')).toThrow(RangeError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bomLength,
  canonicalEncoding,
  countUtf8,
  detectShape,
  SAMPLE_BYTES,
  sampleOffsets,
} from '../../../server/window/encoding.ts';
import { createDecoder } from '../../../server/window/encodingDecoder.ts';

const SEED = 20_261_122;
const bytes = (...parts: (string | number[] | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const shape = (content: Uint8Array) => detectShape([{ offset: 0, bytes: content }], null);
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const LOG = '2026-11-22 18:40:30 INFO started worker 17\n2026-11-22 18:40:31 WARN slow\n';

describe('what a file looks like', () => {
  it.each<[string, Uint8Array, object]>([
    ['nothing', bytes(), { kind: 'text', encoding: 'utf-8', bomBytes: 0, terminator: 'lf' }],
    ['ASCII', bytes(LOG), { kind: 'text', encoding: 'utf-8', bomBytes: 0, terminator: 'lf' }],
    ['UTF-8', bytes('naïve – 日本語 🙂\n'), { kind: 'text', encoding: 'utf-8' }],
    ['UTF-8 with a mark', bytes([0xef, 0xbb, 0xbf], LOG), { kind: 'text', encoding: 'utf-8', bomBytes: 3 }],
    ['UTF-16LE with a mark', bytes([0xff, 0xfe], utf16le(LOG)), { kind: 'text', encoding: 'utf-16le', bomBytes: 2 }],
    ['UTF-16BE with a mark', bytes([0xfe, 0xff], utf16be(LOG)), { kind: 'text', encoding: 'utf-16be', bomBytes: 2 }],
    ['UTF-16LE', utf16le(LOG), { kind: 'text', encoding: 'utf-16le', bomBytes: 0, terminator: 'lf' }],
    ['UTF-16BE', utf16be(LOG), { kind: 'text', encoding: 'utf-16be', bomBytes: 0 }],
    ['UTF-16LE, an odd byte more', bytes(utf16le(LOG), [0x41]), { kind: 'text', encoding: 'utf-16le' }],
    [
      'UTF-16LE of Japanese lines',
      utf16le('日本語の文書 と 漢字 2026\n'.repeat(20)),
      { kind: 'text', encoding: 'utf-16le' },
    ],
    ['UTF-16LE with CR', utf16le('a line\rand another\r'), { encoding: 'utf-16le', terminator: 'cr' }],
    ['Windows-1252', bytes('caf', [0xe9], ' cr', [0xe8], 'me\n'), { kind: 'text', encoding: 'windows-1252' }],
    ['CR', bytes('a line\rand another\r'), { kind: 'text', terminator: 'cr' }],
    ['CRLF', bytes('a line\r\nand another\r\n'), { kind: 'text', terminator: 'lf' }],
    ['CR and one LF', bytes('a\rb\rc\n'), { terminator: 'lf' }],
    ['ANSI colours', bytes('\u001b[31mred\u001b[0m plain \u001b[1mbold\u001b[m\n'.repeat(9)), { kind: 'text' }],
    ['zeros', new Uint8Array(4096), { kind: 'binary', bomBytes: 0 }],
    ['text with a NUL in a short file', bytes('abc\0def\n'), { kind: 'binary' }],
    ['a long log with one NUL', bytes(LOG.repeat(50), [0], LOG), { kind: 'text', encoding: 'utf-8' }],
    [
      'an ELF head',
      bytes([0x7f], 'ELF', [2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0, 1, 0, 0, 0]),
      { kind: 'binary' },
    ],
    [
      'small 16-bit numbers',
      Buffer.from(Uint16Array.from({ length: 999 }, (_, i) => i % 200).buffer),
      { kind: 'binary' },
    ],
    ['one byte', bytes('a'), { kind: 'text', encoding: 'utf-8' }],
  ])('%s', (_name, content, expected) => {
    expect(shape(content)).toMatchObject(expected);
  });

  it('random bytes are binary', () => {
    let state = SEED;
    const random = Uint8Array.from({ length: 20_000 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor(state / 65_536) % 256;
    });
    expect(shape(random)).toMatchObject({ kind: 'binary', encoding: 'windows-1252' });
  });

  it('a damaged byte does not turn UTF-8 into something else, nor do accents turn Windows-1252 into UTF-8', () => {
    expect(shape(bytes('Füße über Öl, '.repeat(9), [0xff])).encoding).toBe('utf-8');
    expect(shape(Buffer.from('Füße über Öl, '.repeat(9), 'latin1')).encoding).toBe('windows-1252');
  });

  it('takes the terminator from the encoding that is asked for', () => {
    const samples = [{ offset: 0, bytes: utf16le('a\r\u0a0ab\r') }];
    expect(detectShape(samples, 'utf-16le').terminator).toBe('cr');
    expect(detectShape(samples, 'windows-1252').terminator).toBe('lf');
  });
});

describe('UTF-8 sequences', () => {
  const valid = (content: Uint8Array): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(content);
      return true;
    } catch {
      return false;
    }
  };

  it('has no invalid byte exactly when the whole is valid, but for a cut at the end', () => {
    const byte = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x41, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0x80, 0xa0, 0x9f),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.array(byte, { maxLength: 12 }), (head, tail) => {
        const content = Uint8Array.from([...head, ...tail, 0x0a]);
        expect(countUtf8({ offset: 0, bytes: content }).invalid === 0).toBe(valid(content));
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it('takes no cut anywhere in a valid text for an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.nat(80), fc.nat(80), (text, first, second) => {
        const content = Buffer.from(text);
        const [from, to] = [Math.min(first, second), Math.max(first, second)];
        expect(countUtf8({ offset: from, bytes: content.subarray(from, to) }).invalid).toBe(0);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('counts whole sequences', () => {
    expect(countUtf8({ offset: 0, bytes: Buffer.from('aé–🙂') })).toEqual({ sequences: 3, invalid: 0 });
  });
});

it('samples are even, inside the file, cover small files whole and reach both ends of large ones', () => {
  fc.assert(
    fc.property(fc.oneof(fc.nat(4 * SAMPLE_BYTES), fc.maxSafeNat()), (size) => {
      const offsets = sampleOffsets(size);
      for (const offset of offsets) {
        expect(offset % 2).toBe(0);
        expect(offset === 0 || offset < size).toBe(true);
      }
      const ends = offsets.map((offset) => Math.min(size, offset + SAMPLE_BYTES));
      expect(offsets[0]).toBe(0);
      expect(ends.at(-1)).toBe(size);
      if (size <= 3 * SAMPLE_BYTES) {
        offsets.slice(1).forEach((offset, i) => {
          expect(offset).toBe(ends[i]);
        });
      }
    }),
    { seed: SEED, examples: [[0], [1], [SAMPLE_BYTES], [SAMPLE_BYTES + 1], [3 * SAMPLE_BYTES + 1], [2 ** 53 - 1]] },
  );
});

it('a mark counts only for its own encoding', () => {
  const utf8 = Uint8Array.of(0xef, 0xbb, 0xbf, 0x41);
  expect(bomLength('utf-8', utf8)).toBe(3);
  expect(bomLength('utf-16le', utf8)).toBe(0);
  expect(bomLength('windows-1252', utf8)).toBe(0);
  expect(bomLength('utf-8', utf8.subarray(0, 2))).toBe(0);
  expect(bomLength('utf-16be', Uint8Array.of(0xfe, 0xff))).toBe(2);
});

it.each([
  ['UTF8', 'utf-8'],
  ['latin1', 'windows-1252'],
  ['Shift_JIS', 'shift_jis'],
  ['utf-16', 'utf-16le'],
  ['klingon', null],
  ['', null],
])('%j is the encoding %j', (label, name) => {
  expect(canonicalEncoding(label)).toBe(name);
});

describe('decoders', () => {
  it('know windows-1252 as the standard has it', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const text = createDecoder('latin1').decode(bytes);
    expect(text.slice(0x80, 0xa0)).toBe('€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ');
    expect(text.slice(0, 0x80) + text.slice(0xa0)).toBe(
      Buffer.from(bytes)
        .toString('latin1')
        .replace(/[\u0080-\u009f]/g, ''),
    );
    expect(createDecoder('windows-1252').decode()).toBe('');
  });

  it('keep a byte order mark, and go on with half a character', () => {
    expect(createDecoder('utf-8').decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
    const decoder = createDecoder('utf-8');
    expect(decoder.decode(Uint8Array.of(0xc3), { stream: true }) + decoder.decode(Uint8Array.of(0xa9))).toBe('é');
    expect(() => createDecoder('klingon')).toThrow(RangeError);
  });
});

import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { encoder } from '../../../server/search/encodings.ts';
import type { Hit } from '../../../server/search/hitStore.ts';
import { createDecoder } from '../../../server/window/encodingDecoder.ts';
import { createTextCodec } from '../../../shared/text/codec.ts';
import { FUZZ_TIMEOUT_MS, runs } from './contents.ts';
import { SMALL_SIZES, searchBytes, smallPool } from './engine.ts';
import { expectHits } from './naive.ts';

const pool = smallPool();
afterAll(() => pool.stop());

const WORD = /[\p{L}\p{M}\p{Nd}\p{Pc}]/u;

interface TextOptions {
  readonly caseSensitive: boolean;
  readonly wholeWord: boolean;
}

const equal = new Map<string, boolean>();
function sameLetter(a: string, b: string): boolean {
  const key = a + b;
  let same = equal.get(key);
  if (same === undefined) {
    same = new RegExp(`^\\u{${(a.codePointAt(0) ?? 0).toString(16)}}$`, 'iu').test(b);
    equal.set(key, same);
  }
  return same;
}

/** Character by character, as the viewer decodes them. */
function naiveText(bytes: Uint8Array, encoding: string, text: string, options: TextOptions): Hit[] {
  const codec = createTextCodec(encoding, (label, how) =>
    label === 'windows-1252' ? createDecoder(label) : new TextDecoder(label, how),
  );
  const { codes, starts, count } = codec.decode(bytes, false);
  const characters = Array.from({ length: count }, (_, i) => codec.codeText(codes[i] ?? 0));
  const wanted = [...text];
  const isWord = (i: number): boolean => WORD.test(characters[i] ?? '');
  const hits: Hit[] = [];
  for (let i = 0; i + wanted.length <= count; i++) {
    const fits = wanted.every((letter, k) => {
      const other = characters[i + k] ?? '';
      return options.caseSensitive ? letter === other : sameLetter(letter, other);
    });
    if (!fits || (options.wholeWord && (isWord(i - 1) || isWord(i + wanted.length)))) continue;
    const offset = starts[i] ?? 0;
    hits.push({ offset, length: (starts[i + wanted.length] ?? 0) - offset });
    i += wanted.length - 1;
  }
  return hits;
}

const ALPHABETS: Readonly<Record<string, readonly string[]>> = {
  'utf-8': [
    'k',
    'K',
    's',
    'S',
    'ſ',
    'K',
    'é',
    'É',
    'a',
    '_',
    ' ',
    '€',
    '😀',
    '𐐀',
    '𐐨',
    'ß',
    'ẞ',
    'σ',
    'ς',
    'Σ',
    '\n',
    '-',
  ],
  'utf-16le': ['k', 'K', 's', 'ſ', 'K', 'é', 'É', 'a', 'Ā', ' ', '\u6100', '😀', '𐐀', '𐐨', 'ß', '\n', '\u0a0a', '-'],
  'utf-16be': ['k', 'K', 's', 'ſ', 'é', 'É', 'a', 'Ā', ' ', '\u6100', '\u0061', '😀', 'ß', '\n', '\u0a00', '-'],
  'windows-1252': ['k', 'K', 's', 'é', 'É', 'ÿ', 'Ÿ', '€', 'œ', 'Œ', ' ', '_', '\n', '-'],
  'iso-8859-2': ['k', 'K', 'ł', 'Ł', 'ż', 'Ż', ' ', '\n', '-'],
  'koi8-r': ['k', 'я', 'Я', 'ё', 'Ё', 'ю', ' ', '\n', '-'],
  shift_jis: ['a', 'A', '\\', 'ソ', '表', 'ア', 'ｱ', 'я', 'Я', ' ', '\n', '-', '~'],
  gbk: ['a', 'A', '丂', '丄', '你', 'я', 'Я', ' ', '\n', '-', '@'],
  gb18030: ['a', 'A', '丂', '你', '你', ' ', '\n', '0', '9'],
  big5: ['a', 'A', '功', '許', ' ', '\n', '\\', '-'],
  'euc-jp': ['a', 'A', '表', 'ア', 'я', 'Я', ' ', '\n', '-'],
  'euc-kr': ['a', 'A', '가', '한', ' ', '\n', '-'],
};

function encodeText(text: string, encoding: string): Buffer {
  const encode = encoder(encoding);
  return Buffer.from(
    [...text].flatMap((character) => {
      const [bytes] = encode(character);
      if (!bytes) throw new Error(`${encoding} has no ${character}`);
      return [...bytes];
    }),
  );
}

describe.each(Object.entries(ALPHABETS))('%s', (encoding, alphabet) => {
  const unit = encoding.startsWith('utf-16') ? 2 : 1;
  const letters = alphabet.filter((letter) => letter !== '\n');
  const words = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));

  test(
    'text is found in any case and as whole words, at borders too',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 300 }).map((parts) => parts.join('')),
          words,
          fc.record({ caseSensitive: fc.boolean(), wholeWord: fc.boolean() }),
          fc.constantFrom(0, SMALL_SIZES.windowBytes, SMALL_SIZES.segmentBytes),
          fc.integer({ min: 0, max: 100 }),
          async (text, word, options, border, before) => {
            const content = encodeText(text, encoding);
            const lead = encodeText('-'.repeat(Math.max(0, Math.floor(border / unit) - before)), encoding);
            const bytes = Buffer.concat([lead, content]);
            const got = await searchBytes(pool, bytes, { kind: 'text', pattern: word, ...options }, { encoding });
            expectHits(got, naiveText(bytes, encoding, word, options), JSON.stringify({ word, ...options }));
          },
        ),
        runs(40),
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});

test('ISO-2022-JP is decoded to be searched: the same bytes are other characters after an escape', async () => {
  // "A", then two characters of JIS X 0208, then the same bytes as ASCII. An escape belongs to the character after it.
  const bytes = Buffer.from('A\x1b$BF|K\\\x1b(BF|K\\\n', 'latin1');
  const find = (pattern: string): Promise<readonly Hit[]> =>
    searchBytes(pool, bytes, { kind: 'text', pattern }, { encoding: 'iso-2022-jp' });
  expect(await find('F|')).toEqual([{ offset: 8, length: 5 }]);
  expect(await find('本')).toHaveLength(1);
});

test('UTF-16 hits start at even offsets only, after the byte order mark', async () => {
  const bytes = Buffer.from('\ufeff\u6161\u6261a', 'utf16le');
  expect(await searchBytes(pool, bytes, { kind: 'text', pattern: 'a' }, { encoding: 'utf-16le' })).toEqual([
    { offset: 6, length: 2 },
  ]);
  expect(await searchBytes(pool, bytes, { kind: 'regex', pattern: '^.' }, { encoding: 'utf-16le' })).toEqual([
    { offset: 2, length: 2 },
  ]);
});

test('expressions in UTF-16: line ends, U+0A0A, CRLF, odd tails', async () => {
  for (const encoding of ['utf-16le', 'utf-16be']) {
    const text = 'ab\r\n\u0a0ab\n\u0d0ab\r\u2028b\n\nxb';
    const raw = Buffer.from(text, 'utf16le');
    const bytes = Buffer.concat([encoding === 'utf-16be' ? raw.swap16() : raw, Buffer.of(0x41)]);
    const got = await searchBytes(pool, bytes, { kind: 'regex', pattern: 'b$|^$' }, { encoding });
    const at = (index: number, length: number): Hit => ({ offset: 2 * index, length: 2 * length });
    expect(got).toEqual([at(1, 1), at(5, 1), at(11, 1), at(13, 0), at(15, 1)]);
  }
});

test('a text over several lines is found as it stands', async () => {
  const bytes = Buffer.from('one\r\ntwo\nthree');
  expect(await searchBytes(pool, bytes, { kind: 'text', pattern: 'e\r\ntwo\nth' })).toEqual([{ offset: 2, length: 9 }]);
});

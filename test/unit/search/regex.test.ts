import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { acrossBorder, FUZZ_TIMEOUT_MS, filler, runs } from './contents.ts';
import { SMALL_SIZES, searchBytes, smallPool } from './engine.ts';
import { expectHits, latin1, naiveLines, naiveMatches, utf8 } from './naive.ts';

const pool = smallPool();
afterAll(() => pool.stop());

/** Expressions of every construct, over a small alphabet so that they match; some are refused and thrown away. */
const expression: fc.Arbitrary<string> = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    fc.constantFrom('a', 'b', 'c', 'ab', 'abc', 'B', ' ', '1'),
    fc.constantFrom(
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\W',
      '\\D',
      '\\S',
      '[ab]',
      '[^a]',
      '[^\\w]',
      '[\\s1]',
      '[\\W_]',
      '[a-c]',
    ),
    fc.constantFrom('^', '$', '\\b', '\\B', '(?=a)', '(?!b)', '(?<=a)', '(?<!b)', '(?=\\s)', '(?<![^a])', '[^]', '\\r'),
  ),
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('atom'),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(${a})${b}\\1`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{2,}', '*?', '+?', '??'))
      .map(([a, quantifier]) => `(?:${a})${quantifier}`),
  ),
})).node;

const flags = fc.constantFrom('', 'i', 's', 'is', 'u', 'iu', 'su');

function isValid(source: string, flag: string): boolean {
  try {
    new RegExp(source, flag);
    return source.length < 60;
  } catch {
    return false;
  }
}

const valid = fc.tuple(expression, flags).filter(([source, flag]) => isValid(source, flag));

describe('expressions over lines', () => {
  test(
    'find in each line what the engine finds in it alone (ASCII, LF and CRLF, lone CR)',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          valid,
          acrossBorder(['a', 'b', 'c', 'B', ' ', '1', '_', '\n', '\n', '\r\n', 'ab', 'abc'], 'cb a\n'),
          fc.boolean(),
          async ([pattern, flag], bytes, lone) => {
            if (lone && bytes.length > 100) bytes[bytes.length - 50] = 13;
            const got = await searchBytes(pool, bytes, { kind: 'regex', pattern, flags: flag });
            expectHits(got, naiveLines(bytes, pattern, flag), `/${pattern}/${flag}`);
          },
        ),
        runs(200),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  test(
    'find the same in UTF-8, with characters of two, three and four bytes and foreign line ends',
    async () => {
      const alphabet = ['a', 'b', '\n', '\r\n', 'é', 'É', '€', '😀', '\u2028', 'ſ', 'ß', ' '];
      await fc.assert(
        fc.asyncProperty(
          valid,
          acrossBorder(alphabet, 'ab \n', (text) => Buffer.from(text)),
          async ([pattern, flag], bytes) => {
            const got = await searchBytes(pool, bytes, { kind: 'regex', pattern: `${pattern}|é.`, flags: flag });
            expectHits(got, naiveLines(bytes, `${pattern}|é.`, flag, utf8), `/${pattern}/${flag}`);
          },
        ),
        runs(100),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  test(
    'report each matching line once',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          valid,
          acrossBorder(['a', 'b', 'c', ' ', '\n', '\r\n', 'ab', 'abc'], 'cb a\n'),
          async ([pattern, flag], bytes) => {
            const regex = new RegExp(pattern, flag);
            const got = await searchBytes(pool, bytes, { kind: 'regex', pattern, flags: flag, report: 'lines' });
            const want = naiveLines(bytes, '^[^]*$', '').filter(({ offset, length }) =>
              regex.test(latin1(bytes.subarray(offset, offset + length))),
            );
            expectHits(got, want, `/${pattern}/${flag}`);
          },
        ),
        runs(100),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  test('in lines longer than a piece find what lies within a context', async () => {
    const { segmentBytes, pieceBytes, windowBytes } = SMALL_SIZES;
    const patterns = [
      'ab+a',
      '^x+',
      'z$',
      'b{3}',
      '(?<=b)a',
      'a(?=bb)',
      '\\bqq\\b',
      'b+',
      'a?',
      '^',
      '$',
      '^x|z$',
      'bb|b',
    ];
    for (const length of [
      pieceBytes - 1,
      pieceBytes,
      pieceBytes + 1,
      windowBytes * 3 + 5,
      segmentBytes,
      segmentBytes * 2 + 333,
    ]) {
      for (const end of ['\n', '\r\n', '']) {
        const middle = filler('aabababbbaab qq babbbba', length - 4);
        const long = Buffer.concat([Buffer.from('xx'), middle, Buffer.from('zz'), Buffer.from(end)]);
        for (const before of ['', 'short\n', `${'y'.repeat(segmentBytes - 40)}\n`]) {
          const bytes = Buffer.concat([Buffer.from(before), long, Buffer.from(end === '' ? '' : 'xx zz\n')]);
          for (const pattern of patterns) {
            const want = naiveLines(bytes, pattern, '');
            const got = await searchBytes(pool, bytes, { kind: 'regex', pattern });
            expectHits(got, want, `${pattern} ${length} ${JSON.stringify(end)} ${before.length}`);
          }
        }
      }
    }
  });

  test('a byte order mark is not text; the last line needs no end', async () => {
    const bytes = Buffer.from('\ufeffabc\nabc');
    expect(await searchBytes(pool, bytes, { kind: 'regex', pattern: '^.' })).toEqual([
      { offset: 3, length: 1 },
      { offset: 7, length: 1 },
    ]);
    expect(await searchBytes(pool, bytes, { kind: 'regex', pattern: 'c$' })).toHaveLength(2);
    expect(await searchBytes(pool, Buffer.from('a\n'), { kind: 'regex', pattern: '^$' })).toEqual([]);
    expect(await searchBytes(pool, Buffer.alloc(0), { kind: 'regex', pattern: '^$' })).toEqual([]);
    expect(await searchBytes(pool, Buffer.from('\n\r\n\n'), { kind: 'regex', pattern: '^$' })).toHaveLength(3);
  });

  test('invalid UTF-8 is one U+FFFD for each byte, and what follows is at its place', async () => {
    const bytes = Buffer.concat([Buffer.from('é'), Buffer.of(0xff, 0xc3), Buffer.from('x €\nxx\n')]);
    expect(await searchBytes(pool, bytes, { kind: 'regex', pattern: 'x' })).toEqual([
      { offset: 4, length: 1 },
      { offset: 10, length: 1 },
      { offset: 11, length: 1 },
    ]);
    expect(await searchBytes(pool, bytes, { kind: 'regex', pattern: '\\ufffd+' })).toEqual([{ offset: 2, length: 2 }]);
    expect(await searchBytes(pool, bytes, { kind: 'regex', pattern: 'x €' })).toEqual([{ offset: 4, length: 5 }]);
  });

  test('with lines that end with CR, an LF is content', async () => {
    const bytes = Buffer.from('ab\rb\na\r\rba');
    const find = (pattern: string): ReturnType<typeof searchBytes> =>
      searchBytes(pool, bytes, { kind: 'regex', pattern }, { terminator: 'cr' });
    expect(await find('^b')).toEqual([
      { offset: 3, length: 1 },
      { offset: 8, length: 1 },
    ]);
    expect(await find('^$')).toEqual([{ offset: 7, length: 0 }]);
    expect(await find('b[^]a')).toEqual([{ offset: 3, length: 3 }]);
  });
});

describe('expressions over bytes', () => {
  test(
    'find what the engine finds in all bytes as one text, with ^ and $ at its lines',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          valid.filter(([source]) => !/\\1|\*|\+|,\}/.test(source)),
          acrossBorder(['a', 'b', 'c', '\x00', '\xff', '\n', 'ab', 'abc'], 'cb a\x00'),
          async ([pattern, flag], bytes) => {
            const got = await searchBytes(pool, bytes, { kind: 'regex', pattern, flags: flag, over: 'bytes' });
            const want = naiveMatches(new RegExp(pattern, `gm${flag}`), latin1(bytes))
              .filter(({ start }) => start < bytes.length)
              .map(({ start, end }) => ({ offset: start, length: end - start }));
            expectHits(got, want, `/${pattern}/${flag}`);
          },
        ),
        runs(250),
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});

import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Hit } from '../../../server/search/hitStore.ts';
import { parseBytePattern } from '../../../shared/patternBytes.ts';
import { parseNumberPattern } from '../../../shared/patternNumber.ts';
import { acrossBorder, FUZZ_TIMEOUT_MS, filler, runs } from './contents.ts';
import { SMALL_SIZES, searchBytes, smallPool } from './engine.ts';
import { expectHits, naiveBytes, naiveLines } from './naive.ts';

const pool = smallPool();
afterAll(() => pool.stop());

const hex = (values: readonly number[]): string => values.map((value) => value.toString(16).padStart(2, '0')).join('');

describe('byte patterns', () => {
  const nibble = fc.constantFrom('0', '1', '?');
  const pattern = fc
    .array(fc.tuple(nibble, nibble), { minLength: 1, maxLength: 40 })
    .map((pairs) => pairs.map((pair) => pair.join('')).join(''))
    .filter((text) => /\d/.test(text));

  test(
    'are found where a naive search finds them, wildcards and overlaps and borders included',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          pattern,
          acrossBorder(['\x00', '\x01', '\x10', '\x11'], '\x01\x10\x00'),
          async (text, bytes) => {
            const { values, masks } = parseBytePattern(text);
            const got = await searchBytes(pool, bytes, { kind: 'bytes', pattern: text });
            expectHits(got, naiveBytes(bytes, [...values], [...masks]), text);
          },
        ),
        runs(250),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  test('that overlap themselves are counted as one pass from the start counts them, wherever the search begins', async () => {
    for (const length of [1, 2, 3, 5, 7, 16, 17, 31, 33, 100]) {
      const run = Buffer.concat([filler('b', 100), filler('a', 5 * SMALL_SIZES.segmentBytes + 77), filler('b', 9)]);
      const want = naiveBytes(run, new Array<number>(length).fill(97), new Array<number>(length).fill(255));
      for (const from of [0, 3 * SMALL_SIZES.segmentBytes, run.length - 1]) {
        const got = await searchBytes(pool, run, { kind: 'bytes', pattern: '61'.repeat(length), from });
        expectHits(got, want, `${length} from ${from}`);
      }
    }
  });

  test('of every length around the vectors of the kernel', async () => {
    const bytes = Buffer.alloc(2 * SMALL_SIZES.segmentBytes + 100);
    for (let i = 0; i < bytes.length; i++) bytes[i] = 1 + ((i * 7 + Math.floor(i / 251)) % 251);
    for (const length of [1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 255, 256, 257, 1000, 2000]) {
      for (const at of [0, 1, SMALL_SIZES.segmentBytes - length, SMALL_SIZES.segmentBytes - 1, bytes.length - length]) {
        const values = [...bytes.subarray(at, at + length)];
        const got = await searchBytes(pool, bytes, { kind: 'bytes', pattern: hex(values) });
        expect(got).toEqual(
          naiveBytes(
            bytes,
            values,
            values.map(() => 255),
          ),
        );
        expect(got).toContainEqual({ offset: at, length });
      }
    }
  });

  test('in an empty file, and longer than the file', async () => {
    expect(await searchBytes(pool, Buffer.alloc(0), { kind: 'bytes', pattern: '00' })).toEqual([]);
    expect(await searchBytes(pool, Buffer.from('ab'), { kind: 'bytes', pattern: '616263' })).toEqual([]);
    expect(await searchBytes(pool, Buffer.from('ab'), { kind: 'bytes', pattern: '?? 62' })).toEqual([
      { offset: 0, length: 2 },
    ]);
  });

  test(
    'report the lines that hold them',
    async () => {
      await fc.assert(
        fc.asyncProperty(acrossBorder(['a', 'b', '\n', '\r\n', 'ab'], 'b\n'), async (bytes) => {
          const got = await searchBytes(pool, bytes, { kind: 'bytes', pattern: '61 62', report: 'lines' });
          expectHits(got, naiveLines(bytes, '^.*ab.*$', 's'), 'lines');
        }),
        runs(100),
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});

describe('numbers', () => {
  const types = ['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64'] as const;

  /** Every offset at which the value lies in the range, decoded one by one. */
  function naiveNumbers(bytes: Buffer, pattern: string, align: number): Hit[] {
    const number = parseNumberPattern(pattern, null, 'le');
    const width = Number(number.type.slice(1)) / 8;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const little = number.endian === 'le';
    const read = (at: number): bigint | number => {
      switch (number.type) {
        case 'u8':
          return BigInt(view.getUint8(at));
        case 'i8':
          return BigInt(view.getInt8(at));
        case 'u16':
          return BigInt(view.getUint16(at, little));
        case 'i16':
          return BigInt(view.getInt16(at, little));
        case 'u32':
          return BigInt(view.getUint32(at, little));
        case 'i32':
          return BigInt(view.getInt32(at, little));
        case 'u64':
          return view.getBigUint64(at, little);
        case 'i64':
          return view.getBigInt64(at, little);
        case 'f32':
          return view.getFloat32(at, little);
        case 'f64':
          return view.getFloat64(at, little);
      }
    };
    const hits: Hit[] = [];
    for (let at = 0; at + width <= bytes.length; at += align) {
      const value = read(at);
      const fits = number.form === 'nan' ? Number.isNaN(value) : value >= number.low && value <= number.high;
      if (fits) hits.push({ offset: at, length: width });
    }
    return hits;
  }

  const content = fc
    .record({
      bytes: fc.uint8Array({ minLength: 0, maxLength: 300 }),
      small: fc.boolean(),
      before: fc.constantFrom(0, 3, SMALL_SIZES.segmentBytes - 20, SMALL_SIZES.segmentBytes - 3),
    })
    .map(({ bytes, small, before }) =>
      // A long lead of ones, so that not everything is a hit; few distinct values, so that something is.
      Buffer.concat([
        Buffer.alloc(before, 0x81),
        small ? bytes.map((byte) => byte % 3) : bytes,
        Buffer.alloc(70, 0x81),
      ]),
    );

  test.each(types)(
    '%s: single values and ranges in both byte orders equal decoding at every offset',
    async (type) => {
      const bits = Number(type.slice(1));
      const integer = type.startsWith('f')
        ? fc.constantFrom('0', '-0', '1', '-1.5', '3.25', '1e-40', 'inf', '-inf', '9.5e-38', '4.2')
        : type.startsWith('u')
          ? fc.bigInt(0n, (1n << BigInt(bits)) - 1n).map(String)
          : fc.bigInt(-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n).map(String);
      const small = type.startsWith('f')
        ? integer
        : fc.integer({ min: type.startsWith('u') ? 0 : -3, max: 120 }).map(String);
      const value = fc.oneof(integer, small);
      await fc.assert(
        fc.asyncProperty(
          content,
          value,
          value,
          fc.constantFrom('le', 'be'),
          fc.constantFrom(1, 2, 4, 8),
          fc.boolean(),
          async (bytes, one, other, endian, align, range) => {
            const [low, high] = [one, other].sort((a, b) => compare(a, b));
            const pattern = `${type}${endian} ${range ? `${low}..${high}` : one}`;
            const got = await searchBytes(pool, bytes, { kind: 'number', pattern, align: align as 1 | 2 | 4 | 8 });
            expectHits(got, naiveNumbers(bytes, pattern, align), pattern);
          },
        ),
        runs(60),
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  function compare(a: string, b: string): number {
    const parse = (text: string): bigint | number =>
      /^-?\d+$/.test(text) ? BigInt(text) : Number(text.replace('inf', 'Infinity'));
    return parse(a) < parse(b) ? -1 : 1;
  }

  test('NaN in all its forms, and numbers that lie inside each other', async () => {
    const bytes = Buffer.alloc(40);
    bytes.writeUInt32LE(0x7fc00000, 3);
    bytes.writeUInt32LE(0xff800001, 11);
    bytes.writeUInt32LE(0x7f800000, 20);
    expect(await searchBytes(pool, bytes, { kind: 'number', pattern: 'f32 nan' })).toEqual(
      naiveNumbers(bytes, 'f32 nan', 1),
    );
    expect(await searchBytes(pool, Buffer.alloc(10), { kind: 'number', pattern: 'u32 0' })).toHaveLength(7);
  });
});

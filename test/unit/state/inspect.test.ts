import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float16, INSPECT_BYTES, inspect, readable } from '../../../client/view/frame/inspect.ts';

function values(bytes: Uint8Array, little: boolean): ReadonlyMap<string, string | null> {
  return new Map(
    inspect(bytes, little).flatMap(({ fields }) => fields.map(({ name, value }) => [name, value] as const)),
  );
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text.split(' ').map((hex) => Number.parseInt(hex, 16)));

describe('inspector', () => {
  it('reads integers as a sum of bytes does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: INSPECT_BYTES }), fc.boolean(), (bytes, little) => {
        const found = values(bytes, little);
        for (const size of [1, 2, 4, 8]) {
          const part = [...bytes.subarray(0, size)];
          const unsigned = (little ? part.reverse() : part).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
          expect(found.get(`u${size * 8}`)).toBe(String(unsigned));
          expect(found.get(`i${size * 8}`)).toBe(String(BigInt.asIntN(size * 8, unsigned)));
        }
      }),
    );
  });

  it('floats read back as the same bits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const view = new DataView(bytes.buffer);
        const found = values(bytes, true);
        const f32 = view.getFloat32(0, true);
        if (!Number.isNaN(f32)) expect(Object.is(Math.fround(Number(found.get('f32'))), f32)).toBe(true);
        const f64 = view.getFloat64(0, true);
        if (!Number.isNaN(f64)) expect(Object.is(Number(found.get('f64')), f64)).toBe(true);
      }),
    );
    expect(values(bytesOf('cd cc cc 3d'), true).get('f32')).toBe('0.1');
  });

  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x7bff, 65_504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('half precision %i', (bits, value) => expect(float16(bits)).toBe(value));

  it('says nothing where bytes are missing', () => {
    const found = values(bytesOf('41 42'), true);
    expect(found.get('u16')).toBe('16961');
    expect(found.get('u32')).toBeNull();
    expect(found.get('f64')).toBeNull();
    expect([...values(new Uint8Array(0), true).values()].every((value) => value === null)).toBe(true);
  });

  it('characters, also those of several bytes, and never half of one', () => {
    expect(values(bytesOf('e2 82 ac 41'), true).get('UTF-8')).toBe('€  U+20AC');
    expect(values(bytesOf('f0 9f 98 80'), true).get('UTF-8')).toBe('😀  U+1F600');
    expect(values(bytesOf('e2 82'), true).get('UTF-8')).toBeNull();
    expect(values(bytesOf('c0 80'), true).get('UTF-8')).toBeNull();
    expect(values(bytesOf('ed a0 80'), true).get('UTF-8')).toBeNull();
    expect(values(bytesOf('ef bb bf'), true).get('UTF-8')).toBe('U+FEFF');
    expect(values(bytesOf('3d d8 00 de'), true).get('UTF-16')).toBe('😀  U+1F600');
    expect(values(bytesOf('d8 3d de 00'), false).get('UTF-16')).toBe('😀  U+1F600');
    expect(values(bytesOf('00 de'), true).get('UTF-16')).toBeNull();
    expect(values(bytesOf('2e 20'), true).get('UTF-16')).toBe('U+202E');
  });

  it('times and identifiers', () => {
    expect(values(bytesOf('00 f1 53 65'), true).get('unix 32')).toBe('2023-11-14 22:13:20 UTC');
    expect(values(bytesOf('00 68 e5 cf 8b 01 00 00'), true).get('unix ms')).toBe('2023-11-14 22:13:20 UTC');
    expect(values(bytesOf('00 80 3e d5 de b1 9d 01'), true).get('FILETIME')).toBe('1970-01-01 00:00:00 UTC');
    const guid = bytesOf('33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff');
    expect(values(guid, true).get('GUID')).toBe('00112233-4455-6677-8899-aabbccddeeff');
    expect(values(guid, false).get('UUID')).toBe('33221100-5544-7766-8899-aabbccddeeff');
  });
});

it.each([
  ['u8', '0', '0'],
  ['u16', '999', '999'],
  ['i16', '-1000', '-1,000'],
  ['u64', '18446744073709551615', '18,446,744,073,709,551,615'],
  ['f64', '123456', '123456'],
  ['binary', '10110101', '10110101'],
])('%s %s is read as %s', (name, value, shown) => {
  expect(readable({ name, value })).toBe(shown);
});

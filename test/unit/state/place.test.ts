import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileKeys, fileOfKey, formatPlace, type Place, parsePlace } from '../../../client/state/place.ts';
import type { FileInfo } from '../../../shared/protocol.ts';

const file = (id: string, name: string): FileInfo => ({ id, name }) as FileInfo;

const offset = fc.option(fc.maxSafeNat());
const anyPlace: fc.Arbitrary<Place> = fc.record({
  file: fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
  view: fc.option(fc.constantFrom('hex' as const, 'text' as const, 'both' as const)),
  at: offset,
  sel: offset,
  top: offset,
  encoding: fc.option(fc.constantFrom('utf-8', 'shift_jis', 'windows-1252')),
});

describe('a place in the address', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyPlace, (place) => {
        expect(parsePlace(formatPlace(place))).toEqual({ place, problems: [] });
      }),
    );
  });

  it('takes offsets in hex', () => {
    expect(parsePlace('?at=0x1F&sel=0X10').place).toMatchObject({ at: 31, sel: 16 });
  });

  it.each(['-1', '1.5', '1e3', '', ' ', 'abc', '0x', '9007199254740992', '99999999999999999999', '0xFFFFFFFFFFFFFF'])(
    'an offset of “%s” is left out with a sentence',
    (text) => {
      const { place, problems } = parsePlace(new URLSearchParams({ at: text, top: '7' }).toString());
      expect(place).toMatchObject({ at: null, top: 7 });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^The link says at=.* which is not an offset\.$/);
    },
  );

  it('an unknown view is left out with a sentence, a long value is cut in it', () => {
    const { place, problems } = parsePlace(`?view=${'x'.repeat(500)}`);
    expect(place.view).toBeNull();
    expect(problems[0]?.length).toBeLessThan(120);
  });

  it('any query at all is read without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        const { at, sel, top } = parsePlace(query).place;
        for (const value of [at, sel, top]) expect(value === null || Number.isSafeInteger(value)).toBe(true);
      }),
    );
  });

  it('tells files of one name apart', () => {
    const files = [file('1', 'a.log'), file('2', 'b.log'), file('3', 'a.log')];
    expect(fileKeys(files)).toEqual(['a.log', 'b.log', 'a.log~2']);
    expect(fileOfKey(files, 'a.log~2')?.id).toBe('3');
    expect(fileOfKey(files, 'a.log~3')).toBeNull();
  });
});

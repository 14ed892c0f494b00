import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressDigits,
  counted,
  digitGroups,
  formatCount,
  formatDuration,
  formatHex,
  formatPercent,
  formatRate,
  formatSize,
} from '../../../shared/units.ts';

const integer = fc.maxSafeNat();

describe('units', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [10_240, '10 KiB'],
    [102_400, '100 KiB'],
    [1_048_575, '1 MiB'],
    [1_048_576, '1 MiB'],
    [1_047_552, '1,023 KiB'],
    [2 ** 31, '2 GiB'],
    [2 ** 40, '1 TiB'],
    [2 ** 40 + 2 ** 38, '1.25 TiB'],
    [Number.MAX_SAFE_INTEGER, '8 PiB'],
  ])('size of %i', (bytes, text) => expect(formatSize(bytes)).toBe(text));

  it('sizes are within half a percent of the truth', () => {
    const power = (unit: string): number => 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].indexOf(unit);
    fc.assert(
      fc.property(integer, (bytes) => {
        const [number = '', unit = ''] = formatSize(bytes).split(' ');
        const back = Number(number.replaceAll(',', '')) * power(unit);
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(bytes * 0.0051);
        expect(number.replace(/[.,]/g, '').length).toBeLessThanOrEqual(4);
      }),
    );
  });

  it('groups keep every digit', () => {
    fc.assert(
      fc.property(integer, fc.constantFrom(3 as const, 4 as const), (value, length) => {
        const groups = digitGroups(String(value), length);
        expect(groups.join('')).toBe(String(value));
        expect(groups.slice(1).every((group) => group.length === length)).toBe(true);
        expect(formatCount(value)).toBe(digitGroups(String(value), 3).join(','));
      }),
    );
  });

  it('hex is exact', () => {
    fc.assert(fc.property(integer, (value) => BigInt(`0x${formatHex(value, 8)}`) === BigInt(value)));
    expect(formatHex(0x1f, 4)).toBe('001F');
  });

  it.each([
    [0, 8],
    [1, 8],
    [2 ** 32, 8],
    [2 ** 32 + 1, 12],
    [2 ** 40, 12],
    [2 ** 48 + 1, 16],
  ])('an address in %i bytes has %i digits', (size, digits) => expect(addressDigits(size)).toBe(digits));

  it('percent never claims an end that is not reached', () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const [part, whole] = a < b ? [a, b] : [b, a];
        const text = formatPercent(part, whole);
        expect(text === '100%').toBe(part === whole);
        if (part < whole) expect(text === '0%').toBe(part === 0);
      }),
    );
    expect(formatPercent(427, 1000)).toBe('42.7%');
    expect(formatPercent(2 ** 40 - 1, 2 ** 40)).toBe('99.9%');
    expect(formatPercent(1, 2 ** 40)).toBe('<0.1%');
    expect(formatPercent(0, 0)).toBe('100%');
  });

  it.each([
    [0, '0 ms'],
    [41, '41 ms'],
    [99, '99 ms'],
    [100, '0.1 s'],
    [450, '0.5 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_400, '59 s'],
    [59_500, '1 min'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%i ms', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

  it('rates and counts', () => {
    expect(formatRate(2 ** 30, 500)).toBe('2 GiB/s');
    expect(formatRate(1, 0)).toBe('0 B/s');
    expect(counted(1, 'line')).toBe('1 line');
    expect(counted(0, 'line')).toBe('0 lines');
    expect(counted(12_345, 'byte')).toBe('12,345 bytes');
  });
});

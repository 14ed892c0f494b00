// Numbers of 1 to 8 bytes in a range, at any offset, in both byte orders.

import { alignMask, dataEnd, origin, setHitEnd } from './state';

/** Number search: 0 none, else bytes of the number. */
export let numberBytes: i32 = 0;
let numberFloat: bool = false;
let numberBigEndian: bool = false;
let numberNan: bool = false;
let low: i64 = 0;
let span: u64 = 0;
let lowFloat: f64 = 0;
let highFloat: f64 = 0;

/** Looks for numbers from now on; 0 bytes: not so. */
export function setInteger(bytes: i32, bigEndian: bool, least: i64, width: u64): void {
  numberBytes = bytes;
  numberFloat = false;
  numberBigEndian = bigEndian;
  low = least;
  span = width;
}

export function setFloat(bytes: i32, bigEndian: bool, nan: bool, least: f64, most: f64): void {
  numberBytes = bytes;
  numberFloat = true;
  numberBigEndian = bigEndian;
  numberNan = nan;
  lowFloat = least;
  highFloat = most;
}

export function noNumber(): void {
  numberBytes = 0;
}

function inRange(at: i32): bool {
  if (((at + origin) & alignMask) != 0 || at + numberBytes > dataEnd) return false;
  if (numberBytes == 4) {
    const raw = numberBigEndian ? bswap<u32>(load<u32>(at)) : load<u32>(at);
    if (!numberFloat) return <u32>(raw - <u32>low) <= <u32>span;
    const value = <f64>reinterpret<f32>(raw);
    return numberNan ? value != value : value >= lowFloat && value <= highFloat;
  }
  if (numberBytes == 8) {
    const raw = numberBigEndian ? bswap<u64>(load<u64>(at)) : load<u64>(at);
    if (!numberFloat) return <u64>(raw - <u64>low) <= span;
    const value = reinterpret<f64>(raw);
    return numberNan ? value != value : value >= lowFloat && value <= highFloat;
  }
  if (numberBytes == 2) {
    const raw = numberBigEndian ? bswap<u16>(load<u16>(at)) : load<u16>(at);
    return <u16>(<u16>raw - <u16>low) <= <u16>span;
  }
  return <u8>(load<u8>(at) - <u8>low) <= <u8>span;
}

// @ts-ignore: decorator
@inline
function swapped(value: v128): v128 {
  if (!numberBigEndian) return value;
  if (numberBytes == 4) return i8x16.shuffle(value, value, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
  if (numberBytes == 8) return i8x16.shuffle(value, value, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
  return i8x16.shuffle(value, value, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
}

/** Whether any number that starts in `[at, at + 16)` lies in the range; alignment is not looked at. */
function anyInRange(at: i32): bool {
  let any = i8x16.splat(0);
  if (numberBytes == 1) {
    const moved = i8x16.sub(v128.load(at), i8x16.splat(<i8>low));
    any = i8x16.le_u(moved, i8x16.splat(<i8>span));
  } else if (numberBytes == 2) {
    const least = i16x8.splat(<i16>low);
    const width = i16x8.splat(<i16>span);
    for (let shift = 0; shift < 2; shift++) {
      any = v128.or(any, i16x8.le_u(i16x8.sub(swapped(v128.load(at + shift)), least), width));
    }
  } else if (numberBytes == 4 && !numberFloat) {
    const least = i32x4.splat(<i32>low);
    const width = i32x4.splat(<i32>span);
    for (let shift = 0; shift < 4; shift++) {
      any = v128.or(any, i32x4.le_u(i32x4.sub(swapped(v128.load(at + shift)), least), width));
    }
  } else if (numberBytes == 4) {
    const least = f32x4.splat(<f32>lowFloat);
    const most = f32x4.splat(<f32>highFloat);
    for (let shift = 0; shift < 4; shift++) {
      const value = swapped(v128.load(at + shift));
      any = v128.or(any, numberNan ? f32x4.ne(value, value) : v128.and(f32x4.ge(value, least), f32x4.le(value, most)));
    }
  } else if (!numberFloat) {
    // There is no unsigned comparison of 64-bit lanes: both sides move by 2^63.
    const sign = i64x2.splat(i64.MIN_VALUE);
    const least = i64x2.splat(low);
    const width = v128.xor(i64x2.splat(<i64>span), sign);
    for (let shift = 0; shift < 8; shift++) {
      const moved = v128.xor(i64x2.sub(swapped(v128.load(at + shift)), least), sign);
      any = v128.or(any, v128.not(i64x2.gt_s(moved, width)));
    }
  } else {
    const least = f64x2.splat(lowFloat);
    const most = f64x2.splat(highFloat);
    for (let shift = 0; shift < 8; shift++) {
      const value = swapped(v128.load(at + shift));
      any = v128.or(any, numberNan ? f64x2.ne(value, value) : v128.and(f64x2.ge(value, least), f64x2.le(value, most)));
    }
  }
  return v128.any_true(any);
}

export function findNumber(from: i32, to: i32): i32 {
  for (let at = from; at < to; at += 16) {
    if (!anyInRange(at)) continue;
    const stop = min(to, at + 16);
    for (let p = at; p < stop; p++) {
      if (!inRange(p)) continue;
      setHitEnd(p + numberBytes);
      return p;
    }
  }
  return -1;
}

// Counts and locates line terminators with 128-bit SIMD.
//
// Memory is imported and belongs to the caller: nothing here allocates, and `--runtime stub` places nothing in it. A pointer
// is any byte address (WASM loads need no alignment); `length` never exceeds what was put there. A *unit* is what a
// terminator is compared with: one byte, or two bytes at an even distance from `pointer` (UTF-16; `needle` is the unit as a
// little-endian load sees it, so the caller swaps it for UTF-16BE). An odd byte at the end is no unit.

/** Bytes of one page of the line index; equal to PAGE_BYTES in shared/limits.ts (a test compares them). */
export const PAGE: i32 = 65536;

/** Units in one 64-byte round. */
const ROUND: i32 = 64;

/** Rounds after which lanes must be widened: each adds at most 1, and a page has 1,024. */
// @ts-ignore: decorator
@inline
function roundsBeforeWiden<T>(): i32 {
  return sizeof<T>() == 1 ? 255 : PAGE / ROUND;
}

// @ts-ignore: decorator
@inline
function sum<T>(lanes: v128): i32 {
  const words = sizeof<T>() == 1 ? i16x8.extadd_pairwise_i8x16_u(lanes) : lanes;
  const pairs = i32x4.extadd_pairwise_i16x8_u(words);
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1) + i32x4.extract_lane(pairs, 2) + i32x4.extract_lane(pairs, 3);
}

/** Bytes equal to `needle` in `[pointer, pointer + length)`. */
export function count8(pointer: i32, length: i32, needle: i32): i32 {
  return countUnits<u8>(pointer, length, needle);
}

/** Units equal to `needle` in `[pointer, pointer + length)`. */
export function count16(pointer: i32, length: i32, needle: i32): i32 {
  return countUnits<u16>(pointer, length, needle);
}

// @ts-ignore: decorator
@inline
function countUnits<T>(pointer: i32, length: i32, needle: i32): i32 {
  const wanted = v128.splat<T>(<T>needle);
  let total = 0;
  let at = pointer;
  const roundsEnd = pointer + (length & ~(ROUND - 1));
  while (at < roundsEnd) {
    const stop = min(roundsEnd, at + roundsBeforeWiden<T>() * ROUND);
    // Four sums that do not wait for each other. A match is -1 in its lane, so subtracting counts it.
    let a = i64x2.splat(0);
    let b = i64x2.splat(0);
    let c = i64x2.splat(0);
    let d = i64x2.splat(0);
    for (; at < stop; at += ROUND) {
      a = v128.sub<T>(a, v128.eq<T>(v128.load(at, 0), wanted));
      b = v128.sub<T>(b, v128.eq<T>(v128.load(at, 16), wanted));
      c = v128.sub<T>(c, v128.eq<T>(v128.load(at, 32), wanted));
      d = v128.sub<T>(d, v128.eq<T>(v128.load(at, 48), wanted));
    }
    total += sum<T>(a) + sum<T>(b) + sum<T>(c) + sum<T>(d);
  }
  const unit = <i32>sizeof<T>();
  const end = pointer + length - (unit - 1);
  for (; at < end; at += unit) total += i32(<i32>load<T>(at) == needle);
  return total;
}

/** Writes the count of each page of `[pointer, pointer + length)` as u32 to `out`; the last page may be shorter. */
export function countPages(pointer: i32, length: i32, needle: i32, unitBytes: i32, out: i32): void {
  const end = pointer + length;
  for (let at = pointer; at < end; at += PAGE) {
    const bytes = min(PAGE, end - at);
    store<i32>(out, unitBytes == 2 ? count16(at, bytes, needle) : count8(at, bytes, needle));
    out += 4;
  }
}

/**
 * Writes the positions (u32, from `pointer`, of a terminator's first byte) of the terminators number `skip` (0-based) to
 * `skip + limit - 1` to `out`, in order, and returns how many there were.
 */
export function locate(pointer: i32, length: i32, needle: i32, unitBytes: i32, skip: i32, limit: i32, out: i32): i32 {
  return unitBytes == 2
    ? locateUnits<u16>(pointer, length, needle, skip, limit, out)
    : locateUnits<u8>(pointer, length, needle, skip, limit, out);
}

// @ts-ignore: decorator
@inline
function locateUnits<T>(pointer: i32, length: i32, needle: i32, skip: i32, limit: i32, out: i32): i32 {
  if (limit <= 0) return 0;
  const unit = <i32>sizeof<T>();
  const wanted = v128.splat<T>(<T>needle);
  let found = 0;
  let at = pointer;
  const vectorsEnd = pointer + (length & ~15);
  for (; at < vectorsEnd; at += 16) {
    let mask = v128.bitmask<T>(v128.eq<T>(v128.load(at), wanted));
    if (mask == 0) continue;
    if (skip > 0) {
      const matches = popcnt(mask);
      if (matches <= skip) {
        skip -= matches;
        continue;
      }
      for (; skip > 0; skip--) mask &= mask - 1;
    }
    for (; mask != 0; mask &= mask - 1) {
      store<i32>(out + (found << 2), at + ctz(mask) * unit - pointer);
      if (++found == limit) return found;
    }
  }
  const end = pointer + length - (unit - 1);
  for (; at < end; at += unit) {
    if (<i32>load<T>(at) != needle) continue;
    if (skip > 0) {
      skip--;
      continue;
    }
    store<i32>(out + (found << 2), at - pointer);
    if (++found == limit) return found;
  }
  return found;
}

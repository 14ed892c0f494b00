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

/** Lanes are bytes and a round adds at most 1 to each: after 255 rounds they must be widened. */
const ROUNDS_BEFORE_WIDEN: i32 = 255;

// @ts-ignore: decorator
@inline
function sum8(lanes: v128): i32 {
  const pairs = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(lanes));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1) + i32x4.extract_lane(pairs, 2) + i32x4.extract_lane(pairs, 3);
}

// @ts-ignore: decorator
@inline
function sum16(lanes: v128): i32 {
  const pairs = i32x4.extadd_pairwise_i16x8_u(lanes);
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1) + i32x4.extract_lane(pairs, 2) + i32x4.extract_lane(pairs, 3);
}

/** Bytes equal to `needle` in `[pointer, pointer + length)`. */
export function count8(pointer: i32, length: i32, needle: i32): i32 {
  const wanted = i8x16.splat(<i8>needle);
  let total = 0;
  let at = pointer;
  const roundsEnd = pointer + (length & ~(ROUND - 1));
  while (at < roundsEnd) {
    const stop = min(roundsEnd, at + ROUNDS_BEFORE_WIDEN * ROUND);
    // Four sums that do not wait for each other. A match is -1 in its lane, so subtracting counts it.
    let a = i8x16.splat(0);
    let b = i8x16.splat(0);
    let c = i8x16.splat(0);
    let d = i8x16.splat(0);
    for (; at < stop; at += ROUND) {
      a = i8x16.sub(a, i8x16.eq(v128.load(at, 0), wanted));
      b = i8x16.sub(b, i8x16.eq(v128.load(at, 16), wanted));
      c = i8x16.sub(c, i8x16.eq(v128.load(at, 32), wanted));
      d = i8x16.sub(d, i8x16.eq(v128.load(at, 48), wanted));
    }
    total += sum8(a) + sum8(b) + sum8(c) + sum8(d);
  }
  const end = pointer + length;
  for (; at < end; at++) total += i32(<i32>load<u8>(at) == needle);
  return total;
}

/** Units equal to `needle` in `[pointer, pointer + length)`. */
export function count16(pointer: i32, length: i32, needle: i32): i32 {
  const wanted = i16x8.splat(<i16>needle);
  let total = 0;
  let at = pointer;
  const roundsEnd = pointer + (length & ~(ROUND - 1));
  while (at < roundsEnd) {
    // 16-bit lanes could take 65,535 rounds; one page has 1,024.
    const stop = min(roundsEnd, at + PAGE);
    let a = i16x8.splat(0);
    let b = i16x8.splat(0);
    let c = i16x8.splat(0);
    let d = i16x8.splat(0);
    for (; at < stop; at += ROUND) {
      a = i16x8.sub(a, i16x8.eq(v128.load(at, 0), wanted));
      b = i16x8.sub(b, i16x8.eq(v128.load(at, 16), wanted));
      c = i16x8.sub(c, i16x8.eq(v128.load(at, 32), wanted));
      d = i16x8.sub(d, i16x8.eq(v128.load(at, 48), wanted));
    }
    total += sum16(a) + sum16(b) + sum16(c) + sum16(d);
  }
  const end = pointer + length - 1;
  for (; at < end; at += 2) total += i32(<i32>load<u16>(at) == needle);
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
  return unitBytes == 2 ? locate16(pointer, length, needle, skip, limit, out) : locate8(pointer, length, needle, skip, limit, out);
}

function locate8(pointer: i32, length: i32, needle: i32, skip: i32, limit: i32, out: i32): i32 {
  if (limit <= 0) return 0;
  const wanted = i8x16.splat(<i8>needle);
  let found = 0;
  let at = pointer;
  const vectorsEnd = pointer + (length & ~15);
  for (; at < vectorsEnd; at += 16) {
    let mask = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
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
      store<i32>(out + (found << 2), at + ctz(mask) - pointer);
      if (++found == limit) return found;
    }
  }
  const end = pointer + length;
  for (; at < end; at++) {
    if (<i32>load<u8>(at) != needle) continue;
    if (skip > 0) {
      skip--;
      continue;
    }
    store<i32>(out + (found << 2), at - pointer);
    if (++found == limit) return found;
  }
  return found;
}

function locate16(pointer: i32, length: i32, needle: i32, skip: i32, limit: i32, out: i32): i32 {
  if (limit <= 0) return 0;
  const wanted = i16x8.splat(<i16>needle);
  let found = 0;
  let at = pointer;
  const vectorsEnd = pointer + (length & ~15);
  for (; at < vectorsEnd; at += 16) {
    let mask = i16x8.bitmask(i16x8.eq(v128.load(at), wanted));
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
      store<i32>(out + (found << 2), at + (ctz(mask) << 1) - pointer);
      if (++found == limit) return found;
    }
  }
  const end = pointer + length - 1;
  for (; at < end; at += 2) {
    if (<i32>load<u16>(at) != needle) continue;
    if (skip > 0) {
      skip--;
      continue;
    }
    store<i32>(out + (found << 2), at - pointer);
    if (++found == limit) return found;
  }
  return found;
}

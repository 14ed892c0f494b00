// Where lines end, in every line format.

/** Line format: bytes of a unit, the terminator as a little-endian load sees it, and the CR that belongs to it (or -1). */
export let unitBytes: i32 = 1;
let terminator: i32 = 10;
export let carriage: i32 = 13;
export let newline: i32 = 10;

export function setLines(unit: i32, end: i32, strip: i32, replacement: i32): void {
  unitBytes = unit;
  terminator = end;
  carriage = strip;
  newline = replacement;
}

/** The first terminator unit at or after `at` (which is a unit's start), or `end` when there is none before it. */
export function nextTerminator(at: i32, end: i32): i32 {
  if (unitBytes == 1) {
    const wanted = i8x16.splat(<i8>terminator);
    for (; at + 16 <= end; at += 16) {
      const bits = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
      if (bits != 0) return at + <i32>ctz(bits);
    }
    for (; at < end; at++) if (<i32>load<u8>(at) == terminator) return at;
    return end;
  }
  const wanted = i16x8.splat(<i16>terminator);
  for (; at + 16 <= end; at += 16) {
    const bits = i16x8.bitmask(i16x8.eq(v128.load(at), wanted));
    if (bits != 0) return at + (<i32>ctz(bits) << 1);
  }
  for (; at + 2 <= end; at += 2) if (<i32>load<u16>(at) == terminator) return at;
  return end;
}

/** Start of the last terminator unit that ends at or before `at` and starts at or after `from`, or -1. */
export function previousTerminator(at: i32, from: i32): i32 {
  if (unitBytes == 1) {
    const wanted = i8x16.splat(<i8>terminator);
    for (; at - 16 >= from; at -= 16) {
      const bits = i8x16.bitmask(i8x16.eq(v128.load(at - 16), wanted));
      if (bits != 0) return at - 16 + 31 - <i32>clz(<u32>bits);
    }
    for (; at > from; at--) if (<i32>load<u8>(at - 1) == terminator) return at - 1;
    return -1;
  }
  const wanted = i16x8.splat(<i16>terminator);
  for (; at - 16 >= from; at -= 16) {
    const bits = i16x8.bitmask(i16x8.eq(v128.load(at - 16), wanted));
    if (bits != 0) return at - 16 + ((31 - <i32>clz(<u32>bits)) << 1);
  }
  for (; at - 2 >= from; at -= 2) if (<i32>load<u16>(at - 2) == terminator) return at - 2;
  return -1;
}

// What bytes hold, and how many characters of UTF-8.

/** Bit 0: a byte of 0x80 or more; bit 1: a byte 0x0D; bit 2: a byte 0x0A. */
export function classify(from: i32, end: i32): i32 {
  const cr = i8x16.splat(13);
  const lf = i8x16.splat(10);
  let high = i8x16.splat(0);
  let carriages = i8x16.splat(0);
  let feeds = i8x16.splat(0);
  let at = from;
  for (; at + 16 <= end; at += 16) {
    const value = v128.load(at);
    high = v128.or(high, value);
    carriages = v128.or(carriages, i8x16.eq(value, cr));
    feeds = v128.or(feeds, i8x16.eq(value, lf));
  }
  let flags = (i8x16.bitmask(high) != 0 ? 1 : 0) | (v128.any_true(carriages) ? 2 : 0) | (v128.any_true(feeds) ? 4 : 0);
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte >= 128) flags |= 1;
    if (byte == 13) flags |= 2;
    if (byte == 10) flags |= 4;
  }
  return flags;
}

/** In valid UTF-8 from `at` on: where `units` UTF-16 units later the next character starts. */
export function advanceUtf8(at: i32, end: i32, units: i32): i32 {
  const continuation = i8x16.splat(-64);
  const astral = i8x16.splat(<i8>0xf0);
  while (units >= 32 && at + 16 <= end) {
    const value = v128.load(at);
    // A character counts at its first byte, and once more there when it takes two units.
    const firsts = i8x16.bitmask(i8x16.ge_s(value, continuation));
    const pairs = i8x16.bitmask(i8x16.ge_u(value, astral));
    units -= <i32>popcnt(firsts) + <i32>popcnt(pairs);
    at += 16;
  }
  // The vectors may have stopped inside a character, which is counted already.
  while (at < end && (load<u8>(at) & 0xc0) == 0x80) at++;
  while (units > 0 && at < end) {
    const byte = load<u8>(at);
    if (byte < 0x80) at += 1;
    else if (byte < 0xe0) at += 2;
    else if (byte < 0xf0) at += 3;
    else {
      at += 4;
      units--;
    }
    units--;
  }
  return at;
}

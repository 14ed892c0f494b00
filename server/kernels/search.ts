// Finds byte patterns, numbers and the lines that hold them, with 128-bit SIMD.
//
// Memory is imported and laid out by the caller (server/search/kernel.ts): nothing here allocates. A pointer is any byte
// address; up to 64 bytes past an end, and MAX_PATTERN bytes past a start, may be loaded but never decide anything.
//
// A *form* is one way in which a pattern may be spelled, tried in order at each position: a run of bytes compared under a mask,
// or a run of elements (characters) that each have a few encoded alternatives of possibly different lengths. A *filter* is a
// pair of bytes at fixed distances from the start of a hit, chosen to be rare; a position that passes no filter is no hit.

/** Bytes of one filter: four splats (value and mask of each byte of the pair), then the two distances. */
const FILTER_BYTES: i32 = 80;
/** Bytes of one form: length (0 for elements), count of vectors or elements, pointer to them, unused. */
const FORM_BYTES: i32 = 16;

let filters: i32 = 0;
let filterCount: i32 = 0;
let filterMasked: bool = false;
let forms: i32 = 0;
let formCount: i32 = 0;
/** A hit's offset in the file must be a multiple of `alignMask + 1`; `origin` is the offset of pointer 0, modulo 8. */
let alignMask: i32 = 0;
let origin: i32 = 0;
/**
 * 0: anything may stand beside a hit. Else bytes of a code unit: `words` has for each of 256 units whether it is part of a word
 * (1), is not (0), or cannot be told alone (2). `wordHigh` is the place of the high byte in a 2-byte unit.
 */
let wordUnit: i32 = 0;
let wordHigh: i32 = 1;
let words: i32 = 0;
/** The data ends here: no hit reaches past it. `dataStart` is the first byte known before it. */
let dataStart: i32 = 0;
let dataEnd: i32 = 0;
/** End of the hit that `find` returned last. */
let hitEnd: i32 = 0;

/** Number search: 0 none, else bytes of the number. */
let numberBytes: i32 = 0;
let numberFloat: bool = false;
let numberBigEndian: bool = false;
let numberNan: bool = false;
let low: i64 = 0;
let span: u64 = 0;
let lowFloat: f64 = 0;
let highFloat: f64 = 0;

/** Line format: bytes of a unit, the terminator as a little-endian load sees it, and the CR that belongs to it (or -1). */
let unitBytes: i32 = 1;
let terminator: i32 = 10;
let carriage: i32 = 13;
let newline: i32 = 10;

// @ts-ignore: decorator
@external("env", "wordBefore")
declare function wordBefore(pointer: i32): i32;
// @ts-ignore: decorator
@external("env", "wordAfter")
declare function wordAfter(pointer: i32): i32;

export function setForms(filterPointer: i32, filterLength: i32, masked: bool, formPointer: i32, formLength: i32): void {
  filters = filterPointer;
  filterCount = filterLength;
  filterMasked = masked;
  forms = formPointer;
  formCount = formLength;
  numberBytes = 0;
}

export function setWords(unit: i32, high: i32, table: i32): void {
  wordUnit = unit;
  wordHigh = high;
  words = table;
}

export function setAlign(mask: i32): void {
  alignMask = mask;
}

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

export function setLines(unit: i32, end: i32, strip: i32, replacement: i32): void {
  unitBytes = unit;
  terminator = end;
  carriage = strip;
  newline = replacement;
}

/** The data now in memory: `[start, end)`; pointer 0 would lie at an offset congruent to `base` modulo 8. */
export function setData(start: i32, end: i32, base: i32): void {
  dataStart = start;
  dataEnd = end;
  origin = base;
}

export function lastHitEnd(): i32 {
  return hitEnd;
}

// ---- one position -------------------------------------------------------------------------------------------------

function matchElements(at: i32, count: i32, pointer: i32): i32 {
  for (let i = 0; i < count; i++) {
    const alternatives = load<i32>(pointer);
    pointer += 4;
    let length = 0;
    const here = load<u32>(at);
    for (let k = 0; k < alternatives; k++) {
      if (length == 0 && (here & load<u32>(pointer, 8)) == load<u32>(pointer, 4)) length = load<i32>(pointer);
      pointer += 12;
    }
    if (length == 0) return 0;
    at += length;
    if (at > dataEnd) return 0;
  }
  return at;
}

/** Whether no word goes on at either side of a hit; asks the caller where the table says (2) that it depends on more bytes. */
function isWhole(start: i32, end: i32): bool {
  if (start > dataStart) {
    let before = 2;
    if (wordUnit == 1) before = <i32>load<u8>(words + <i32>load<u8>(start - 1));
    else if (load<u8>(start - 2 + wordHigh) == 0) before = <i32>load<u8>(words + <i32>load<u8>(start - 1 - wordHigh));
    if (before == 2) before = wordBefore(start);
    if (before != 0) return false;
  }
  if (end < dataEnd) {
    let after = 2;
    if (wordUnit == 1) after = <i32>load<u8>(words + <i32>load<u8>(end));
    else if (load<u8>(end + wordHigh) == 0) after = <i32>load<u8>(words + <i32>load<u8>(end + 1 - wordHigh));
    if (after == 2) after = wordAfter(end);
    if (after != 0) return false;
  }
  return true;
}

/** End of the hit that starts at `at`, or 0. */
function verify(at: i32): i32 {
  if (((at + origin) & alignMask) != 0) return 0;
  let form = forms;
  for (let i = 0; i < formCount; i++, form += FORM_BYTES) {
    const length = load<i32>(form);
    const count = load<i32>(form, 4);
    let data = load<i32>(form, 8);
    let end = 0;
    if (length == 0) end = matchElements(at, count, data);
    else if (at + length <= dataEnd) {
      let from = at;
      let same = true;
      for (let k = 0; k < count; k++) {
        const difference = v128.xor(v128.and(v128.load(from), v128.load(data, 16)), v128.load(data));
        if (v128.any_true(difference)) {
          same = false;
          break;
        }
        from += 16;
        data += 32;
      }
      if (same) end = at + length;
    }
    if (end != 0 && (wordUnit == 0 || isWhole(at, end))) return end;
  }
  return 0;
}

// ---- numbers ------------------------------------------------------------------------------------------------------

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

function findNumber(from: i32, to: i32): i32 {
  for (let at = from; at < to; at += 16) {
    if (!anyInRange(at)) continue;
    const stop = min(to, at + 16);
    for (let p = at; p < stop; p++) {
      if (!inRange(p)) continue;
      hitEnd = p + numberBytes;
      return p;
    }
  }
  return -1;
}

// ---- forms --------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function verifyBits(bits: u32, at: i32, to: i32): i32 {
  for (; bits != 0; bits &= bits - 1) {
    const p = at + <i32>ctz(bits);
    if (p >= to) return -2;
    const end = verify(p);
    if (end == 0) continue;
    hitEnd = end;
    return p;
  }
  return -1;
}

/** The common case: one filter, whole bytes. */
function findExact(from: i32, to: i32): i32 {
  const a = v128.load(filters);
  const b = v128.load(filters, 32);
  const toA = load<i32>(filters, 64);
  const toB = load<i32>(filters, 68);
  for (let at = from; at < to; at += 64) {
    const x = v128.and(i8x16.eq(v128.load(at + toA), a), i8x16.eq(v128.load(at + toB), b));
    const y = v128.and(i8x16.eq(v128.load(at + toA, 16), a), i8x16.eq(v128.load(at + toB, 16), b));
    const z = v128.and(i8x16.eq(v128.load(at + toA, 32), a), i8x16.eq(v128.load(at + toB, 32), b));
    const w = v128.and(i8x16.eq(v128.load(at + toA, 48), a), i8x16.eq(v128.load(at + toB, 48), b));
    if (!v128.any_true(v128.or(v128.or(x, y), v128.or(z, w)))) continue;
    let found = verifyBits(i8x16.bitmask(x) | (i8x16.bitmask(y) << 16), at, to);
    if (found == -1) found = verifyBits(i8x16.bitmask(z) | (i8x16.bitmask(w) << 16), at + 32, to);
    if (found != -1) return found < 0 ? -1 : found;
  }
  return -1;
}

function findMasked(from: i32, to: i32): i32 {
  const a = v128.load(filters);
  const maskA = v128.load(filters, 16);
  const b = v128.load(filters, 32);
  const maskB = v128.load(filters, 48);
  const toA = load<i32>(filters, 64);
  const toB = load<i32>(filters, 68);
  for (let at = from; at < to; at += 32) {
    const x = v128.and(
      i8x16.eq(v128.and(v128.load(at + toA), maskA), a),
      i8x16.eq(v128.and(v128.load(at + toB), maskB), b),
    );
    const y = v128.and(
      i8x16.eq(v128.and(v128.load(at + toA, 16), maskA), a),
      i8x16.eq(v128.and(v128.load(at + toB, 16), maskB), b),
    );
    if (!v128.any_true(v128.or(x, y))) continue;
    const found = verifyBits(i8x16.bitmask(x) | (i8x16.bitmask(y) << 16), at, to);
    if (found != -1) return found < 0 ? -1 : found;
  }
  return -1;
}

function findAny(from: i32, to: i32): i32 {
  const filtersEnd = filters + filterCount * FILTER_BYTES;
  for (let at = from; at < to; at += 32) {
    let x = i8x16.splat(0);
    let y = i8x16.splat(0);
    for (let filter = filters; filter < filtersEnd; filter += FILTER_BYTES) {
      const a = v128.load(filter);
      const maskA = v128.load(filter, 16);
      const b = v128.load(filter, 32);
      const maskB = v128.load(filter, 48);
      const atA = at + load<i32>(filter, 64);
      const atB = at + load<i32>(filter, 68);
      x = v128.or(
        x,
        v128.and(i8x16.eq(v128.and(v128.load(atA), maskA), a), i8x16.eq(v128.and(v128.load(atB), maskB), b)),
      );
      y = v128.or(
        y,
        v128.and(i8x16.eq(v128.and(v128.load(atA, 16), maskA), a), i8x16.eq(v128.and(v128.load(atB, 16), maskB), b)),
      );
    }
    if (!v128.any_true(v128.or(x, y))) continue;
    const found = verifyBits(i8x16.bitmask(x) | (i8x16.bitmask(y) << 16), at, to);
    if (found != -1) return found < 0 ? -1 : found;
  }
  return -1;
}

/** The first hit that starts in `[from, to)` and ends inside the data, or -1; `lastHitEnd` tells where it ends. */
export function find(from: i32, to: i32): i32 {
  if (numberBytes != 0) return findNumber(from, to);
  if (filterCount == 1) return filterMasked ? findMasked(from, to) : findExact(from, to);
  return findAny(from, to);
}

// ---- all hits of a page --------------------------------------------------------------------------------------------

let outEnd: i32 = 0;

// @ts-ignore: decorator
@inline
function writeVarint(out: i32, value: u32): i32 {
  while (value >= 128) {
    store<u8>(out, (value & 127) | 128);
    value >>= 7;
    out++;
  }
  store<u8>(out, value);
  return out + 1;
}

/** Where one hit is, more are: all of a vector are taken before the next is loaded. `from` is a hit. */
function collectDense(from: i32, to: i32, base: i32, out: i32, lengths: bool): i32 {
  const a = v128.load(filters);
  const maskA = v128.load(filters, 16);
  const b = v128.load(filters, 32);
  const maskB = v128.load(filters, 48);
  const toA = load<i32>(filters, 64);
  const toB = load<i32>(filters, 68);
  // A hit of one byte is sure when its filter says so.
  const sure = formCount == 1 && load<i32>(forms) == 1 && wordUnit == 0 && alignMask == 0;
  let count = 0;
  let last = base;
  let next = from;
  for (let at = from; at < to; at += 32) {
    const x = v128.and(
      i8x16.eq(v128.and(v128.load(at + toA), maskA), a),
      i8x16.eq(v128.and(v128.load(at + toB), maskB), b),
    );
    const y = v128.and(
      i8x16.eq(v128.and(v128.load(at + toA, 16), maskA), a),
      i8x16.eq(v128.and(v128.load(at + toB, 16), maskB), b),
    );
    if (!v128.any_true(v128.or(x, y))) continue;
    for (let bits: u32 = i8x16.bitmask(x) | (i8x16.bitmask(y) << 16); bits != 0; bits &= bits - 1) {
      const p = at + <i32>ctz(bits);
      if (p < next) continue;
      if (p >= to) break;
      const end = sure ? p + 1 : verify(p);
      if (end == 0) continue;
      out = writeVarint(out, <u32>(p - last));
      if (lengths) out = writeVarint(out, <u32>(end - p));
      last = p;
      next = end;
      hitEnd = end;
      count++;
    }
  }
  outEnd = out;
  return count;
}

/**
 * Writes every hit that starts in `[from, to)` to `out` as server/search/packing.ts has it: the distance from the previous
 * start (from `base` for the first) and, with `lengths`, the length. Returns how many; `collectEnd` tells where the bytes end
 * and `lastHitEnd` where the last hit does. With `overlapping`, a hit may start inside another.
 */
export function collect(from: i32, to: i32, base: i32, out: i32, lengths: bool, overlapping: bool): i32 {
  if (filterCount == 1 && numberBytes == 0 && !overlapping) {
    const first = find(from, to);
    outEnd = out;
    return first < 0 ? 0 : collectDense(first, to, base, out, lengths);
  }
  let count = 0;
  let last = base;
  let at = from;
  while (at < to) {
    const p = find(at, to);
    if (p < 0) break;
    out = writeVarint(out, <u32>(p - last));
    if (lengths) out = writeVarint(out, <u32>(hitEnd - p));
    last = p;
    count++;
    at = overlapping ? p + 1 : hitEnd;
  }
  outEnd = out;
  return count;
}

export function collectEnd(): i32 {
  return outEnd;
}

// ---- lines ----------------------------------------------------------------------------------------------------------

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

let gatherNext: i32 = 0;
let gatherText: i32 = 0;

/**
 * Copies lines of `[from, to)` to `text`, each without its terminator but followed by one newline unit, and writes three i32 a
 * line to `lines`: its place in the text, its start in the data, and the length of its content. `from` is the start of a line
 * and `to` the end of one. With `all` every line, else those that hold a hit. Stops early at `maxLines`, or when the text is
 * full (which a single line never fills). Returns the number of lines; `gatherEnd` tells where to go on, `textEnd` how far
 * the text reaches. With `copy` false no text is written.
 */
export function gather(
  from: i32,
  to: i32,
  all: bool,
  copy: bool,
  text: i32,
  textLimit: i32,
  lines: i32,
  maxLines: i32,
): i32 {
  let count = 0;
  let at = from;
  let out = text;
  while (at < to) {
    let hit = at;
    if (!all) {
      hit = find(at, to);
      if (hit < 0) {
        at = to;
        break;
      }
    }
    let start = at;
    if (!all) {
      const before = previousTerminator(hit, at);
      if (before >= 0) start = before + unitBytes;
    }
    const stop = nextTerminator(hit, to);
    let length = stop - start;
    if (carriage >= 0 && stop < to && length >= unitBytes) {
      const last = unitBytes == 1 ? <i32>load<u8>(stop - 1) : <i32>load<u16>(stop - 2);
      if (last == carriage) length -= unitBytes;
    }
    if (count == maxLines || (copy && out + length + unitBytes > textLimit)) {
      at = start;
      break;
    }
    store<i32>(lines, out);
    store<i32>(lines, start, 4);
    store<i32>(lines, length, 8);
    lines += 12;
    count++;
    if (copy) {
      memory.copy(out, start, length);
      out += length;
      if (unitBytes == 1) store<u8>(out, newline);
      else store<u16>(out, newline);
      out += unitBytes;
    }
    at = min(to, stop + unitBytes);
  }
  gatherNext = at;
  gatherText = out;
  return count;
}

export function gatherEnd(): i32 {
  return gatherNext;
}

export function textEnd(): i32 {
  return gatherText;
}

// ---- what bytes hold ------------------------------------------------------------------------------------------------

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

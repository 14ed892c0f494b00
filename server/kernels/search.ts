// Finds byte patterns, numbers and the lines that hold them, with 128-bit SIMD.
//
// Memory is imported and laid out by the caller (server/search/kernel.ts): nothing here allocates. A pointer is any byte
// address; up to 64 bytes past an end, and MAX_PATTERN bytes past a start, may be loaded but never decide anything.
//
// A *form* is one way in which a pattern may be spelled, tried in order at each position: a run of bytes compared under a mask,
// or a run of elements (characters) that each have a few encoded alternatives of possibly different lengths. A *filter* is a
// pair of bytes at fixed distances from the start of a hit, chosen to be rare; a position that passes no filter is no hit.

import { FILTER_BYTES, filterCount, filterMasked, filters, formCount, forms, verify, wordUnit } from './search/forms';
import { carriage, newline, nextTerminator, previousTerminator, unitBytes } from './search/lines';
import { findNumber, numberBytes } from './search/numbers';
import { alignMask, hitEnd, setHitEnd } from './search/state';

export { advanceUtf8, classify } from './search/bytes';
export { setForms, setWords } from './search/forms';
export { nextTerminator, previousTerminator, setLines } from './search/lines';
export { setFloat, setInteger } from './search/numbers';
export { lastHitEnd, setAlign, setData } from './search/state';

// ---- forms --------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function verifyBits(bits: u32, at: i32, to: i32): i32 {
  for (; bits != 0; bits &= bits - 1) {
    const p = at + <i32>ctz(bits);
    if (p >= to) return -2;
    const end = verify(p);
    if (end == 0) continue;
    setHitEnd(end);
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
      setHitEnd(end);
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

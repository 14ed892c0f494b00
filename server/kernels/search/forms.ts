// The forms of a pattern, and whether one of them stands at a position.

import { noNumber } from './numbers';
import { alignMask, dataEnd, dataStart, origin } from './state';

/** Bytes of one filter: four splats (value and mask of each byte of the pair), then the two distances. */
export const FILTER_BYTES: i32 = 80;
/** Bytes of one form: length (0 for elements), count of vectors or elements, pointer to them, unused. */
const FORM_BYTES: i32 = 16;

export let filters: i32 = 0;
export let filterCount: i32 = 0;
export let filterMasked: bool = false;
export let forms: i32 = 0;
export let formCount: i32 = 0;
/**
 * 0: anything may stand beside a hit. Else bytes of a code unit: `words` has for each of 256 units whether it is part of a word
 * (1), is not (0), or cannot be told alone (2). `wordHigh` is the place of the high byte in a 2-byte unit.
 */
export let wordUnit: i32 = 0;
let wordHigh: i32 = 1;
let words: i32 = 0;

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
  noNumber();
}

export function setWords(unit: i32, high: i32, table: i32): void {
  wordUnit = unit;
  wordHigh = high;
  words = table;
}

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
export function verify(at: i32): i32 {
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

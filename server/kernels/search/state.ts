// What all parts of the search kernel know of the data in memory; see ../search.ts.

/** A hit's offset in the file must be a multiple of `alignMask + 1`; `origin` is the offset of pointer 0, modulo 8. */
export let alignMask: i32 = 0;
export let origin: i32 = 0;
/** The data ends here: no hit reaches past it. `dataStart` is the first byte known before it. */
export let dataStart: i32 = 0;
export let dataEnd: i32 = 0;
/** End of the hit that was found last. */
export let hitEnd: i32 = 0;

export function setAlign(mask: i32): void {
  alignMask = mask;
}

/** The data now in memory: `[start, end)`; pointer 0 would lie at an offset congruent to `base` modulo 8. */
export function setData(start: i32, end: i32, base: i32): void {
  dataStart = start;
  dataEnd = end;
  origin = base;
}

// @ts-ignore: decorator
@inline
export function setHitEnd(end: i32): void {
  hitEnd = end;
}

export function lastHitEnd(): i32 {
  return hitEnd;
}

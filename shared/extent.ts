/** A half-open run of bytes `[offset, end)`, 0-based absolute positions in a file. */
export interface Extent {
  readonly offset: number;
  readonly end: number;
}

/** Builds `[offset, end)`. Throws a RangeError unless `0 <= offset <= end` and both are safe integers. */
export function extent(offset: number, end: number): Extent {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(end) || offset < 0 || end < offset) {
    throw new RangeError(`not an extent: [${offset}, ${end})`);
  }
  return { offset, end };
}

/**
 * The bytes selected by a block cursor at `cursor` with the other end at `anchor`: both ends are included, as in every hex
 * editor. Null when nothing is selected (`anchor` is null).
 */
export function selectionExtent(cursor: number, anchor: number | null): Extent | null {
  if (anchor === null) return null;
  return { offset: Math.min(cursor, anchor), end: Math.max(cursor, anchor) + 1 };
}

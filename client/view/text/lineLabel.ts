/** Line numbers on screen. */

/** `1234567` -> `['1', '234', '567']`: the gap between them is drawn, not copied. */
export function groupDigits(number: number): string[] {
  const digits = String(number);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return groups;
}

/** Cells of the widest number below `lines`, its gaps and the mark of an estimate included. */
export function gutterCells(lines: number): number {
  const digits = Math.max(3, String(Math.max(1, Math.ceil(lines))).length);
  return digits + Math.floor((digits - 1) / 3) * 0.5 + 1;
}

/** Runs a compiled expression (flag `g`) over a text, as `grep -o` counts: no match of nothing right after another match. */

/** Called for each match; returns where to go on when that is not where the match ends, else -1. */
export type OnMatch = (start: number, end: number) => number;

export interface RunOptions {
  /** Matches start at or after this … */
  readonly from: number;
  /** … and before this. */
  readonly before: number;
  /** Where the match before ended, or -1. */
  readonly lastEnd: number;
}

export function runRegex(regex: RegExp, text: string, { from, before, lastEnd }: RunOptions, onMatch: OnMatch): void {
  let last = lastEnd;
  regex.lastIndex = from;
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    const start = match.index;
    if (start >= before) return;
    const length = match[0].length;
    if (length === 0) {
      // With flag u an index inside a surrogate pair would lead back to its start.
      regex.lastIndex = start + (regex.unicode && isPair(text, start) ? 2 : 1);
      if (start === last) continue;
    }
    last = start + length;
    const next = onMatch(start, last);
    if (next >= 0) regex.lastIndex = next;
  }
}

function isPair(text: string, at: number): boolean {
  return isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1));
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Without flag u a match may begin or end inside a character of two units: the character's start for a beginning. */
export function snapDown(text: string, at: number): number {
  return isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)) ? at - 1 : at;
}

/** … and its end for an end. */
export function snapUp(text: string, at: number): number {
  return isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1)) ? at + 1 : at;
}

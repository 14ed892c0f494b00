/** Apart from pattern.ts, which brings the parser of expressions along. */
import type { NumberType, SearchKind } from './protocol.ts';

/** A guess what kind of pattern was typed, and the pattern itself without the marks that told. */
export interface PatternGuess {
  readonly kind: SearchKind;
  readonly pattern: string;
  readonly flags?: string;
  readonly numberType?: NumberType;
}

/**
 * Guesses from what is typed: `/…/i` is a regular expression, `u32 5` a number, pairs of hex digits that stand apart or hold a
 * wildcard (`de ad`, `7f45??46`) or `0x…` are bytes; anything else is text, and so is whatever could be a word.
 */
export function guessPattern(typed: string): PatternGuess {
  const regex = /^\/(.+)\/([isu]*)$/s.exec(typed);
  if (regex) return { kind: 'regex', pattern: regex[1] ?? '', flags: regex[2] ?? '' };
  if (/^\s*(?:[ui](?:8|16|32|64)|f(?:32|64))(?:le|be)?\s+[-+.\d]/i.test(typed)) {
    return { kind: 'number', pattern: typed.trim() };
  }
  const apart = /^\s*(?:[\da-f?]{2})(?:\s+[\da-f?]{2})+\s*$/i.test(typed);
  const wild = /^\s*(?:[\da-f?]{2})+\s*$/i.test(typed) && /\?/.test(typed) && /[\da-f]/i.test(typed);
  const prefixed = /^\s*0x(?:[\da-f?]{2})+\s*$/i.test(typed);
  if (apart || wild || prefixed) return { kind: 'bytes', pattern: typed.trim() };
  return { kind: 'text', pattern: typed };
}

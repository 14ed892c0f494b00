/**
 * What takes the place of characters that cannot be seen, or that change how others are seen (CVE-2021-42574, "Trojan Source"):
 * control pictures, or the code point in angle quotes. Everything else is shown as it is.
 */
import { type CharacterCode, INVALID_BYTE, SEQUENCE } from './characters.ts';
import { inRanges } from './width.ts';

export type MarkKind = 'control' | 'invisible' | 'invalid';

export interface CharacterSymbol {
  readonly text: string;
  readonly kind: MarkKind;
}

/**
 * Pairs of first and last: soft hyphen, joiners and bidi controls, separators, fillers, interlinear and tag characters,
 * noncharacters at the end of the first plane. Variation selectors are marks and join the character before.
 */
// biome-ignore format: a table
const INVISIBLE: readonly number[] = [
  0xad, 0xad, 0x34f, 0x34f, 0x61c, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x200b, 0x200f,
  0x2028, 0x202e, 0x2060, 0x206f, 0x3164, 0x3164, 0xfdd0, 0xfdef, 0xfeff, 0xfeff, 0xffa0, 0xffa0, 0xfff0, 0xfffb,
  0xfffe, 0xffff, 0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0000, 0xe0fff,
];

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** `^[` for U+001B: for C0 controls and DEL where no font has the control pictures. Null for other codes. */
export function caretSymbol(code: CharacterCode): CharacterSymbol | null {
  if (code < 0x20) return { text: `^${String.fromCodePoint(code + 0x40)}`, kind: 'control' };
  return code === 0x7f ? { text: '^?', kind: 'control' } : null;
}

/** The symbol for a code, or null when the character is shown itself. A tab is none of this function's business. */
export function characterSymbol(code: CharacterCode): CharacterSymbol | null {
  if (code < 0x20) return { text: String.fromCodePoint(0x2400 + code), kind: 'control' };
  if (code < 0x7f) return null;
  if (code === 0x7f) return { text: '\u2421', kind: 'control' };
  if (code < 0xa0) return { text: `‹U+${hex(code, 4)}›`, kind: 'control' };
  if (code >= INVALID_BYTE) {
    return code < SEQUENCE ? { text: `‹${hex(code - INVALID_BYTE, 2)}›`, kind: 'invalid' } : null;
  }
  if (code >= 0xd800 && code <= 0xdfff) return { text: `‹${hex(code, 4)}›`, kind: 'invalid' };
  return inRanges(INVISIBLE, code) ? { text: `‹U+${hex(code, 4)}›`, kind: 'invisible' } : null;
}

/** How a text may stand in a file: each character with its encodings, and those of its other case. */
import { PatternError } from '../../shared/patternError.ts';
import { caseVariants } from './caseVariants.ts';
import type { EncodeCharacter } from './encodings.ts';
import { element, type Spelling } from './forms.ts';

/** Which characters equal a character of the pattern; the character itself comes first. */
export type Variants = (character: string) => readonly string[];

export const sameCase: Variants = (character) => [character];
export const anyCase: Variants = caseVariants;
/** As regular expressions with flag `i` but without `u` compare ASCII: only with ASCII. */
export const anyAsciiCase: Variants = (character) =>
  /^[a-z]$/i.test(character) ? [character.toLowerCase(), character.toUpperCase()] : [character];

/** Throws a PatternError at the first character that the encoding does not have. */
export function spellText(text: string, variants: Variants, encode: EncodeCharacter, encoding: string): Spelling {
  let position = 0;
  return [...text].map((character) => {
    const encodings = variants(character).flatMap((variant) => encode(variant));
    if (encodings.length === 0) {
      throw new PatternError(`${encoding} has no such character.`, position, character.length);
    }
    position += character.length;
    return element(encodings);
  });
}

/**
 * As `spellText`; null when the text cannot be encoded, or holds U+FFFD: what is decoded to that may be anything.
 */
export function trySpellText(text: string, variants: Variants, encode: EncodeCharacter): Spelling | null {
  const characters = [...text];
  const spelling = characters.map((character) => {
    const lone = /^[\ud800-\udfff\ufffd]$/.test(character);
    return element(lone ? [] : variants(character).flatMap((variant) => encode(variant)));
  });
  return spelling.every((alternatives) => alternatives.length > 0) ? spelling : null;
}

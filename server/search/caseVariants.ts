/**
 * Which characters are the same when case does not matter: Unicode's simple case folding, as flags `iu` of a regular expression
 * have it (and ripgrep). The engine itself is asked, so that text and expressions can never disagree.
 */

/** ASCII letters with a relative outside ASCII: long s and the Kelvin sign. */
const ASCII_EXTRA: Readonly<Record<string, string>> = { s: '\u017f', k: '\u212a' };

const LAST_CASED = 0x1e_fff;

let casedText: string | null = null;
let cased: ReadonlySet<string> | null = null;
/** Only of characters that have a case: of all there are it would be a hundred megabytes. */
const known = new Map<string, readonly string[]>();

/** The character itself first, then all others that equal it. `character` is one code point. */
export function caseVariants(character: string): readonly string[] {
  const lower = character.toLowerCase();
  if (/^[a-z]$/.test(lower)) {
    const others = [lower, lower.toUpperCase(), ...(ASCII_EXTRA[lower] ?? '')];
    return [character, ...others.filter((other) => other !== character)];
  }
  if ((character.codePointAt(0) ?? 0) < 0x80 || !hasCase(character)) return [character];
  let variants = known.get(character);
  if (!variants) {
    variants = [character, ...search(character).filter((other) => other !== character)];
    known.set(character, variants);
  }
  return variants;
}

/** A character without a case equals no other one. */
function hasCase(character: string): boolean {
  casedText ??= allCased();
  cased ??= new Set(casedText);
  return cased.has(character);
}

function search(character: string): string[] {
  casedText ??= allCased();
  return casedText.match(new RegExp(`\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`, 'giu')) ?? [];
}

/** Every character that has a case at all, once: about 2,900 of them, found in 20 ms when first needed. */
function allCased(): string {
  const cased: string[] = [];
  for (let code = 0x41; code <= LAST_CASED; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    if (character !== character.toLowerCase() || character !== character.toUpperCase()) cased.push(character);
  }
  return cased.join('');
}

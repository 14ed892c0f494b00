/**
 * What a person types into the search box, checked before anything is searched: the client shows the error at its place while
 * typing, the server refuses with the same words. Pure; which bytes a text becomes is the server's business.
 */

import { type BytePattern, parseBytePattern } from './patternBytes.ts';
import { PatternError } from './patternError.ts';
import { type NumberPattern, parseNumberPattern } from './patternNumber.ts';
import { type ParsedRegex, parseRegexPattern } from './patternRegex.ts';
import type { NumberType, SearchKind, SearchRequest } from './protocol.ts';

/** Longest pattern, UTF-16 units. */
export const MAX_PATTERN_LENGTH = 4_096;

export type ParsedPattern =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: BytePattern }
  | { readonly kind: 'number'; readonly number: NumberPattern }
  | { readonly kind: 'regex'; readonly regex: ParsedRegex };

/** Parses the pattern of a request. Throws a PatternError. */
export function parsePattern(request: PatternFields): ParsedPattern {
  const { kind, pattern } = request;
  if (pattern.length === 0) throw new PatternError('The pattern is empty.', 0, 0);
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new PatternError(`The pattern is longer than ${MAX_PATTERN_LENGTH} characters.`, MAX_PATTERN_LENGTH, 1);
  }
  switch (kind) {
    case 'text':
      return { kind, text: checkText(pattern) };
    case 'bytes':
      return { kind, bytes: parseBytePattern(pattern) };
    case 'number':
      return { kind, number: parseNumberPattern(pattern, request.numberType ?? null, request.endian ?? 'le') };
    case 'regex':
      return { kind, regex: parseRegexPattern(pattern, regexFlags(request)) };
  }
}

/** What of a request decides how its pattern is read. */
export type PatternFields = Pick<SearchRequest, 'kind' | 'pattern'> &
  Partial<Pick<SearchRequest, 'caseSensitive' | 'flags' | 'numberType' | 'endian'>>;

/** The flags of a regular expression, in alphabetical order: `flags`, and `i` when case does not matter. */
export function regexFlags(request: PatternFields): string {
  const flags = new Set(request.flags ?? '');
  if (request.caseSensitive === false) flags.add('i');
  return [...flags].sort().join('');
}

function checkText(text: string): string {
  for (let i = 0; i < text.length; ) {
    const code = text.codePointAt(i) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) throw new PatternError('This is half a character.', i, 1);
    i += code > 0xffff ? 2 : 1;
  }
  return text;
}

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

/**
 * What a person types into the search box, checked before anything is searched: the client shows the error at its place while
 * typing, the server refuses with the same words. Pure; which bytes a text becomes is the server's business.
 */

import { type BytePattern, parseBytePattern } from './patternBytes.ts';
import { PatternError } from './patternError.ts';
import { type NumberPattern, parseNumberPattern } from './patternNumber.ts';
import { type ParsedRegex, parseRegexPattern } from './patternRegex.ts';
import type { SearchRequest } from './protocol.ts';

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
function regexFlags(request: PatternFields): string {
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

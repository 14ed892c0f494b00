/** What is wrong with a query, in the words of the server. Brings the parser of expressions along: load it when the field opens. */
import { parsePattern } from '../../shared/pattern.ts';
import { PatternError } from '../../shared/patternError.ts';
import type { SearchQuery } from './query.ts';

/** Where and what, in UTF-16 units of the pattern. */
export interface PatternProblem {
  readonly message: string;
  readonly position: number;
  readonly length: number;
}

export function checkQuery(query: SearchQuery): PatternProblem | null {
  const { kind, pattern, caseSensitive, flags, numberType, endian } = query;
  try {
    parsePattern({ kind, pattern, caseSensitive, flags, numberType, endian });
    return null;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return { message: error.message, position: error.position, length: error.length };
  }
}

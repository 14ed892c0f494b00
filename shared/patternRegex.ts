/** Regular expressions in ECMAScript's own grammar, with the place of what is wrong. */
import { type AST, RegExpParser, RegExpSyntaxError } from '@eslint-community/regexpp';
import { PatternError } from './patternError.ts';

export interface ParsedRegex {
  readonly source: string;
  /** Some of `isu`. */
  readonly flags: string;
  readonly tree: AST.Pattern;
}

const FLAGS = 'isu';

/** Groups within groups: whoever walks through an expression calls itself for each. */
const MAX_DEPTH = 250;

/** Throws a PatternError. */
export function parseRegexPattern(source: string, flags: string): ParsedRegex {
  if ([...flags].some((flag, index) => !FLAGS.includes(flag) || flags.indexOf(flag) !== index)) {
    throw new PatternError(`Flags are some of ${[...FLAGS].join(', ')}.`, 0, source.length);
  }
  const { tooDeep } = groupsOf(source);
  if (tooDeep !== null) throw new PatternError(`Groups are nested more than ${MAX_DEPTH} deep.`, tooDeep, 1);
  let tree: AST.Pattern;
  try {
    tree = new RegExpParser({ ecmaVersion: 2024 }).parsePattern(source, 0, source.length, {
      unicode: flags.includes('u'),
    });
    // The parser may know names of scripts and properties that the engine does not.
    new RegExp(source, flags);
  } catch (error) {
    if (error instanceof RegExpSyntaxError) throw syntaxError(source, error.index, error.message);
    if (error instanceof SyntaxError) throw syntaxError(source, source.length, error.message);
    throw error;
  }
  return { source, flags, tree };
}

/** Errors begin with the whole expression, which is on screen already. */
function syntaxError(source: string, index: number, message: string): PatternError {
  const what = message.replace(/^Invalid regular expression: \/.*\/[a-z]*: /s, '');
  const unclosed = /^Unterminated (?:group|character class)/.test(what);
  const position = unclosed ? lastUnclosed(source) : Math.min(index, source.length);
  return new PatternError(`${what}.`, position, position < source.length ? 1 : 0);
}

/** What was opened and never closed is a better place than the end, where the parser noticed. */
function lastUnclosed(source: string): number {
  const { open, inClass } = groupsOf(source);
  return inClass ?? open.at(-1) ?? source.length;
}

interface Groups {
  /** Where those begin that are not closed. */
  readonly open: readonly number[];
  /** Where a class begins that is not closed. */
  readonly inClass: number | null;
  /** Where the first begins that lies in too many others. */
  readonly tooDeep: number | null;
}

function groupsOf(source: string): Groups {
  const open: number[] = [];
  let inClass: number | null = null;
  let tooDeep: number | null = null;
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (character === '\\') i++;
    else if (inClass !== null) {
      if (character === ']') inClass = null;
    } else if (character === '[') inClass = i;
    else if (character === '(') {
      open.push(i);
      if (open.length > MAX_DEPTH) tooDeep ??= i;
    } else if (character === ')') open.pop();
  }
  return { open, inClass, tooDeep };
}

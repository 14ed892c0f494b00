/**
 * What can be said about an expression without running it: texts of which every match must contain one, whether it is nothing but
 * such texts, and whether a run of zeros can hold a match.
 *
 * An expression is read as a sequence of pieces. Pieces that can only be a few texts are multiplied out as long as there are few;
 * whatever else comes between ends the texts so far, which then are a candidate. All candidates are returned; which is best
 * depends on the file.
 */
import type { AST } from '@eslint-community/regexpp';
import type { ParsedRegex } from '../../shared/patternRegex.ts';

/** Most candidates: each is tried on a sample of the file. */
const MAX_CANDIDATES = 16;
/** Most texts of one candidate. */
const MAX_TEXTS = 12;
/** A class of more characters than this ends a text. */
const MAX_CLASS = 4;
const MAX_TEXT_LENGTH = 256;

export interface RegexLiterals {
  /** Every match contains one of the texts of each candidate. Texts are not empty. */
  readonly required: readonly (readonly string[])[];
  /** Every match begins with one of these texts; null when that cannot be said. */
  readonly prefix: readonly string[] | null;
  /** Something in it goes on to the end of the line: trying it at one place takes as long as searching the line. */
  readonly wide: boolean;
  /** The expression is exactly these texts, the earlier preferred; null when it is more than that. */
  readonly pure: readonly string[] | null;
}

interface Piece {
  /** All texts that the piece can match, preferred ones first; null when they are not few. */
  readonly texts: readonly string[] | null;
  readonly required: readonly (readonly string[])[];
  /** Every match of the piece begins with one of these; they may be empty. */
  readonly prefix: readonly string[];
  /** The piece has no conditions besides its texts. */
  readonly pure: boolean;
  /** It begins with one of these: the first `x` of `x+`, which joins the text before it. Only where `texts` is null. */
  readonly first?: readonly string[] | null;
}

const NOTHING: Piece = { texts: [''], required: [], prefix: [''], pure: true };
const ANYTHING: Piece = { texts: null, required: [], prefix: [''], pure: false };
/** Consumes nothing, but sets a condition. */
const CONDITION: Piece = { texts: [''], required: [], prefix: [''], pure: false };

export function regexLiterals({ tree }: ParsedRegex): RegexLiterals {
  const piece = choice(tree.alternatives.map(sequence));
  const required = [...piece.required];
  if (piece.texts) required.push(piece.texts);
  const pure = piece.pure && piece.texts?.every((text) => text !== '') ? piece.texts : null;
  const usable = (texts: readonly string[]): boolean => texts.length > 0 && !texts.includes('');
  return {
    required: distinct(required.filter(usable)).slice(0, MAX_CANDIDATES),
    prefix: usable(piece.prefix) ? piece.prefix : null,
    wide: isWide(tree),
    pure,
  };
}

function distinct(candidates: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(candidates.map((texts) => [JSON.stringify(texts), texts])).values()];
}

function sequence(alternative: AST.Alternative): Piece {
  const required: (readonly string[])[] = [];
  let texts: readonly string[] = [''];
  let whole = true;
  let pure = true;
  let prefix: readonly string[] = [''];
  let beginning = true;
  const flush = (): void => {
    if (!texts.includes('')) required.push(texts);
    texts = [''];
    whole = false;
  };
  for (const node of alternative.elements) {
    const piece = elementPiece(node);
    pure &&= piece.pure;
    required.push(...piece.required);
    if (beginning) {
      const longer = product(prefix, piece.prefix);
      prefix = longer ?? prefix;
      beginning = longer !== null && piece.texts !== null;
    }
    if (!piece.texts) {
      const joined = piece.first && product(texts, piece.first);
      if (joined) texts = joined;
      flush();
      continue;
    }
    let joined = product(texts, piece.texts);
    if (!joined) {
      flush();
      joined = piece.texts;
    }
    texts = joined;
  }
  if (whole) return { texts, required, prefix, pure };
  flush();
  return { texts: null, required, prefix, pure: false };
}

function choice(pieces: readonly Piece[]): Piece {
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  const pure = pieces.every((piece) => piece.pure);
  const texts = pieces.flatMap((piece) => piece.texts ?? []);
  if (pieces.every((piece) => piece.texts) && texts.length <= MAX_TEXTS) {
    return { texts, required: [], prefix: texts, pure };
  }
  const prefixes = pieces.flatMap((piece) => piece.prefix);
  const prefix = prefixes.length <= MAX_TEXTS ? prefixes : [''];
  // Every alternative brings its own best candidate: the one whose shortest text is longest.
  const best = pieces.map(bestOf);
  const union = best.flatMap((candidate) => candidate ?? []);
  const usable = best.every((candidate) => candidate !== null) && union.length <= MAX_TEXTS;
  return { texts: null, required: usable ? [union] : [], prefix, pure: false };
}

function bestOf({ texts, required }: Piece): readonly string[] | null {
  const candidates = (texts ? [...required, texts] : required).filter((candidate) => !candidate.includes(''));
  const shortest = (candidate: readonly string[]): number => Math.min(...candidate.map((text) => text.length));
  return candidates.reduce<readonly string[] | null>(
    (best, candidate) => (best === null || shortest(candidate) > shortest(best) ? candidate : best),
    null,
  );
}

function elementPiece(node: AST.Element): Piece {
  switch (node.type) {
    case 'Character':
      return few([String.fromCodePoint(node.value)]);
    case 'CharacterClass':
      return classPiece(node);
    case 'Group':
    case 'CapturingGroup':
      return choice(node.alternatives.map(sequence));
    case 'Quantifier':
      return quantifierPiece(node);
    case 'Assertion':
      return CONDITION;
    default:
      return ANYTHING;
  }
}

function classPiece(node: AST.CharacterClass): Piece {
  if (node.negate || node.unicodeSets) return ANYTHING;
  const texts: string[] = [];
  for (const element of node.elements) {
    if (element.type === 'Character') texts.push(String.fromCodePoint(element.value));
    else if (element.type === 'CharacterClassRange' && element.max.value - element.min.value < MAX_CLASS) {
      for (let code = element.min.value; code <= element.max.value; code++) texts.push(String.fromCodePoint(code));
    } else return ANYTHING;
  }
  const distinct = [...new Set(texts)];
  return distinct.length > 0 && distinct.length <= MAX_CLASS ? few(distinct) : ANYTHING;
}

function quantifierPiece(node: AST.Quantifier): Piece {
  // A quantified group may hold a condition that depends on where it is repeated; texts alone are safe.
  const inner = elementPiece(node.element);
  if (node.max === 0) return NOTHING;
  if (node.min === 0) {
    if (node.max !== 1 || !inner.texts || inner.texts.includes('')) return ANYTHING;
    const texts = node.greedy ? [...inner.texts, ''] : ['', ...inner.texts];
    return texts.length <= MAX_TEXTS ? few(texts, inner.pure) : ANYTHING;
  }
  if (node.min === node.max && inner.texts) {
    let texts: readonly string[] | null = [''];
    // What takes no character stays as it is, however often it stands there; anything else is too long by then.
    const times = Math.min(node.min, MAX_TEXT_LENGTH + 1);
    for (let i = 0; i < times && texts; i++) texts = product(texts, inner.texts);
    if (texts) return few(texts, inner.pure);
  }
  const required = inner.texts ? [...inner.required, inner.texts] : inner.required;
  const filled = required.filter((texts) => !texts.includes(''));
  return { texts: null, required: filled, prefix: inner.prefix, pure: false, first: inner.texts };
}

function few(texts: readonly string[], pure = true): Piece {
  return { texts, required: [], prefix: texts, pure };
}

/** Each of `before` followed by each of `after`, in the order in which backtracking tries them; null when there are too many. */
function product(before: readonly string[], after: readonly string[]): readonly string[] | null {
  if (before.length * after.length > MAX_TEXTS) return null;
  const texts = before.flatMap((first) => after.map((second) => first + second));
  return texts.every((text) => text.length <= MAX_TEXT_LENGTH) ? texts : null;
}

function isWide(tree: AST.Pattern): boolean {
  const wide = (element: AST.Element): boolean => {
    switch (element.type) {
      case 'Quantifier':
        // Digits and words end soon; what matches nearly anything goes on to the end of the line.
        return (element.max > 64 && isLoose(element.element)) || wide(element.element);
      case 'Group':
      case 'CapturingGroup':
        return element.alternatives.some((alternative) => alternative.elements.some(wide));
      default:
        return false;
    }
  };
  return tree.alternatives.some((alternative) => alternative.elements.some(wide));
}

function isLoose(element: AST.Element): boolean {
  return (
    !(element.type === 'Character' || (element.type === 'CharacterSet' && element.kind !== 'any' && !element.negate)) &&
    !(element.type === 'CharacterClass' && !element.negate)
  );
}

/** True when every match takes at least one character other than U+0000, so that a hole of a sparse file holds none. */
export function needsNonZero({ tree, flags }: ParsedRegex): boolean {
  const node = (element: AST.Element): boolean => {
    switch (element.type) {
      case 'Character':
        return element.value !== 0;
      case 'CharacterSet':
      case 'CharacterClass':
        return !new RegExp(`^${element.raw}$`, flags).test('\0');
      case 'Group':
      case 'CapturingGroup':
        return element.alternatives.every((alternative) => alternative.elements.some(node));
      case 'Quantifier':
        return element.min > 0 && node(element.element);
      default:
        return false;
    }
  };
  return tree.alternatives.every((alternative) => alternative.elements.some(node));
}

/** From what a person asked to what the workers do: which kernel, which expression, which bytes first. */
import { assertUnreachable } from '../../shared/assert.ts';
import { lineFormat } from '../../shared/lineFormat.ts';
import { type ParsedPattern, parsePattern } from '../../shared/pattern.ts';
import { PatternError } from '../../shared/patternError.ts';
import { type NumberPattern, numberBytes } from '../../shared/patternNumber.ts';
import { type ParsedRegex, parseRegexPattern } from '../../shared/patternRegex.ts';
import type { SearchRequest } from '../../shared/protocol.ts';
import type { TextShape } from '../window/encoding.ts';
import { encoder, encodingNature } from './encodings.ts';
import { buildProgram, estimateCost, type Spelling } from './forms.ts';
import type { Frequencies } from './frequencies.ts';
import type { FinderPlan, FormsProgram, NumberProgram, RegexPlan, SearchPlan } from './plan.ts';
import { needsNonZero, type RegexLiterals, regexLiterals } from './regexLiterals.ts';
import { rewriteForBytes, rewriteForLines } from './regexRewrite.ts';
import { anyAsciiCase, anyCase, sameCase, spellText, trySpellText, type Variants } from './spelling.ts';
import { wordRule } from './words.ts';

/** Copying, decoding and matching a line costs about this, ns. */
const LINE_NS = 250;
/** Trying an expression at one place costs about this, ns. */
const TRY_NS = 100;
/** Running an expression over everything costs about this, ns a byte. A finder that costs more is no help. */
const EXPRESSION_NS = 2;

/** A letter, digit, mark or connector (`_`): what a whole word has none of beside it. */
const WORD_CLASS = '[\\p{L}\\p{M}\\p{Nd}\\p{Pc}]';

/**
 * `shape` is the file's in the encoding that the request asks for. Throws a PatternError for a pattern that is wrong or
 * cannot be searched for in this encoding.
 */
export function compileSearch(request: SearchRequest, shape: TextShape, known: Frequencies): SearchPlan {
  const parsed = parsePattern(request);
  const compiler = new Compiler(request, shape, known);
  return compiler.compile(parsed);
}

class Compiler {
  readonly #request: SearchRequest;
  readonly #shape: TextShape;
  readonly #known: Frequencies;

  constructor(request: SearchRequest, shape: TextShape, known: Frequencies) {
    this.#request = request;
    this.#shape = shape;
    this.#known = known;
  }

  compile(parsed: ParsedPattern): SearchPlan {
    switch (parsed.kind) {
      case 'text':
        return this.#text(parsed.text);
      case 'bytes': {
        const { values, masks } = parsed.bytes;
        const spelling = Array.from(values, (value, i) => [{ values: [value], masks: [masks[i] ?? 0] }]);
        return this.#forms([spelling], 0, 1);
      }
      case 'number':
        return this.#number(parsed.number);
      case 'regex':
        return this.#regex(parsed.regex);
      default:
        return assertUnreachable(parsed);
    }
  }

  #text(text: string): SearchPlan {
    const { encoding, bomBytes } = this.#shape;
    const exact = this.#request.caseSensitive !== false;
    if (encodingNature(encoding) !== 'exact') return this.#textByLines(text);
    const spelling = spellText(text, exact ? sameCase : anyCase, encoder(encoding), encoding);
    const unit = lineFormat(encoding, 'lf').unitBytes;
    return this.#forms([spelling], bomBytes, unit);
  }

  /** In encodings where bytes of one character may be those of others only decoded lines tell. */
  #textByLines(text: string): SearchPlan {
    const newline = text.indexOf('\n');
    if (newline >= 0) {
      const message = `In ${this.#shape.encoding} a match never goes past the end of a line.`;
      throw new PatternError(message, newline, 1);
    }
    const escaped = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    const source = this.#request.wholeWord ? `(?<!${WORD_CLASS})${escaped}(?!${WORD_CLASS})` : escaped;
    return this.#lines(parseRegexPattern(source, this.#request.caseSensitive === false ? 'iu' : 'u'));
  }

  #forms(spellings: readonly Spelling[], firstOffset: number, align: 1 | 2): FinderPlan {
    const finder = buildProgram(spellings, this.#known);
    if (!finder) throw new PatternError('The pattern is too long.', 0, this.#request.pattern.length);
    return this.#finderPlan(finder, firstOffset, align, sameLength(spellings), !spellings.some(canBeZeros), false);
  }

  #number(number: NumberPattern): FinderPlan {
    const align = this.#request.align ?? 1;
    const bytes = numberBytes(number.type);
    const program = numberProgram(number, bytes);
    const exact = number.form === 'integer' && number.low === number.high;
    const float = number.form === 'float' && number.low === number.high && number.low !== 0;
    const zero =
      number.form === 'nan' ||
      (number.form === 'integer' ? number.low > 0n || number.high < 0n : number.low > 0 || number.high < 0);
    // A single value is a byte pattern, which the kernel finds several times as fast.
    const forms = exact || float ? buildProgram([bytesOf(number, bytes)], this.#known) : null;
    return this.#finderPlan(forms ?? program, 0, align, bytes, zero, true);
  }

  #finderPlan(
    finder: FormsProgram | NumberProgram,
    firstOffset: number,
    align: 1 | 2 | 4 | 8,
    fixed: number | null,
    skipsZeros: boolean,
    overlapping: boolean,
  ): FinderPlan {
    const { encoding, terminator } = this.#shape;
    const report = this.#request.report ?? 'matches';
    return {
      mode: 'finder',
      finder,
      words: this.#request.wholeWord && this.#request.kind === 'text' ? wordRule(encoding) : null,
      align,
      overlapping,
      format: lineFormat(encoding, terminator),
      encoding,
      firstOffset,
      fixed: report === 'lines' ? null : fixed,
      skipsZeros,
      report,
    };
  }

  #regex(regex: ParsedRegex): SearchPlan {
    if (this.#request.wholeWord) throw new PatternError('Whole words are for text; write \\b.', 0, regex.source.length);
    const over = this.#request.over ?? (this.#shape.kind === 'binary' ? 'bytes' : 'lines');
    return over === 'bytes' ? this.#bytes(regex) : this.#lines(regex);
  }

  #lines(regex: ParsedRegex): SearchPlan {
    const { encoding, terminator, bomBytes } = this.#shape;
    const clean = rewriteForLines(regex);
    const literals = regexLiterals(regex);
    const nature = encodingNature(encoding);
    const encode = nature === 'stateful' ? null : encoder(encoding);
    // A CR before the LF is part of the terminator, which the kernel's forms do not know.
    const pure = terminator === 'lf' && !literals.pure?.some((text) => text.includes('\r')) ? literals.pure : null;
    if (pure && nature === 'exact' && encode) {
      const forms = pureForms(pure, regex.flags, encode);
      const finder = forms && buildProgram(forms, this.#known);
      const unit = lineFormat(encoding, 'lf').unitBytes;
      if (finder) return this.#finderPlan(finder, bomBytes, unit, sameLength(forms), !forms.some(canBeZeros), false);
    }
    // What other case a letter has depends on flag u; to find candidates, more is allowed than less.
    const variants = regex.flags.includes('i') ? anyCase : sameCase;
    return {
      mode: 'lines',
      ...(encode ? this.#bestFinder(literals, (text) => trySpellText(text, variants, encode)) : NO_FINDER),
      regex: { source: regex.source, flags: regex.flags, ...clean },
      format: lineFormat(encoding, terminator),
      encoding,
      firstOffset: bomBytes,
      fixed: null,
      skipsZeros: needsNonZero(regex),
      report: this.#request.report ?? 'matches',
    };
  }

  /** Bytes are seen as the characters U+0000 to U+00FF. */
  #bytes(regex: ParsedRegex): RegexPlan {
    if (this.#request.report === 'lines') {
      throw new PatternError('Over bytes there are no lines to report.', 0, regex.source.length);
    }
    const latin1 = (character: string): readonly (readonly number[])[] => {
      const code = character.codePointAt(0) ?? 0;
      return code < 256 ? [[code]] : [];
    };
    const variants = regex.flags.includes('i') ? anyCase : sameCase;
    return {
      mode: 'bytes',
      ...this.#bestFinder(regexLiterals(regex), (text) => trySpellText(text, variants, latin1)),
      regex: { source: regex.source, flags: regex.flags, ...rewriteForBytes(regex) },
      format: lineFormat('windows-1252', 'lf'),
      encoding: 'bytes',
      firstOffset: 0,
      fixed: null,
      skipsZeros: needsNonZero(regex),
      report: 'matches',
    };
  }

  /** The finder that costs least, if it costs less than doing without. */
  #bestFinder({ required, prefix, wide }: RegexLiterals, spell: (text: string) => Spelling | null): ChosenFinder {
    const choices = required.map((texts) => ({ texts, anchored: false, candidateNs: LINE_NS }));
    if (prefix) choices.push({ texts: prefix, anchored: true, candidateNs: wide ? LINE_NS : TRY_NS });
    let best: { spellings: readonly Spelling[]; anchored: boolean } | null = null;
    let bestCost = EXPRESSION_NS;
    for (const { texts, anchored, candidateNs } of choices) {
      const tried = texts.map(spell);
      const spellings = tried.filter((spelling) => spelling !== null);
      if (spellings.length !== tried.length) continue;
      const cost = estimateCost(spellings, this.#known, candidateNs, bestCost);
      if (cost < bestCost) [best, bestCost] = [{ spellings, anchored }, cost];
    }
    const finder = best && buildProgram(best.spellings, this.#known);
    return best && finder ? { finder, anchored: best.anchored } : NO_FINDER;
  }
}

type ChosenFinder = Pick<RegexPlan, 'finder' | 'anchored'>;
const NO_FINDER: ChosenFinder = { finder: null, anchored: false };

/** An expression that is nothing but texts, as forms; null when its flags make that uncertain. */
function pureForms(texts: readonly string[], flags: string, encode: ReturnType<typeof encoder>): Spelling[] | null {
  let variants: Variants = sameCase;
  if (flags.includes('i')) {
    // Without u the engine folds case by another table, which is the same for ASCII.
    if (!flags.includes('u') && texts.some((text) => /[^\0-\x7f]/.test(text))) return null;
    variants = flags.includes('u') ? anyCase : anyAsciiCase;
  }
  const spellings = texts.map((text) => trySpellText(text, variants, encode));
  const usable = spellings.filter((spelling) => spelling !== null);
  return usable.length === spellings.length ? usable : null;
}

function sameLength(spellings: readonly Spelling[]): number | null {
  const lengths = new Set<number>();
  for (const spelling of spellings) {
    let length = 0;
    for (const alternatives of spelling) {
      const [first] = alternatives;
      const bytes = first?.values.length ?? 0;
      if (alternatives.some(({ values }) => values.length !== bytes)) return null;
      length += bytes;
    }
    lengths.add(length);
  }
  const [only] = lengths;
  return lengths.size === 1 && only !== undefined ? only : null;
}

function canBeZeros(spelling: Spelling): boolean {
  return spelling.every((alternatives) => alternatives.some(({ values }) => values.every((value) => value === 0)));
}

function numberProgram(number: NumberPattern, bytes: 1 | 2 | 4 | 8): NumberProgram {
  const bigEndian = number.endian === 'be';
  if (number.form === 'integer') {
    const low = BigInt.asIntN(64, number.low);
    const span = BigInt.asIntN(64, number.high - number.low);
    return { kind: 'number', bytes, bigEndian, range: { form: 'integer', low, span } };
  }
  const nan = number.form === 'nan';
  const [low, high] = number.form === 'nan' ? [0, 0] : [number.low, number.high];
  return { kind: 'number', bytes, bigEndian, range: { form: 'float', nan, low, high } };
}

/** The one value of `number` as it lies in the file. */
function bytesOf(number: NumberPattern, bytes: number): Spelling {
  const view = new DataView(new ArrayBuffer(8));
  if (number.form === 'integer') view.setBigUint64(0, BigInt.asUintN(8 * bytes, number.low) << BigInt(8 * (8 - bytes)));
  else if (number.form === 'float' && bytes === 4) view.setFloat32(0, number.low);
  else if (number.form === 'float') view.setFloat64(0, number.low);
  const values = Array.from({ length: bytes }, (_, i) => view.getUint8(i));
  if (number.endian === 'le') values.reverse();
  return values.map((value) => [{ values: [value], masks: [255] }]);
}

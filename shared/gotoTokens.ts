/** The words of a go-to expression. Positions are UTF-16 indexes into the input, for pointing at what was not understood. */

export type GotoWord = 'cursor' | 'start' | 'end' | 'size' | 'selection' | 'top';

export type GotoToken = { readonly at: number; readonly length: number } & (
  | { readonly type: 'number'; readonly value: Ratio; readonly percent: boolean; readonly plain: boolean }
  | { readonly type: 'word'; readonly word: GotoWord }
  | { readonly type: 'operator'; readonly operator: '+' | '-' | '*' | '/' | '(' | ')' }
);

/**
 * An exact fraction. BigInt because 42.7% of 2^40 or 1.1*G must come out exact before it is rounded down; what leaves
 * goto.ts is a plain number again.
 */
export interface Ratio {
  readonly top: bigint;
  /** Always positive. */
  readonly bottom: bigint;
}

export class GotoSyntaxError extends Error {
  readonly at: number;
  readonly length: number;
  constructor(message: string, at: number, length: number) {
    super(message);
    this.at = at;
    this.length = length;
  }
}

export interface TokenOptions {
  /** Read `1F` and `deadbeef` as hex (a number of digits only stays decimal). */
  readonly bareHex: boolean;
  /** `K M G T P` are powers of 1000, as one counts lines, instead of 1024. */
  readonly decimalSuffix: boolean;
}

const WORDS: Readonly<Record<string, GotoWord>> = {
  cursor: 'cursor',
  '.': 'cursor',
  start: 'start',
  end: 'end',
  size: 'size',
  selection: 'selection',
  top: 'top',
};

const OPERATORS: Readonly<Record<string, '+' | '-' | '*' | '/' | '(' | ')'>> = {
  '+': '+',
  '-': '-',
  '−': '-',
  '*': '*',
  '×': '*',
  '/': '/',
  '÷': '/',
  '(': '(',
  ')': ')',
};

const AFTER = "(?![0-9a-z_]|[.,']\\d)";
const SPACE = /\s+/y;
const HEX = new RegExp(`0x([0-9a-f]+(?:['_][0-9a-f]+)*)${AFTER}|([0-9a-f]+(?:['_][0-9a-f]+)*)h${AFTER}`, 'iy');
const BARE_HEX = new RegExp(`(?!\\d+(?:e\\d+)?${AFTER})([0-9a-f]+(?:_[0-9a-f]+)*)${AFTER}`, 'iy');
const GROUPED = "\\d{1,3}(?:,\\d{3})+|\\d+(?:['_\\u00a0\\u202f]\\d+)*";
const DECIMAL = new RegExp(
  `(${GROUPED})?(?:\\.(\\d+))?(?:e\\+?(\\d{1,2})(?!\\d))?(?:([kmgtp])(i?b)?|b)?${AFTER}(\\s*%)?`,
  'iy',
);
const WORD = /[a-z]+|\./iy;
/** What is shown as not understood: up to the next space, operator or parenthesis. */
const JUNK = /[^\s()+*/×÷−-]+|./y;

function match(pattern: RegExp, input: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(input);
}

function hexRatio(digits: string): Ratio {
  return { top: BigInt(`0x${digits.replace(/[_']/g, '')}`), bottom: 1n };
}

function decimalRatio(found: RegExpExecArray, decimalSuffix: boolean): Ratio {
  const [, whole = '', fraction = '', exponent = '0', letter, unit] = found;
  const power = letter ? BigInt('kmgtp'.indexOf(letter.toLowerCase()) + 1) : 0n;
  // As in coreutils: K and KiB are 1024, KB is 1000.
  const thousand = decimalSuffix || unit?.toLowerCase() === 'b';
  const scale = (thousand ? 1000n : 1024n) ** power * 10n ** BigInt(exponent);
  return {
    top: BigInt(whole.replace(/[^\d]/g, '') + fraction || '0') * scale,
    bottom: 10n ** BigInt(fraction.length),
  };
}

/** Throws GotoSyntaxError at the first thing that is none of ours. */
export function gotoTokens(input: string, from: number, options: TokenOptions): readonly GotoToken[] {
  const tokens: GotoToken[] = [];
  let at = from;
  while (at < input.length) {
    const space = match(SPACE, input, at);
    if (space) {
      at += space[0].length;
      continue;
    }
    const token = tokenAt(input, at, options);
    tokens.push(token);
    at += token.length;
  }
  return tokens;
}

function tokenAt(input: string, at: number, options: TokenOptions): GotoToken {
  const operator = OPERATORS[input.charAt(at)];
  if (operator) return { type: 'operator', operator, at, length: 1 };

  const hex = match(HEX, input, at) ?? (options.bareHex ? match(BARE_HEX, input, at) : null);
  const digits = hex?.[1] ?? hex?.[2];
  if (hex && digits) {
    return { type: 'number', value: hexRatio(digits), percent: false, plain: true, at, length: hex[0].length };
  }

  const decimal = match(DECIMAL, input, at);
  if (decimal && (decimal[1] !== undefined || decimal[2] !== undefined)) {
    const percent = decimal[6] !== undefined;
    const plain = !percent && decimal[4] === undefined && decimal[3] === undefined;
    return {
      type: 'number',
      value: decimalRatio(decimal, options.decimalSuffix),
      percent,
      plain,
      at,
      length: decimal[0].length,
    };
  }

  const word = match(WORD, input, at)?.[0] ?? '';
  const known = WORDS[word.toLowerCase()];
  if (known) return { type: 'word', word: known, at, length: word.length };

  const junk = match(JUNK, input, at)?.[0] ?? input.charAt(at);
  throw new GotoSyntaxError(complaint(junk, options), at, junk.length);
}

function complaint(junk: string, options: TokenOptions): string {
  if (/^\d+,\d/.test(junk)) return `“${junk}”: a comma separates groups of three digits; a fraction has a point.`;
  if (/^0x/i.test(junk)) return `“${junk}” is not a hexadecimal number.`;
  if (!options.bareHex && /^[0-9a-f]+$/i.test(junk))
    return `“${junk}” is not a number; hexadecimal is 0x${junk} or ${junk}h.`;
  return `“${junk}” is not understood.`;
}

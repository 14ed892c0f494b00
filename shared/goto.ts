/**
 * Where a go-to expression leads. Grammar, blanks are free between words:
 *
 *   input   = [ "line" | "ln" | "l" ] sum        with the word, everything counts lines (1-based) instead of bytes
 *   sum     = [ "+" | "-" ] product { ("+" | "-") product }     a sign in front of all: relative to the cursor
 *   product = factor { ("*" | "/") factor }
 *   factor  = number | number "%" | word | "(" sum ")" | ("+" | "-") factor
 *   word    = "start" | "end" | "size" | "cursor" | "." | "selection" | "top"
 *   number  = 1234 | 1,234 | 1_234 | 1.5 | 5e6 | 0x1f | 1fh, decimals with K M G T P (1024), KiB …, KB … (1000)
 *
 * Arithmetic is exact; the result is rounded down. `end` is the size: `end-1` is the last byte, and `end` alone leads there.
 */
import { GotoSyntaxError, type GotoToken, type GotoWord, gotoTokens, type Ratio } from './gotoTokens.ts';
import { counted, formatCount, formatHex } from './units.ts';

export interface GotoContext {
  /** Bytes. */
  readonly size: number;
  readonly cursor: number;
  /** First selected byte, or null. */
  readonly selection: number | null;
  /** First byte of the first visible row. */
  readonly top: number;
  /** 0-based line of the cursor, null while unknown. */
  readonly cursorLine: number | null;
  /** Null while unknown. */
  readonly totalLines: number | null;
  /** Read `1F` as hex, as in a hex view. */
  readonly bareHex: boolean;
}

export type GotoTarget =
  | { readonly kind: 'offset'; readonly offset: number }
  /** 0-based. */
  | { readonly kind: 'line'; readonly line: number };

export type GotoOutcome =
  | GotoTarget
  | { readonly kind: 'empty' }
  /** Not understood, at `length` characters from `at`. */
  | { readonly kind: 'error'; readonly message: string; readonly at: number; readonly length: number }
  /** Understood, but there is no such place; `nearest` is the end that was missed. */
  | { readonly kind: 'outside'; readonly message: string; readonly nearest: GotoTarget };

const MAX_INPUT = 200;
const LINE_WORD = /^\s*(?:line|ln|l)(?![a-z])\s*/i;

/** Never throws. */
export function evaluateGoto(input: string, context: GotoContext): GotoOutcome {
  if (input.trim() === '') return { kind: 'empty' };
  if (input.length > MAX_INPUT) {
    return {
      kind: 'error',
      message: `Longer than ${MAX_INPUT} characters.`,
      at: MAX_INPUT,
      length: input.length - MAX_INPUT,
    };
  }
  const lineWord = LINE_WORD.exec(input)?.[0] ?? '';
  const ofLines = lineWord !== '';
  try {
    const options = { bareHex: context.bareHex && !ofLines, decimalSuffix: ofLines };
    const tokens = gotoTokens(input, lineWord.length, options);
    const value = new Evaluation(tokens, input, ofLines ? lineScale(context) : byteScale(context)).run();
    return ofLines ? lineOutcome(value, context) : offsetOutcome(value, tokens, context);
  } catch (error) {
    if (!(error instanceof GotoSyntaxError)) throw error;
    return { kind: 'error', message: error.message, at: error.at, length: error.length };
  }
}

/** What words and percent mean on the axis in use; null says that it is not known yet, and why. */
interface Scale {
  readonly whole: bigint | null;
  readonly words: Readonly<Record<GotoWord, bigint | null>>;
  readonly unknown: string;
}

const big = (value: number | null): bigint | null => (value === null ? null : BigInt(value));

function byteScale(context: GotoContext): Scale {
  const size = BigInt(context.size);
  return {
    whole: size,
    words: {
      start: 0n,
      end: size,
      size,
      cursor: BigInt(context.cursor),
      selection: big(context.selection),
      top: BigInt(context.top),
    },
    unknown: 'Nothing is selected.',
  };
}

function lineScale(context: GotoContext): Scale {
  const total = big(context.totalLines);
  const cursor = context.cursorLine === null ? null : BigInt(context.cursorLine) + 1n;
  return {
    whole: total,
    words: { start: 1n, end: total, size: total, cursor, selection: null, top: null },
    unknown: 'Not known in lines yet: they are still being counted.',
  };
}

const ZERO: Ratio = { top: 0n, bottom: 1n };

class Evaluation {
  private readonly tokens: readonly GotoToken[];
  private readonly input: string;
  private readonly scale: Scale;
  private next = 0;

  constructor(tokens: readonly GotoToken[], input: string, scale: Scale) {
    this.tokens = tokens;
    this.input = input;
    this.scale = scale;
  }

  run(): Ratio {
    const signed = this.isOperator('+', '-');
    const first = this.tokens[0];
    const from = signed && first ? this.known(this.scale.words.cursor, first) : null;
    const value = this.sum(from);
    const rest = this.tokens[this.next];
    if (rest) {
      const text = this.input.slice(rest.at, rest.at + rest.length);
      const message = text === ')' ? 'This parenthesis was not opened.' : `An operator is missing before “${text}”.`;
      throw new GotoSyntaxError(message, rest.at, rest.length);
    }
    return value;
  }

  /** `left` is what a leading sign adds to. */
  private sum(left: Ratio | null): Ratio {
    let value = left ?? this.product();
    for (let sign = this.take('+', '-'); sign; sign = this.take('+', '-')) {
      const right = this.product();
      const change = right.top * value.bottom * (sign.operator === '-' ? -1n : 1n);
      value = { top: value.top * right.bottom + change, bottom: value.bottom * right.bottom };
    }
    return value;
  }

  private product(): Ratio {
    let value = this.factor();
    for (let sign = this.take('*', '/'); sign; sign = this.take('*', '/')) {
      const right = this.factor();
      if (sign.operator === '*') {
        value = { top: value.top * right.top, bottom: value.bottom * right.bottom };
        continue;
      }
      if (right.top === 0n) throw new GotoSyntaxError('Division by zero.', sign.at, 1);
      const flip = right.top < 0n ? -1n : 1n;
      value = { top: value.top * right.bottom * flip, bottom: value.bottom * right.top * flip };
    }
    return value;
  }

  private factor(): Ratio {
    const token = this.tokens[this.next];
    if (!token) throw new GotoSyntaxError('Something is missing at the end.', this.input.length, 1);
    const sign = this.take('+', '-');
    if (sign) {
      const value = this.factor();
      return sign.operator === '-' ? { top: -value.top, bottom: value.bottom } : value;
    }
    const open = this.take('(');
    if (open) {
      const value = this.sum(null);
      if (!this.take(')')) throw new GotoSyntaxError('This parenthesis is not closed.', open.at, 1);
      return value;
    }
    this.next += 1;
    if (token.type === 'word') return this.known(this.scale.words[token.word], token);
    if (token.type === 'operator')
      throw new GotoSyntaxError(`A number is missing before “${token.operator}”.`, token.at, 1);
    if (!token.percent) return token.value;
    const whole = this.known(this.scale.whole, token);
    return { top: token.value.top * whole.top, bottom: token.value.bottom * 100n };
  }

  private known(value: bigint | null, token: GotoToken): Ratio {
    if (value === null) throw new GotoSyntaxError(this.scale.unknown, token.at, token.length);
    return { ...ZERO, top: value };
  }

  private isOperator(...wanted: readonly string[]): boolean {
    const token = this.tokens[this.next];
    return token?.type === 'operator' && wanted.includes(token.operator);
  }

  private take(...wanted: readonly string[]): Extract<GotoToken, { type: 'operator' }> | null {
    const token = this.tokens[this.next];
    if (token?.type !== 'operator' || !wanted.includes(token.operator)) return null;
    this.next += 1;
    return token;
  }
}

function floor(value: Ratio): bigint {
  const quotient = value.top / value.bottom;
  return value.top < 0n && quotient * value.bottom !== value.top ? quotient - 1n : quotient;
}

const toNumber = (value: bigint): number => Number(value);
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

function bounded(value: bigint): string {
  return value > LARGEST ? `more than ${formatCount(Number.MAX_SAFE_INTEGER)}` : formatCount(toNumber(value));
}

function offsetOutcome(value: Ratio, tokens: readonly GotoToken[], context: GotoContext): GotoOutcome {
  const whole = floor(value);
  const only = tokens.length === 1 ? tokens[0] : undefined;
  if (only?.type === 'number' && only.plain && whole * value.bottom !== value.top) {
    return { kind: 'error', message: 'Not a whole byte.', at: only.at, length: only.length };
  }
  const last = Math.max(0, context.size - 1);
  if (whole < 0n) {
    const message = `${bounded(-whole)} ${whole === -1n ? 'byte' : 'bytes'} before the start of the file.`;
    return { kind: 'outside', message, nearest: { kind: 'offset', offset: 0 } };
  }
  if (whole > BigInt(context.size)) {
    const limit = `the last byte is ${formatCount(last)} (0x${formatHex(last)})`;
    const message =
      context.size === 0 ? 'The file is empty.' : `Past the end by ${bounded(whole - BigInt(last))}: ${limit}.`;
    return { kind: 'outside', message, nearest: { kind: 'offset', offset: last } };
  }
  return { kind: 'offset', offset: Math.min(toNumber(whole), last) };
}

function lineOutcome(value: Ratio, context: GotoContext): GotoOutcome {
  const line = floor(value);
  if (line < 1n) {
    return { kind: 'outside', message: 'Lines are counted from 1.', nearest: { kind: 'line', line: 0 } };
  }
  const { totalLines } = context;
  if (totalLines !== null && line > BigInt(totalLines)) {
    const nearest: GotoTarget = { kind: 'line', line: Math.max(0, totalLines - 1) };
    return { kind: 'outside', message: `Past the end: the file has ${counted(totalLines, 'line')}.`, nearest };
  }
  if (line > LARGEST) {
    const nearest: GotoTarget = { kind: 'offset', offset: Math.max(0, context.size - 1) };
    return { kind: 'outside', message: 'No file has that many lines.', nearest };
  }
  return { kind: 'line', line: toNumber(line) - 1 };
}

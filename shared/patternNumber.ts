/**
 * Numbers as they lie in a binary file: `42`, `-1`, `0xCAFE`, `3.25`, `10..20`, each with a type (`u32`, `f64` …), which may
 * also stand in front: `u16be 0x1F8B`, `f32 0.5..0.75`.
 */
import { PatternError } from './patternError.ts';
import type { Endian, NumberType } from './protocol.ts';

/** All values of the type in `[low, high]`, both included. */
export type NumberPattern = {
  readonly type: NumberType;
  readonly endian: Endian;
} & (
  | { readonly form: 'integer'; readonly low: bigint; readonly high: bigint }
  /** Rounded inwards to values of the type, so that comparing them is exact; -0 equals 0. */
  | { readonly form: 'float'; readonly low: number; readonly high: number }
  | { readonly form: 'nan' }
);

const PREFIX = /^\s*([ui](?:8|16|32|64)|f(?:32|64))(le|be)?\s+/i;
const INTEGER = /^[-+]?(?:0x[\da-f]+|0b[01]+|0o[0-7]+|\d+)$/i;
const FLOAT = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

/** Bytes that a number of this type takes. */
export function numberBytes(type: NumberType): 1 | 2 | 4 | 8 {
  const bits = Number(type.slice(1));
  return bits === 8 ? 1 : bits === 16 ? 2 : bits === 32 ? 4 : 8;
}

/** `type` and `endian` count when the pattern does not begin with them; without any type integers are u32. Throws a PatternError. */
export function parseNumberPattern(pattern: string, type: NumberType | null, endian: Endian): NumberPattern {
  const prefix = PREFIX.exec(pattern);
  const start = prefix?.[0].length ?? 0;
  const kind = (prefix?.[1]?.toLowerCase() as NumberType | undefined) ?? type ?? 'u32';
  const order = (prefix?.[2]?.toLowerCase() as Endian | undefined) ?? endian;
  const rest = pattern.slice(start);
  const dots = rest.indexOf('..');
  const parts =
    dots < 0 ? [word(rest, start)] : [word(rest.slice(0, dots), start), word(rest.slice(dots + 2), start + dots + 2)];
  const [first, last = first] = parts;
  if (!first || !last) throw new PatternError('The pattern is empty.', 0, 0);
  if (kind === 'f32' || kind === 'f64') return floatPattern(kind, order, first, last, dots >= 0);
  const low = integer(first, kind);
  const high = integer(last, kind);
  if (low > high) throw new PatternError('The range ends before it begins.', last.at, last.text.length);
  return { type: kind, endian: order, form: 'integer', low, high };
}

interface Word {
  readonly text: string;
  readonly at: number;
}

function word(text: string, at: number): Word {
  const trimmed = text.trim();
  if (trimmed === '') throw new PatternError('A number is missing here.', at, text.length);
  return { text: trimmed, at: at + text.indexOf(trimmed) };
}

function integer({ text, at }: Word, type: NumberType): bigint {
  const digits = text.replaceAll('_', '');
  if (!INTEGER.test(digits)) {
    const message = FLOAT.test(digits)
      ? `${type} holds whole numbers; f32 and f64 hold fractions.`
      : 'This is not a number.';
    throw new PatternError(message, at, text.length);
  }
  const sign = digits.startsWith('-') ? -1n : 1n;
  const value = sign * BigInt(digits.replace(/^[-+]/, ''));
  const bits = BigInt(type.slice(1));
  const low = type.startsWith('u') ? 0n : -(1n << (bits - 1n));
  const high = type.startsWith('u') ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  if (value < low || value > high) {
    throw new PatternError(`${type} holds ${low} to ${high}.`, at, text.length);
  }
  return value;
}

function floatPattern(type: 'f32' | 'f64', endian: Endian, first: Word, last: Word, range: boolean): NumberPattern {
  if (!range && /^nan$/i.test(first.text)) return { type, endian, form: 'nan' };
  const low = float(first);
  const high = float(last);
  if (low > high) throw new PatternError('The range ends before it begins.', last.at, last.text.length);
  if (type === 'f64') return { type, endian, form: 'float', low, high };
  // One value means the f32 that is written for it; a range means the f32 values inside it.
  if (!range) return { type, endian, form: 'float', low: Math.fround(low), high: Math.fround(low) };
  return { type, endian, form: 'float', low: roundUp32(low), high: -roundUp32(-high) };
}

function float({ text, at }: Word): number {
  const digits = text.replaceAll('_', '');
  const infinite = /^([-+]?)inf(?:inity)?$/i.exec(digits);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  if (!FLOAT.test(digits)) throw new PatternError('This is not a number.', at, text.length);
  return Number(digits);
}

/** The least f32 that is not below `value`. */
function roundUp32(value: number): number {
  const near = Math.fround(value);
  if (near >= value || Number.isNaN(near)) return near;
  if (near === -Infinity) return -3.4028234663852886e38;
  const bits = new Int32Array(1);
  const floats = new Float32Array(bits.buffer);
  floats[0] = near;
  // Floats of one sign are ordered like their bits; the next above -0 or 0 is the least positive.
  bits[0] = near === 0 ? 1 : (bits[0] ?? 0) + (near > 0 ? 1 : -1);
  return floats[0];
}

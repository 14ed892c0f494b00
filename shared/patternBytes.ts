/**
 * Byte patterns: `de ad ?? e?`, `dead??e?`, `0xDEAD`, `7f "ELF" 02`. Two digits make a byte, `?` stands for any nibble, spaces
 * and commas between bytes mean nothing, and quoted text stands for its UTF-8 bytes.
 */
import { PatternError } from './patternError.ts';
import { utf8Bytes } from './text/utf8Bytes.ts';

/** Byte i of a hit, under `masks[i]`, equals `values[i]`. Masked-out bits of a value are 0. */
export interface BytePattern {
  readonly values: Uint8Array;
  readonly masks: Uint8Array;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, '"': 34, '\\': 92 };

/** Throws a PatternError. */
export function parseBytePattern(pattern: string): BytePattern {
  const values: number[] = [];
  const masks: number[] = [];
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at] ?? '';
    if (/[\s,]/.test(character)) at += 1;
    else if (character === '"') at = quoted(pattern, at, values, masks);
    else if (/^0x/i.test(pattern.slice(at, at + 2)) && /[\s,"]|^$/.test(pattern[at - 1] ?? '')) at += 2;
    else {
      const first = nibble(pattern, at);
      const second = at + 1 < pattern.length ? pattern[at + 1] : undefined;
      if (second === undefined || /[\s,"]/.test(second)) {
        throw new PatternError('A byte has two digits; write ? for any.', at, 1);
      }
      const last = nibble(pattern, at + 1);
      values.push(first.value * 16 + last.value);
      masks.push(first.mask * 16 + last.mask);
      at += 2;
    }
  }
  if (values.length === 0) throw new PatternError('The pattern has no bytes.', 0, pattern.length);
  if (masks.every((mask) => mask === 0)) {
    throw new PatternError('A pattern of nothing but wildcards is found everywhere.', 0, pattern.length);
  }
  return { values: Uint8Array.from(values), masks: Uint8Array.from(masks) };
}

function nibble(pattern: string, at: number): { value: number; mask: number } {
  const digit = pattern[at] ?? '';
  if (digit === '?') return { value: 0, mask: 0 };
  if (/^[\da-f]$/i.test(digit)) return { value: Number.parseInt(digit, 16), mask: 15 };
  const length = (pattern.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  throw new PatternError('This is neither a hex digit nor ?; quote text.', at, length);
}

/** Reads quoted text that begins at `start`; returns where it ends. */
function quoted(pattern: string, start: number, values: number[], masks: number[]): number {
  const push = (bytes: readonly number[]): void => {
    for (const byte of bytes) {
      values.push(byte);
      masks.push(255);
    }
  };
  let at = start + 1;
  while (at < pattern.length) {
    const code = pattern.codePointAt(at) ?? 0;
    const length = code > 0xffff ? 2 : 1;
    const character = pattern.slice(at, at + length);
    if (character === '"') return at + 1;
    if (character === '\\') {
      const escaped = pattern[at + 1] ?? '';
      const hex = /^x([\da-f]{2})/i.exec(pattern.slice(at + 1, at + 4))?.[1];
      const known = ESCAPES[escaped];
      if (hex !== undefined) push([Number.parseInt(hex, 16)]);
      else if (known !== undefined) push([known]);
      else throw new PatternError('Known escapes are \\n \\r \\t \\0 \\" \\\\ \\xNN.', at, 2);
      at += hex === undefined ? 2 : 4;
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) throw new PatternError('This is half a character.', at, 1);
    push(utf8Bytes(code));
    at += length;
  }
  throw new PatternError('The quote is not closed.', start, 1);
}

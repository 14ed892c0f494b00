/** What stands beside a whole word: no letter, mark, digit or connector (`_`), by Unicode. */
import { TextDecoder } from 'node:util';
import { createDecoder } from '../window/encodingDecoder.ts';
import { isSingleByte } from './encodings.ts';
import type { WordJudge } from './kernel.ts';
import type { WordRule } from './plan.ts';

const WORD = /[\p{L}\p{M}\p{Nd}\p{Pc}]/u;
const LONGEST = 4;

/** `encoding` is one whose text is searched as bytes. */
export function wordRule(encoding: string): WordRule {
  const decoder = isSingleByte(encoding) ? createDecoder(encoding) : null;
  const table = Uint8Array.from({ length: 256 }, (_, unit) => {
    if (encoding === 'utf-8' && unit >= 0x80) return 2;
    return WORD.test(decoder ? decoder.decode(Uint8Array.of(unit)) : String.fromCharCode(unit)) ? 1 : 0;
  });
  return { table };
}

/** Decodes the character at a place where the table does not tell; `memory` is the kernel's. */
export function wordJudge(encoding: string, memory: Uint8Array): WordJudge {
  const decoder = new TextDecoder(
    encoding === 'utf-16be' ? 'utf-16be' : encoding === 'utf-16le' ? 'utf-16le' : 'utf-8',
    {
      fatal: true,
      ignoreBOM: true,
    },
  );
  const unit = encoding.startsWith('utf-16') ? 2 : 1;
  /** The one character that is exactly `[from, end)`, or ''. */
  const character = (from: number, end: number): string => {
    try {
      const text = decoder.decode(memory.subarray(from, end));
      return text.length === ((text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1) ? text : '';
    } catch {
      return '';
    }
  };
  return {
    before(pointer) {
      for (let length = unit; length <= LONGEST; length += unit) {
        const text = character(pointer - length, pointer);
        if (text !== '') return WORD.test(text);
      }
      return false;
    },
    after(pointer) {
      for (let length = unit; length <= LONGEST; length += unit) {
        const text = character(pointer, pointer + length);
        if (text !== '') return WORD.test(text);
      }
      return false;
    },
  };
}

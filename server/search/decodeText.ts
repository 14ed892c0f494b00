/**
 * Text of a run of bytes together with the way back: which byte each UTF-16 unit came from.
 *
 * The quick ways are tried first. ASCII and single-byte encodings have one byte a unit, UTF-16 two; valid UTF-8 is decoded by the
 * platform and walked by the kernel only where there are matches. What is left (invalid UTF-8, East Asian encodings) is decoded
 * character by character, which also is what the viewer shows: every invalid byte is one U+FFFD.
 */
import { TextDecoder } from 'node:util';
import type { TextCodec } from '../../shared/text/characters.ts';
import { createTextCodec } from '../../shared/text/codec.ts';
import { createDecoder, type Decoder } from '../window/encodingDecoder.ts';
import { encodingNature, isSingleByte } from './encodings.ts';
import { HAS_HIGH, type SearchKernel } from './kernel.ts';

export interface DecodedText {
  readonly text: string;
  /** Pointer of the character that unit `index` of the text begins. Indices may only grow from call to call. */
  pointer(index: number): number;
  /** Index of the first character that begins at or after `pointer`. */
  indexAt(pointer: number): number;
}

/** Bytes that switch ISO-2022-JP to another set of characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SHIFTS = /[\x0e\x0f\x1b]/;

export class TextDecoding {
  readonly #kernel: SearchKernel;
  readonly #encoding: string;
  readonly #nature: ReturnType<typeof encodingNature> | 'raw';
  readonly #single: Decoder | null;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #codec: TextCodec | null = null;

  /** `encoding` is a WHATWG name, or `bytes` for U+0000 to U+00FF. */
  constructor(kernel: SearchKernel, encoding: string) {
    this.#kernel = kernel;
    this.#encoding = encoding;
    this.#nature = encoding === 'bytes' ? 'raw' : encodingNature(encoding);
    this.#single = this.#nature === 'exact' && isSingleByte(encoding) ? createDecoder(encoding) : null;
  }

  /** Quick decoding of `[from, end)` of the kernel's memory; null when only `exact` can tell. */
  quick(from: number, end: number): DecodedText | null {
    const { memory } = this.#kernel;
    if (this.#encoding === 'utf-16le') return steps(memory.toString('utf16le', from, end), from, 2);
    if (this.#encoding === 'utf-16be') {
      const even = end - ((end - from) % 2);
      return steps(Buffer.from(memory.subarray(from, even)).swap16().toString('utf16le'), from, 2);
    }
    if (this.#nature === 'raw') return steps(memory.toString('latin1', from, end), from, 1);
    if ((this.#kernel.exports.classify(from, end) & HAS_HIGH) === 0) {
      const text = memory.toString('latin1', from, end);
      return this.#nature === 'stateful' && SHIFTS.test(text) ? null : steps(text, from, 1);
    }
    if (this.#single) return steps(this.#single.decode(memory.subarray(from, end)), from, 1);
    return this.#encoding === 'utf-8' ? this.#validUtf8(from, end) : null;
  }

  /** Slow, and right for any bytes. */
  exact(from: number, end: number): DecodedText {
    const quick = this.quick(from, end);
    if (quick) return quick;
    this.#codec ??= createTextCodec(this.#encoding, (label, options) => new TextDecoder(label, options));
    const { codes, starts, count } = this.#codec.decode(this.#kernel.memory.subarray(from, end), false);
    const units: string[] = [];
    const pointers: number[] = [];
    for (let i = 0; i < count; i++) {
      const text = this.#codec.codeText(codes[i] ?? 0);
      units.push(text);
      for (let k = 0; k < text.length; k++) pointers.push(from + (starts[i] ?? 0));
    }
    const indexAt = (pointer: number): number => {
      const index = pointers.findIndex((place) => place >= pointer);
      return index < 0 ? pointers.length : index;
    };
    return { text: units.join(''), pointer: (index) => pointers[index] ?? end, indexAt };
  }

  #validUtf8(from: number, end: number): DecodedText | null {
    let text: string;
    try {
      text = this.#utf8.decode(this.#kernel.memory.subarray(from, end));
    } catch {
      return null;
    }
    let at = from;
    let units = 0;
    return {
      text,
      pointer: (index) => {
        at = this.#kernel.exports.advanceUtf8(at, end, index - units);
        units = index;
        return at;
      },
      indexAt: (pointer) => {
        const { memory } = this.#kernel;
        let place = pointer;
        while (place < end && ((memory[place] ?? 0) & 0xc0) === 0x80) place++;
        return this.#utf8.decode(memory.subarray(from, place)).length;
      },
    };
  }
}

function steps(text: string, from: number, bytes: number): DecodedText {
  return {
    text,
    pointer: (index) => from + bytes * index,
    indexAt: (pointer) => Math.ceil((pointer - from) / bytes),
  };
}

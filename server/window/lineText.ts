/** Decodes what is asked for of one line, and no more: a line may be the whole file. */
import type { TextCodec } from '../../shared/text/characters.ts';
import { createDecoder, type Decoder } from './encodingDecoder.ts';

export interface DecodedText {
  readonly text: string;
  /** The text ends before the line does. */
  readonly truncated: boolean;
}

/** Bytes looked at around a place to find where a character starts; legacy multi-byte text synchronises within this. */
export const SYNC_BYTES = 64;

export class LineText {
  readonly codec: TextCodec;
  /** Bytes below 0x80 are ASCII characters wherever they stand; not so after the escapes of ISO-2022-JP. */
  readonly ascii: boolean;
  readonly #decoder: Decoder;
  /** Bytes that one character may take, shift sequences included. */
  readonly #longest: number;

  /** Throws a RangeError for a label that TextDecoder does not know. */
  constructor(encoding: string, codec: TextCodec) {
    this.#decoder = createDecoder(encoding);
    this.codec = codec;
    this.ascii = codec.ascii && encoding !== 'iso-2022-jp';
    this.#longest = encoding === 'iso-2022-jp' ? 8 : codec.longest;
  }

  /** Cuts decoded text; `whole` as in `decode`. */
  cut(text: string, whole: boolean, columns: number): DecodedText {
    if (text.length <= columns) return { text, truncated: !whole };
    const last = text.charCodeAt(columns - 1);
    const splitsPair = columns > 0 && last >= 0xd800 && last <= 0xdbff;
    return { text: text.slice(0, splitsPair ? columns - 1 : columns), truncated: true };
  }

  /** Bytes that hold `columns` characters for certain, when they are valid. */
  bytesFor(columns: number): number {
    return columns * this.#longest + SYNC_BYTES;
  }

  /**
   * Decodes `bytes`, which start at a character, to at most `columns` UTF-16 units, never half a surrogate pair. `whole` says
   * that the line ends with `bytes`; else a character that is cut at their end is left out.
   */
  decode(bytes: Uint8Array, whole: boolean, columns: number): DecodedText {
    const text = this.#decoder.decode(bytes, { stream: !whole });
    // Forgets the half character that a stream would have gone on with.
    if (!whole) this.#decoder.decode();
    return this.cut(text, whole, columns);
  }
}

/**
 * Characters of a run of bytes, with the exact bytes of each. Decoders of the platform say what the text is but not which byte
 * became which character, and they swallow what is invalid into U+FFFD; a viewer has to know both. So UTF-8 and UTF-16 are
 * decoded here, and the legacy encodings by asking the platform's decoder character by character (see legacy.ts), remembered in
 * tables.
 *
 * Characters tile the bytes: `starts` begins with 0, never falls, and every byte belongs to exactly one character. A byte that
 * is not part of a valid character is a character of its own.
 */

/**
 * What one character is: a code point; a lone surrogate (0xD800–0xDFFF, invalid UTF-16, two bytes); `INVALID_BYTE + b` for the
 * invalid byte b; from `SEQUENCE` on a character of several code points (see `codeText`).
 */
export type CharacterCode = number;

export const INVALID_BYTE = 0x11_0000;
export const SEQUENCE = 0x12_0000;

export interface Characters {
  readonly count: number;
  /** One code a character. A view of a larger array; valid as long as nobody writes to it. */
  readonly codes: Uint32Array;
  /** `count + 1` byte positions: character i is `[starts[i], starts[i + 1])`. */
  readonly starts: Uint32Array;
}

/** The part of the platform's TextDecoder that is needed; injected, since shared/ has no DOM types. */
export interface PlatformDecoder {
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
export type CreateDecoder = (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => PlatformDecoder;

export interface TextCodec {
  /** Bytes of a code unit: characters start at multiples of it, counted from the start of the line. */
  readonly unitBytes: 1 | 2;
  /** True when bytes 0x20–0x7E always are the ASCII characters, wherever a line starts with them. */
  readonly ascii: boolean;
  /** Most bytes one character takes. */
  readonly longest: number;
  /**
   * Decodes from a character boundary on. With `more` (the bytes go on after these), a character that is cut at the end is left
   * out, so that `starts[count]` may be less than the length; without, its bytes are invalid.
   */
  decode(bytes: Uint8Array, more: boolean): Characters;
  /**
   * Start of the character that holds `bytes[index]`, as far as it can be told from `bytes[0, index + longest)`: exact when
   * `bytes` begins at a boundary, and for UTF-8 and UTF-16 (even position) from anywhere; legacy multi-byte text is
   * synchronised at the nearest byte before that cannot be inside a character.
   */
  boundary(bytes: Uint8Array, index: number): number;
  /** Text of a code, also of invalid ones (U+FFFD). */
  codeText(code: CharacterCode): string;
}

export function isInvalid(code: CharacterCode): boolean {
  return (code >= INVALID_BYTE && code < SEQUENCE) || (code >= 0xd800 && code <= 0xdfff);
}

/** Text of a plain code point; U+FFFD for everything that is not one. */
export function codePointText(code: CharacterCode): string {
  return code >= INVALID_BYTE || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
}

/** Collects characters; arrays are sized once for the worst case of one character a byte. */
export class CharacterList {
  readonly #codes: Uint32Array;
  readonly #starts: Uint32Array;
  #count = 0;

  constructor(bytes: number) {
    this.#codes = new Uint32Array(bytes);
    this.#starts = new Uint32Array(bytes + 1);
  }

  /** Adds a character that ends at `end`; it starts where the last one ended. */
  add(code: CharacterCode, end: number): void {
    this.#codes[this.#count] = code;
    this.#count += 1;
    this.#starts[this.#count] = end;
  }

  finish(): Characters {
    const count = this.#count;
    return { count, codes: this.#codes.subarray(0, count), starts: this.#starts.subarray(0, count + 1) };
  }
}

/** Asks a fatal decoder; null when it refuses. */
export function decodeOrNull(decoder: PlatformDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

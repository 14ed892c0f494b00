/**
 * The encodings that only the platform's decoder knows: all single-byte ones, the East Asian multi-byte ones, and ISO-2022-JP.
 *
 * The decoder is asked for one character at a time, in fatal mode, with one byte, then two, three, four: the first that is
 * accepted is the character. Single bytes and pairs are remembered in tables (192 KiB an encoding, filled as met), so that a
 * page of text costs a table look-up a character. What is refused is cut as the WHATWG standard has it: a trail byte that is
 * ASCII is not swallowed with its lead.
 */
import {
  type CharacterCode,
  CharacterList,
  type Characters,
  type CreateDecoder,
  codePointText,
  decodeOrNull,
  INVALID_BYTE,
  SEQUENCE,
  type TextCodec,
} from './characters.ts';

const MULTI_BYTE = new Set(['big5', 'euc-jp', 'euc-kr', 'gb18030', 'gbk', 'shift_jis']);

/** Table marks: nothing asked yet; a byte that begins a longer character; not valid. */
const UNKNOWN = 0xffff_ffff;
const LEAD = 0xffff_fffe;
const REFUSED = 0xffff_fffd;

/** Big5 has four characters of two code points; they are numbered as they are met. */
class Sequences {
  readonly #texts: string[] = [];

  /** The code of a decoded text, REFUSED for an empty one. */
  code(text: string): number {
    const first = text.codePointAt(0);
    if (first === undefined) return REFUSED;
    if (text.length === (first > 0xffff ? 2 : 1)) return first;
    const known = this.#texts.indexOf(text);
    if (known >= 0) return SEQUENCE + known;
    return SEQUENCE + this.#texts.push(text) - 1;
  }

  text(code: CharacterCode): string {
    return this.#texts[code - SEQUENCE] ?? codePointText(code);
  }
}

/** The codec of any encoding but UTF-8, UTF-16 and ISO-2022-JP. Throws what `createDecoder` throws for an unknown label. */
export function legacyCodec(label: string, createDecoder: CreateDecoder): TextCodec {
  const sequences = new Sequences();
  const ask = (bytes: readonly number[]): number => {
    // A new decoder each time: Chromium's EUC-JP decoder keeps a 0x8F at the end of one call for the next.
    const fatal = createDecoder(label, { fatal: true, ignoreBOM: true });
    const text = decodeOrNull(fatal, Uint8Array.from(bytes));
    return text === null ? REFUSED : sequences.code(text);
  };
  const singles = Uint32Array.from({ length: 256 }, (_, byte) => ask([byte]));
  if (!MULTI_BYTE.has(label)) return singleByteCodec(singles);

  // A lead byte is one for which a decoder that expects more says nothing yet.
  for (let byte = 0x80; byte < 256; byte++) {
    if (singles[byte] !== REFUSED) continue;
    const waiting = createDecoder(label, { fatal: false, ignoreBOM: true });
    if (waiting.decode(Uint8Array.of(byte), { stream: true }) === '') singles[byte] = LEAD;
  }
  return multiByteCodec(label, singles, ask, (code) => sequences.text(code));
}

function singleByteCodec(singles: Uint32Array): TextCodec {
  let ascii = true;
  for (let byte = 0x20; byte < 0x7f; byte++) ascii &&= singles[byte] === byte;
  return {
    unitBytes: 1,
    ascii,
    longest: 1,
    codeText: codePointText,
    decode(bytes) {
      const list = new CharacterList(bytes.length);
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0;
        const code = singles[byte] ?? REFUSED;
        list.add(code === REFUSED ? INVALID_BYTE + byte : code, at + 1);
      }
      return list.finish();
    },
    boundary: (_bytes, index) => index,
  };
}

function multiByteCodec(
  label: string,
  singles: Uint32Array,
  ask: (bytes: readonly number[]) => number,
  codeText: (code: CharacterCode) => string,
): TextCodec {
  const pairs = new Uint32Array(128 * 256).fill(UNKNOWN);
  const longer = new Map<number, number>();

  const pairCode = (lead: number, trail: number): number => {
    const slot = (lead - 0x80) * 256 + trail;
    let code = pairs[slot] ?? REFUSED;
    if (code === UNKNOWN) {
      code = ask([lead, trail]);
      pairs[slot] = code;
    }
    return code;
  };
  const longCode = (bytes: readonly number[]): number => {
    const key = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    let code = longer.get(key);
    if (code === undefined) {
      code = ask(bytes);
      // 1.1 million four-byte characters exist; hostile bytes must not fill the memory with them.
      if (longer.size >= 65_536) longer.clear();
      longer.set(key, code);
    }
    return code;
  };

  /** The character at `at`: its code (REFUSED: none) and bytes; length 0 when the bytes end inside it. */
  const next = (bytes: Uint8Array, at: number): { code: number; length: number } => {
    const lead = bytes[at] ?? 0;
    const single = singles[lead] ?? REFUSED;
    if (single !== LEAD) return { code: single, length: 1 };
    const second = bytes[at + 1];
    if (second === undefined) return { code: REFUSED, length: 0 };
    if (label === 'gb18030' || label === 'gbk') {
      if (second >= 0x30 && second <= 0x39) return four(bytes, at, lead, second);
    } else if (label === 'euc-jp' && lead === 0x8f && second >= 0xa1 && second <= 0xfe) {
      const third = bytes[at + 2];
      if (third === undefined) return { code: REFUSED, length: 0 };
      const code = longCode([lead, second, third]);
      return { code, length: code === REFUSED && third < 0x80 ? 2 : 3 };
    }
    const code = pairCode(lead, second);
    return { code, length: code === REFUSED && second < 0x80 ? 1 : 2 };
  };
  const four = (bytes: Uint8Array, at: number, lead: number, second: number): { code: number; length: number } => {
    const third = bytes[at + 2];
    if (third === undefined) return { code: REFUSED, length: 0 };
    if (third < 0x81 || third > 0xfe) return { code: REFUSED, length: 1 };
    const fourth = bytes[at + 3];
    if (fourth === undefined) return { code: REFUSED, length: 0 };
    if (fourth < 0x30 || fourth > 0x39) return { code: REFUSED, length: 1 };
    return { code: longCode([lead, second, third, fourth]), length: 4 };
  };

  const decode = (bytes: Uint8Array, more: boolean): Characters => {
    const list = new CharacterList(bytes.length);
    let at = 0;
    while (at < bytes.length) {
      const { code, length } = next(bytes, at);
      if (length === 0 && more) break;
      const end = Math.min(bytes.length, at + (length === 0 ? bytes.length : length));
      if (code === REFUSED) for (; at < end; at++) list.add(INVALID_BYTE + (bytes[at] ?? 0), at + 1);
      else list.add(code, end);
      at = end;
    }
    return list.finish();
  };

  return {
    unitBytes: 1,
    ascii: true,
    longest: 4,
    decode,
    codeText,
    boundary(bytes, index) {
      // No trail byte of these encodings is below 0x30, so such a byte ends a character for certain.
      let at = index;
      while (at > 0 && (bytes[at - 1] ?? 0) >= 0x30) at -= 1;
      while (at < index) {
        const { code, length } = next(bytes, at);
        if (length === 0) return index;
        if (at + length > index) return code === REFUSED ? index : at;
        at += length;
      }
      return at;
    },
  };
}

/** UTF-8 with the bytes of each character. Validity as in the WHATWG encoding standard (Unicode table 3-7). */
import { CharacterList, type Characters, codePointText, INVALID_BYTE, type TextCodec } from './characters.ts';

/** Bytes that a valid lead byte announces, itself included; 0 for a byte that starts nothing. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Whether `second` may follow `lead`: the second byte is where overlong forms, surrogates and > U+10FFFF are refused. */
function secondAllowed(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0 && second <= 0xbf;
  if (lead === 0xed) return second >= 0x80 && second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90 && second <= 0xbf;
  if (lead === 0xf4) return second >= 0x80 && second <= 0x8f;
  return second >= 0x80 && second <= 0xbf;
}

/**
 * Bytes of the character at `at` if it is valid; 0 if it is not; -1 if the bytes end before that can be told.
 */
function validLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = sequenceLength(lead);
  if (length < 2) return length;
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined) return -1;
    if (i === 1 ? !secondAllowed(lead, next) : next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  let code = (bytes[at] ?? 0) & (length === 1 ? 0x7f : 0x7f >> length);
  for (let i = 1; i < length; i++) code = code * 64 + ((bytes[at + i] ?? 0) & 0x3f);
  return code;
}

function decode(bytes: Uint8Array, more: boolean): Characters {
  const list = new CharacterList(bytes.length);
  let at = 0;
  while (at < bytes.length) {
    const length = validLength(bytes, at);
    if (length < 0 && more) break;
    if (length <= 0) {
      // The continuation bytes that did match follow as invalid bytes of their own.
      list.add(INVALID_BYTE + (bytes[at] ?? 0), at + 1);
      at += 1;
    } else {
      list.add(codePoint(bytes, at, length), at + length);
      at += length;
    }
  }
  return list.finish();
}

function boundary(bytes: Uint8Array, index: number): number {
  for (let at = index; at >= Math.max(0, index - 3); at--) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 && byte <= 0xbf) continue;
    return at === index || validLength(bytes, at) > index - at ? at : index;
  }
  return index;
}

/** The UTF-8 codec. */
export function utf8Codec(): TextCodec {
  return { unitBytes: 1, ascii: true, longest: 4, decode, boundary, codeText: codePointText };
}

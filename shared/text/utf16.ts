/** UTF-16 with the bytes of each character. A surrogate without its partner is a character of its own, two bytes, invalid. */
import { CharacterList, codePointText, INVALID_BYTE, type TextCodec } from './characters.ts';

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** The UTF-16 codec of either byte order. */
export function utf16Codec(bigEndian: boolean): TextCodec {
  const unit = (bytes: Uint8Array, at: number): number => {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    return bigEndian ? first * 256 + second : second * 256 + first;
  };
  return {
    unitBytes: 2,
    ascii: false,
    longest: 4,
    codeText: codePointText,
    decode(bytes, more) {
      const list = new CharacterList(bytes.length);
      let at = 0;
      while (at + 1 < bytes.length) {
        const high = unit(bytes, at);
        if (isHigh(high)) {
          if (at + 3 >= bytes.length && more) return list.finish();
          const low = at + 3 < bytes.length ? unit(bytes, at + 2) : 0;
          if (isLow(low)) {
            at += 4;
            list.add(0x1_0000 + (high - 0xd800) * 1024 + (low - 0xdc00), at);
            continue;
          }
        }
        at += 2;
        list.add(high, at);
      }
      if (at < bytes.length && !more) list.add(INVALID_BYTE + (bytes[at] ?? 0), at + 1);
      return list.finish();
    },
    boundary(bytes, index) {
      const at = index - (index % 2);
      if (at >= 2 && at + 1 < bytes.length && isLow(unit(bytes, at)) && isHigh(unit(bytes, at - 2))) return at - 2;
      return at;
    },
  };
}

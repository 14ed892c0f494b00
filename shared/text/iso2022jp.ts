/**
 * ISO-2022-JP, the one stateful encoding: escape sequences switch the character set. A line is taken to begin in ASCII, as
 * writers of this encoding do (RFC 1468). An escape sequence belongs to the character after it; at the end of the line it is a
 * character U+001B of its own.
 */
import {
  CharacterList,
  type CreateDecoder,
  codePointText,
  decodeOrNull,
  INVALID_BYTE,
  type TextCodec,
} from './characters.ts';

/** Third byte after `ESC (` or `ESC $`, and how many bytes a character takes then. */
const SETS: Readonly<Record<string, 1 | 2>> = { '(B': 1, '(J': 1, '(I': 1, '$@': 2, $B: 2 };

const ESCAPE = 0x1b;

/** The ISO-2022-JP codec. */
export function iso2022jpCodec(createDecoder: CreateDecoder): TextCodec {
  const known = new Map<string, number>();

  const codeOf = (set: string, bytes: readonly number[]): number => {
    const key = `${set}${bytes.join(' ')}`;
    let code = known.get(key);
    if (code === undefined) {
      const prefix = set === '(B' ? [] : [ESCAPE, set.charCodeAt(0), set.charCodeAt(1)];
      // A new decoder each time, as in legacy.ts.
      const fatal = createDecoder('iso-2022-jp', { fatal: true, ignoreBOM: true });
      code = decodeOrNull(fatal, Uint8Array.from([...prefix, ...bytes]))?.codePointAt(0) ?? -1;
      known.set(key, code);
    }
    return code;
  };

  const setAt = (bytes: Uint8Array, at: number): string | null => {
    if (bytes[at] !== ESCAPE || at + 2 >= bytes.length) return null;
    const set = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0);
    return set in SETS ? set : null;
  };

  const decode: TextCodec['decode'] = (bytes, more) => {
    const list = new CharacterList(bytes.length);
    let set = '(B';
    let at = 0;
    while (at < bytes.length) {
      const begin = at;
      for (let next = setAt(bytes, at); next !== null; next = setAt(bytes, at)) {
        set = next;
        at += 3;
      }
      if (more && bytes[at] === ESCAPE && at + 3 > bytes.length) break;
      if (at >= bytes.length) {
        if (!more) list.add(ESCAPE, at);
        break;
      }
      const width = (bytes[at] ?? 0) < 0x21 ? 1 : (SETS[set] ?? 1);
      if (at + width > bytes.length && more) break;
      const code = at + width > bytes.length ? -1 : codeOf(set, [...bytes.subarray(at, at + width)]);
      if (code >= 0) {
        at += width;
        list.add(code, at);
      } else {
        if (at > begin) list.add(ESCAPE, at);
        list.add(INVALID_BYTE + (bytes[at] ?? 0), at + 1);
        at += 1;
      }
    }
    return list.finish();
  };

  return {
    unitBytes: 1,
    // Printable ASCII without an escape before it on the line is ASCII.
    ascii: true,
    longest: 8,
    decode,
    codeText: codePointText,
    boundary(bytes, index) {
      const { starts, count } = decode(bytes.subarray(0, index + 8), false);
      for (let i = count; i >= 0; i--) if ((starts[i] ?? 0) <= index) return starts[i] ?? 0;
      return index;
    },
  };
}
